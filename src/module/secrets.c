/* secrets.c: what of a host's input may not be shown. */
#include "at/session.h"
#include "module/flow.h"
#include "module/module.h"
#include "module/multiplex.h"

#include <assert.h>

bool tlsmodem_awaits_secret(const struct tlsmodem *modem, size_t index)
{
    const struct module_terminal *terminal = modem->terminals[index];

    assert(index < modem->terminal_count);
    return multiplex_is_on(terminal) || at_awaits_secret(terminal->at);
}

bool tlsmodem_hears_frames(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return multiplex_is_on(modem->terminals[index]);
}

bool tlsmodem_says_frames(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return multiplex_says_frames(modem->terminals[index]);
}

bool tlsmodem_in_prompt(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return at_in_prompt(modem->terminals[index]->at);
}

bool tlsmodem_keeps_typed(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return modem->terminals[index]->flow != NULL && flow_is_waiting(modem->terminals[index]->flow);
}

bool tlsmodem_in_line(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return at_in_line(modem->terminals[index]->at);
}

uint8_t tlsmodem_erase_key(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return at_erase_key(modem->terminals[index]->at);
}

size_t tlsmodem_typed_part(const struct tlsmodem *modem, size_t index, struct span bytes,
                           bool *ret_ends)
{
    assert(index < modem->terminal_count && ret_ends != NULL);
    if (multiplex_is_on(modem->terminals[index])) {
        *ret_ends = false;
        return bytes.len;
    }
    return at_typed_part(modem->terminals[index]->at, bytes, ret_ends);
}

size_t tlsmodem_find_secrets(const struct tlsmodem *modem, size_t index, struct span line,
                             struct span *list, size_t cap)
{
    assert(index < modem->terminal_count);
    assert(list != NULL || cap == 0);
    return at_find_secrets(modem->terminals[index]->at, line, list, cap);
}
