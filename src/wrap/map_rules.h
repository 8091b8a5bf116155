/* map_rules.h: which servers stand in for which, by words: OLD[:PORT]=NEW[:PORT][/NAME],...
 *
 * OLD and NEW are host names or addresses, those of IPv6 in brackets.  OLD without a port is every
 * port, NEW without one the port that was asked for.  NAME is what TLS takes the server for, else
 * OLD is.  Letters of names are the same in any case.
 */
#ifndef WRAP_MAP_RULES_H
#define WRAP_MAP_RULES_H

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAP_RULES_MAX = 1000, MAP_HOST_MAX = 255 };

struct map_rule {
    const char *old_host, *new_host;
    const char *name;  /* for TLS; NULL: that which was asked for */
    uint16_t old_port; /* 0: every port */
    uint16_t new_port; /* 0: that which was asked for */
    size_t host;       /* the same for all rules of an old host: the index of the first */
};

struct map_rules {
    size_t count;
    struct map_rule list[]; /* and the texts that they point to, in the same memory */
};

/* True for words that map_rules_new() takes; else `error` says what is wrong and allowed. */
bool map_rules_check(struct span words, struct text *error);

/* Rules of words that were checked, for free().  NULL: there is no memory. */
struct map_rules *map_rules_new(struct span words);

/* The first rule of an old host; NULL: there is none. */
const struct map_rule *map_rules_of_host(const struct map_rules *rules, const char *host);

/* The rule of the host that `first` is of, for a port: its own before that of every port; NULL:
 * neither. */
const struct map_rule *map_rules_of_port(const struct map_rules *rules,
                                         const struct map_rule *first, uint16_t port);

#endif
