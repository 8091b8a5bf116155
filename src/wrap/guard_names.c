/* guard_names.c: which name has led to an address. */
#include "wrap/guard_names.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family &&
           memcmp(a->bytes, b->bytes, a->family == NET_IPV4 ? 4 : 16) == 0;
}

/* GUARD_NAMES_MAX: there is none. */
static size_t find(const struct guard_names *names, const struct net_address *address)
{
    size_t at = 0;

    while (at < GUARD_NAMES_MAX &&
           (names->list[at].name == NULL || !is_same(&names->list[at].address, address)))
        at++;
    return at;
}

bool guard_names_note(struct guard_names *names, const char *name,
                      const struct net_address *address)
{
    size_t size = strlen(name) + 1;
    size_t at = find(names, address);

    if (at == GUARD_NAMES_MAX) {
        at = names->next;
        names->next = (at + 1) % GUARD_NAMES_MAX;
    }
    free(names->list[at].name);
    names->list[at].address = *address;
    names->list[at].name = malloc(size);
    if (names->list[at].name == NULL)
        return false;
    memcpy(names->list[at].name, name, size);
    return true;
}

const char *guard_names_of(const struct guard_names *names, const struct net_address *address)
{
    size_t at = find(names, address);

    return at < GUARD_NAMES_MAX ? names->list[at].name : NULL;
}

void guard_names_clear(struct guard_names *names)
{
    for (size_t i = 0; i < GUARD_NAMES_MAX; i++)
        free(names->list[i].name);
    *names = (struct guard_names){ .next = 0 };
}
