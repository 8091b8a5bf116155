/* credential.h: security data that a modem gets from files when it is opened. */
#ifndef RUNTIME_CREDENTIAL_H
#define RUNTIME_CREDENTIAL_H

#include "posix/port_failure.h"
#include "tlsmodem.h"

struct runtime_credential {
    const char *name; /* of the place, as tlsmodem_credential_check() has it */
    const char *path; /* of the file */
};

enum { RUNTIME_CREDENTIAL_MAX = 32768 };

/* Puts the file's bytes into the place; nothing of them is left here.  `ret_failure` says in one
 * line what is wrong.  ERR_IO; the errors of tlsmodem_put_credential(). */
enum err runtime_credential_put(struct tlsmodem *modem, const struct runtime_credential *credential,
                                struct port_failure *ret_failure);

#endif
