/* metrics.c: a file's `metrics:`. */
#include "file/metrics.h"

#include "base/pattern.h"
#include "plan/metrics_option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WHY_CAP = 500, NUMBER_CAP = 11, FILLED_CAP = FILE_TEXT_MAX + 1 };

struct finding {
    uint32_t shard;
    char number[NUMBER_CAP];
};

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    struct finding *finding = ctx;

    if (!span_equal(name, span_of("shard")))
        return false;
    snprintf(finding->number, NUMBER_CAP, "%" PRIu32, finding->shard);
    *ret_value = span_of(finding->number);
    return true;
}

/* With its values; a path begins in the file's folder.  False: `why` says more, or nothing. */
static bool fill(const struct file_node *node, uint32_t shard, char *ret_filled, struct text *why)
{
    static const char unix_word[] = "unix:";
    const size_t skipped = strlen(unix_word);
    struct finding finding = { .shard = shard };
    char path[FILLED_CAP];
    struct text filled;

    text_init(&filled, ret_filled, FILLED_CAP);
    if (!pattern_expand(span_of(node->text), find, &finding, &filled, why) || filled.cut)
        return false;
    if (strncmp(ret_filled, unix_word, skipped) != 0 || ret_filled[skipped] == '\0')
        return true;
    if (!file_path(node->place.file, ret_filled + skipped, path, sizeof(path) - skipped))
        return false;
    memcpy(ret_filled + skipped, path, strlen(path) + 1);
    return true;
}

bool file_metrics(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node)
{
    const struct file_node *node = file_node_at(document->tree.root, "metrics");
    char memory[WHY_CAP], filled[FILLED_CAP];
    struct text why;

    *ret_node = node;
    if (node == NULL || document->root->metrics == NULL)
        return true;
    text_init(&why, memory, sizeof(memory));
    if (plans->has_metrics) {
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
    plans->has_metrics = metrics_option_read(node->key, filled, &plans->metrics, &why);
    if (!plans->has_metrics)
        file_report_add(report, &node->place, "%s", memory);
    return plans->has_metrics;
}
