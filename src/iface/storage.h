/* storage.h: what the engine asks of non-volatile memory.
 *
 * Entries are named by short ASCII keys ("profile/0", "security/1/1"), up to 63 bytes, and hold up
 * to 16 kB.  Secret entries are encrypted at rest; which of the two an entry is, is part of its
 * name. A handle belongs to one modem; two modems never see each other's entries.
 */
#ifndef IFACE_STORAGE_H
#define IFACE_STORAGE_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORAGE_KEY_MAX = 63, STORAGE_VALUE_MAX = 16384 };

struct storage_change {
    const char *key;
    bool secret;
    bool remove;       /* a missing entry may be removed */
    struct span value; /* unless `remove` */
};

struct storage_ops {
    /* Copies an entry into `buf`.  ERR_NOT_FOUND; ERR_FULL when it is larger than `cap`;
     * ERR_CORRUPT when a secret fails its authentication; ERR_IO. */
    enum err (*load)(void *storage, const char *key, bool secret, void *buf, size_t cap,
                     size_t *ret_len);
    /* Makes all changes or none, and load() gives them from then on.  When it returns ERR_OK they
     * survive the end of the process at any later moment, or unsafe() speaks of them until they do.
     */
    enum err (*apply)(void *storage, const struct storage_change *changes, size_t count);
    /* The number of the newest apply() that the end of the process could still undo, counted from 1
     * on; 0: there is none.  NULL, with watch(): there never is. */
    uint64_t (*unsafe)(const void *storage);
    /* Calls on_settled(), outside of all other calls and in the thread of the handle, each time
     * unsafe() has come back to 0: ERR_OK, or the first error of a change that was not made after
     * all; load() gives again what was there before it.  Replaces what was watching; NULL: nobody
     * does. */
    void (*watch)(void *storage, void (*on_settled)(void *ctx, enum err err), void *ctx);
};

struct storage {
    const struct storage_ops *ops;
    void *impl;
};

#endif
