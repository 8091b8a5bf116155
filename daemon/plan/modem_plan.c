/* modem_plan.c: plans of modems, with all that they point to. */
#include "plan/modem_plan.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct modem_plan_memory {
    struct modem_plan_memory *next;
    alignas(max_align_t) unsigned char bytes[];
};

enum { FIRST_PLANS = 1 }; /* most runs have one */

void modem_plan_init(struct modem_plan *plan)
{
    *plan = (struct modem_plan){ .pool = MODEM_PLAN_NO_POOL };
}

void *modem_plan_memory(struct modem_plan *plan, size_t bytes)
{
    struct modem_plan_memory *memory = calloc(1, sizeof(*memory) + bytes);

    assert(bytes > 0);
    if (memory == NULL)
        return NULL;
    memory->next = plan->memory;
    plan->memory = memory;
    return memory->bytes;
}

const char *modem_plan_text(struct modem_plan *plan, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = modem_plan_memory(plan, bytes);

    return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

void modem_plan_clear(struct modem_plan *plan)
{
    while (plan->memory != NULL) {
        struct modem_plan_memory *memory = plan->memory;

        plan->memory = memory->next;
        free(memory);
    }
    modem_plan_init(plan);
}

/* There is room for a power of two of them. */
struct modem_plan *modem_plans_add(struct modem_plans *plans)
{
    size_t count = plans->count;
    bool is_full = (count & (count - 1)) == 0;

    if (is_full) {
        size_t room = count > 0 ? 2 * count : FIRST_PLANS;
        struct modem_plan *list = realloc(plans->list, room * sizeof(*list));

        if (list == NULL)
            return NULL;
        plans->list = list;
    }
    modem_plan_init(&plans->list[count]);
    plans->count++;
    return &plans->list[count];
}

/* The list keeps its room: modem_plans_add() counts on one for the next power of two. */
void modem_plans_keep(struct modem_plans *plans,
                      bool (*is_kept)(void *ctx, const struct modem_plan *plan), void *ctx)
{
    size_t kept = 0;

    for (size_t i = 0; i < plans->count; i++) {
        if (is_kept(ctx, &plans->list[i]))
            plans->list[kept++] = plans->list[i];
        else
            modem_plan_clear(&plans->list[i]);
    }
    plans->count = kept;
}

void modem_plans_free(struct modem_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++)
        modem_plan_clear(&plans->list[i]);
    free(plans->list);
    free(plans->pools);
    *plans = (struct modem_plans){ .count = 0 };
}

const char *modem_plan_name(const struct modem_plan *plan)
{
    return plan->name != NULL ? plan->name : plan->model;
}

void modem_plan_config(const struct modem_plan *plan, int zone_quarters,
                       struct runtime_modem_config *ret_config)
{
    struct tlsmodem_time time = { .from = TLSMODEM_TIME_OF_MACHINE };
    enum err err = ERR_OK;

    assert(plan->model != NULL);
    assert((plan->port_count > 0) == (plan->pool == MODEM_PLAN_NO_POOL));
    if (plan->clock != NULL)
        err = tlsmodem_time_read(plan->clock, zone_quarters, &time);
    assert(err == ERR_OK); /* who made the plan has checked it */
    (void)err;
    *ret_config = (struct runtime_modem_config){
        .model = plan->model,
        .name = modem_plan_name(plan),
        .identity = plan->identity,
        .time = time,
        .facts = plan->facts,
        .fact_count = plan->fact_count,
        .asks_own_servers = plan->asks_own_servers,
        .source = plan->has_source ? &plan->source : NULL,
        .in_front = &plan->in_front,
        .listening = plan->listens ? &plan->listening : NULL,
        .terminals = plan->port_count > 0 ? plan->port_count : 1,
        .ports = plan->port_count > 0 ? plan->ports : NULL,
    };
}
