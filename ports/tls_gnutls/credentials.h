/* credentials.h: a modem's security data, read into GnuTLS's form. */
#ifndef TLS_GNUTLS_CREDENTIALS_H
#define TLS_GNUTLS_CREDENTIALS_H

#include "iface/tls.h"

#include <gnutls/x509.h>

/* PEM or DER, by looking. */
gnutls_x509_crt_fmt_t gtls_format_of(struct span bytes);

/* Borrowed.  GnuTLS only reads what it is given, though its type does not say so. */
gnutls_datum_t gtls_datum_of(struct span bytes);

/* What GnuTLS's `error` about security data comes to: ERR_NO_MEMORY, or ERR_CREDENTIALS with
 * `ret_failure` set. */
enum err gtls_refuse(struct tls_failure *ret_failure, enum tls_reason reason, int error);

/* The same of `bytes` that could not be read: what is wrong with their text. */
enum err gtls_refuse_bytes(struct tls_failure *ret_failure, enum tls_reason reason,
                           struct span bytes, int error);

/* Reads the client certificate and its key; a copy is kept, and the caller releases it with
 * gnutls_certificate_free_credentials().  A certificate without its key, or a key without its
 * certificate, is unusable.  ERR_CREDENTIALS with `ret_failure` set, ERR_NO_MEMORY. */
enum err gtls_credentials_make(const struct tls_config *config,
                               gnutls_certificate_credentials_t *ret_credentials,
                               struct tls_failure *ret_failure);

#endif
