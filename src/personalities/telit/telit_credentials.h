/* telit_credentials.h: the security data that a module holds: certificates and private keys by
 * slot.
 *
 * A slot lives in NVM, where it is encrypted, or in RAM, where it never touches the disk and hides
 * what NVM has in the same slot.  Contents are bytes as the host gave them; they are looked at when
 * used.
 */
#ifndef TELIT_CREDENTIALS_H
#define TELIT_CREDENTIALS_H

#include "base/bytes.h"
#include "iface/storage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CREDENTIAL_STORES_MAX = 10 };

enum credential_kind { CREDENTIAL_CERTIFICATE, CREDENTIAL_CA, CREDENTIAL_KEY, CREDENTIAL_KINDS };

struct telit_credentials {
    const struct storage *nvm; /* borrowed; NULL: RAM stands in for NVM */
    size_t store_count;
    struct bytes *ram; /* owned; a slot each, store by store; NULL: nothing was put there */
    uint32_t in_nvm;   /* a bit for each slot */
};

/* Looks up which slots of stores 1 to `store_count`, at most CREDENTIAL_STORES_MAX, NVM holds.
 * ERR_IO. */
enum err telit_credentials_init(struct telit_credentials *credentials, const struct storage *nvm,
                                size_t store_count);

/* Looks up again what NVM holds, which has lost what was put there last; RAM stays. */
void telit_credentials_look_again(struct telit_credentials *credentials);

/* Wipes and frees everything in RAM. */
void telit_credentials_deinit(struct telit_credentials *credentials);

/* `store` counts from 1 in all calls below.  Puts `data` into a slot, in RAM or for good; what
 * the slot held is gone.  ERR_NO_MEMORY, ERR_FULL, ERR_IO: nothing has changed. */
enum err telit_credentials_put(struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, bool in_ram, struct span data);

/* Empties a slot, which may be empty, in RAM and NVM. */
enum err telit_credentials_remove(struct telit_credentials *credentials, size_t store,
                                  enum credential_kind kind);

/* True when a slot holds something, in RAM or NVM. */
bool telit_credentials_has(const struct telit_credentials *credentials, size_t store,
                           enum credential_kind kind);

/* Copies a slot's bytes; the caller wipes them.  ERR_NOT_FOUND, ERR_FULL, ERR_CORRUPT, ERR_IO. */
enum err telit_credentials_get(const struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, uint8_t *buf, size_t cap,
                               size_t *ret_len);

#endif
