/* expression.h: what --fail-if has: "p99(dial) > 5s", "errors > 0.1 %" (docs/load.md has the
 * grammar). */
#ifndef DAEMON_VERDICT_EXPRESSION_H
#define DAEMON_VERDICT_EXPRESSION_H

#include "base/text.h"
#include "verdict/summary.h"

#include <stdbool.h>
#include <stdint.h>

enum expression_measure {
    EXPRESSION_PART, /* the time that a part of them did not exceed */
    EXPRESSION_MAX,
    EXPRESSION_MEAN,
    EXPRESSION_COUNT,
    EXPRESSION_RATE,
    EXPRESSION_ERRORS,
    EXPRESSION_MISSING /* shards without a run */
};

enum expression_order { EXPRESSION_ABOVE, EXPRESSION_FROM, EXPRESSION_BELOW, EXPRESSION_UP_TO };

/* Its members are its own. */
struct expression {
    const char *source; /* borrowed */
    enum expression_measure measure;
    enum summary_what what;
    struct summary_part part;
    char kind[VERDICT_REASON_CAP]; /* of errors; "": all */
    enum expression_order order;
    uint64_t millionths; /* of the unit */
    uint64_t unit;       /* of times: microseconds; of rates: seconds; else 1 */
    bool is_share;       /* of errors: per cent of the attempts */
};

/* Reads one; `source` stays as long as it does.  False: `why` says what is wrong, at which column,
 * and what is allowed. */
bool expression_read(const char *source, struct expression *ret_expression, struct text *why);

enum expression_verdict {
    EXPRESSION_FALSE,
    EXPRESSION_TRUE,
    EXPRESSION_UNKNOWN /* of something that never happened, or was not timed */
};

/* Whether it holds.  `ret_said` gets what it is really, in words. */
enum expression_verdict expression_holds(const struct expression *expression,
                                         const struct summary *summary, struct text *ret_said);

#endif
