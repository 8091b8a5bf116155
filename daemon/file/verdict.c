/* verdict.c: a file's `summary:`, `fail-if:` and `start-at:`. */
#include "file/verdict.h"

#include "plan/verdict_options.h"

#include <stdlib.h>
#include <string.h>

enum { WHY_CAP = 1000, PATH_CAP = FILE_TEXT_MAX + 1 };

/* A path begins in the file's folder. */
static char *read_path(const struct file_node *node, uint32_t shard, struct text *why)
{
    char path[PATH_CAP], *filled = verdict_option_summary(node->key, node->text, shard, why);
    char *whole = NULL;

    if (filled != NULL && file_path(node->place.file, filled, path, sizeof(path)))
        whole = strdup(path);
    if (filled != NULL && whole == NULL)
        text_add(why, "%s: the path is too long", node->key);
    free(filled);
    return whole;
}

static bool is_second(const struct file_node *node, bool is_there, struct file_report *report)
{
    if (is_there)
        file_report_wrong(report, &node->place, node->key, node->text,
                          "another file has one, too; allowed: one in all");
    return is_there;
}

static bool take_summary(const struct file_node *node, uint32_t shard, struct file_report *report,
                         struct modem_plans *plans)
{
    char memory[WHY_CAP];
    struct text why;

    if (is_second(node, plans->summary != NULL, report))
        return false;
    text_init(&why, memory, sizeof(memory));
    plans->summary = read_path(node, shard, &why);
    if (plans->summary == NULL)
        file_report_add(report, &node->place, "%s", memory);
    return plans->summary != NULL;
}

static bool take_start(const struct file_node *node, struct file_report *report,
                       struct modem_plans *plans)
{
    char memory[WHY_CAP];
    struct text why;

    if (is_second(node, plans->has_start, report))
        return false;
    text_init(&why, memory, sizeof(memory));
    plans->has_start = verdict_option_start_at(node->key, node->text, &plans->start_at_s, &why);
    if (!plans->has_start)
        file_report_add(report, &node->place, "%s", memory);
    return plans->has_start;
}

static bool take_expression(const struct file_node *node, const struct file_settings *settings,
                            struct file_report *report, struct modem_plans *plans)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if ((settings->fail_if_trial == NULL || settings->fail_if_trial(node->key, node->text, &why)) &&
        !modem_plans_fail_if(plans, node->text))
        text_add(&why, "%s: out of memory", node->key);
    if (why.len > 0)
        file_report_add(report, &node->place, "%s", memory);
    return why.len == 0;
}

static bool take_fail_if(const struct file_node *list, const struct file_settings *settings,
                         struct file_report *report, struct modem_plans *plans)
{
    bool good = true;

    if (plans->fail_if_count > 0) {
        file_report_add(report, &list->place,
                        "%s: another file has some, too; allowed: one list in all", list->key);
        return false;
    }
    for (const struct file_node *node = list->first; node != NULL; node = node->next)
        good = take_expression(node, settings, report, plans) && good;
    return good;
}

bool file_verdict(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans)
{
    const struct file_node *summary = file_node_at(document->tree.root, "summary");
    const struct file_node *fail_if = file_node_at(document->tree.root, "fail-if");
    const struct file_node *start = file_node_at(document->tree.root, "start-at");
    bool good = summary == NULL || document->root->summary == NULL ||
                take_summary(summary, settings->shard, report, plans);

    if (fail_if != NULL)
        good = take_fail_if(fail_if, settings, report, plans) && good;
    return (start == NULL || document->root->start_at == NULL ||
            take_start(start, report, plans)) &&
           good;
}
