/* scenario_run.h: the scenario of a run, which each of its modems plays from its own start. */
#ifndef DAEMON_SCENARIO_RUN_H
#define DAEMON_SCENARIO_RUN_H

#include "check/scenario_file.h"
#include "plan/modem_plan.h"
#include "recording.h"
#include "runtime/modem.h"

#include <stdint.h>

/* All zero is none. */
struct scenario_run {
    struct scenario_file file;
    uint32_t shard; /* ${shard} */
};

/* Reads the file at `path`, NULL for none, and looks whether each modem of the plans can play it.
 * False: `say` got a line for each mistake, without an end, and there is nothing to free. */
bool scenario_run_open(const char *path, uint32_t shard, const struct modem_plans *plans,
                       void (*say)(void *ctx, const char *line), void *ctx,
                       struct scenario_run *ret_run);

/* True when each modem of the plans can play it; else `say` got a line. */
bool scenario_run_suits(const struct scenario_run *run, const struct modem_plans *plans,
                        void (*say)(void *ctx, const char *line), void *ctx);

/* What a modem's companion is told: its `companion_ctx`. */
struct scenario_seat {
    const struct scenario_run *run;
    const struct modem_plan *plan;
    struct recording *recording; /* is told of each step; NULL: nobody records */
};

/* Who plays it at a modem; NULL: there is no scenario. */
const struct runtime_companion *scenario_run_companion(const struct scenario_run *run);

/* Gives it back, after the modems; of a zeroed one nothing. */
void scenario_run_close(struct scenario_run *run);

#endif
