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
    /* Makes all changes or none.  When it returns ERR_OK they survive the end of the process at
     * any later moment. */
    enum err (*apply)(void *storage, const struct storage_change *changes, size_t count);
};

struct storage {
    const struct storage_ops *ops;
    void *impl;
};

#endif
