/* announce.c: a terminal tells its channel what is new. */
#include "at/session.h"
#include "module/module.h"

/* DSR says that the module is on, DCD that data flows (V.24 circuits 107 and 109). */
static unsigned lines_now(const struct module_terminal *terminal)
{
    unsigned lines = terminal->modem->on ? LINE_DSR : 0;

    if (terminal->settings.dcd == 0 || at_is_online(terminal->at))
        lines |= LINE_DCD;
    return lines;
}

bool terminal_settle(struct module_terminal *terminal)
{
    struct channel *channel = terminal->channel;
    bool news = false;

    if (channel == NULL)
        return false;
    if (at_output_waiting(terminal->at) > terminal->announced) {
        terminal->announced = at_output_waiting(terminal->at);
        channel->ops->output_ready(channel);
        news = true;
    }
    if (terminal->refused && (!terminal->modem->on || at_is_open(terminal->at))) {
        terminal->refused = false;
        channel->ops->input_room(channel);
        news = true;
    }
    if (lines_now(terminal) != terminal->lines) {
        terminal->lines = lines_now(terminal);
        channel->ops->set_lines(channel, terminal->lines);
    }
    return news;
}
