/* verdict.c: a file's `summary:` and `start-at:`. */
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

bool file_verdict(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans)
{
    const struct file_node *summary = file_node_at(document->tree.root, "summary");
    const struct file_node *start = file_node_at(document->tree.root, "start-at");
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (summary != NULL && document->root->summary != NULL) {
        if (is_second(summary, plans->summary != NULL, report))
            return false;
        plans->summary = read_path(summary, settings->shard, &why);
        if (plans->summary == NULL) {
            file_report_add(report, &summary->place, "%s", memory);
            return false;
        }
    }
    if (start == NULL || document->root->start_at == NULL)
        return true;
    if (is_second(start, plans->has_start, report))
        return false;
    plans->has_start = verdict_option_start_at(start->key, start->text, &plans->start_at_s, &why);
    if (!plans->has_start)
        file_report_add(report, &start->place, "%s", memory);
    return plans->has_start;
}
