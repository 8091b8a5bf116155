/* host_rounds.h: what a host plays again and again. */
#ifndef HOST_HOST_ROUNDS_H
#define HOST_HOST_ROUNDS_H

#include "host/host_turn.h"

/* A REPEAT step, which the host is at. */
enum host_turn host_rounds_begin(struct host *host, const struct script_step *step);

/* Its END step: on behind it, back behind the REPEAT, or a wait until the deadline. */
enum host_turn host_rounds_end(struct host *host);

/* The wait at an END step is over. */
enum host_turn host_rounds_again(struct host *host);

/* The transcript is at its end. */
void host_rounds_over(struct host *host);

#endif
