/* policy.h: what the machine's configuration of GnuTLS forbids.
 *
 * GnuTLS reads it when the program starts, from /etc/gnutls/config or the file that
 * GNUTLS_SYSTEM_PRIORITY_FILE names, and obeys it whatever a session asks for.
 */
#ifndef TLS_GNUTLS_POLICY_H
#define TLS_GNUTLS_POLICY_H

#include "iface/tls.h"

/* The file that it is read from, which need not be there, or words that stand for it; static. */
const char *gtls_policy_file(void);

/* False when sessions of this version, which GnuTLS has, are forbidden. */
bool gtls_policy_allows(enum tls_version version);

#endif
