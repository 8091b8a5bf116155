/* policy_tls.h: a TLS provider under the policy of the modem's owner. */
#ifndef WRAP_POLICY_TLS_H
#define WRAP_POLICY_TLS_H

#include "iface/clock.h"
#include "iface/tls.h"
#include "wrap/map_rules.h"
#include "wrap/tls_policy.h"

/* The caller's; its members are of this header's functions. */
struct policy_tls {
    struct tls base;
    const struct tls_policy *policy;
    const struct map_rules *names;
    const struct clock *clock;
};

/* Makes a provider that is `inner`, but for what `policy` says, and for the names that rules of
 * `names` (NULL: none) give to who is dialled.  Where the policy verifies, dates are by `clock`:
 * the machine's, since a module's own may be anything.  All is borrowed for as long as there are
 * sessions of it. */
void policy_tls_init(struct policy_tls *tls, struct tls *inner, const struct tls_policy *policy,
                     const struct map_rules *names, const struct clock *clock);

#endif
