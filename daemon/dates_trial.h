/* dates_trial.h: whether certificates of a policy, or of a port, are valid today. */
#ifndef DAEMON_DATES_TRIAL_H
#define DAEMON_DATES_TRIAL_H

#include "base/span.h"
#include "base/text.h"
#include "plan/doubts.h"

#include <stdbool.h>

/* Looks at CA certificates, by which others are verified.  False: all have expired, so nobody can
 * be, and `why` says so, and what is allowed.  Where none is valid yet, perhaps since the machine
 * does not know the time, `doubts` has one more. */
bool dates_trial_ca(struct span certificates, struct text *why, struct doubts *doubts);

/* Looks at a certificate of our own, with those behind it; `doubts` has one more where any is not
 * valid.  Who verifies us may not look. */
void dates_trial_own(struct span certificates, struct doubts *doubts);

#endif
