/* memory_storage.c: non-volatile memory that lives as long as its struct. */
#include "scripted/memory_storage.h"

#include <stdio.h>
#include <stdlib.h>

/* What was under a key before a change that is not safe. */
struct memory_before {
    struct memory_before *next;
    char key[STORAGE_KEY_MAX + 1];
    struct memory_entry *entry; /* owned; NULL: nothing */
};

void memory_storage_init(struct memory_storage *storage)
{
    *storage = (struct memory_storage){ .error = ERR_IO };
}

static void free_entry(struct memory_entry *entry)
{
    free(entry->value);
    free(entry);
}

void memory_storage_deinit(struct memory_storage *storage)
{
    storage->on_settled = NULL;
    memory_storage_settle(storage, ERR_OK);
    while (storage->entries != NULL) {
        struct memory_entry *entry = storage->entries;

        storage->entries = entry->next;
        free_entry(entry);
    }
}

struct memory_entry *memory_storage_find(struct memory_storage *storage, const char *key)
{
    struct memory_entry *entry = storage->entries;

    while (entry != NULL && strcmp(entry->key, key) != 0)
        entry = entry->next;
    return entry;
}

/* NULL: there is none. */
static struct memory_entry *take_entry(struct memory_storage *storage, const char *key)
{
    struct memory_entry **link = &storage->entries;
    struct memory_entry *entry;

    while (*link != NULL && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    entry = *link;
    if (entry != NULL)
        *link = entry->next;
    return entry;
}

static void remove_entry(struct memory_storage *storage, const char *key)
{
    struct memory_entry *entry = take_entry(storage, key);

    if (entry != NULL)
        free_entry(entry);
}

/* A change begins that is not safe at once. */
static void note_before(struct memory_storage *storage, const char *key)
{
    struct memory_before *before = calloc(1, sizeof(*before));

    if (before == NULL)
        abort();
    snprintf(before->key, sizeof(before->key), "%s", key);
    before->entry = take_entry(storage, key);
    before->next = storage->before;
    storage->before = before;
}

static struct memory_entry *make_entry(const char *key, bool secret, struct span value)
{
    struct memory_entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL || (entry->value = malloc(value.len + 1)) == NULL) {
        free(entry);
        return NULL;
    }
    snprintf(entry->key, sizeof(entry->key), "%s", key);
    entry->secret = secret;
    entry->len = value.len;
    if (value.len > 0)
        memcpy(entry->value, value.data, value.len);
    return entry;
}

static void add_entry(struct memory_storage *storage, struct memory_entry *entry)
{
    remove_entry(storage, entry->key);
    entry->next = storage->entries;
    storage->entries = entry;
}

void memory_storage_put(struct memory_storage *storage, const char *key, bool secret,
                        struct span value)
{
    struct memory_entry *entry = make_entry(key, secret, value);

    if (entry == NULL)
        abort();
    add_entry(storage, entry);
}

static enum err load(void *impl, const char *key, bool secret, void *buf, size_t cap,
                     size_t *ret_len)
{
    struct memory_storage *storage = impl;
    struct memory_entry *entry = memory_storage_find(storage, key);

    storage->loads++;
    if (storage->fail_load != 0 && storage->loads >= storage->fail_load)
        return storage->error;
    if (entry == NULL || entry->secret != secret)
        return ERR_NOT_FOUND;
    if (entry->corrupt)
        return ERR_CORRUPT;
    if (entry->len > cap)
        return ERR_FULL;
    if (entry->len > 0)
        memcpy(buf, entry->value, entry->len);
    *ret_len = entry->len;
    return ERR_OK;
}

static bool is_valid(const struct storage_change *change)
{
    size_t len = strlen(change->key);

    return len >= 1 && len <= STORAGE_KEY_MAX &&
           (change->remove || change->value.len <= STORAGE_VALUE_MAX);
}

enum { CHANGES_MAX = 8 };

/* All of them or, without memory, none. */
static bool make_entries(const struct storage_change *changes, size_t count,
                         struct memory_entry **made)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i].remove)
            continue;
        made[i] = make_entry(changes[i].key, changes[i].secret, changes[i].value);
        if (made[i] != NULL)
            continue;
        while (i > 0) {
            if (made[--i] != NULL)
                free_entry(made[i]);
        }
        return false;
    }
    return true;
}

static enum err apply(void *impl, const struct storage_change *changes, size_t count)
{
    struct memory_entry *made[CHANGES_MAX] = { NULL };
    struct memory_storage *storage = impl;

    if (count > CHANGES_MAX)
        return ERR_INVALID;
    storage->applies++;
    if (storage->fail_apply != 0 && storage->applies >= storage->fail_apply)
        return storage->error;
    for (size_t i = 0; i < count; i++) {
        if (!is_valid(&changes[i]))
            return ERR_INVALID;
    }
    if (!make_entries(changes, count, made))
        return ERR_NO_MEMORY;
    storage->unsafe += storage->is_late ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        if (storage->is_late)
            note_before(storage, changes[i].key);
        if (changes[i].remove)
            remove_entry(storage, changes[i].key);
        else
            add_entry(storage, made[i]);
    }
    return ERR_OK;
}

static uint64_t unsafe(const void *impl)
{
    const struct memory_storage *storage = impl;

    return storage->before != NULL ? storage->unsafe : 0;
}

static void watch(void *impl, void (*on_settled)(void *ctx, enum err err), void *ctx)
{
    struct memory_storage *storage = impl;

    storage->on_settled = on_settled;
    storage->ctx = ctx;
}

static const struct storage_ops ops = {
    .load = load, .apply = apply, .unsafe = unsafe, .watch = watch
};

void memory_storage_settle(struct memory_storage *storage, enum err err)
{
    while (storage->before != NULL) {
        struct memory_before *before = storage->before;

        storage->before = before->next;
        if (err != ERR_OK) {
            remove_entry(storage, before->key);
            if (before->entry != NULL)
                add_entry(storage, before->entry);
        } else if (before->entry != NULL) {
            free_entry(before->entry);
        }
        free(before);
    }
    if (storage->on_settled != NULL)
        storage->on_settled(storage->ctx, err);
}

struct storage memory_storage_iface(struct memory_storage *storage)
{
    return (struct storage){ &ops, storage };
}

void memory_storage_fail_applies(struct memory_storage *storage, unsigned from, enum err error)
{
    storage->fail_apply = from == 0 ? 0 : storage->applies + from;
    storage->error = error;
}

void memory_storage_fail_loads(struct memory_storage *storage, unsigned from, enum err error)
{
    storage->fail_load = from == 0 ? 0 : storage->loads + from;
    storage->error = error;
}
