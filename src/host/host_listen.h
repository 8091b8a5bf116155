/* host_listen.h: what a host makes of what it hears. */
#ifndef HOST_HOST_LISTEN_H
#define HOST_HOST_LISTEN_H

#include "host/host_turn.h"

/* Looks for the step's text, host->text, in what has come. */
enum host_turn host_listen_text(struct host *host, const struct script_step *step);

/* Looks for a line that the step's pattern matches. */
enum host_turn host_listen_match(struct host *host, const struct programme_step *step);

/* Nothing is awaited: lines are put aside; one that says that the connection has ended, while the
 * host has one, fails.  Data stays where it is. */
enum host_turn host_listen_meanwhile(struct host *host);

#endif
