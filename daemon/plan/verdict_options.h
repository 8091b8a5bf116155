/* verdict_options.h: where a summary goes, and when hosts begin, as options and a file have it. */
#ifndef DAEMON_VERDICT_OPTIONS_H
#define DAEMON_VERDICT_OPTIONS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads a path, with ${shard} filled in; `name` is what error messages begin with.  It is for
 * free().  NULL: `error` says what is wrong and what is allowed. */
char *verdict_option_summary(const char *name, const char *value, uint32_t shard,
                             struct text *error);

/* Reads a time, in seconds since 1970-01-01T00:00:00Z.  False: as above. */
bool verdict_option_start_at(const char *name, const char *value, int64_t *ret_s,
                             struct text *error);

#endif
