/* listen_option.c: the value of --listen. */
#include "listen_option.h"

#include "base/number.h"
#include "plan/address_option.h"

#include <string.h>

static bool read_port(struct span text, uint16_t *ret_port)
{
    int32_t port;

    if (!number_parse(text, &port) || port < 1 || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* FIRST-LAST. */
static bool read_range(const char *range, struct tlsmodem_listening *ret_listening)
{
    const char *dash = strchr(range, '-');

    return dash != NULL &&
           read_port(span_at(range, (size_t)(dash - range)), &ret_listening->first) &&
           read_port(span_of(dash + 1), &ret_listening->last) &&
           ret_listening->first <= ret_listening->last;
}

bool listen_option_read(const char *value, struct tlsmodem_listening *ret_listening,
                        struct text *error)
{
    struct tlsmodem_listening listening = { .first = 0 };
    const char *range;

    if (address_option_read(value, &listening.address, &range) &&
        (range == NULL || read_range(range, &listening))) {
        *ret_listening = listening;
        return true;
    }
    text_add(error,
             "--listen: \"%s\" is no place to listen; allowed: an address of this machine, or "
             "ADDRESS:FIRST-LAST, ports of 1 to 65535, with an IPv6 address in brackets",
             value);
    return false;
}
