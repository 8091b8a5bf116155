/* report.c: what is wrong with a file, a line for each mistake. */
#include "file/report.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>

enum { VALUE_SHOWN = 64 };

static void add_place(struct text *line, const struct file_place *place)
{
    text_add(line, "%s:", place->file);
    if (place->line > 0)
        text_add(line, "%zu:", place->line);
    if (place->line > 0 && place->column > 0)
        text_add(line, "%zu:", place->column);
    text_add_char(line, ' ');
}

/* What a terminal would act on is shown as a question mark. */
static void add_value(struct text *line, const char *value)
{
    text_add_char(line, '"');
    for (size_t i = 0; value[i] != '\0' && i < VALUE_SHOWN; i++) {
        unsigned char c = (unsigned char)value[i];

        text_add_char(line, c < ' ' || c == 0x7f ? '?' : value[i]);
    }
    text_add(line, "%s\"", strlen(value) > VALUE_SHOWN ? "..." : "");
}

static bool begin(struct file_report *report, const struct file_place *place, char *memory,
                  struct text *ret_line)
{
    assert(place->file != NULL);
    if (++report->count > FILE_REPORT_LINES_MAX)
        return false;
    text_init(ret_line, memory, FILE_REPORT_LINE_CAP);
    add_place(ret_line, place);
    return true;
}

void file_report_add(struct file_report *report, const struct file_place *place, const char *format,
                     ...)
{
    char memory[FILE_REPORT_LINE_CAP];
    struct text line;
    va_list values;

    if (!begin(report, place, memory, &line))
        return;
    va_start(values, format);
    text_add_list(&line, format, values);
    va_end(values);
    report->say(report->ctx, memory);
}

void file_report_line(struct file_report *report, const char *line)
{
    if (++report->count <= FILE_REPORT_LINES_MAX)
        report->say(report->ctx, line);
}

void file_report_wrong(struct file_report *report, const struct file_place *place, const char *key,
                       const char *value, const char *why, ...)
{
    char memory[FILE_REPORT_LINE_CAP];
    struct text line;
    va_list values;

    if (!begin(report, place, memory, &line))
        return;
    text_add(&line, "%s: ", key);
    if (value != NULL)
        add_value(&line, value);
    text_add(&line, "%s because ", value != NULL ? " is wrong" : "this is wrong");
    va_start(values, why);
    text_add_list(&line, why, values);
    va_end(values);
    report->say(report->ctx, memory);
}

void file_report_warn(struct file_report *report, const struct file_place *place, const char *key,
                      const char *value, const char *words)
{
    char memory[FILE_REPORT_LINE_CAP];
    struct text line;

    if (report->warn == NULL || ++report->warned > FILE_REPORT_LINES_MAX)
        return;
    text_init(&line, memory, sizeof(memory));
    add_place(&line, place);
    text_add(&line, "%s: ", key);
    if (value != NULL) {
        add_value(&line, value);
        text_add(&line, ": ");
    }
    text_add(&line, "%s", words);
    report->warn(report->ctx, memory);
}

static void say_more(const struct file_report *report, size_t count, const char *what,
                     void (*say)(void *ctx, const char *line))
{
    char memory[FILE_REPORT_LINE_CAP];
    struct text line;

    if (count <= FILE_REPORT_LINES_MAX)
        return;
    text_init(&line, memory, sizeof(memory));
    text_add(&line, "and %zu more %s", count - FILE_REPORT_LINES_MAX, what);
    say(report->ctx, memory);
}

void file_report_end(struct file_report *report)
{
    say_more(report, report->warned, "warnings", report->warn);
    say_more(report, report->count, "mistakes", report->say);
}
