/* on_error.h: what a host does when its transcript came out otherwise: one line of a file.
 *
 *     give up
 *     retry [TIME] [N times]                              1s unless given
 *     redial TIME [xFACTOR] [up to TIME] [± PER CENT %] [N times]
 *
 * `retry` plays from the beginning again, `redial` from the last `dial` step.
 */
#ifndef HOST_ON_ERROR_H
#define HOST_ON_ERROR_H

#include "base/text.h"
#include "transcript/made.h"

enum on_error_kind { ON_ERROR_GIVE_UP, ON_ERROR_RETRY, ON_ERROR_REDIAL };

/* All zero gives up. */
struct on_error {
    enum on_error_kind kind;
    uint32_t first_ms;  /* before the first time */
    uint32_t most_ms;   /* before any, without what is random */
    uint32_t factor;    /* thousandths: of the time before, each time; 1000 to 100000 */
    uint32_t spread;    /* per cent, 0 to 100: up to so much more or less, at random */
    uint32_t times_max; /* one after the other without a success; 0: without end */
};

/* Reads one.  False: `why` gets what is wrong and what is allowed. */
bool on_error_read(struct span text, struct on_error *ret_rule, struct text *why);

/* How long a host waits that has failed `failures` times (from 1) since its last success; false: it
 * gives up. */
bool on_error_wait(const struct on_error *rule, uint32_t failures, struct made *made,
                   int64_t *ret_ms);

#endif
