/* option_plan.c: the one modem that a command line describes, as a plan. */
#include "option_plan.h"

#include "file/policy_read.h"
#include "plan/command_pattern.h"
#include "plan/plan_variables.h"

#include <assert.h>
#include <string.h>

enum { WHY_CAP = 600, COMMAND_CAP = 4096 };

/* Copies a text that may not have been given. */
static bool keep(struct modem_plan *plan, const char *text, const char **ret_text)
{
    *ret_text = NULL;
    if (text == NULL || text[0] == '\0')
        return true;
    *ret_text = modem_plan_text(plan, text);
    return *ret_text != NULL;
}

static bool keep_ports(struct modem_plan *plan, const struct options *options)
{
    size_t bytes = options->port_count * sizeof(plan->ports[0]);

    plan->ports = modem_plan_memory(plan, bytes);
    if (plan->ports == NULL)
        return false;
    memcpy(plan->ports, options->ports, bytes);
    plan->port_count = options->port_count;
    return true;
}

static bool keep_in_front(struct modem_plan *plan, const struct options *options)
{
    for (size_t i = 0; i < STACK_MAX; i++) {
        if (plan->in_front.words[i] == NULL &&
            !keep(plan, options->in_front.words[i], &plan->in_front.words[i]))
            return false;
    }
    return true;
}

/* The option that says a member. */
static const char *option_of(const char *member)
{
    if (strcmp(member, "ca") == 0)
        return "--tls-ca";
    return strcmp(member, "verify") == 0 ? "--tls-verify" : "--tls-policy";
}

static const char *value_of(const struct options *options, const char *member)
{
    const char *value = strcmp(member, "ca") == 0       ? options->policy.ca
                        : strcmp(member, "verify") == 0 ? options->policy.verify
                                                        : options->policy.preset;

    return value != NULL ? value : "";
}

/* CA certificates are given, and those of the host are to count. */
static bool hosts_count(const struct policy_words *words)
{
    if (words->ca == NULL)
        return false;
    if (words->verify != NULL)
        return strcmp(words->verify, "host") == 0;
    return words->preset == NULL || strcmp(words->preset, "modern") != 0;
}

static bool keep_policy(struct modem_plan *plan, const struct options *options,
                        policy_trial_fn *trial, struct text *error)
{
    const struct policy_words none = { .preset = NULL };
    char memory[WHY_CAP];
    const char *member;
    struct text why;

    if (plan->policy != NULL || policy_words_equal(&options->policy, &none))
        return true;
    if (hosts_count(&options->policy)) {
        text_add(error,
                 "--tls-ca: \"%s\" is wrong because the host's own CA certificates count so; "
                 "allowed: --tls-policy modern, or --tls-verify chain or chain+name, beside it",
                 options->policy.ca);
        return false;
    }
    text_init(&why, memory, sizeof(memory));
    plan->policy = policy_read(&options->policy, trial, &member, &why);
    if (plan->policy == NULL)
        text_add(error, "%s: \"%s\" is wrong because %s", option_of(member),
                 value_of(options, member), memory);
    return plan->policy != NULL;
}

/* With the modem's own values in it. */
static bool keep_ppp(struct modem_plan *plan, const struct options *options, struct text *error)
{
    struct plan_variables variables = { .plan = plan, .shard = options->shard.index };
    char filled[COMMAND_CAP], memory[WHY_CAP];
    struct text command, why;

    if (plan->data_command != NULL || options->ppp == NULL)
        return true;
    text_init(&command, filled, sizeof(filled));
    text_init(&why, memory, sizeof(memory));
    if (!command_pattern_expand(span_of(options->ppp), plan_variables_find, &variables, &command,
                                &why) ||
        command.cut) {
        text_add(error,
                 "--ppp: \"%.200s\" is wrong because %s; allowed: ${name}, ${n}, ${shard}, and "
                 "${imei} with --imei; others of the shell as $NAME; %d bytes",
                 options->ppp, command.cut ? "it is too long" : memory, COMMAND_CAP - 1);
        return false;
    }
    plan->data_command = modem_plan_text(plan, filled);
    if (plan->data_command == NULL)
        text_add(error, "%s", err_text(ERR_NO_MEMORY));
    return plan->data_command != NULL;
}

bool option_plan_of_run(const struct options *options, policy_trial_fn *trial,
                        struct modem_plan *plan, struct text *error)
{
    if (!plan->has_source) {
        plan->has_source = options->has_source;
        plan->source = options->source;
    }
    if ((plan->clock != NULL || keep(plan, options->clock, &plan->clock)) &&
        keep_in_front(plan, options))
        return keep_ppp(plan, options, error) && keep_policy(plan, options, trial, error);
    text_add(error, "%s", err_text(ERR_NO_MEMORY));
    return false;
}

bool option_plan(const struct options *options, policy_trial_fn *trial,
                 struct modem_plans *ret_plans, struct text *error)
{
    struct modem_plans plans = { .has_stdio = options->has_stdio };
    struct modem_plan *plan = modem_plans_add(&plans);

    assert(options->module != NULL && options->port_count > 0);
    if (plan == NULL) {
        text_add(error, "%s", err_text(ERR_NO_MEMORY));
        return false;
    }
    plan->model = options->module;
    plan->in_memory = options->in_memory;
    plan->asks_own_servers = options->dns_of_module;
    plan->listens = options->listens;
    plan->listening = options->listening;
    if (!keep(plan, options->imei, &plan->identity.imei) ||
        !keep(plan, options->imsi, &plan->identity.imsi) ||
        !keep(plan, options->iccid, &plan->identity.iccid) ||
        !keep(plan, options->state, &plan->state) || !keep_ports(plan, options)) {
        text_add(error, "%s", err_text(ERR_NO_MEMORY));
        modem_plans_free(&plans);
        return false;
    }
    if (!option_plan_of_run(options, trial, plan, error)) {
        modem_plans_free(&plans);
        return false;
    }
    *ret_plans = plans;
    return true;
}
