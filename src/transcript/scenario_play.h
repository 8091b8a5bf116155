/* scenario_play.h: a modem plays a scenario: each step at its time, by the modem's clock. */
#ifndef TRANSCRIPT_SCENARIO_PLAY_H
#define TRANSCRIPT_SCENARIO_PLAY_H

#include "iface/clock.h"
#include "transcript/fill.h"
#include "transcript/scenario.h"

/* All that is pointed to is borrowed until scenario_play_end(). */
struct scenario_play_config {
    const struct scenario *scenario;
    struct clock *clock;
    /* The modem as it is when a step is due; NULL: there is none, and the step is an error. */
    struct tlsmodem *(*modem)(void *ctx);
    size_t terminals; /* of the modem */
    struct fill_variables variables;
    /* A step happens now, its texts filled in; and it did not: nothing has changed.  NULL: nobody
     * wants to know. */
    void (*on_step)(void *ctx, size_t port, const struct script_step *step, struct span first,
                    struct span second);
    void (*on_failed)(void *ctx);
    /* `FILE:LINE: STEP` before each step, the same with the reason for one that could not be done,
     * and a line at the end. */
    void (*say)(void *ctx, bool is_error, const char *text);
    void *ctx;
};

struct scenario_play;

/* The scenario's time 0 is now.  Steps happen from the loop, in order, those of one moment one
 * after the other; never inside of this call.  ERR_NO_MEMORY, and the errors of
 * clock_new_timer(). */
enum err scenario_play_begin(const struct scenario_play_config *config,
                             struct scenario_play **ret_play);

/* How many of its steps have not come yet. */
size_t scenario_play_left(const struct scenario_play *play);

/* Ends it, whatever is still to come; before the modem and the clock.  From outside of its
 * callbacks.  NULL is nothing. */
void scenario_play_end(struct scenario_play *play);

#endif
