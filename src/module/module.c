/* module.c: the modem and the terminal behind a session, and the time there. */
#include "module/module.h"

struct module_terminal *terminal_of(const struct at_session *at)
{
    return at_owner_of(at);
}

struct tlsmodem *module_of(const struct at_session *at)
{
    return terminal_of(at)->modem;
}

int64_t module_now(const struct tlsmodem *modem)
{
    return clock_now_ms(modem->config.clock);
}
