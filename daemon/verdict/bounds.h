/* bounds.h: what a run must not come to: its --fail-if. */
#ifndef DAEMON_VERDICT_BOUNDS_H
#define DAEMON_VERDICT_BOUNDS_H

#include "base/text.h"

#include <stdbool.h>

/* A fail_if_trial_fn: an expression that asks for what one process knows by itself. */
bool bounds_check(const char *name, const char *value, struct text *error);

#endif
