/* name.h: the names that a certificate was issued for. */
#ifndef TLS_MBEDTLS_NAME_H
#define TLS_MBEDTLS_NAME_H

#include <mbedtls/x509_crt.h>
#include <stdbool.h>
#include <stddef.h>

/* True when `certificate` was issued for `name`, a host name or an address as text.  As the modules
 * of that time, it takes the common name where there are no alternative names of that kind. */
bool mtls_name_fits(const mbedtls_x509_crt *certificate, const char *name);

/* True when `name`, which fits, is an address that stands in the common name only. */
bool mtls_name_is_common_address(const mbedtls_x509_crt *certificate, const char *name);

/* What the operator should have dialled: the first alternative name that is one, else the subject;
 * printable. */
void mtls_name_stated(const mbedtls_x509_crt *certificate, char *text, size_t cap);

#endif
