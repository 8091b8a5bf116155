/* outcome.h: what comes out of the steps of a probe, group by group of its patterns. */
#ifndef DAEMON_PROBE_OUTCOME_H
#define DAEMON_PROBE_OUTCOME_H

#include "probe/table.h"

enum { OUTCOME_VALUE_MAX = 127 };

/* All zero: nothing has come out. */
struct outcome {
    char value[OUTCOME_VALUE_MAX + 1]; /* as --config takes it, once it is known */
    bool is_known;
    bool taken, refused; /* of a search */
    bool has_begun, is_over;
    int64_t begun_ms; /* by the clock of outcome_group() */
    int64_t took_ms;
    bool counts, has_counted; /* has_counted: before it was over */
    int64_t sum;
};

/* A group of a pattern that has matched, at this moment; an empty value where it took no part. */
void outcome_group(struct outcome *outcome, struct span name, struct span value, int64_t now_ms);

/* The module answers after a restart: a time that has begun is over, else one begins. */
void outcome_awake(struct outcome *outcome, int64_t now_ms);

/* Whether the value is known, also by what was measured or counted up to here; the unit of a time
 * is that of the fact's name: -ms, -ds, -s. */
bool outcome_is_known(struct outcome *outcome, const struct probe *probe, struct span fact);

/* Whether no further step can change the value. */
bool outcome_is_certain(const struct outcome *outcome, const struct probe *probe);

/* The value is this one, unless another was there before; too long a one is none. */
void outcome_know(struct outcome *outcome, struct span value);

#endif
