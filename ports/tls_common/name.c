/* name.c: see name.h. */
#include "tls_common/name.h"

#include <arpa/inet.h>

size_t tls_address_of(const char *name, unsigned char bytes[TLS_ADDRESS_MAX_BYTES])
{
    if (inet_pton(AF_INET, name, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, name, bytes) == 1 ? 16 : 0;
}

bool tls_is_address(const char *name)
{
    unsigned char bytes[TLS_ADDRESS_MAX_BYTES];

    return tls_address_of(name, bytes) > 0;
}

bool tls_sends_name(const struct tls_config *config)
{
    return config->send_sni && config->server_name[0] != '\0' &&
           !tls_is_address(config->server_name);
}

bool tls_checks_name(const struct tls_config *config)
{
    return !config->ignore_name && !(config->ignore_address && tls_is_address(config->server_name));
}
