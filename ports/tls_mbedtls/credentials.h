/* credentials.h: a modem's security data, read into mbedTLS's form. */
#ifndef TLS_MBEDTLS_CREDENTIALS_H
#define TLS_MBEDTLS_CREDENTIALS_H

#include "iface/tls.h"

struct mtls_setup;

/* Reads the CA certificates (when `config` verifies), the client certificate and its key into
 * `setup`, which owns them.  A certificate without its key, or a key without its certificate, is
 * unusable.  ERR_CREDENTIALS with `ret_failure` set, ERR_NO_MEMORY. */
enum err mtls_credentials_read(struct mtls_setup *setup, const struct tls_config *config,
                               struct tls_failure *ret_failure);

#endif
