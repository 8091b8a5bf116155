/* slot.h: what identifies an entry. */
#ifndef NVM_SQLITE_SLOT_H
#define NVM_SQLITE_SLOT_H

#include <stdbool.h>

enum { NVM_MODEM_NAME_MAX = 63 };

/* Borrowed names; the modem "" is this port itself. */
struct nvm_slot {
    const char *modem;
    const char *key;
    bool secret;
};

#endif
