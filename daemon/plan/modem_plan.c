/* modem_plan.c: plans of modems, with all that they point to. */
#include "plan/modem_plan.h"

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>
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
    policy_plan_release(plan->policy);
    host_plan_release(plan->host);
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

bool modem_plans_fail_if(struct modem_plans *plans, const char *expression)
{
    char *copy = strdup(expression);
    char **list = realloc(plans->fail_if, (plans->fail_if_count + 1) * sizeof(list[0]));

    if (list != NULL)
        plans->fail_if = list;
    if (list == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    list[plans->fail_if_count++] = copy;
    return true;
}

void modem_plans_free_fail_if(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void modem_plans_free(struct modem_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++)
        modem_plan_clear(&plans->list[i]);
    free(plans->list);
    free(plans->pools);
    free(plans->control_token_file);
    free(plans->metrics_file);
    free(plans->summary);
    modem_plans_free_fail_if(plans->fail_if, plans->fail_if_count);
    *plans = (struct modem_plans){ .count = 0 };
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family && a->scope == b->scope &&
           memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool modem_plan_same_port(const struct port_spec *a, const struct port_spec *b)
{
    return a->kind == b->kind && strcmp(a->where, b->where) == 0 && a->tcp_port == b->tcp_port &&
           serial_format_equal(&a->line, &b->line) && same_text(a->tls.cert, b->tls.cert) &&
           same_text(a->tls.key, b->tls.key) && same_text(a->tls.ca, b->tls.ca);
}

static bool same_identity(const struct tlsmodem_identity *a, const struct tlsmodem_identity *b)
{
    return same_text(a->imei, b->imei) && same_text(a->imsi, b->imsi) &&
           same_text(a->iccid, b->iccid) && same_text(a->operator_name, b->operator_name) &&
           same_text(a->operator_code, b->operator_code) && a->area_code == b->area_code &&
           a->cell == b->cell && a->has_signal == b->has_signal && a->signal == b->signal &&
           a->registration == b->registration;
}

static bool same_ports(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t i = 0; i < a->port_count && i < b->port_count; i++) {
        if (!modem_plan_same_port(&a->ports[i], &b->ports[i]))
            return false;
    }
    return a->port_count == b->port_count;
}

static bool same_network(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t i = 0; i < STACK_MAX; i++) {
        if (!same_text(a->in_front.words[i], b->in_front.words[i]))
            return false;
    }
    if (a->has_source != b->has_source || a->listens != b->listens)
        return false;
    return a->asks_own_servers == b->asks_own_servers &&
           (!a->has_source || same_address(&a->source, &b->source)) &&
           (!a->listens ||
            (same_address(&a->listening.address, &b->listening.address) &&
             a->listening.first == b->listening.first && a->listening.last == b->listening.last));
}

static bool same_facts(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t i = 0; i < a->fact_count && i < b->fact_count; i++) {
        if (!same_text(a->facts[i].name, b->facts[i].name) ||
            !same_text(a->facts[i].value, b->facts[i].value))
            return false;
    }
    return a->fact_count == b->fact_count;
}

static bool same_texts(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    for (size_t i = 0; i < a_count && i < b_count; i++) {
        if (!same_text(a[i], b[i]))
            return false;
    }
    return a_count == b_count;
}

static bool same_answers(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t i = 0; i < a->answer_count && i < b->answer_count; i++) {
        const struct tlsmodem_answer *one = &a->answers[i], *other = &b->answers[i];

        if (!same_text(one->command, other->command) || !same_text(one->result, other->result) ||
            one->delay_ms != other->delay_ms ||
            !same_texts(one->lines, one->line_count, other->lines, other->line_count))
            return false;
    }
    return a->answer_count == b->answer_count;
}

static bool same_credentials(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t i = 0; i < a->credential_count && i < b->credential_count; i++) {
        if (!same_text(a->credentials[i].name, b->credentials[i].name) ||
            !same_text(a->credentials[i].path, b->credentials[i].path) ||
            a->stamps[i].changed_ns != b->stamps[i].changed_ns ||
            a->stamps[i].bytes != b->stamps[i].bytes)
            return false;
    }
    return a->credential_count == b->credential_count;
}

/* ---- programs ---- */

const struct modem_plan_command modem_plan_commands[MODEM_PLAN_COMMANDS] = {
    { "sms", "send", offsetof(struct modem_plan, message_command) },
    { "network", "signal", offsetof(struct modem_plan, signal_command) },
    { "ppp", NULL, offsetof(struct modem_plan, data_command) },
};

const char **modem_plan_command(struct modem_plan *plan, const struct modem_plan_command *row)
{
    return (const char **)(void *)((char *)plan + row->offset);
}

static const char *command_of(const struct modem_plan *plan, size_t row)
{
    return *(const char *const *)(const void *)((const char *)plan +
                                                modem_plan_commands[row].offset);
}

bool modem_plan_starts_programs(const struct modem_plan *plan)
{
    for (size_t row = 0; row < MODEM_PLAN_COMMANDS; row++) {
        if (command_of(plan, row) != NULL)
            return true;
    }
    return false;
}

static bool same_commands(const struct modem_plan *a, const struct modem_plan *b)
{
    for (size_t row = 0; row < MODEM_PLAN_COMMANDS; row++) {
        if (!same_text(command_of(a, row), command_of(b, row)))
            return false;
    }
    return true;
}

bool modem_plan_equal(const struct modem_plan *a, const struct modem_plan *b)
{
    return a->model == b->model && same_text(a->name, b->name) && a->number == b->number &&
           same_identity(&a->identity, &b->identity) && same_ports(a, b) &&
           (a->pool == MODEM_PLAN_NO_POOL) == (b->pool == MODEM_PLAN_NO_POOL) &&
           host_plan_equal(a->host, b->host) && same_text(a->state, b->state) &&
           a->in_memory == b->in_memory && same_text(a->clock, b->clock) && same_commands(a, b) &&
           same_text(a->follows, b->follows) && same_network(a, b) &&
           policy_plan_equal(a->policy, b->policy) && same_facts(a, b) && same_answers(a, b) &&
           same_credentials(a, b) &&
           same_texts(a->at_start, a->at_start_count, b->at_start, b->at_start_count) &&
           same_texts(a->faults, a->fault_count, b->faults, b->fault_count);
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
    assert((plan->port_count > 0) == (plan->pool == MODEM_PLAN_NO_POOL && plan->host == NULL));
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
        .answers = plan->answers,
        .answer_count = plan->answer_count,
        .credentials = plan->credentials,
        .credential_count = plan->credential_count,
        .message_command = plan->message_command,
        .follows = plan->follows,
        .signal_command = plan->signal_command,
        .data_command = plan->data_command,
        .at_start = plan->at_start,
        .at_start_count = plan->at_start_count,
        .faults = plan->faults,
        .fault_count = plan->fault_count,
        .laboratory = plan->fault_count > 0,
        .asks_own_servers = plan->asks_own_servers,
        .source = plan->has_source ? &plan->source : NULL,
        .in_front = &plan->in_front,
        .policy = plan->policy != NULL ? &plan->policy->tls : NULL,
        .listening = plan->listens ? &plan->listening : NULL,
        .terminals = plan->port_count > 0 ? plan->port_count : 1,
        .ports = plan->port_count > 0 ? plan->ports : NULL,
    };
}
