/* engine_stage.h: the engine in virtual time, with peers that do what the script says. */
#ifndef TRANSCRIPT_ENGINE_STAGE_H
#define TRANSCRIPT_ENGINE_STAGE_H

#include "transcript/engine_config.h"
#include "transcript/stage.h"

struct engine_stage;

/* Switches the modem on.  ERR_INVALID: the header asks for something that is not there, and `why`
 * says what; ERR_NO_MEMORY; errors of tlsmodem_new().  Then nothing is left behind. */
enum err engine_stage_open(const struct engine_stage_config *config, struct report *why,
                           struct engine_stage **ret_stage);

/* What a player is given; good until engine_stage_close(). */
struct stage *engine_stage_iface(struct engine_stage *stage);

/* How many steps of its scenario have not come yet; 0 without one. */
size_t engine_stage_left(const struct engine_stage *stage);

/* Switches off and frees it; NULL is nothing. */
void engine_stage_close(struct engine_stage *stage);

#endif
