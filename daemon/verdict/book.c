/* book.c: see book.h.  The list grows at its head alone, so that who reads it needs no lock. */
#include "verdict/book.h"

#include <pthread.h>
#include <stdlib.h>

struct page {
    pthread_t loop; /* its thread */
    struct verdict_tally *tally;
    struct page *next;
};

struct verdict_book {
    pthread_mutex_t lock; /* of who adds a page */
    _Atomic(struct page *) first;
};

struct verdict_book *verdict_book_new(void)
{
    struct verdict_book *book = calloc(1, sizeof(*book));

    if (book != NULL)
        pthread_mutex_init(&book->lock, NULL);
    return book;
}

static struct page *first_of(const struct verdict_book *book)
{
    return atomic_load_explicit(&book->first, memory_order_acquire);
}

void verdict_book_free(struct verdict_book *book)
{
    struct page *page, *next;

    if (book == NULL)
        return;
    for (page = first_of(book); page != NULL; page = next) {
        next = page->next;
        verdict_tally_free(page->tally);
        free(page);
    }
    pthread_mutex_destroy(&book->lock);
    free(book);
}

/* Under the lock. */
static struct verdict_tally *find_or_add(struct verdict_book *book)
{
    pthread_t loop = pthread_self();
    struct page *page;

    for (page = first_of(book); page != NULL; page = page->next) {
        if (pthread_equal(page->loop, loop))
            return page->tally;
    }
    page = malloc(sizeof(*page));
    if (page == NULL)
        return NULL;
    *page = (struct page){ loop, verdict_tally_new(), first_of(book) };
    if (page->tally == NULL) {
        free(page);
        return NULL;
    }
    atomic_store_explicit(&book->first, page, memory_order_release);
    return page->tally;
}

struct verdict_tally *verdict_book_tally(struct verdict_book *book)
{
    struct verdict_tally *tally;

    pthread_mutex_lock(&book->lock);
    tally = find_or_add(book);
    pthread_mutex_unlock(&book->lock);
    return tally;
}

bool verdict_book_is_used(const struct verdict_book *book)
{
    return first_of(book) != NULL;
}

void verdict_book_each(const struct verdict_book *book,
                       void (*see)(void *ctx, const struct verdict_sums *sums), void *ctx)
{
    for (const struct page *page = first_of(book); page != NULL; page = page->next)
        see(ctx, verdict_tally_sums(page->tally));
}
