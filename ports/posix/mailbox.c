/* mailbox.c: a list under a lock, and libuv's bell, which is rung once for any number of letters.
 */
#include "posix/mailbox.h"

#include "posix/errno_err.h"

#include <assert.h>

/* Takes the letter out that `link` points to. */
static struct letter *take(struct mailbox *mailbox, struct letter **link)
{
    struct letter *letter = *link;

    *link = letter->next;
    if (*link == NULL)
        mailbox->end = link;
    mailbox->count--;
    letter->posted = false;
    return letter;
}

static struct letter *take_first(struct mailbox *mailbox)
{
    struct letter *letter = NULL;

    pthread_mutex_lock(&mailbox->lock);
    if (mailbox->is_open && mailbox->first != NULL)
        letter = take(mailbox, &mailbox->first);
    pthread_mutex_unlock(&mailbox->lock);
    return letter;
}

static size_t count_of(struct mailbox *mailbox)
{
    size_t count;

    pthread_mutex_lock(&mailbox->lock);
    count = mailbox->count;
    pthread_mutex_unlock(&mailbox->lock);
    return count;
}

/* What comes meanwhile rings again, so that the rest of the loop has its turn in between. */
static void on_bell(uv_async_t *bell)
{
    struct mailbox *mailbox = bell->data;
    struct letter *letter;

    for (size_t left = count_of(mailbox); left > 0; left--) {
        letter = take_first(mailbox);
        if (letter == NULL)
            return;
        letter->open(letter);
    }
}

enum err posix_mailbox_open(struct mailbox *mailbox, struct posix_loop *loop)
{
    int status = uv_async_init(&loop->uv, &mailbox->bell, on_bell);

    if (status < 0)
        return err_of_errno(-status);
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->bell.data = mailbox;
    mailbox->first = NULL;
    mailbox->end = &mailbox->first;
    mailbox->count = 0;
    mailbox->is_open = true;
    uv_unref((uv_handle_t *)&mailbox->bell);
    return ERR_OK;
}

void posix_mailbox_hold(struct mailbox *mailbox)
{
    uv_ref((uv_handle_t *)&mailbox->bell);
}

bool posix_mailbox_post(struct mailbox *mailbox, struct letter *letter)
{
    bool is_new;

    assert(letter->open != NULL);
    pthread_mutex_lock(&mailbox->lock);
    assert(mailbox->is_open);
    is_new = !letter->posted;
    if (is_new) {
        letter->posted = true;
        letter->next = NULL;
        *mailbox->end = letter;
        mailbox->end = &letter->next;
        mailbox->count++;
        uv_async_send(&mailbox->bell);
    }
    pthread_mutex_unlock(&mailbox->lock);
    return is_new;
}

void posix_mailbox_withdraw(struct mailbox *mailbox, struct letter *letter)
{
    struct letter **link = &mailbox->first;

    pthread_mutex_lock(&mailbox->lock);
    while (*link != NULL && *link != letter)
        link = &(*link)->next;
    if (*link != NULL)
        take(mailbox, link);
    pthread_mutex_unlock(&mailbox->lock);
}

static void on_closed(uv_handle_t *handle)
{
    struct mailbox *mailbox = handle->data;

    pthread_mutex_destroy(&mailbox->lock);
}

void posix_mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox->is_open)
        return;
    pthread_mutex_lock(&mailbox->lock);
    while (mailbox->first != NULL)
        take(mailbox, &mailbox->first);
    mailbox->is_open = false;
    pthread_mutex_unlock(&mailbox->lock);
    uv_close((uv_handle_t *)&mailbox->bell, on_closed);
}
