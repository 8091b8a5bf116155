/* Made by tools/public_headers of src/iface/storage.h. */
/* tlsmodem/storage.h: what the engine asks of non-volatile memory.
 *
 * Entries are named by short ASCII keys ("profile/0", "security/1/1"), up to 63 bytes, and hold up
 * to 16 kB.  Secret entries are encrypted at rest; which of the two an entry is, is part of its
 * name. A handle belongs to one modem; two modems never see each other's entries.
 */
#ifndef TLSMODEM_IFACE_STORAGE_H
#define TLSMODEM_IFACE_STORAGE_H

#include "tlsmodem/err.h"
#include "tlsmodem/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TLSMODEM_STORAGE_KEY_MAX = 63, TLSMODEM_STORAGE_VALUE_MAX = 16384 };

struct tlsmodem_storage_change {
    const char *key;
    bool secret;
    bool remove;                /* a missing entry may be removed */
    struct tlsmodem_span value; /* unless `remove` */
};

struct tlsmodem_storage_ops {
    /* Copies an entry into `buf`.  TLSMODEM_ERR_NOT_FOUND; TLSMODEM_ERR_FULL when it is larger than
     * `cap`; TLSMODEM_ERR_CORRUPT when a secret fails its authentication; TLSMODEM_ERR_IO. */
    enum tlsmodem_err (*load)(void *storage, const char *key, bool secret, void *buf, size_t cap,
                              size_t *ret_len);
    /* Makes all changes or none, and load() gives them from then on.  When it returns
     * TLSMODEM_ERR_OK they survive the end of the process at any later moment, or unsafe() speaks
     * of them until they do.
     */
    enum tlsmodem_err (*apply)(void *storage, const struct tlsmodem_storage_change *changes,
                               size_t count);
    /* The number of the newest apply() that the end of the process could still undo, counted from 1
     * on; 0: there is none.  NULL, with watch(): there never is. */
    uint64_t (*unsafe)(const void *storage);
    /* Calls on_settled(), outside of all other calls and in the thread of the handle, each time
     * unsafe() has come back to 0: TLSMODEM_ERR_OK, or the first error of a change that was not
     * made after all; load() gives again what was there before it.  Replaces what was watching;
     * NULL: nobody does. */
    void (*watch)(void *storage, void (*on_settled)(void *ctx, enum tlsmodem_err err), void *ctx);
};

struct tlsmodem_storage {
    const struct tlsmodem_storage_ops *ops;
    void *impl;
};

#ifdef __cplusplus
}
#endif

#endif
