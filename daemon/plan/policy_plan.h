/* policy_plan.h: the policy of TLS that a modem is under, as the command line or a file gives it.
 *
 * Modems with the same words share one: certificates of a machine's CAs are some 200 kB.
 */
#ifndef DAEMON_POLICY_PLAN_H
#define DAEMON_POLICY_PLAN_H

#include "base/text.h"
#include "plan/doubts.h"
#include "wrap/tls_policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The members, as words; NULL: not given.  The last three are paths, `ca` also "system". */
struct policy_words {
    const char *preset, *min, *max, *suites, *verify, *sni, *minimum, *ca, *cert, *key;
};

/* Reads the words, but for the paths; false: `ret_member` is the name of the one that is wrong,
 * static, and `why` says what is wrong and allowed. */
bool policy_words_read(const struct policy_words *words, struct tls_policy *ret_policy,
                       const char **ret_member, struct text *why);

/* True when both say the same. */
bool policy_words_equal(const struct policy_words *a, const struct policy_words *b);

struct policy_plan {
    struct tls_policy tls; /* the spans are `bytes` */
    uint8_t *bytes;        /* of ca, cert and key, one behind the other; wiped when it is freed */
    bool is_key_open;      /* others than its owner may read the file of the key */
    struct doubts doubts;  /* of who tried it when it was read */
    size_t users;          /* one thread's */
};

/* Makes one of a policy and its bytes, which are copied, with one user.  NULL: no memory. */
struct policy_plan *policy_plan_new(const struct tls_policy *policy);

/* One user more; NULL is nothing. */
struct policy_plan *policy_plan_use(struct policy_plan *plan);

/* One user less, the last of whom frees it; NULL is nothing. */
void policy_plan_release(struct policy_plan *plan);

/* True when both are the same to a modem; NULL is none. */
bool policy_plan_equal(const struct policy_plan *a, const struct policy_plan *b);

/* True for new wire with old trust: `verify: host` under preset modern. */
bool policy_plan_trusts_as_host(const struct policy_plan *plan);

#endif
