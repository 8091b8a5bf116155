/* places.c: a file's `metrics:` and `control:`. */
#include "file/places.h"

#include "plan/control_option.h"
#include "plan/metrics_option.h"
#include "plan/plan_variables.h"

#include <string.h>

enum { WHY_CAP = 500, FILLED_CAP = FILE_TEXT_MAX + 1 };

/* With its values; a path begins in the file's folder.  False: `why` says more, or nothing. */
static bool fill(const struct file_node *node, uint32_t shard, char *ret_filled, struct text *why)
{
    static const char unix_word[] = "unix:";
    const size_t skipped = strlen(unix_word);
    char path[FILLED_CAP];
    struct text filled;

    text_init(&filled, ret_filled, FILLED_CAP);
    if (!plan_variables_fill_shard(node->text, shard, &filled, why) || filled.cut)
        return false;
    if (strncmp(ret_filled, unix_word, skipped) != 0 || ret_filled[skipped] == '\0')
        return true;
    if (!file_path(node->place.file, ret_filled + skipped, path, sizeof(path) - skipped))
        return false;
    memcpy(ret_filled + skipped, path, strlen(path) + 1);
    return true;
}

typedef bool read_fn(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);

struct place {
    const char *key;
    read_fn *read;
    bool *has;
    struct port_spec *spec;
};

static bool read_place(const struct file_node *node, const struct file_settings *settings,
                       struct file_report *report, const struct place *place)
{
    char memory[WHY_CAP], filled[FILLED_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (*place->has) {
        file_report_wrong(report, &node->place, node->key, node->text,
                          "another file has one, too; allowed: one place in all");
        return false;
    }
    if (!fill(node, settings->shard, filled, &why)) {
        if (memory[0] == '\0')
            text_add(&why, "it is too long");
        if (strstr(memory, "allowed:") == NULL)
            text_add(&why, "; allowed: [HOST:]PORT or unix:PATH, with ${shard} in it");
        file_report_wrong(report, &node->place, node->key, node->text, "%s", memory);
        return false;
    }
    *place->has = place->read(node->key, filled, place->spec, &why);
    if (!*place->has)
        file_report_add(report, &node->place, "%s", memory);
    return *place->has;
}

bool file_metrics(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node)
{
    const struct place place = { "metrics", metrics_option_read, &plans->has_metrics,
                                 &plans->metrics };
    const struct file_node *node = file_node_at(document->tree.root, place.key);

    *ret_node = node;
    return node == NULL || document->root->metrics == NULL ||
           read_place(node, settings, report, &place);
}

bool file_metrics_file(const struct file_document *document, const struct file_settings *settings,
                       struct file_report *report, struct modem_plans *plans)
{
    static const char key[] = "metrics-file";
    const struct file_node *node = file_node_at(document->tree.root, key);
    char memory[WHY_CAP], filled[FILLED_CAP], path[FILLED_CAP];
    struct text why;

    if (node == NULL || document->root->metrics_file == NULL)
        return true;
    text_init(&why, memory, sizeof(memory));
    if (plans->metrics_file != NULL)
        text_add(&why, "another file has one, too; allowed: one file in all");
    else if (!fill(node, settings->shard, filled, &why) ||
             !file_path(node->place.file, filled, path, sizeof(path)))
        text_add(&why, "%s", memory[0] == '\0' ? "it is too long" : "");
    if (memory[0] != '\0') {
        file_report_wrong(
            report, &node->place, node->key, node->text, "%s%s", memory,
            strstr(memory, "allowed:") == NULL ? "; allowed: a path, with ${shard} in it" : "");
        return false;
    }
    if (!metrics_option_check_file(key, path, &why) ||
        (plans->metrics_file = strdup(path)) == NULL) {
        file_report_add(report, &node->place, "%s", memory[0] != '\0' ? memory : "out of memory");
        return false;
    }
    return true;
}

/* A path begins in the file's folder. */
static bool take_token_file(const struct file_node *node, struct file_report *report,
                            struct modem_plans *plans)
{
    char path[FILLED_CAP];

    if (node == NULL)
        return true;
    if (file_path(node->place.file, node->text, path, sizeof(path)))
        plans->control_token_file = strdup(path);
    if (plans->control_token_file == NULL)
        file_report_wrong(report, &node->place, node->key, node->text,
                          "it cannot be kept; allowed: a shorter path");
    return plans->control_token_file != NULL;
}

bool file_control(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node)
{
    static const char token_key[] = "control-token-file";
    const struct place place = { "control", control_option_read, &plans->has_control,
                                 &plans->control };
    const struct file_node *node = file_node_at(document->tree.root, place.key);
    const struct file_node *token = file_node_at(document->tree.root, token_key);
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    *ret_node = node;
    if (document->root->control == NULL && document->root->control_token_file == NULL)
        return true;
    if (document->root->control == NULL) {
        file_report_wrong(report, &token->key_place, token->key, NULL,
                          "there is no control; allowed: beside control: [HOST:]PORT");
        return false;
    }
    if (!read_place(node, settings, report, &place) || !take_token_file(token, report, plans))
        return false;
    if (control_option_check(place.key, &plans->control, token_key, plans->control_token_file,
                             &why))
        return true;
    file_report_add(report, &node->place, "%s", memory);
    return false;
}
