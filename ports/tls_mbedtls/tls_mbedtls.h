/* tls_mbedtls.h: iface/tls.h on mbedTLS 2.28, for SSL 3.0 and nothing else. */
#ifndef TLS_MBEDTLS_H
#define TLS_MBEDTLS_H

#include "iface/tls.h"
#include "base/err.h"
#include "tls_common/keylog.h"

/* Makes the provider.  Several threads may open sessions of one provider.  `keylog_path`: a file
 * in NSS key log format to append to, made with mode 0600, or NULL for none; ERR_IO when it cannot
 * be opened.  ERR_NO_MEMORY. */
enum err tls_mbedtls_open(const char *keylog_path, struct tls **ret_tls);

/* Has what the key log gets go to `tap`, too, which is borrowed until the provider is closed;
 * before any session. */
void tls_mbedtls_tap_keys(struct tls *tls, const struct tls_keylog_tap *tap);

/* Releases the provider, after all its sessions; NULL is nothing. */
void tls_mbedtls_close(struct tls *tls);

#endif
