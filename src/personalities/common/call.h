/* call.h: a voice call that comes in: who calls, and what hosts hear of it. */
#ifndef PERSONALITIES_COMMON_CALL_H
#define PERSONALITIES_COMMON_CALL_H

#include "module/module.h"
#include "module/part.h"
#include "module/phone_ops.h"

/* What stands behind a caller's number: the words of the fact that a personality's `caller_line`
 * is, in their order. */
enum call_line {
    CALL_LINE_FULL,   /* "",128,"",0 and in +CLCC a "" */
    CALL_LINE_QUOTED, /* "",,"",0 and the same */
    CALL_LINE_BARE    /* ,,,0 and nothing */
};
#define CALL_LINE_WORDS "full,quoted,bare"

/* Lists it among a maker's parts. */
extern const struct module_part common_call_part;

/* Members of struct module_phone_ops. */
enum err call_ring(struct tlsmodem *modem, const char *caller);

/* As above. */
enum err call_ring_end(struct tlsmodem *modem);

/* As above. */
enum module_call call_now(const struct tlsmodem *modem, const char **ret_caller);

/* How often it has rung; 0: there is none that rings. */
int call_rings(const struct tlsmodem *modem);

/* The host takes it; false: none rings. */
bool call_answer(struct tlsmodem *modem);

/* +CPAS, whose `=?` is a maker's. */
#define COMMON_ACTIVITY_ROW(states)                                                                \
    {                                                                                              \
        .name = "+CPAS", .help = "Activity: 0 ready, 3 rings, 4 in a call.",                       \
        .source = "docs/facts/messages-calls-sim.md §5", .test_text = (states),                    \
        .run = call_run_activity                                                                   \
    }

/* `run` of that row. */
enum at_status call_run_activity(struct at_session *at);

/* The host ends or refuses it; nothing, if there is none. */
void call_hang_up(struct tlsmodem *modem);

#endif
