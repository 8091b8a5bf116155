/* credentials.h: a modem's security data, read into GnuTLS's form. */
#ifndef TLS_GNUTLS_CREDENTIALS_H
#define TLS_GNUTLS_CREDENTIALS_H

#include "iface/tls.h"

#include <gnutls/gnutls.h>

/* Reads the CA certificates (when `config` verifies), the client certificate and its key; a copy is
 * kept, and the caller releases it with gnutls_certificate_free_credentials().  A certificate
 * without its key, or a key without its certificate, is unusable.  ERR_CREDENTIALS with
 * `ret_failure` set, ERR_NO_MEMORY. */
enum err gtls_credentials_make(const struct tls_config *config,
                               gnutls_certificate_credentials_t *ret_credentials,
                               struct tls_failure *ret_failure);

#endif
