/* products.c: see products.h.
 *
 * For key exchanges K and MACs M the largest exact part takes every cipher all of whose
 * combinations with K and M, as far as they exist, are wanted: so only K and M are searched, and
 * all of them are, since they are few.
 */
#include "tls_common/products.h"

#include <assert.h>
#include <string.h>

/* Numbers of one kind, in the order of their coming. */
struct numbers {
    int list[TLS_PRODUCTS_LIST_MAX];
    size_t count;
};

/* A suite that is wanted, or that comes along with those that are. */
struct item {
    tls_suite code;
    size_t kx, cipher, mac; /* places in their numbers */
    bool wanted;
};

struct table {
    struct numbers kx, ciphers, macs;
    struct item items[TLS_PRODUCTS_MAX];
    size_t count;
};

/* Key exchanges and MACs, a bit each, and the ciphers that fit to them. */
struct choice {
    unsigned kx, macs;
    bool ciphers[TLS_PRODUCTS_LIST_MAX];
    size_t size;
};

static size_t place_of(const struct numbers *numbers, int number)
{
    size_t i = 0;

    while (i < numbers->count && numbers->list[i] != number)
        i++;
    return i;
}

static void add(struct numbers *numbers, int number)
{
    if (place_of(numbers, number) < numbers->count)
        return;
    assert(numbers->count < TLS_PRODUCTS_LIST_MAX);
    numbers->list[numbers->count++] = number;
}

static bool is_in(const tls_suite *list, size_t count, tls_suite code)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == code)
            return true;
    }
    return false;
}

static void take(struct table *table, const struct tls_product *product, bool wanted)
{
    struct item item = { .code = product->code,
                         .kx = place_of(&table->kx, product->kx),
                         .cipher = place_of(&table->ciphers, product->cipher),
                         .mac = place_of(&table->macs, product->mac),
                         .wanted = wanted };

    /* Else nothing that is asked for brings it along. */
    if (item.kx < table->kx.count && item.cipher < table->ciphers.count &&
        item.mac < table->macs.count)
        table->items[table->count++] = item;
}

static void fill(struct table *table, const struct tls_products *products, const tls_suite *list,
                 size_t count)
{
    assert(products->count <= TLS_PRODUCTS_MAX && count <= TLS_PRODUCTS_LIST_MAX);
    *table = (struct table){ .count = 0 };
    for (size_t i = 0; i < products->count; i++) {
        if (!is_in(list, count, products->known[i].code))
            continue;
        add(&table->kx, products->known[i].kx);
        add(&table->ciphers, products->known[i].cipher);
        add(&table->macs, products->known[i].mac);
    }
    for (size_t i = 0; i < products->count; i++)
        take(table, &products->known[i], is_in(list, count, products->known[i].code));
}

static bool is_chosen(const struct choice *choice, const struct item *item)
{
    return (choice->kx & 1U << item->kx) != 0 && (choice->macs & 1U << item->mac) != 0;
}

/* The ciphers for the key exchanges and MACs of `choice`, and how many suites that are. */
static void choose_ciphers(const struct table *table, struct choice *choice)
{
    size_t sizes[TLS_PRODUCTS_LIST_MAX] = { 0 };

    choice->size = 0;
    for (size_t c = 0; c < table->ciphers.count; c++)
        choice->ciphers[c] = true;
    for (size_t i = 0; i < table->count; i++) {
        const struct item *item = &table->items[i];

        if (!is_chosen(choice, item))
            continue;
        sizes[item->cipher]++;
        choice->ciphers[item->cipher] = choice->ciphers[item->cipher] && item->wanted;
    }
    for (size_t c = 0; c < table->ciphers.count; c++) {
        if (choice->ciphers[c])
            choice->size += sizes[c];
    }
}

enum { BITS_MAX = 8 }; /* of key exchanges, and of MACs: more than there are */

/* The largest exact part of what is wanted; size 0: there is none. */
static struct choice best_choice(const struct table *table)
{
    struct choice best = { .size = 0 };

    assert(table->kx.count <= BITS_MAX && table->macs.count <= BITS_MAX);
    for (unsigned kx = 1; kx < 1U << table->kx.count; kx++) {
        for (unsigned macs = 1; macs < 1U << table->macs.count; macs++) {
            struct choice choice = { .kx = kx, .macs = macs };

            choose_ciphers(table, &choice);
            if (choice.size > best.size)
                best = choice;
        }
    }
    return best;
}

/* Takes the choice out of what is wanted; its suites as they are. */
static size_t take_out(struct table *table, const struct choice *choice, tls_suite *ret_suites)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct item *item = &table->items[i];

        if (!is_chosen(choice, item) || !choice->ciphers[item->cipher])
            continue;
        item->wanted = false;
        ret_suites[count++] = item->code;
    }
    return count;
}

/* The suites of the part stand in the order of the list. */
static void sort_as(const tls_suite *list, size_t count, tls_suite *part, size_t part_count)
{
    tls_suite sorted[TLS_PRODUCTS_LIST_MAX];
    size_t used = 0;

    for (size_t i = 0; i < count && used < part_count; i++) {
        if (is_in(part, part_count, list[i]) && !is_in(sorted, used, list[i]))
            sorted[used++] = list[i];
    }
    memcpy(part, sorted, used * sizeof(part[0]));
}

bool tls_products_are_exact(const struct tls_products *products, const tls_suite *list,
                            size_t count)
{
    struct table table;

    fill(&table, products, list, count);
    for (size_t i = 0; i < table.count; i++) {
        if (!table.items[i].wanted)
            return false;
    }
    return true;
}

size_t tls_products_part(const struct tls_products *products, const tls_suite *list, size_t count,
                         unsigned part, tls_suite *ret_suites)
{
    struct table table;
    size_t size = 0;

    fill(&table, products, list, count);
    for (unsigned i = 0; i <= part; i++) {
        struct choice choice = best_choice(&table);

        size = choice.size > 0 ? take_out(&table, &choice, ret_suites) : 0;
        if (size == 0)
            return 0;
    }
    sort_as(list, count, ret_suites, size);
    return size;
}
