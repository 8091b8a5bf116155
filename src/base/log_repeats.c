/* log_repeats.c: see log_repeats.h. */
#include "base/log_repeats.h"

#include <stdio.h>
#include <string.h>

enum { MS = 1000 };

void log_repeats_init(struct log_repeats *repeats,
                      void (*write)(void *ctx, const char *tag, const char *text), void *write_ctx,
                      int64_t (*now_ms)(void))
{
    memset(repeats, 0, sizeof(*repeats));
    repeats->write = write;
    repeats->write_ctx = write_ctx;
    repeats->now_ms = now_ms;
}

static bool is_there(const struct log_repeated *line)
{
    return line->text[0] != '\0';
}

/* How many that nobody has read of. */
static unsigned untold(const struct log_repeated *line)
{
    return line->count - (line->goes_on ? 0 : 1);
}

static bool is_over(const struct log_repeated *line, int64_t now_ms)
{
    return now_ms >= line->from_ms + LOG_REPEATS_WINDOW_MS;
}

static void tell(const struct log_repeats *repeats, const struct log_repeated *line, int64_t now_ms)
{
    char text[LOG_REPEATS_LINE_MAX + 60];
    int64_t ms = now_ms - line->from_ms;

    snprintf(text, sizeof(text), "%s (%u times in %lld s%s)", line->text, line->count,
             (long long)((ms + MS - 1) / MS), line->of_others ? ", others too" : "");
    repeats->write(repeats->write_ctx, line->tag, text);
}

/* Its minute is over: another begins if there is something to tell. */
static void end(const struct log_repeats *repeats, struct log_repeated *line, int64_t now_ms)
{
    if (untold(line) == 0) {
        line->text[0] = '\0';
        return;
    }
    tell(repeats, line, now_ms);
    line->goes_on = true;
    line->of_others = false;
    line->count = 0;
    line->from_ms = now_ms;
}

void log_repeats_of_many(struct log_repeats *repeats)
{
    repeats->of_many = true;
}

void log_repeats_tick(struct log_repeats *repeats)
{
    int64_t now_ms = repeats->now_ms();

    for (size_t i = 0; i < LOG_REPEATS_LINES; i++) {
        if (is_there(&repeats->lines[i]) && is_over(&repeats->lines[i], now_ms))
            end(repeats, &repeats->lines[i], now_ms);
    }
}

/* A place for another line: a free one, else that of the line which began first. */
static struct log_repeated *place(struct log_repeats *repeats, int64_t now_ms)
{
    struct log_repeated *oldest = &repeats->lines[0];

    for (size_t i = 0; i < LOG_REPEATS_LINES; i++) {
        struct log_repeated *line = &repeats->lines[i];

        if (!is_there(line))
            return line;
        if (line->from_ms < oldest->from_ms)
            oldest = line;
    }
    if (untold(oldest) > 0)
        tell(repeats, oldest, now_ms);
    return oldest;
}

/* What makes it the line that it is. */
static const char *essence(const struct log_repeats *repeats, const char *text)
{
    const char *colon = repeats->of_many ? strstr(text, ": ") : NULL;

    return colon != NULL ? colon : text;
}

/* True when the line is `text` once more, up to where lines are cut. */
static bool is_again(const struct log_repeats *repeats, const struct log_repeated *line,
                     const char *tag, const char *text)
{
    char cut[LOG_REPEATS_LINE_MAX];

    if (!is_there(line) || strcmp(line->tag, tag) != 0)
        return false;
    snprintf(cut, sizeof(cut), "%s", text);
    return strcmp(essence(repeats, line->text), essence(repeats, cut)) == 0;
}

void log_repeats_write(void *ctx, const char *tag, const char *text)
{
    struct log_repeats *repeats = ctx;
    int64_t now_ms = repeats->now_ms();
    struct log_repeated *line;

    log_repeats_tick(repeats);
    for (size_t i = 0; i < LOG_REPEATS_LINES; i++) {
        line = &repeats->lines[i];
        if (is_again(repeats, line, tag, text)) {
            line->of_others =
                line->of_others || strncmp(line->text, text, sizeof(line->text) - 1) != 0;
            line->count++;
            return;
        }
    }
    line = place(repeats, now_ms);
    *line = (struct log_repeated){ .tag = tag, .count = 1, .from_ms = now_ms };
    snprintf(line->text, sizeof(line->text), "%s", text);
    repeats->write(repeats->write_ctx, tag, text);
}

int64_t log_repeats_deadline(const struct log_repeats *repeats)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (size_t i = 0; i < LOG_REPEATS_LINES; i++) {
        const struct log_repeated *line = &repeats->lines[i];

        if (is_there(line) && untold(line) > 0)
            deadline_ms = time_earlier(deadline_ms, line->from_ms + LOG_REPEATS_WINDOW_MS);
    }
    return deadline_ms;
}

void log_repeats_flush(struct log_repeats *repeats)
{
    int64_t now_ms = repeats->now_ms();

    for (size_t i = 0; i < LOG_REPEATS_LINES; i++) {
        struct log_repeated *line = &repeats->lines[i];

        if (is_there(line) && untold(line) > 0)
            tell(repeats, line, now_ms);
        line->text[0] = '\0';
    }
}
