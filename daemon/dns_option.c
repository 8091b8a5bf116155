/* dns_option.c: the value of --dns. */
#include "dns_option.h"

#include "base/number.h"
#include "posix/sockaddr.h"
#include "posix/tcp_address.h"

#include <string.h>

enum { ADDRESS_CAP = 80, PORT_MAX = 65535 };

/* An address, in brackets or not. */
static bool read_address(struct span text, struct net_address *ret_address)
{
    char plain[ADDRESS_CAP];
    struct sockaddr_storage at;
    socklen_t len;

    if (text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']')
        text = span_at(text.data + 1, text.len - 2);
    if (text.len >= sizeof(plain))
        return false;
    memcpy(plain, text.data, text.len);
    plain[text.len] = '\0';
    return tcp_address_read(plain, 0, &at, &len) &&
           sockaddr_read((const struct sockaddr *)&at, ret_address, NULL);
}

/* ADDR or ADDR:PORT; the colons of an IPv6 address are not the port's unless it is in brackets. */
static bool read_server(const char *value, struct dns_server *ret_server)
{
    const char *colon = strrchr(value, ':');
    int32_t port;

    ret_server->port = DNS_PORT;
    if (read_address(span_of(value), &ret_server->address))
        return true;
    if (colon == NULL || (value[0] != '[' && strchr(value, ':') != colon))
        return false;
    if (!number_parse(span_of(colon + 1), &port) || port < 1 || port > PORT_MAX)
        return false;
    ret_server->port = (uint16_t)port;
    return read_address(span_at(value, (size_t)(colon - value)), &ret_server->address);
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
        return true;
    }
    text_add(error,
             "--dns: \"%s\" is no name server; allowed: system, module, an address, or "
             "ADDRESS:PORT with an IPv6 address in brackets",
             value);
    return false;
}
