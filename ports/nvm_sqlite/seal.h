/* seal.h: secret entries as they lie on the disk: AES-256-GCM, bound to the slot they are in.
 *
 *   version (1 byte) | nonce (12, random) | ciphertext | tag (16)
 *
 * Associated data: format, modem and key.  An older value of the same slot is accepted: who can
 * replace the file can turn it back.
 */
#ifndef NVM_SQLITE_SEAL_H
#define NVM_SQLITE_SEAL_H

#include "nvm_sqlite/key.h"
#include "nvm_sqlite/slot.h"

#include "base/span.h"
#include "iface/storage.h"

enum { NVM_SEAL_EXTRA = 1 + 12 + 16, NVM_SEALED_MAX = STORAGE_VALUE_MAX + NVM_SEAL_EXTRA };

/* Holds the expanded key; one thread at a time. */
struct nvm_seal {
    struct api_aead_cipher_hd_st *cipher;
};

/* Makes a seal of the key, which the caller may wipe then. */
enum err nvm_seal_init(struct nvm_seal *seal, const struct nvm_key *key, struct nvm_report report);

/* Wipes and frees the expanded key. */
void nvm_seal_deinit(struct nvm_seal *seal);

/* Seals `plain` (up to STORAGE_VALUE_MAX) into `sealed`, which holds NVM_SEALED_MAX bytes. */
enum err nvm_seal_close(const struct nvm_seal *seal, const struct nvm_slot *slot, struct span plain,
                        uint8_t *sealed, struct nvm_report report, size_t *ret_len);

/* Opens `sealed` into `buf`.  ERR_CORRUPT: damaged, of another slot or key; ERR_FULL: longer than
 * `cap`, with no message.  On failure `buf` holds no plaintext. */
enum err nvm_seal_open(const struct nvm_seal *seal, const struct nvm_slot *slot, struct span sealed,
                       void *buf, size_t cap, struct nvm_report report, size_t *ret_len);

#endif
