/* metrics.h: what a fleet does, as Prometheus reads it.  The names are docs/contract.md's. */
#ifndef CONTROL_METRICS_H
#define CONTROL_METRICS_H

#include "control/exposition.h"
#include "runtime/tally.h"

/* What there is to be told. */
struct metrics {
    const struct tally_sums *const *sums; /* of the worlds */
    size_t count;
    const struct tally_census *census; /* of all of them */
    uint64_t store_writes;
    uint64_t heap_bytes; /* of all modems; 0: not known */
};

/* Writes all families. */
void metrics_write(const struct metrics *metrics, struct exposition *out);

#endif
