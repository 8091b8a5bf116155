/* keylog.h: the NSS key log, by which a recorded connection can be decrypted while debugging. */
#ifndef TLS_GNUTLS_KEYLOG_H
#define TLS_GNUTLS_KEYLOG_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

/* Makes `gnutls` write its secrets to the provider's key log when `wanted`, else nowhere, not even
 * to the file that the environment variable SSLKEYLOGFILE names. */
void gtls_keylog_attach(gnutls_session_t gnutls, bool wanted);

#endif
