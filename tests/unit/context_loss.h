/* context_loss.h: services of a module that lose their context while they are under way. */
#ifndef CONTEXT_LOSS_H
#define CONTEXT_LOSS_H

#include "endings.h"

/* How the context goes; another port types it. */
enum loss {
    LOSS_COMMAND, /* the maker's own command */
    LOSS_RADIO,   /* AT+CFUN=4 */
    LOSS_DETACH,  /* AT+CGATT=0 */
    LOSS_COUNT
};

/* Names and ports for what does not end by itself. */
#define NAME_THAT_HANGS "slow"
#define PORT_THAT_HANGS "4999"

/* What the moves have brought under way, and what the host hears when the context goes: by the
 * maker's command, or otherwise. */
struct service_row {
    const char *name;
    const struct move *moves;
    size_t count;
    const char *by_command, *by_network;
    const char *typed; /* the rest of what a prompt waits for; NULL: none is open */
};

#define MOVES(...)                                                                                 \
    .moves = (const struct move[]){ __VA_ARGS__ },                                                 \
    .count = sizeof((const struct move[]){ __VA_ARGS__ }) / sizeof(struct move)

/* Takes the context from each service in each way: the host hears what the row says, and no more;
 * nothing leaves to the network afterwards and nothing is open; AT is answered.  The result of
 * main(). */
int context_loss_run(const struct endings_module *module, const struct service_row *rows,
                     size_t count);

#endif
