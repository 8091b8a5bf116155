/* volatile_store.c: a list of entries, each in memory of its own, wiped when it goes. */
#include "runtime/volatile_store.h"

#include "base/wipe.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct volatile_entry {
    struct volatile_entry *next;
    uint32_t len; /* of the value, which stands behind the key and its end */
    bool secret;
    char key[];
};

static char *value_of(struct volatile_entry *entry)
{
    return entry->key + strlen(entry->key) + 1;
}

/* Where the pointer to the entry is, or to the end of the list. */
static struct volatile_entry **find(struct volatile_store *store, const char *key, bool secret)
{
    struct volatile_entry **link = &store->entries;

    while (*link != NULL && ((*link)->secret != secret || strcmp((*link)->key, key) != 0))
        link = &(*link)->next;
    return link;
}

static void drop(struct volatile_entry **link)
{
    struct volatile_entry *entry = *link;

    if (entry == NULL)
        return;
    *link = entry->next;
    wipe(value_of(entry), entry->len);
    free(entry);
}

static enum err load(void *impl, const char *key, bool secret, void *buf, size_t cap,
                     size_t *ret_len)
{
    struct volatile_entry *entry = *find(impl, key, secret);

    if (entry == NULL)
        return ERR_NOT_FOUND;
    if (entry->len > cap)
        return ERR_FULL;
    if (entry->len > 0)
        memcpy(buf, value_of(entry), entry->len);
    *ret_len = entry->len;
    return ERR_OK;
}

/* NULL: no memory. */
static struct volatile_entry *make(const struct storage_change *change)
{
    size_t size = strlen(change->key) + 1;
    struct volatile_entry *entry =
        malloc(offsetof(struct volatile_entry, key) + size + change->value.len);

    if (entry == NULL)
        return NULL;
    *entry =
        (struct volatile_entry){ .len = (uint32_t)change->value.len, .secret = change->secret };
    memcpy(entry->key, change->key, size);
    if (change->value.len > 0)
        memcpy(value_of(entry), change->value.data, change->value.len);
    return entry;
}

/* The new entries of all changes, or none: then there was no memory. */
static bool make_all(const struct storage_change *changes, size_t count,
                     struct volatile_store *ret_made)
{
    for (size_t i = 0; i < count; i++) {
        struct volatile_entry *entry = changes[i].remove ? NULL : make(&changes[i]);

        if (changes[i].remove)
            continue;
        if (entry == NULL) {
            volatile_store_clear(ret_made);
            return false;
        }
        *find(ret_made, "", false) = entry; /* no key is empty: at the end */
    }
    return true;
}

static enum err apply(void *impl, const struct storage_change *changes, size_t count)
{
    struct volatile_store *store = impl;
    struct volatile_store made = { .entries = NULL };

    for (size_t i = 0; i < count; i++) {
        assert(changes[i].key[0] != '\0' && strlen(changes[i].key) <= STORAGE_KEY_MAX);
        if (!changes[i].remove && changes[i].value.len > STORAGE_VALUE_MAX)
            return ERR_INVALID;
    }
    if (!make_all(changes, count, &made))
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        drop(find(store, changes[i].key, changes[i].secret));
    *find(store, "", false) = made.entries;
    return ERR_OK;
}

struct storage volatile_store_iface(struct volatile_store *store)
{
    static const struct storage_ops ops = { .load = load, .apply = apply };

    return (struct storage){ &ops, store };
}

void volatile_store_clear(struct volatile_store *store)
{
    while (store->entries != NULL)
        drop(&store->entries);
}
