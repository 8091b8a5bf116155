/* dns_option.c: the value of --dns. */
#include "dns_option.h"

#include "base/number.h"
#include "plan/address_option.h"

#include <string.h>

/* ADDR or ADDR:PORT. */
static bool read_server(const char *value, struct dns_server *ret_server)
{
    const char *rest;
    int32_t port = DNS_PORT;

    if (!address_option_read(value, &ret_server->address, &rest))
        return false;
    if (rest != NULL && (!number_parse(span_of(rest), &port) || port < 1 || port > UINT16_MAX))
        return false;
    ret_server->port = (uint16_t)port;
    return true;
}

/* fe80::/10 (RFC 4291 2.5.6).  c-ares has no place for the interface that such an address needs. */
static bool is_of_one_link(const struct net_address *address)
{
    return address->family == NET_IPV6 && address->bytes[0] == 0xFE &&
           (address->bytes[1] & 0xC0) == 0x80;
}

bool dns_option_read(const char *value, bool *ret_of_module, struct dns_servers *ret_servers,
                     struct text *error)
{
    *ret_of_module = strcmp(value, "module") == 0;
    *ret_servers = (struct dns_servers){ .count = 0 };
    if (*ret_of_module || strcmp(value, "system") == 0)
        return true;
    if (read_server(value, &ret_servers->list[0])) {
        ret_servers->count = 1;
        if (!is_of_one_link(&ret_servers->list[0].address))
            return true;
        text_add(error,
                 "--dns: \"%s\" is of one link; allowed: an address of the server's that is valid "
                 "beyond it (not fe80::/10)",
                 value);
        return false;
    }
    text_add(error,
             "--dns: \"%s\" is no name server; allowed: system, module, an address, or "
             "ADDRESS:PORT with an IPv6 address in brackets",
             value);
    return false;
}
