/* telit_private_key.h: which format a private key has. */
#ifndef TELIT_PRIVATE_KEY_H
#define TELIT_PRIVATE_KEY_H

#include "base/span.h"

#include <stdbool.h>

/* True for an RSA key after PKCS #1 (RFC 8017 A.1.2) in PEM or DER, as far as its first bytes tell:
 * PKCS #8, other kinds of key and what is no key at all are false. */
bool telit_private_key_is_pkcs1(struct span key);

#endif
