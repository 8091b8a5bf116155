/* verdict_options.h: where a summary goes, when hosts begin, and how many bounds a run has, as
 * options and a file have it. */
#ifndef DAEMON_VERDICT_OPTIONS_H
#define DAEMON_VERDICT_OPTIONS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { FAIL_IF_MAX = 64 /* expressions of one run */ };

/* Reads a path, with ${shard} filled in; `name` is what error messages begin with.  It is for
 * free().  NULL: `error` says what is wrong and what is allowed. */
char *verdict_option_summary(const char *name, const char *value, uint32_t shard,
                             struct text *error);

/* Whether it is an expression that a run may have; `name` is what error messages begin with. False:
 * as above. */
typedef bool fail_if_trial_fn(const char *name, const char *value, struct text *error);

/* Reads a time, in seconds since 1970-01-01T00:00:00Z.  False: as above. */
bool verdict_option_start_at(const char *name, const char *value, int64_t *ret_s,
                             struct text *error);

#endif
