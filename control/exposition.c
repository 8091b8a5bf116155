/* exposition.c: see exposition.h. */
#include "control/exposition.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    NUMBER_CAP = 32,
    US_IN_MS = 1000,
    MS_IN_S = 1000,
    EXPOSITION_BYTES_MAX = 16 * 1000 * 1000,
    BOUNDS = 14
};

/* Of histograms, in ms, each the end of a bucket of base/time_buckets.h: from a server next door to
 * a dial over a slow radio, where the modules give up. */
static const uint64_t bounds_ms[BOUNDS] = { 1,   2,   5,    10,   25,    50,    100,
                                            250, 500, 1000, 5000, 15000, 60000, 150000 };

static void put_bytes(struct exposition *exposition, const char *text, size_t len)
{
    if (!exposition->failed &&
        bytes_add(&exposition->out, span_at(text, len), EXPOSITION_BYTES_MAX) != ERR_OK)
        exposition->failed = true;
}

static void put(struct exposition *exposition, const char *text)
{
    put_bytes(exposition, text, strlen(text));
}

/* In a label's value; in a help without the quote. */
static void put_escaped(struct exposition *exposition, const char *text, bool quotes)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            put(exposition, "\\n");
        else if (*text == '\\')
            put(exposition, "\\\\");
        else if (*text == '"' && quotes)
            put(exposition, "\\\"");
        else
            put_bytes(exposition, text, 1);
    }
}

void exposition_family(struct exposition *exposition, const char *name, const char *type,
                       const char *help)
{
    exposition->family = name;
    put(exposition, "# HELP ");
    put(exposition, name);
    put(exposition, " ");
    put_escaped(exposition, help, false);
    put(exposition, "\n# TYPE ");
    put(exposition, name);
    put(exposition, " ");
    put(exposition, type);
    put(exposition, "\n");
}

static void put_labels(struct exposition *exposition, const struct exposition_label *labels)
{
    size_t count = 0;

    while (labels != NULL && count < EXPOSITION_LABELS_MAX && labels[count].name != NULL) {
        put(exposition, count == 0 ? "{" : ",");
        put(exposition, labels[count].name);
        put(exposition, "=\"");
        put_escaped(exposition, labels[count].value, true);
        put(exposition, "\"");
        count++;
    }
    put(exposition, count > 0 ? "} " : " ");
}

void exposition_sample(struct exposition *exposition, const struct exposition_label *labels,
                       uint64_t value)
{
    char number[NUMBER_CAP];

    assert(exposition->family != NULL);
    put(exposition, exposition->family);
    put_labels(exposition, labels);
    snprintf(number, sizeof(number), "%" PRIu64 "\n", value);
    put(exposition, number);
}

/* Seconds, without zeros at the end: the same text for the same bucket in each process. */
static const char *seconds(char text[NUMBER_CAP], uint64_t ms)
{
    size_t len = (size_t)snprintf(text, NUMBER_CAP, "%" PRIu64 ".%03u", ms / MS_IN_S,
                                  (unsigned)(ms % MS_IN_S));

    while (text[len - 1] == '0')
        text[--len] = '\0';
    if (text[len - 1] == '.')
        text[--len] = '\0';
    return text;
}

static void put_member(struct exposition *exposition, const char *suffix, const char *bound,
                       const char *value)
{
    const struct exposition_label label[] = { { "le", bound }, { NULL, NULL } };

    put(exposition, exposition->family);
    put(exposition, suffix);
    put_labels(exposition, bound != NULL ? label : NULL);
    put(exposition, value);
    put(exposition, "\n");
}

static uint64_t count_all(const struct count_times *const *list, size_t count, size_t bucket)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += count_read(&list[i]->buckets[bucket]);
    return sum;
}

void exposition_times(struct exposition *exposition, const struct count_times *const *list,
                      size_t count)
{
    char bound[NUMBER_CAP], value[NUMBER_CAP];
    uint64_t so_far = 0, sum_us = 0;
    size_t bucket = 0;

    for (size_t at = 0; at <= BOUNDS; at++) {
        size_t end = at < BOUNDS ? time_bucket(bounds_ms[at] * US_IN_MS) + 1 : TIME_BUCKETS;

        for (; bucket < end; bucket++)
            so_far += count_all(list, count, bucket);
        snprintf(value, sizeof(value), "%" PRIu64, so_far);
        put_member(exposition, "_bucket", at < BOUNDS ? seconds(bound, bounds_ms[at]) : "+Inf",
                   value);
    }
    for (size_t i = 0; i < count; i++)
        sum_us += count_read(&list[i]->sum_us);
    put_member(exposition, "_sum", NULL, seconds(bound, sum_us / US_IN_MS));
    put_member(exposition, "_count", NULL, value);
}

void exposition_free(struct exposition *exposition)
{
    bytes_free(&exposition->out);
    *exposition = (struct exposition){ .family = NULL };
}
