/* address_option.c: an address with something behind its colon, as options take it. */
#include "plan/address_option.h"

#include "base/span.h"
#include "posix/sockaddr.h"
#include "posix/tcp_address.h"

#include <string.h>

enum { ADDRESS_CAP = 80 };

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

bool address_option_read(const char *value, struct net_address *ret_address, const char **ret_rest)
{
    const char *colon = strrchr(value, ':');

    *ret_rest = NULL;
    if (read_address(span_of(value), ret_address))
        return true;
    if (colon == NULL || (value[0] != '[' && strchr(value, ':') != colon))
        return false;
    *ret_rest = colon + 1;
    return read_address(span_at(value, (size_t)(colon - value)), ret_address);
}
