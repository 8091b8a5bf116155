/* verdict_options.c: see verdict_options.h. */
#include "plan/verdict_options.h"

#include "base/pattern.h"
#include "tlsmodem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_CAP = 11, PATH_CAP = 4096, WHY_CAP = 300 };

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

char *verdict_option_summary(const char *name, const char *value, uint32_t shard,
                             struct text *error)
{
    struct finding finding = { .shard = shard };
    char filled[PATH_CAP], memory[WHY_CAP], *path;
    struct text text, why;

    text_init(&text, filled, sizeof(filled));
    text_init(&why, memory, sizeof(memory));
    if (value[0] == '\0')
        text_add(&why, "it names no file");
    else if (pattern_expand(span_of(value), find, &finding, &text, &why) && text.cut)
        text_add(&why, "it is too long");
    if (memory[0] != '\0') {
        text_add(error, "%s: \"%s\" is wrong because %s%s", name, value, memory,
                 strstr(memory, "allowed:") == NULL ? "; allowed: a path, with ${shard} in it"
                                                    : "");
        return NULL;
    }
    path = strdup(filled);
    if (path == NULL)
        text_add(error, "%s: out of memory", name);
    return path;
}

bool verdict_option_start_at(const char *name, const char *value, int64_t *ret_s,
                             struct text *error)
{
    struct tlsmodem_time time;

    if (tlsmodem_time_read(value, 0, &time) == ERR_OK && time.from == TLSMODEM_TIME_GIVEN) {
        *ret_s = time.utc_s;
        return true;
    }
    text_add(error,
             "%s: \"%s\" is no time; allowed: one of 2000 to 2099 like 2026-12-01T12:00:00Z, with "
             "Z, +hh:mm or nothing (UTC) behind",
             name, value);
    return false;
}
