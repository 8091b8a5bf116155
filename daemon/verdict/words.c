/* words.c: see words.h. */
#include "verdict/words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { MS_IN_S = 1000, LINE_CAP = 2000, KINDS_SHOWN = 12, PER_CENT = 100 };

static const double us_in_ms = 1e3, us_in_s = 1e6, us_in_min = 60e6, us_in_h = 3600e6;

/* Three digits that count. */
static const char *scaled(double value, const char *unit, char ret_words[WORDS_TIME_CAP])
{
    snprintf(ret_words, WORDS_TIME_CAP, "%.*f %s",
             value < 10    ? 2
             : value < 100 ? 1
                           : 0,
             value, unit);
    return ret_words;
}

const char *words_time(uint64_t us, char ret_words[WORDS_TIME_CAP])
{
    double value = (double)us;

    if (value < us_in_ms)
        snprintf(ret_words, WORDS_TIME_CAP, "%" PRIu64 " us", us);
    else if (value < us_in_s)
        scaled(value / us_in_ms, "ms", ret_words);
    else if (value < us_in_min)
        scaled(value / us_in_s, "s", ret_words);
    else if (value < us_in_h)
        scaled(value / us_in_min, "min", ret_words);
    else
        scaled(value / us_in_h, "h", ret_words);
    return ret_words;
}

/* ---- errors ---- */

/* The kind with most of those that were not shown; NULL: all were. */
static const struct summary_kind *next_kind(const struct summary *summary, const bool *shown)
{
    const struct summary_kind *most = NULL;

    for (size_t i = 0; i < summary->kind_count; i++) {
        const struct summary_kind *kind = &summary->kinds[i];

        if (!shown[i] && kind->count > 0 && (most == NULL || kind->count > most->count))
            most = kind;
    }
    return most;
}

void words_errors(struct text *text, const struct summary *summary, size_t most)
{
    uint64_t errors = summary_errors(summary), attempts = summary_attempts(summary), told = 0;
    bool shown[SUMMARY_KINDS_MAX] = { false };
    const struct summary_kind *kind;

    text_add(text, "%" PRIu64 " of %" PRIu64, errors, attempts);
    if (attempts > 0)
        text_add(text, " (%.3g %%)", (double)errors * PER_CENT / (double)attempts);
    for (size_t i = 0; i < most && (kind = next_kind(summary, shown)) != NULL; i++) {
        text_add(text, "%s %" PRIu64 " %s", i == 0 ? ":" : ",", kind->count, kind->name);
        shown[kind - summary->kinds] = true;
        told += kind->count;
    }
    if (told < errors)
        text_add(text, ", %" PRIu64 " more", errors - told);
}

/* ---- all of it ---- */

static void print_head(FILE *out, const struct summary *summary, const char *end)
{
    const struct summary_run *first = &summary->runs[0];
    char words[WORDS_TIME_CAP], when[40];
    int64_t begun_ms = INT64_MAX;
    time_t begun_s;
    struct tm utc;

    for (size_t i = 0; i < summary->run_count; i++)
        begun_ms = summary->runs[i].begun_ms < begun_ms ? summary->runs[i].begun_ms : begun_ms;
    begun_s = (time_t)(begun_ms / MS_IN_S);
    gmtime_r(&begun_s, &utc);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(out, "%" PRIu64 " modem%s", summary_modems(summary),
            summary_modems(summary) == 1 ? "" : "s");
    if (first->shard_count > 0 && summary->run_count == 1)
        fprintf(out, ", shard %u of %u", (unsigned)first->shard, (unsigned)first->shard_count);
    else if (first->shard_count > 0)
        fprintf(out, ", %zu of %u shards", summary->run_count, (unsigned)first->shard_count);
    else if (summary->run_count > 1)
        fprintf(out, ", %zu runs", summary->run_count);
    fprintf(out, ", %s from %s on, tlsmodem %s, as %s%s",
            words_time((uint64_t)summary_length_ms(summary) * MS_IN_S, words), when, first->version,
            summary->is_by_hosts ? "hosts saw it" : "modems counted it", end);
}

void words_print_missing(FILE *out, const struct summary *summary, const char *end)
{
    uint32_t missing = summary_missing(summary);

    if (missing > 0)
        fprintf(out, "%u of %u shards %s missing%s", (unsigned)missing,
                (unsigned)summary->runs[0].shard_count, missing == 1 ? "is" : "are", end);
}

static void print_times(FILE *out, const struct summary *summary, enum summary_what what,
                        const char *end)
{
    static const struct summary_part parts[] = {
        { 50, 100 }, { 90, 100 }, { 99, 100 }, { 999, 1000 }
    };
    const struct summary_times *times = &summary->times[what];
    double s = (double)summary_length_ms(summary) / MS_IN_S;
    char words[WORDS_TIME_CAP];
    uint64_t us;

    fprintf(out, "%-10s %10" PRIu64 " %10.1f", summary_what_word(what), times->count,
            (double)times->count / s);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        fprintf(out, " %9s", summary_at(times, parts[i], &us) ? words_time(us, words) : "-");
    fprintf(out, " %9s%s",
            times->is_timed && times->count > 0 ? words_time(times->max_us, words) : "-", end);
}

void words_print(FILE *out, const struct summary *summary, const char *end)
{
    char memory[LINE_CAP];
    struct text line;

    if (summary->run_count == 0)
        return;
    print_head(out, summary, end);
    fprintf(out, "%-10s %10s %10s %9s %9s %9s %9s %9s%s", "", "count", "per s", "p50", "p90", "p99",
            "p99.9", "max", end);
    for (int what = 0; what < SUMMARY_WHAT_COUNT; what++) {
        if (summary->times[what].count > 0 || what < SUMMARY_ROUND)
            print_times(out, summary, (enum summary_what)what, end);
    }
    text_init(&line, memory, sizeof(memory));
    words_errors(&line, summary, KINDS_SHOWN);
    fprintf(out, "%-10s %s%s", "errors", memory, end);
    for (size_t i = 0; i < summary->surprise_count; i++) {
        const struct summary_surprise *surprise = &summary->surprises[i];

        fprintf(out, "%-10s %" PRIu64 " time%s \"%s\" was wanted, \"%s\" came%s", "unexpected",
                surprise->count, surprise->count == 1 ? "" : "s", surprise->wanted, surprise->came,
                end);
    }
}
