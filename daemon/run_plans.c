/* run_plans.c: the modems that a run opens, from its options or the file that they name. */
#include "run_plans.h"

#include "base/bytes.h"
#include "door_trial.h"
#include "file/plans.h"
#include "host_certificate.h"
#include "host_script.h"
#include "option_plan.h"
#include "plan/verdict_options.h"
#include "policy_trial.h"
#include "verdict/bounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_CAP = 120 };

static bool is_of_shard(void *ctx, const struct modem_plan *plan)
{
    return shard_has(ctx, plan->number);
}

static bool has_stdio(const struct modem_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++) {
        for (size_t port = 0; port < plans->list[i].port_count; port++) {
            if (plans->list[i].ports[port].kind == PORT_STDIO)
                return true;
        }
    }
    return false;
}

/* False, with a line: none is left. */
static bool keep_shard(const struct plans_voice *voice, struct modem_plans *plans,
                       struct shard shard)
{
    char line[LINE_CAP];
    size_t all = plans->count;

    modem_plans_keep(plans, is_of_shard, &shard);
    plans->has_stdio = has_stdio(plans);
    if (plans->count > 0)
        return true;
    snprintf(line, sizeof(line), "tlsmodem: shard %u of %u has none of the %zu modem%s",
             (unsigned)shard.index, (unsigned)shard.count, all, all == 1 ? "" : "s");
    voice->say(voice->ctx, line);
    modem_plans_free(plans);
    return false;
}

static struct file_settings settings_of(const struct options *options)
{
    return (struct file_settings){ .shard = options->shard.index,
                                   .allow_remote = options->allow_remote,
                                   .tls = options->tls,
                                   .state = options->state,
                                   .in_memory = options->in_memory,
                                   .asks_own_servers = options->dns_of_module,
                                   .listening = options->listens ? &options->listening : NULL,
                                   .policy_trial = policy_trial,
                                   .fail_if_trial = bounds_check,
                                   .host_script = host_script_read,
                                   .host_certificate = host_certificate_read,
                                   .door_trial = door_trial };
}

static struct file_report report_to(const struct plans_voice *voice)
{
    return (struct file_report){ .say = voice->say, .warn = voice->warn, .ctx = voice->ctx };
}

/* The path that a member has. */
static const char *path_of(const struct port_tls *tls, const char *member)
{
    return strcmp(member, "cert") == 0  ? tls->cert
           : strcmp(member, "key") == 0 ? tls->key
                                        : tls->ca;
}

/* What is doubted of what stands on the command line, `option` and the name of a member. */
static void warn(const struct plans_voice *voice, const char *option, const struct port_tls *paths,
                 const struct doubts *doubts)
{
    char memory[OPTIONS_ERROR_CAP];
    struct text line;

    for (size_t i = 0; voice->warn != NULL && i < doubts->count; i++) {
        text_init(&line, memory, sizeof(memory));
        text_add(&line, "%s%s: \"%s\": %s", option, doubts->list[i].member,
                 path_of(paths, doubts->list[i].member), doubts->list[i].words);
        voice->warn(voice->ctx, memory);
    }
}

/* The files of the command line; those of a file are tried with their lines. */
static bool try_door(const struct options *options, const struct plans_voice *voice)
{
    const struct port_tls *tls = &options->tls;
    char memory[OPTIONS_ERROR_CAP], line[OPTIONS_ERROR_CAP];
    struct doubts doubts = { .count = 0 };
    const char *member;
    struct text why, error;

    if (tls->cert == NULL || tls->key == NULL)
        return true;
    text_init(&why, memory, sizeof(memory));
    if (door_trial(tls, &member, &why, &doubts)) {
        warn(voice, "--tcp-tls-", tls, &doubts);
        return true;
    }
    text_init(&error, line, sizeof(line));
    text_add(&error, "tlsmodem: --tcp-tls-%s: \"%s\" is wrong because %s", member,
             path_of(tls, member), memory);
    voice->say(voice->ctx, line);
    return false;
}

/* The policy of the command line. */
static void warn_of_policy(const struct options *options, const struct plans_voice *voice,
                           const struct modem_plan *plan)
{
    const struct port_tls paths = { .ca = options->policy.ca != NULL ? options->policy.ca
                                                                     : "system" };

    if (plan->policy != NULL)
        warn(voice, "--tls-", &paths, &plan->policy->doubts);
}

static bool read_plans(const struct options *options, const struct plans_voice *voice,
                       struct modem_plans *ret_plans)
{
    struct file_report report = report_to(voice);
    const struct file_settings settings = settings_of(options);
    char memory[OPTIONS_ERROR_CAP];
    struct text error;
    bool good;

    if (!try_door(options, voice))
        return false;
    if (options->config != NULL) {
        good = file_plans_read(options->config, &settings, &report, ret_plans);
        file_report_end(&report);
        return good;
    }
    text_init(&error, memory, sizeof(memory));
    text_add(&error, "tlsmodem: ");
    if (option_plan(options, policy_trial, ret_plans, &error)) {
        warn_of_policy(options, voice, &ret_plans->list[0]);
        return true;
    }
    voice->say(voice->ctx, memory);
    return false;
}

/* What the command line says goes before the file. */
static bool take_control(const struct options *options, const struct plans_voice *voice,
                         struct modem_plans *plans)
{
    if (!options->has_control)
        return true;
    free(plans->control_token_file);
    plans->control_token_file = NULL;
    plans->has_control = true;
    plans->control = options->control;
    if (options->control_token_file == NULL)
        return true;
    plans->control_token_file = strdup(options->control_token_file);
    if (plans->control_token_file == NULL)
        voice->say(voice->ctx, err_text(ERR_NO_MEMORY));
    return plans->control_token_file != NULL;
}

static bool take_metrics(const struct options *options, const struct plans_voice *voice,
                         struct modem_plans *plans)
{
    if (options->has_metrics) {
        plans->has_metrics = true;
        plans->metrics = options->metrics;
    }
    if (options->metrics_file == NULL)
        return true;
    free(plans->metrics_file);
    plans->metrics_file = strdup(options->metrics_file);
    if (plans->metrics_file == NULL)
        voice->say(voice->ctx, err_text(ERR_NO_MEMORY));
    return plans->metrics_file != NULL;
}

static bool has_hosts(const struct modem_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++) {
        if (plans->list[i].host != NULL)
            return true;
    }
    return false;
}

/* Those of the command line are in the place of the file's. */
static void take_bounds(const struct options *options, struct modem_plans *plans,
                        struct text *error)
{
    if (options->fail_if_count == 0)
        return;
    modem_plans_free_fail_if(plans->fail_if, plans->fail_if_count);
    plans->fail_if = NULL;
    plans->fail_if_count = 0;
    for (size_t i = 0; i < options->fail_if_count && error->len == 0; i++) {
        struct text line;
        char memory[OPTIONS_ERROR_CAP];

        text_init(&line, memory, sizeof(memory));
        if (!bounds_check("--fail-if", options->fail_if[i], &line))
            text_add(error, "tlsmodem: %s", memory);
        else if (!modem_plans_fail_if(plans, options->fail_if[i]))
            text_add(error, "%s", err_text(ERR_NO_MEMORY));
    }
}

static bool take_verdict(const struct options *options, const struct plans_voice *voice,
                         struct modem_plans *plans)
{
    char memory[OPTIONS_ERROR_CAP];
    struct text error;

    text_init(&error, memory, sizeof(memory));
    if (options->has_start) {
        plans->has_start = true;
        plans->start_at_s = options->start_at_s;
    }
    if (plans->has_start && options->command == NULL && !options->checks_config &&
        !has_hosts(plans))
        text_add(&error, "tlsmodem: start-at: nothing begins then; allowed: with -- CMD, or hosts "
                         "inside");
    take_bounds(options, plans, &error);
    if (options->summary != NULL && error.len == 0) {
        free(plans->summary);
        plans->summary =
            verdict_option_summary("--summary", options->summary, options->shard.index, &error);
    }
    if (error.len == 0)
        return true;
    voice->say(voice->ctx, memory);
    return false;
}

bool run_plans(const struct options *options, const struct plans_voice *voice,
               struct modem_plans *ret_plans)
{
    if (!read_plans(options, voice, ret_plans))
        return false;
    if (!take_metrics(options, voice, ret_plans) || !take_control(options, voice, ret_plans) ||
        !take_verdict(options, voice, ret_plans)) {
        modem_plans_free(ret_plans);
        return false;
    }
    return keep_shard(voice, ret_plans, options->shard);
}

/* ---- one modem more ---- */

/* What an entry may not say where its run says it for all: it would be let go further. */
static const struct {
    const char *key;
    bool is_guard; /* else the policy of TLS */
} bounds[] = { { "allow", true }, { "deny", true }, { "policy", false } };

static bool is_said_by_options(const struct options *options, bool is_guard)
{
    const struct policy_words none = { .preset = NULL };

    return is_guard ? stack_plan_words(&options->in_front, "guard") != NULL
                    : !policy_words_equal(&options->policy, &none);
}

static bool is_said_by_file(const struct file_document *document, bool is_guard)
{
    for (; document != NULL; document = document->parent) {
        const struct file_node *defaults = file_node_at(document->tree.root, "defaults");

        if (!is_guard && file_node_at(document->tree.root, "policy") != NULL)
            return true;
        for (size_t i = 0; defaults != NULL && i < sizeof(bounds) / sizeof(bounds[0]); i++) {
            if (bounds[i].is_guard == is_guard && file_node_at(defaults, bounds[i].key) != NULL)
                return true;
        }
    }
    return false;
}

/* False: the report has a line for each key that would lift a bound. */
static bool stays_in_bounds(const struct options *options, const struct file_document *document,
                            struct file_report *report)
{
    const struct file_node *list = file_node_at(document->tree.root, "modems");
    const struct file_node *entry = list != NULL ? list->first : NULL;
    bool good = true;

    for (size_t i = 0; entry != NULL && i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const struct file_node *node = file_node_at(entry, bounds[i].key);

        if (node == NULL || (!is_said_by_options(options, bounds[i].is_guard) &&
                             !is_said_by_file(document->parent, bounds[i].is_guard)))
            continue;
        file_report_add(report, &node->place,
                        "%s: this run says it for all its modems; allowed: a modem without it",
                        bounds[i].key);
        good = false;
    }
    return good;
}

/* What the command line says of the modems of its run, each of them being so. */
static bool take_options(const struct options *options, const struct plans_voice *voice,
                         struct modem_plans *plans)
{
    char memory[OPTIONS_ERROR_CAP];
    struct text error;

    text_init(&error, memory, sizeof(memory));
    for (size_t i = 0; i < plans->count; i++) {
        if (option_plan_of_run(options, policy_trial, &plans->list[i], &error))
            continue;
        voice->say(voice->ctx, memory);
        modem_plans_free(plans);
        return false;
    }
    return true;
}

static bool plan_entry(const struct options *options, struct file_documents *documents,
                       const struct plans_voice *voice, struct file_report *report,
                       struct modem_plans *ret_plans)
{
    struct file_settings settings = settings_of(options);
    struct file_documents outer = { .first = NULL };
    bool good = true;

    settings.stranger = documents->first->name;
    if (options->config != NULL) {
        good = file_documents_read(options->config, report, &outer);
        if (good)
            file_documents_put_under(documents, &outer);
    }
    good = good && stays_in_bounds(options, documents->first, report) &&
           file_plans_of(documents, &settings, report, ret_plans);
    file_documents_free(&outer);
    return good && take_options(options, voice, ret_plans);
}

bool run_plans_of_entry(const struct options *options, struct span entry,
                        const struct plans_voice *voice, struct modem_plans *ret_plans)
{
    static const char name[] = "entry";
    struct file_report report = report_to(voice);
    struct file_documents documents;
    struct bytes whole = { NULL, 0, 0 };
    bool good = false;

    if (bytes_add(&whole, span_of("modems: ["), SIZE_MAX) != ERR_OK ||
        bytes_add(&whole, entry, SIZE_MAX) != ERR_OK ||
        bytes_add(&whole, span_of("]\n"), SIZE_MAX) != ERR_OK) {
        voice->say(voice->ctx, err_text(ERR_NO_MEMORY));
    } else if (file_documents_of(bytes_span(&whole), name, &report, &documents)) {
        good = plan_entry(options, &documents, voice, &report, ret_plans);
        file_documents_free(&documents);
    }
    bytes_free(&whole);
    file_report_end(&report);
    return good;
}
