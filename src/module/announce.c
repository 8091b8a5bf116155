/* announce.c: a terminal tells its channel what is new, and what time asks of it. */
#include "at/session.h"
#include "base/time.h"
#include "module/facts.h"
#include "module/flow.h"
#include "module/module.h"
#include "module/multiplex.h"

/* DSR says that the module is on, DCD that data flows, RI that it rings (V.24 circuits 107, 109 and
 * 125). */
static unsigned lines_now(const struct module_terminal *terminal)
{
    unsigned lines = terminal->modem->on ? LINE_DSR : 0;

    if (terminal->settings.dcd == 0 || at_is_online(terminal->at))
        lines |= LINE_DCD;
    if (terminal->modem->rings)
        lines |= LINE_RI;
    return lines;
}

size_t terminal_output_waiting(const struct module_terminal *terminal)
{
    return terminal->multiplex != NULL ? multiplex_output_waiting(terminal)
                                       : terminal_plain_waiting(terminal);
}

bool terminal_pass(struct module_terminal *terminal)
{
    struct tlsmodem *modem = terminal->modem;
    bool passed = multiplex_settle(terminal);

    if (terminal->flow == NULL)
        return passed;
    if (flow_is_waiting(terminal->flow) && at_is_open(terminal->at))
        passed = flow_pass(terminal->flow) || passed;
    if (flow_has_news(terminal->flow))
        terminal->announced = 0;
    if (flow_has_coded(terminal->flow))
        module_note_fact(modem, modem->personality->flow_is_coded);
    if (flow_is_idle(terminal->flow)) {
        flow_free(terminal->flow);
        terminal->flow = NULL;
    }
    return passed;
}

int64_t terminal_deadline(const struct module_terminal *terminal)
{
    int64_t deadline_ms = at_deadline(terminal->at);

    if (terminal->multiplex != NULL)
        deadline_ms = time_earlier(deadline_ms, multiplex_deadline(terminal));
    return terminal->flow != NULL ? time_earlier(deadline_ms, flow_deadline(terminal->flow))
                                  : deadline_ms;
}

void terminal_tick(struct module_terminal *terminal)
{
    if (terminal->flow != NULL)
        flow_tick(terminal->flow, module_now(terminal->modem));
    at_tick(terminal->at);
    if (terminal->multiplex != NULL)
        multiplex_tick(terminal);
}

static bool takes_input(const struct module_terminal *terminal)
{
    if (!terminal->modem->on)
        return true;
    if (terminal->multiplex != NULL)
        return multiplex_takes_input(terminal);
    return terminal->flow != NULL ? flow_has_room(terminal->flow) : at_is_open(terminal->at);
}

bool terminal_settle(struct module_terminal *terminal)
{
    struct channel *channel = terminal->channel;
    bool news = false;

    if (channel == NULL)
        return false;
    if (terminal_output_waiting(terminal) > terminal->announced) {
        terminal->announced = terminal_output_waiting(terminal);
        channel->ops->output_ready(channel);
        news = true;
    }
    if (terminal->refused && takes_input(terminal)) {
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
