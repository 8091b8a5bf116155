/* settings.c: what a modem's keys say beside who it is and where its hosts are. */
#include "file/settings.h"

#include "file/policy.h"
#include "file/reach.h"
#include "file/start.h"
#include "plan/address_option.h"
#include "posix/link_state.h"

#include <stdlib.h>

enum { WHY_CAP = 500 };

/* What the options of the run say for all modems. */
static bool take_options(const struct file_subject *subject)
{
    const struct file_settings *settings = subject->settings;

    subject->plan->asks_own_servers = settings->asks_own_servers;
    subject->plan->listens = settings->listening != NULL;
    if (settings->listening != NULL)
        subject->plan->listening = *settings->listening;
    return true;
}

static bool take_state(const struct file_subject *subject)
{
    struct file_value value = FILE_LAYER_TEXT(subject->layers, "state", state);

    if (value.text == NULL) {
        subject->plan->in_memory = subject->settings->in_memory;
        if (subject->settings->state != NULL)
            subject->plan->state = modem_plan_text(subject->plan, subject->settings->state);
        return subject->settings->state == NULL || subject->plan->state != NULL;
    }
    subject->plan->in_memory = strcmp(value.text, "none") == 0;
    if (subject->plan->in_memory)
        return true;
    subject->plan->state = file_subject_path(subject, value.node, value.text);
    return subject->plan->state != NULL;
}

static bool take_clock(const struct file_subject *subject)
{
    struct file_value value = FILE_LAYER_TEXT(subject->layers, "clock", clock);

    if (value.text == NULL)
        return true;
    if (tlsmodem_time_read(value.text, 0, &(struct tlsmodem_time){ 0 }) != ERR_OK) {
        file_subject_wrong(subject, value.node,
                           "it is no time; allowed: machine, manual, or one of 2000 to 2099 like "
                           "2026-05-01T12:00:00Z, with Z, +hh:mm or nothing behind");
        return false;
    }
    subject->plan->clock = modem_plan_text(subject->plan, value.text);
    return subject->plan->clock != NULL;
}

static bool take_source(const struct file_subject *subject)
{
    struct file_value value = FILE_LAYER_TEXT(subject->layers, "source", source);
    const char *address, *rest;

    if (value.text == NULL)
        return true;
    address = file_subject_fill(subject, value.node, value.text);
    if (address == NULL)
        return false;
    subject->plan->has_source = true;
    if (address_option_read(address, &subject->plan->source, &rest) && rest == NULL)
        return true;
    file_subject_wrong(subject, value.node,
                       "\"%s\" is no address; allowed: an address of this machine", address);
    return false;
}

static bool take_interface(const struct file_subject *subject, const struct file_node *node,
                           const char *pattern)
{
    struct modem_plan *plan = subject->plan;

    plan->follows = file_subject_fill(subject, node, pattern);
    if (plan->follows == NULL)
        return false;
    if (!link_name_is_valid(plan->follows)) {
        file_subject_wrong(subject, node,
                           "it is no interface; allowed: a name of 1 to %d bytes, without blanks, "
                           "slashes and colons, as ip link shows it",
                           LINK_NAME_CAP - 1);
        return false;
    }
    if (!plan->has_source)
        return true;
    file_subject_wrong(subject, node,
                       "the modem has a source; allowed: without one, since connections come from "
                       "the interface");
    return false;
}

static bool take_network(const struct file_subject *subject)
{
    const struct file_node *map;
    const struct file_layer *layer = file_layer_with(subject->layers, "network", &map);
    const struct file_network *network = layer != NULL ? layer->modem->network : NULL;

    return network == NULL || network->follow == NULL ||
           take_interface(subject, file_node_at(map, "follow"), network->follow);
}

static bool take_command(const struct file_subject *subject, const struct modem_plan_command *row)
{
    const char **ret_command = modem_plan_command(subject->plan, row);
    const struct file_node *node;

    file_layer_with(subject->layers, row->key, &node);
    if (node != NULL && row->member != NULL)
        node = file_node_at(node, row->member);
    if (node == NULL)
        return true;
    if (node->place.file == subject->settings->stranger) {
        file_report_add(subject->report, &node->place,
                        "%s: it names a program to be run, which only the run's own file and "
                        "command line may; allowed: a modem without it",
                        row->key);
        return false;
    }
    *ret_command = file_subject_command(subject, node, node->text);
    return *ret_command != NULL;
}

/* What the shell is to run. */
static bool take_commands(const struct file_subject *subject)
{
    bool good = true;

    for (size_t i = 0; i < MODEM_PLAN_COMMANDS; i++)
        good = take_command(subject, &modem_plan_commands[i]) && good;
    return good;
}

static bool take_fact(const struct file_subject *subject, const struct file_node *node,
                      struct tlsmodem_fact_value *ret_fact)
{
    char why[WHY_CAP];

    ret_fact->name = modem_plan_text(subject->plan, node->key);
    ret_fact->value = file_subject_fill(subject, node, node->text);
    if (ret_fact->name == NULL || ret_fact->value == NULL)
        return false;
    if (tlsmodem_fact_check(subject->plan->model, ret_fact, why, sizeof(why)) == ERR_OK)
        return true;
    file_subject_wrong(subject, node, "%s", why);
    return false;
}

static bool take_facts(const struct file_subject *subject)
{
    struct modem_plan *plan = subject->plan;
    const struct file_node *map;
    bool good = true;

    file_layer_with(subject->layers, "facts", &map);
    if (map == NULL || map->count == 0)
        return true;
    plan->facts = file_subject_memory(subject, map->count * sizeof(plan->facts[0]));
    if (plan->facts == NULL)
        return false;
    for (const struct file_node *node = map->first; node != NULL; node = node->next)
        good = take_fact(subject, node, &plan->facts[plan->fact_count++]) && good;
    return good;
}

bool file_settings(const struct file_subject *subject)
{
    static bool (*const all[])(const struct file_subject *subject) = {
        take_options, take_state,    take_clock, take_source, take_network,
        file_reach,   take_commands, take_facts, file_policy, file_start,
    };
    bool good = true;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        good = all[i](subject) && good;
    return good;
}
