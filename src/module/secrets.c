/* secrets.c: what of a host's input may not be shown. */
#include "at/session.h"
#include "module/module.h"

#include <assert.h>

bool tlsmodem_awaits_secret(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return at_awaits_secret(modem->terminals[index].at);
}

size_t tlsmodem_find_secrets(const struct tlsmodem *modem, size_t index, struct span line,
                             struct span *list, size_t cap)
{
    assert(index < modem->terminal_count);
    assert(list != NULL || cap == 0);
    return at_find_secrets(modem->terminals[index].at, line, list, cap);
}
