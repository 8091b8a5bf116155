/* memory_storage.h: iface/storage.h in memory, with failures on demand. */
#ifndef SCRIPTED_MEMORY_STORAGE_H
#define SCRIPTED_MEMORY_STORAGE_H

#include "iface/storage.h"

struct memory_entry {
    char key[STORAGE_KEY_MAX + 1];
    bool secret;
    bool corrupt; /* load() gives ERR_CORRUPT */
    uint8_t *value;
    size_t len;
    struct memory_entry *next;
};

struct memory_before;

struct memory_storage {
    struct memory_entry *entries;
    unsigned loads, applies; /* how often each was called */
    /* The call with this number (from 1) and all after it fail with `error`; 0: none does. */
    unsigned fail_load, fail_apply;
    enum err error;
    bool is_late;                 /* changes are unsafe until memory_storage_settle() */
    uint64_t unsafe;              /* the newest of them; 0: none */
    struct memory_before *before; /* what each of them has replaced, the newest first */
    void (*on_settled)(void *ctx, enum err err);
    void *ctx;
};

/* Without entries; no call fails. */
void memory_storage_init(struct memory_storage *storage);
/* Frees all entries. */
void memory_storage_deinit(struct memory_storage *storage);

/* What the engine is given; borrows `storage`. */
struct storage memory_storage_iface(struct memory_storage *storage);

/* The next apply() (1), the one after it (2) and so on, and all later ones, fail; 0: none does. */
void memory_storage_fail_applies(struct memory_storage *storage, unsigned from, enum err error);

/* What is unsafe becomes safe (ERR_OK), or is lost, and who watches hears of it. */
void memory_storage_settle(struct memory_storage *storage, enum err err);

/* The same for load(). */
void memory_storage_fail_loads(struct memory_storage *storage, unsigned from, enum err error);

/* The entry of this name, to look at or to damage; NULL when there is none. */
struct memory_entry *memory_storage_find(struct memory_storage *storage, const char *key);

/* Puts a value in behind the engine's back. */
void memory_storage_put(struct memory_storage *storage, const char *key, bool secret,
                        struct span value);

#endif
