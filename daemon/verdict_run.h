/* verdict_run.h: the verdict of a run: a line on a terminal while it lasts, a summary at its end.
 *
 * Everything happens in the master's thread of the fleet.
 */
#ifndef DAEMON_VERDICT_RUN_H
#define DAEMON_VERDICT_RUN_H

#include "base/log.h"
#include "plan/modem_plan.h"
#include "posix/port_failure.h"
#include "runtime/fleet.h"
#include "shard_option.h"
#include "verdict/book.h"
#include "verdict/summary.h"

#include <stdbool.h>
#include <stdint.h>

/* Its members are its own, but for the book, in which hosts count. */
struct verdict_run {
    struct verdict_book *book;
    char *path;     /* of --summary; owned; NULL: none */
    char **fail_if; /* expressions that were tried; owned */
    size_t fail_if_count;
    struct fleet *fleet;
    size_t threads;
    struct summary_run run;
    struct clock_timer *timer; /* of the line; NULL: there is none */
    struct tally_census *census;
    int64_t looked_ms;
    uint64_t dials, commands; /* when it looked last */
    bool is_shown;
};

/* Prepares one, with the summary and the expressions of the plans, which have none then.  ERR_IO:
 * no file of this path can be written; ERR_NO_MEMORY; then `ret_failure` says why. */
enum err verdict_run_open(struct verdict_run *verdict, struct modem_plans *plans,
                          const struct shard *shard, struct port_failure *ret_failure);

/* All is open, and the run begins: an older file of its summary goes.  ERR_IO: `ret_failure` says
 * why. */
enum err verdict_run_begin(const struct verdict_run *verdict, struct port_failure *ret_failure);

/* Whether the plans have other expressions than it was opened with. */
bool verdict_run_has_other_bounds(const struct verdict_run *verdict,
                                  const struct modem_plans *plans);

/* What its hosts draw depends on this. */
void verdict_run_seed(struct verdict_run *verdict, uint64_t seed);

/* Whether there is to be one: a summary is wanted, or a judgement, or hosts have joined the book.
 */
bool verdict_run_is_wanted(const struct verdict_run *verdict);

/* So many modems begin to work on the fleet, which counts, or will at `begins_s` since 1970 (0: at
 * once).  `may_show`: on a terminal a line may say how it goes. */
void verdict_run_start(struct verdict_run *verdict, struct fleet *fleet, size_t threads,
                       size_t modems, int64_t begins_s, bool may_show);

/* It has ended, and the fleet is about to be halted: the line goes. */
void verdict_run_stop(struct verdict_run *verdict);

/* Once the fleet is halted, whose hosts have given up so often: prints the summary on standard
 * error, each line with `end` behind it,
 * judges and writes it.  False: it is not as it should be, or could not be written, as was said. */
bool verdict_run_end(struct verdict_run *verdict, size_t given_up, const char *end,
                     const struct log *log);

/* Gives everything back, after the loops. */
void verdict_run_close(struct verdict_run *verdict);

#endif
