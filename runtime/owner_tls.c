/* owner_tls.c: see owner_tls.h. */
#include "runtime/owner_tls.h"

#include <assert.h>
#include <stdlib.h>

enum { PROVIDERS_MAX = 4 };

struct owner_tls {
    struct tls_policy none; /* where there is no policy */
    struct map_rules *names;
    struct policy_tls providers[PROVIDERS_MAX];
    struct tls *list[PROVIDERS_MAX];
};

static bool has_names(const char *words)
{
    return words != NULL && strchr(words, '/') != NULL; /* of rules that were checked */
}

enum err owner_tls_open(const struct tls_policy *policy, const struct stack_plan *in_front,
                        const struct clock *clock, struct tls *const *list, size_t count,
                        struct owner_tls **ret_tls)
{
    const char *map = in_front != NULL ? stack_plan_words(in_front, "map") : NULL;
    struct owner_tls *tls;

    assert(count <= PROVIDERS_MAX);
    *ret_tls = NULL;
    if ((policy == NULL || tls_policy_is_module(policy)) && !has_names(map))
        return ERR_OK;
    tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return ERR_NO_MEMORY;
    if (has_names(map)) {
        tls->names = map_rules_new(span_of(map));
        if (tls->names == NULL) {
            free(tls);
            return ERR_NO_MEMORY;
        }
    }
    for (size_t i = 0; i < count; i++) {
        policy_tls_init(&tls->providers[i], list[i], policy != NULL ? policy : &tls->none,
                        tls->names, clock);
        tls->list[i] = &tls->providers[i].base;
    }
    *ret_tls = tls;
    return ERR_OK;
}

struct tls *const *owner_tls_list(const struct owner_tls *tls)
{
    return tls->list;
}

void owner_tls_close(struct owner_tls *tls)
{
    if (tls == NULL)
        return;
    free(tls->names);
    free(tls);
}
