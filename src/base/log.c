/* log.c: one door for everything that an operator or a developer reads. */
#include "base/log.h"

#include "base/mask.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 500 };

static const char *const level_names[] = {
#define LOG_TEXT(name, text) [name] = text,
    LOG_LEVELS(LOG_TEXT)
#undef LOG_TEXT
};

static const char *const component_names[] = {
#define TRACE_TEXT(name, text) [name] = text,
    TRACE_COMPONENTS(TRACE_TEXT)
#undef TRACE_TEXT
};

const char *log_level_name(enum log_level level)
{
    return (size_t)level < sizeof(level_names) / sizeof(level_names[0]) ? level_names[level] : NULL;
}

const char *trace_component_name(enum trace_component component)
{
    return (size_t)component < TRACE_COUNT ? component_names[component] : NULL;
}

bool log_says(const struct log *log, enum log_level level)
{
    return log != NULL && level <= log->level;
}

bool log_traces(const struct log *log, enum trace_component component)
{
    return log != NULL && (log->traced & (UINT32_C(1) << component)) != 0;
}

/* The bytes of the character at `text` (UTF-8), which ends with a NUL; 0: a control character, or
 * none at all. */
static size_t character_len(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;

    if (at[0] < ' ' || at[0] == 0x7F || (at[0] >= 0x80 && at[0] < 0xC2) || at[0] > 0xF4 ||
        (at[0] == 0xC2 && at[1] < 0xA0))
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    return len;
}

/* Hosts and servers have a say in lines: none may end one, or reach a terminal's controls. */
static void make_plain(char *line)
{
    while (*line != '\0') {
        size_t len = character_len(line);

        if (len == 0)
            *line = '?';
        line += len == 0 ? 1 : len;
    }
}

static void write_line(const struct log *log, const char *tag, const char *format, va_list args)
{
    char line[LINE_MAX_BYTES];
    int used = 0;

    assert(log->write != NULL);
    if (log->name != NULL)
        used = snprintf(line, sizeof(line), "%s: ", log->name);
    if (used < 0 || used >= (int)sizeof(line))
        used = 0;
    vsnprintf(line + used, sizeof(line) - (size_t)used, format, args);
    mask_urls(line);
    make_plain(line);
    log->write(log->ctx, tag, line);
}

void log_say(const struct log *log, enum log_level level, const char *format, ...)
{
    va_list args;

    if (!log_says(log, level))
        return;
    va_start(args, format);
    write_line(log, log_level_name(level), format, args);
    va_end(args);
}

void log_trace(const struct log *log, enum trace_component component, const char *format, ...)
{
    va_list args;

    if (!log_traces(log, component))
        return;
    va_start(args, format);
    write_line(log, trace_component_name(component), format, args);
    va_end(args);
}
