/* hosts.c: a file's `hosts:`, and the one that a modem has. */
#include "file/hosts.h"

#include "base/pattern.h"
#include "file/host_certificates.h"
#include "plan/plan_variables.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WHY_CAP = 500, PATH_CAP = FILE_TEXT_MAX + 1, NAMES_SHOWN = 10 };

struct file_host_entry {
    struct file_host_entry *next;
    struct host_plan *plan;
    uint32_t count; /* modems that have it */
};

/* An entry that is being read. */
struct reading {
    const struct file_settings *settings;
    struct file_report *report;
    struct file_hosts *hosts;
    const struct file_host *keys;
    const struct file_node *node;
    struct host_plan *plan;
};

static bool wrong(const struct reading *reading, const char *key, const char *why)
{
    const struct file_node *node = file_node_at(reading->node, key);

    if (node == NULL)
        file_report_add(reading->report, &reading->node->place, "%s: %s", key, why);
    else
        file_report_wrong(reading->report, &node->place, node->key, node->text, "%s", why);
    return false;
}

static struct file_host_entry *find(const struct file_hosts *hosts, const char *name)
{
    struct file_host_entry *entry = hosts->first;

    while (entry != NULL && strcmp(entry->plan->name, name) != 0)
        entry = entry->next;
    return entry;
}

static bool read_name(const struct reading *reading)
{
    if (reading->keys->name == NULL)
        return wrong(reading, "name", "hosts need one; allowed: a text, which modems name");
    if (find(reading->hosts, reading->keys->name) != NULL)
        return wrong(reading, "name", "other hosts have it; allowed: another for each");
    reading->plan->name = strdup(reading->keys->name);
    return reading->plan->name != NULL || wrong(reading, "name", "out of memory");
}

static bool is_of_modem(void *ctx, struct span name)
{
    (void)ctx;
    for (size_t i = 0; plan_variables_names[i] != NULL; i++) {
        if (span_equal(name, span_of(plan_variables_names[i])))
            return true;
    }
    return false;
}

/* A value's variables are those of a modem. */
static bool find_of_modem(void *ctx, struct span name, struct span *ret_value)
{
    *ret_value = span_of("0");
    return is_of_modem(ctx, name);
}

static bool read_value(const struct reading *reading, const struct file_node *node)
{
    char memory[WHY_CAP], filled[1];
    struct text why, nowhere;

    text_init(&why, memory, sizeof(memory));
    text_init(&nowhere, filled, sizeof(filled));
    if (!variable_is_name(span_of(node->key)))
        text_add(&why, "%s is no name of a variable; allowed: letters, digits and _", node->key);
    else if (!pattern_expand(span_of(node->text), find_of_modem, NULL, &nowhere, &why) &&
             strstr(memory, "allowed:") == NULL)
        text_add(&why, "; allowed: ${name}, ${n}, ${n:04}, ${shard}, ${imei}");
    else if (why.len == 0 && !host_plan_add_value(reading->plan, node->key, node->text))
        text_add(&why, "out of memory");
    if (why.len > 0)
        file_report_wrong(reading->report, &node->place, node->key, node->text, "%s", memory);
    return why.len == 0;
}

static bool read_values(const struct reading *reading)
{
    const struct file_node *map = file_node_at(reading->node, "values");
    bool good = true;

    for (const struct file_node *node = map != NULL ? map->first : NULL; node != NULL;
         node = node->next)
        good = read_value(reading, node) && good;
    return good;
}

static bool read_rules(const struct reading *reading)
{
    const struct file_host *keys = reading->keys;
    struct host_plan *plan = reading->plan;
    char memory[WHY_CAP];
    struct text why;
    bool good = true;

    text_init(&why, memory, sizeof(memory));
    if (keys->ramp != NULL && !ramp_read(span_of(keys->ramp), &plan->ramp, &why))
        good = wrong(reading, "ramp", memory);
    text_init(&why, memory, sizeof(memory));
    if (keys->on_error != NULL &&
        !on_error_read(span_of(keys->on_error), &plan->crowd.on_error, &why))
        good = wrong(reading, "on-error", memory);
    if (keys->patience != NULL &&
        (!words_duration(span_of(keys->patience), &plan->crowd.patience_ms) ||
         plan->crowd.patience_ms == 0))
        good = wrong(reading, "patience", "it is no time; allowed: 60s, 1.5s, 200ms");
    if (keys->seed != NULL)
        plan->seed = *keys->seed;
    return good;
}

static bool knows(void *ctx, struct span name)
{
    const struct host_plan *plan = ctx;
    struct span value;

    return host_plan_value(plan, name) != NULL || host_plan_constant(plan, name, &value) ||
           is_of_modem(NULL, name);
}

static void say_line(void *ctx, const char *line)
{
    file_report_line(ctx, line);
}

static bool read_transcript(const struct reading *reading)
{
    const struct file_node *node = file_node_at(reading->node, "transcript");
    struct host_plan *plan = reading->plan;
    char path[PATH_CAP];

    if (reading->keys->transcript == NULL)
        return wrong(reading, "transcript", "hosts need one; allowed: a file, what they play");
    if (!file_path(node->place.file, reading->keys->transcript, path, sizeof(path)) ||
        (plan->path = strdup(path)) == NULL)
        return wrong(reading, "transcript", "the path is too long; allowed: a shorter one");
    if (reading->settings->host_script == NULL)
        return true;
    if (access(path, R_OK) != 0) {
        file_report_wrong(reading->report, &node->place, node->key, node->text,
                          "it cannot be read: %s; allowed: a file that can", strerror(errno));
        return false;
    }
    plan->script = reading->settings->host_script(path, knows, plan, say_line, reading->report);
    if (plan->script != NULL)
        plan->crowd.programme = plan->script->programme;
    return plan->script != NULL;
}

static bool read_entry(struct reading *reading)
{
    struct file_host_entry *entry = calloc(1, sizeof(*entry));
    bool good, has_values;

    reading->plan = host_plan_new();
    if (entry == NULL || reading->plan == NULL) {
        free(entry);
        host_plan_release(reading->plan);
        return wrong(reading, "name", "out of memory");
    }
    good = read_name(reading);
    if (!good) {
        free(entry);
        host_plan_release(reading->plan);
        return false;
    }
    *entry = (struct file_host_entry){ reading->hosts->first, reading->plan, 0 };
    reading->hosts->first = entry;
    has_values = read_values(reading);
    has_values =
        file_host_certificates(reading->node, reading->settings, reading->report, reading->plan) &&
        has_values;
    good = read_rules(reading) && has_values;
    if (has_values) /* else its transcript would miss them */
        good = read_transcript(reading) && good;
    return good;
}

static bool read_document(const struct file_document *document, struct reading *reading)
{
    const struct file_node *list = file_node_at(document->tree.root, "hosts");
    bool good = true;

    reading->node = list != NULL ? list->first : NULL;
    for (uint32_t i = 0; i < document->root->hosts_count; i++) {
        reading->keys = &document->root->hosts[i];
        good = read_entry(reading) && good;
        reading->node = reading->node->next;
    }
    return good;
}

static bool is_in(const struct file_documents *documents, const struct file_document *document)
{
    const struct file_document *at = documents->first;

    while (at != NULL && at != document)
        at = at->next;
    return at != NULL;
}

bool file_hosts_read(const struct file_documents *documents, const struct file_settings *settings,
                     struct file_report *report, struct file_hosts *hosts)
{
    struct reading reading = { .settings = settings, .report = report, .hosts = hosts };
    const struct file_document *outer = documents->first;
    bool good = true;

    for (const struct file_document *at = documents->first; at != NULL; at = at->next)
        good = read_document(at, &reading) && good;
    for (; outer != NULL; outer = outer->parent) {
        if (!is_in(documents, outer))
            good = read_document(outer, &reading) && good;
    }
    return good;
}

/* ---- of a modem ---- */

static bool say_unknown(const struct file_subject *subject, const struct file_node *node)
{
    const struct file_host_entry *entry = subject->hosts->first;
    char memory[WHY_CAP];
    struct text names;

    text_init(&names, memory, sizeof(memory));
    for (size_t i = 0; entry != NULL && i < NAMES_SHOWN; i++, entry = entry->next)
        text_add(&names, "%s%s", i > 0 ? ", " : "", entry->plan->name);
    file_subject_wrong(subject, node, "there are no such hosts; allowed: %s",
                       names.len > 0 ? memory
                                     : "a name of an entry of hosts, of which there is none");
    return false;
}

static bool take(const struct file_subject *subject, const struct file_node *node, const char *name)
{
    struct file_host_entry *entry = find(subject->hosts, name);

    if (entry == NULL)
        return say_unknown(subject, node);
    if (subject->imei[0] == '\0' && host_plan_uses(entry->plan, "imei")) {
        file_subject_wrong(subject, node,
                           "its hosts use ${imei}, and the modem was given none; allowed: an imei "
                           "for it");
        return false;
    }
    subject->plan->host = host_plan_use(entry->plan);
    subject->plan->host_order = entry->count++;
    return true;
}

bool file_host(const struct file_subject *subject, bool *ret_good)
{
    const struct file_layer *layer = subject->layers;
    const struct file_node *host = NULL, *ports = NULL;

    for (; layer != NULL && host == NULL && ports == NULL; layer = layer->below) {
        host = file_node_at(layer->node, "host");
        ports = file_node_at(layer->node, "ports");
    }
    *ret_good = true;
    if (host == NULL)
        return false;
    if (ports != NULL) {
        file_subject_wrong(subject, host, "there are ports, too; allowed: a host or ports");
        *ret_good = false;
    } else {
        *ret_good = take(subject, host, host->text);
    }
    return true;
}

void file_hosts_free(struct file_hosts *hosts)
{
    while (hosts->first != NULL) {
        struct file_host_entry *entry = hosts->first;

        hosts->first = entry->next;
        host_plan_release(entry->plan);
        free(entry);
    }
}
