/* name.h: what the server is called: a name or an address. */
#ifndef TLS_COMMON_NAME_H
#define TLS_COMMON_NAME_H

#include "iface/tls.h"

enum { TLS_ADDRESS_MAX_BYTES = 16 };

/* The bytes of an address, IPv4 or IPv6, as text; 0 for a name. */
size_t tls_address_of(const char *name, unsigned char bytes[TLS_ADDRESS_MAX_BYTES]);

/* True for an address. */
bool tls_is_address(const char *name);

/* True when the server's certificate must be for `config->server_name`. */
bool tls_checks_name(const struct tls_config *config);

/* True when the hello tells the server its name. */
bool tls_sends_name(const struct tls_config *config);

#endif
