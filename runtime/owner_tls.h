/* owner_tls.h: a modem's TLS providers, under the policy of its owner. */
#ifndef RUNTIME_OWNER_TLS_H
#define RUNTIME_OWNER_TLS_H

#include "base/err.h"
#include "wrap/policy_tls.h"
#include "wrap/stack.h"

struct owner_tls;

/* Makes providers that are those of `list`, `count` of them, under `policy` (NULL: none), which
 * call servers as the map of `in_front` (NULL: nothing) says.  What is not read at once is borrowed
 * until owner_tls_close(): the policy, the providers, the clock.  `ret_tls` is NULL where nothing
 * differs from `list`.  ERR_NO_MEMORY. */
enum err owner_tls_open(const struct tls_policy *policy, const struct stack_plan *in_front,
                        const struct clock *clock, struct tls *const *list, size_t count,
                        struct owner_tls **ret_tls);

/* As many as there were in the list. */
struct tls *const *owner_tls_list(const struct owner_tls *tls);

/* Frees it, after its sessions; NULL is nothing. */
void owner_tls_close(struct owner_tls *tls);

#endif
