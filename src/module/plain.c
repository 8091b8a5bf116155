/* plain.c: what a terminal's session, or what XON and XOFF make of it, has for the host. */
#include "at/session.h"
#include "module/flow.h"
#include "module/terminal.h"

struct span terminal_plain_peek(const struct module_terminal *terminal)
{
    return terminal->flow != NULL ? flow_peek(terminal->flow) : at_peek(terminal->at);
}

void terminal_plain_consume(struct module_terminal *terminal, size_t count)
{
    if (terminal->flow != NULL)
        flow_consume(terminal->flow, count);
    else
        at_consume(terminal->at, count);
}

size_t terminal_plain_waiting(const struct module_terminal *terminal)
{
    return terminal->flow != NULL ? flow_output_waiting(terminal->flow)
                                  : at_output_waiting(terminal->at);
}
