/* policy_read.h: a policy of TLS from its words, with the files that they name. */
#ifndef DAEMON_FILE_POLICY_READ_H
#define DAEMON_FILE_POLICY_READ_H

#include "plan/policy_plan.h"

/* Whether a handshake may succeed under a policy, by the library that would do it; false: as
 * policy_words_read().  `doubts`, zeroed, gets what may be in the way. */
typedef bool policy_trial_fn(const struct tls_policy *policy, const char **ret_member,
                             struct text *why, struct doubts *doubts);

/* Reads the words and the files; `trial` may be NULL, else the plan has its doubts.  The caller
 * releases the plan.  NULL: as policy_words_read(). */
struct policy_plan *policy_read(const struct policy_words *words, policy_trial_fn *trial,
                                const char **ret_member, struct text *why);

#endif
