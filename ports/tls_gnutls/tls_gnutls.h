/* tls_gnutls.h: iface/tls.h on GnuTLS 3.7.  TLS 1.0 to 1.3; no SSL 3.0. */
#ifndef TLS_GNUTLS_H
#define TLS_GNUTLS_H

#include "iface/tls.h"
#include "base/err.h"
#include "tls_common/keylog.h"

#include <stdbool.h>

/* Makes the provider.  Several threads may open sessions of one provider.  `keylog_path`: a file
 * in NSS key log format to append to, made with mode 0600, or NULL for none; ERR_IO when it cannot
 * be opened.  ERR_NO_MEMORY.  Sets GnuTLS's clock, and how it frees, for the whole process. */
enum err tls_gnutls_open(const char *keylog_path, struct tls **ret_tls);

enum { TLS_GNUTLS_POLICY_MAX = 400 };

/* What the machine's configuration of GnuTLS forbids of what modules may offer, as one sentence for
 * the operator, with its file; false, and "", when nothing.  Any thread. */
bool tls_gnutls_policy(char ret_line[TLS_GNUTLS_POLICY_MAX]);

/* Has what the key log gets go to `tap`, too, which is borrowed until the provider is closed;
 * before any session. */
void tls_gnutls_tap_keys(struct tls *tls, const struct tls_keylog_tap *tap);

/* Releases the provider, after all its sessions; NULL is nothing. */
void tls_gnutls_close(struct tls *tls);

#endif
