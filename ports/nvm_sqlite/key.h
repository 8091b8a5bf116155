/* key.h: the key that secret entries are sealed with. */
#ifndef NVM_SQLITE_KEY_H
#define NVM_SQLITE_KEY_H

#include "nvm_sqlite/folder.h"

#include <stdint.h>

enum { NVM_KEY_SIZE = 32 };

/* Wiped by whoever holds it, as soon as a seal was made of it. */
struct nvm_key {
    uint8_t bytes[NVM_KEY_SIZE];
    struct nvm_path source; /* for messages */
};

/* Reads the key from the service manager's credentials, else from nvm.key in `dir`.
 * ERR_NOT_FOUND, with no message: there is neither.  ERR_CREDENTIALS: wrong size, or nvm.key is
 * open to others. */
enum err nvm_key_load(struct nvm_key *key, const char *dir, struct nvm_report report);

/* Makes a random key and stores it as nvm.key in `dir`, whole or not at all, never over another. */
enum err nvm_key_create(struct nvm_key *key, const char *dir, struct nvm_report report);

#endif
