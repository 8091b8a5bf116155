/* guard_rules.h: where a modem may go, by words: allow=PLACE and deny=PLACE, apart by commas.
 *
 * A PLACE is a group (`machine`, `link-local`, `metadata`, `local` for these three, `private`), an
 * address, a range like 10.0.0.0/8, `*` for every address, a host name, or `*.NAME` for all names
 * under one; behind a colon a port or a range of ports (then IPv6 stands in brackets).
 *
 * Of the rules of addresses that fit, the narrowest counts, and deny where two are alike; a range
 * of one's own counts before the same range of a group.  A name in deny is denied whatever its
 * address is.  Where there is an allow, nothing is allowed that no allow fits.  A name in allow
 * lets nobody come to what deny has, nor to an address of `local`: names are somebody else's.
 */
#ifndef WRAP_GUARD_RULES_H
#define WRAP_GUARD_RULES_H

#include "base/span.h"
#include "base/text.h"
#include "iface/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_PLACES_MAX = 1000, GUARD_NAME_MAX = 255 };

struct guard_rules;

/* What is asked for. */
struct guard_target {
    struct net_address address;
    uint16_t port;    /* 0: none, of an echo request; no rule with a port fits */
    const char *name; /* that led to the address; NULL: none */
    bool is_own;      /* the address is one of the machine's */
};

/* True for words that guard_rules_new() takes; else `error` says what is wrong and allowed. */
bool guard_rules_check(struct span words, struct text *error);

/* Rules of words that were checked, for free().  NULL: there is no memory. */
struct guard_rules *guard_rules_new(struct span words);

/* True when some rule is of a name. */
bool guard_rules_have_names(const struct guard_rules *rules);

/* Whether they let it pass; else `ret_why` (may be NULL) is the reason in words: the rule as it was
 * written, or what is missing.  It lives as long as the rules. */
bool guard_rules_allow(const struct guard_rules *rules, const struct guard_target *target,
                       const char **ret_why);

#endif
