/* scenario.h: what happens to a modem while its hosts use it: steps of the world, each with its
 * time.
 *
 * A scenario is read once and played by any number of modems (scenario_play.h), of several threads
 * too: nobody changes it.
 */
#ifndef TRANSCRIPT_SCENARIO_H
#define TRANSCRIPT_SCENARIO_H

#include "transcript/reader_world.h"
#include "transcript/script.h"

enum { SCENARIO_STEPS_MAX = 100000 };

struct scenario;

struct scenario_step {
    int64_t at_ms;           /* from the start; never less than the step's before */
    size_t port;             /* whose circuits are meant, from 0 */
    struct script_step step; /* world_step_is() holds */
};

/* Reads the scenario at `path`; `world` is the caller's until scenario_free().  `known` are the
 * names of the variables that there will be, ended by NULL; NULL: nobody knows.  ERR_INVALID: it
 * has mistakes, all told; ERR_NO_MEMORY; or what read_file() has said of `path` itself, told
 * too. */
enum err scenario_read(struct reader_world *world, const char *path, const char *const *known,
                       struct scenario **ret_scenario);

/* Its path. */
const char *scenario_path(const struct scenario *scenario);

/* How many steps there are, at least one. */
size_t scenario_count(const struct scenario *scenario);

/* The step at `index`, below the count; good until scenario_free(). */
const struct scenario_step *scenario_at(const struct scenario *scenario, size_t index);

/* The first step for a port from `terminals` on, which a modem of so many does not have; NULL:
 * there is none. */
const struct scenario_step *scenario_beyond(const struct scenario *scenario, size_t terminals);

/* The first step with the variable `name`; NULL: there is none. */
const struct scenario_step *scenario_uses(const struct scenario *scenario, const char *name);

/* Frees it; NULL is nothing. */
void scenario_free(struct scenario *scenario);

#endif
