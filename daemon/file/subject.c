/* subject.c: the modem that is being planned, and the patterns of its keys. */
#include "file/subject.h"

#include "base/pattern.h"
#include "file/document.h"
#include "file/secret_path.h"
#include "plan/command_pattern.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { WHY_CAP = 400, NUMBER_CAP = 11, FILLED_CAP = FILE_TEXT_MAX + 1 };

uint32_t file_subject_number(const struct file_subject *subject)
{
    return subject->first + subject->index;
}

void file_subject_wrong(const struct file_subject *subject, const struct file_node *node,
                        const char *why, ...)
{
    char memory[FILE_REPORT_LINE_CAP];
    struct text words;
    va_list values;

    text_init(&words, memory, sizeof(memory));
    va_start(values, why);
    text_add_list(&words, why, values);
    va_end(values);
    file_report_wrong(subject->report, node->text != NULL ? &node->place : &node->key_place,
                      node->key, node->text, "%s", memory);
}

void file_subject_doubt(const struct file_subject *subject, const struct file_node *node,
                        const struct doubts *doubts)
{
    for (size_t i = 0; i < doubts->count; i++) {
        const struct file_node *at = file_node_at(node, doubts->list[i].member);

        if (at == NULL)
            at = node;
        file_report_warn(subject->report, at->text != NULL ? &at->place : &at->key_place, at->key,
                         at->text, doubts->list[i].words);
    }
}

void file_subject_line(const struct file_subject *subject, const struct file_node *node,
                       const char *line)
{
    file_report_add(subject->report, &node->place, "%s", line);
}

struct finding {
    const struct file_subject *subject;
    char number[NUMBER_CAP]; /* of the variable that was asked for */
};

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    struct finding *finding = ctx;
    const struct file_subject *subject = finding->subject;
    const char *value = NULL;

    if (span_equal(name, span_of("n"))) {
        snprintf(finding->number, NUMBER_CAP, "%" PRIu32, file_subject_number(subject));
        value = finding->number;
    } else if (span_equal(name, span_of("shard"))) {
        snprintf(finding->number, NUMBER_CAP, "%" PRIu32, subject->settings->shard);
        value = finding->number;
    } else if (span_equal(name, span_of("imei"))) {
        value = subject->imei[0] != '\0' ? subject->imei : NULL;
    } else if (span_equal(name, span_of("name"))) {
        value = subject->name;
    }
    if (value != NULL)
        *ret_value = span_of(value);
    return value != NULL;
}

/* Which variables there are for this key. */
static void add_variables(const struct file_subject *subject, struct text *words)
{
    text_add(words, "%s${n}, ${n:04}, ${shard}", subject->name != NULL ? "${name}, " : "");
    text_add(words, subject->imei[0] != '\0' ? ", ${imei}" : ", and ${imei} where it has one");
}

typedef bool expand_fn(struct span pattern, pattern_find_fn *find, void *ctx, struct text *ret_text,
                       struct text *error);

static bool fill_by(expand_fn *expand, const struct file_subject *subject,
                    const struct file_node *node, const char *pattern, char *ret_filled)
{
    struct finding finding = { .subject = subject };
    char memory[WHY_CAP];
    struct text why, filled;

    text_init(&why, memory, sizeof(memory));
    text_init(&filled, ret_filled, FILLED_CAP);
    if (!expand(span_of(pattern), find, &finding, &filled, &why)) {
        if (strstr(memory, "allowed:") == NULL) {
            text_add(&why, "; allowed: ");
            add_variables(subject, &why);
        }
        file_subject_wrong(subject, node, "%s", memory);
        return false;
    }
    if (filled.cut || filled.len == 0) {
        file_subject_wrong(subject, node, "with its values it is %s; allowed: 1 to %d bytes",
                           filled.cut ? "too long" : "empty", FILE_TEXT_MAX);
        return false;
    }
    return true;
}

static bool fill(const struct file_subject *subject, const struct file_node *node,
                 const char *pattern, char *ret_filled)
{
    return fill_by(pattern_expand, subject, node, pattern, ret_filled);
}

static const char *keep(const struct file_subject *subject, const char *text)
{
    const char *copy = modem_plan_text(subject->plan, text);

    if (copy == NULL)
        file_report_add(subject->report, &subject->layers->node->place, "out of memory");
    return copy;
}

const char *file_subject_fill(const struct file_subject *subject, const struct file_node *node,
                              const char *pattern)
{
    char filled[FILLED_CAP];

    return fill(subject, node, pattern, filled) ? keep(subject, filled) : NULL;
}

const char *file_subject_command(const struct file_subject *subject, const struct file_node *node,
                                 const char *pattern)
{
    char filled[FILLED_CAP];

    return fill_by(command_pattern_expand, subject, node, pattern, filled) ? keep(subject, filled)
                                                                           : NULL;
}

const char *file_subject_path(const struct file_subject *subject, const struct file_node *node,
                              const char *pattern)
{
    char filled[FILLED_CAP], path[FILLED_CAP];

    if (!fill(subject, node, pattern, filled))
        return NULL;
    if (!file_path(node->place.file, filled, path, sizeof(path))) {
        file_subject_wrong(subject, node, "the path is too long; allowed: %d bytes", FILE_TEXT_MAX);
        return NULL;
    }
    return keep(subject, path);
}

const char *file_subject_secret(const struct file_subject *subject, const struct file_node *node,
                                const char *pattern)
{
    char filled[FILLED_CAP], path[FILLED_CAP], memory[WHY_CAP];
    struct text why;

    if (!secret_path_is_credential(pattern))
        return file_subject_path(subject, node, pattern);
    text_init(&why, memory, sizeof(memory));
    if (!fill(subject, node, pattern, filled))
        return NULL;
    if (secret_path_of_credential(filled, path, sizeof(path), &why))
        return keep(subject, path);
    file_subject_wrong(subject, node, "%s", memory);
    return NULL;
}

void *file_subject_memory(const struct file_subject *subject, size_t bytes)
{
    void *memory = modem_plan_memory(subject->plan, bytes);

    if (memory == NULL)
        file_report_add(subject->report, &subject->layers->node->place, "out of memory");
    return memory;
}
