/* policy_trial.h: whether TLS can be spoken under a policy at all, asked of the library. */
#ifndef DAEMON_POLICY_TRIAL_H
#define DAEMON_POLICY_TRIAL_H

#include "base/text.h"
#include "plan/doubts.h"
#include "wrap/tls_policy.h"

/* Opens a session under the policy that goes nowhere: its certificates and keys are read, its
 * offer is made.  False: `ret_member` is the name of the member that is wrong, static, and `why`
 * says what is wrong and allowed.  `doubts` has what may be wrong. */
bool policy_trial(const struct tls_policy *policy, const char **ret_member, struct text *why,
                  struct doubts *doubts);

#endif
