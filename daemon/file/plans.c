/* plans.c: a file's modems as plans. */
#include "file/plans.h"

#include "file/claims.h"
#include "file/hosts.h"
#include "file/identity.h"
#include "file/places.h"
#include "file/policy.h"
#include "file/ports.h"
#include "file/settings.h"
#include "file/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LAYERS_MAX = 112, VALUE_CAP = PORT_WHERE_CAP + 8 };

struct planning {
    const struct file_settings *settings;
    struct file_report *report;
    struct modem_plans *plans;
    struct file_claims *claims;
    struct file_policies policies;
    struct file_hosts hosts;
    struct port_tls door;
};

/* The address of a listener, or the path that two ports cannot share whatever they are. */
static void name_port(const struct port_spec *spec, char *ret_value)
{
    if (port_kind_is_tcp(spec->kind))
        snprintf(ret_value, VALUE_CAP, "%s:%u", spec->where, (unsigned)spec->tcp_port);
    else
        snprintf(ret_value, VALUE_CAP, "%s", spec->where);
}

static bool claim_port(struct planning *planning, const struct port_spec *spec,
                       const struct file_node *node)
{
    char value[VALUE_CAP];

    name_port(spec, value);
    if ((port_kind_is_tcp(spec->kind) && spec->tcp_port == 0) ||
        (spec->kind == PORT_PTY && spec->where[0] == '\0'))
        return true;
    if (spec->kind == PORT_STDIO)
        planning->plans->has_stdio = true;
    return file_claims_add(planning->claims, planning->plans->count, "port",
                           spec->kind == PORT_STDIO ? "stdio" : value, node, planning->report);
}

static bool claim_all(struct planning *planning, const struct file_subject *subject,
                      const struct file_port_places *places)
{
    const struct modem_plan *plan = subject->plan;
    const struct file_node *node, *imei;
    bool good;

    file_layer_with(subject->layers, plan->name != NULL ? "name" : "module", &node);
    good = file_claims_add(planning->claims, planning->plans->count, "name", modem_plan_name(plan),
                           node, planning->report);
    for (size_t i = 0; i < plan->port_count; i++)
        good = claim_port(planning, &plan->ports[i], places->list[i]) && good;
    if (subject->imei[0] == '\0')
        return good;
    file_layer_with(subject->layers, "imei", &imei);
    if (imei == NULL)
        file_layer_with(subject->layers, "imei-file", &imei);
    return file_claims_add(planning->claims, planning->plans->count, "IMEI", subject->imei, imei,
                           planning->report) &&
           good;
}

/* One listener for all modems of an entry. */
static bool join_pool(struct planning *planning, const struct file_subject *subject,
                      const struct port_spec *at, const struct file_node *node)
{
    struct modem_plans *plans = planning->plans;
    struct modem_pool *pools;

    if (subject->index > 0) {
        subject->plan->pool = (int)plans->pool_count - 1;
        return true;
    }
    pools = realloc(plans->pools, (plans->pool_count + 1) * sizeof(pools[0]));
    if (pools == NULL) {
        file_report_add(planning->report, &node->place, "out of memory");
        return false;
    }
    plans->pools = pools;
    pools[plans->pool_count] = (struct modem_pool){ .at = *at };
    subject->plan->pool = (int)plans->pool_count++;
    return claim_port(planning, at, node);
}

static bool plan_one(struct planning *planning, struct file_subject *subject,
                     const struct file_numbers *numbers)
{
    struct file_port_places places;
    struct port_spec pool;
    bool good, is_good_host;

    subject->plan = modem_plans_add(planning->plans);
    if (subject->plan == NULL) {
        file_report_add(planning->report, &subject->layers->node->place, "out of memory");
        return false;
    }
    subject->plan->model =
        tlsmodem_model_at(FILE_LAYER_NUMBER(subject->layers, "module", module, 0))->name;
    good = file_identity(subject, numbers);
    good = file_settings(subject) && good;
    if (file_host(subject, &is_good_host)) {
        good = is_good_host && good;
        return good && claim_all(planning, subject, &places);
    }
    if (!file_ports(subject, &places, &pool) || !good)
        return false;
    if (pool.kind == PORT_TCP && !join_pool(planning, subject, &pool, places.list[0]))
        return false;
    return claim_all(planning, subject, &places);
}

static bool check_counts(struct planning *planning, const struct file_subject *subject)
{
    size_t given = planning->settings->modems_max;
    size_t most = given != 0 ? given : FILE_MODEMS_MAX;
    const struct file_node *node;

    if (file_layer_with(subject->layers, "module", &node) == NULL) {
        file_report_add(planning->report, &subject->layers->node->place,
                        "module: a modem needs one; allowed: what --list-modules shows");
        return false;
    }
    file_layer_with(subject->layers, "count", &node);
    if (subject->count < 1 || subject->count > most - planning->plans->count) {
        file_subject_wrong(subject, node != NULL ? node : subject->layers->node,
                           "the file would have %" PRIu64 " modems; allowed: a count from 1, and "
                           "%zu modems in all",
                           (uint64_t)planning->plans->count + subject->count, most);
        return false;
    }
    if (subject->first <= UINT32_MAX - subject->count)
        return true;
    file_layer_with(subject->layers, "first", &node);
    file_subject_wrong(subject, node, "the numbers go beyond %" PRIu32 "; allowed: smaller ones",
                       UINT32_MAX);
    return false;
}

/* All modems of an entry; what is wrong with one is wrong with all, and said once. */
static bool plan_entry(struct planning *planning, const struct file_layer *layers,
                       const struct file_node *policy)
{
    struct file_subject subject = { .settings = planning->settings,
                                    .report = planning->report,
                                    .layers = layers,
                                    .policy = policy,
                                    .policies = &planning->policies,
                                    .hosts = &planning->hosts,
                                    .door = &planning->door,
                                    .count = FILE_LAYER_NUMBER(layers, "count", count, 1),
                                    .first = FILE_LAYER_NUMBER(layers, "first", first, 0) };
    struct file_numbers *numbers;
    bool good;

    good = check_counts(planning, &subject) && file_numbers_read(&subject, &numbers);
    if (!good)
        return false;
    for (; good && subject.index < subject.count; subject.index++)
        good = plan_one(planning, &subject, numbers);
    file_numbers_free(numbers);
    return good;
}

static struct file_layer layer_of(const struct file_document *document)
{
    return (struct file_layer){ document->root->defaults,
                                file_node_at(document->tree.root, "defaults"), NULL };
}

/* The defaults of a file below all that are there. */
static void put_layer(struct file_layer *layers, size_t *count,
                      const struct file_document *document)
{
    if (document->root->defaults == NULL || *count == LAYERS_MAX)
        return;
    layers[*count] = layer_of(document);
    layers[*count - 1].below = &layers[*count];
    (*count)++;
}

/* A set of defaults that names a module is for modems of that one. */
static bool is_for(const struct file_document *set, const struct file_layer *modem)
{
    const struct file_node *named =
        file_node_at(file_node_at(set->tree.root, "defaults"), "module");
    const struct file_node *node;

    file_layer_with(modem, "module", &node);
    return named == NULL || node == NULL ||
           *set->root->defaults->module == FILE_LAYER_NUMBER(modem, "module", module, 0);
}

/* The modem's own keys stand in the first of `layers`; the defaults of its file are below it, and
 * those of the files that include that; below all of them the sets that these include. */
static void stack_defaults(const struct file_document *document, struct file_layer *layers)
{
    size_t count = 1;

    for (const struct file_document *at = document; at != NULL; at = at->parent)
        put_layer(layers, &count, at);
    for (const struct file_document *at = document; at != NULL; at = at->parent) {
        for (const struct file_document *set = at->sets; set != NULL; set = set->next_set) {
            if (is_for(set, layers))
                put_layer(layers, &count, set);
        }
    }
}

/* A file's own holds also for what it includes, as defaults do. */
static const struct file_node *policy_of(const struct file_document *document)
{
    const struct file_node *policy = NULL;

    for (; document != NULL && policy == NULL; document = document->parent)
        policy = file_node_at(document->tree.root, "policy");
    return policy;
}

static bool plan_places(struct planning *planning, const struct file_document *document)
{
    struct modem_plans *plans = planning->plans;
    const struct file_node *node;

    if (!file_metrics(document, planning->settings, planning->report, plans, &node) ||
        (node != NULL && plans->has_metrics && !claim_port(planning, &plans->metrics, node)))
        return false;
    if (!file_metrics_file(document, planning->settings, planning->report, plans) ||
        !file_verdict(document, planning->settings, planning->report, plans))
        return false;
    return file_control(document, planning->settings, planning->report, plans, &node) &&
           (node == NULL || !plans->has_control || claim_port(planning, &plans->control, node));
}

static bool plan_document(struct planning *planning, const struct file_document *document)
{
    struct file_layer layers[LAYERS_MAX];
    const struct file_node *list = file_node_at(document->tree.root, "modems");
    const struct file_node *node = list != NULL ? list->first : NULL;
    bool good = plan_places(planning, document);

    for (uint32_t i = 0; i < document->root->modems_count; i++, node = node->next) {
        layers[0] = (struct file_layer){ &document->root->modems[i], node, NULL };
        stack_defaults(document, layers);
        good = plan_entry(planning, layers, policy_of(document)) && good;
    }
    return good;
}

bool file_plans_of(const struct file_documents *documents, const struct file_settings *settings,
                   struct file_report *report, struct modem_plans *ret_plans)
{
    struct modem_plans plans = { .count = 0 };
    struct planning planning = {
        .settings = settings, .report = report, .plans = &plans, .claims = file_claims_new()
    };
    const struct file_document *last = NULL;
    bool good =
        planning.claims != NULL && file_hosts_read(documents, settings, report, &planning.hosts);

    for (const struct file_document *at = documents->first; at != NULL && planning.claims != NULL;
         at = at->next) {
        good = plan_document(&planning, at) && good;
        last = at;
    }
    if (good && plans.count == 0) {
        file_report_add(report, &(struct file_place){ .file = last->name },
                        "modems: there are none; allowed: a list of one or more");
        good = false;
    }
    file_claims_free(planning.claims);
    file_policies_free(&planning.policies);
    file_hosts_free(&planning.hosts);
    if (!good) {
        modem_plans_free(&plans);
        return false;
    }
    *ret_plans = plans;
    return true;
}

bool file_plans_read(const char *path, const struct file_settings *settings,
                     struct file_report *report, struct modem_plans *ret_plans)
{
    struct file_documents documents;
    bool good;

    if (!file_documents_read(path, report, &documents))
        return false;
    good = file_plans_of(&documents, settings, report, ret_plans);
    file_documents_free(&documents);
    return good;
}
