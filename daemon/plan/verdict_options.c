/* verdict_options.c: see verdict_options.h. */
#include "plan/verdict_options.h"

#include "plan/plan_variables.h"
#include "tlsmodem.h"

#include <string.h>

enum { PATH_CAP = 4096, WHY_CAP = 300 };

char *verdict_option_summary(const char *name, const char *value, uint32_t shard,
                             struct text *error)
{
    char filled[PATH_CAP], memory[WHY_CAP], *path;
    struct text text, why;

    text_init(&text, filled, sizeof(filled));
    text_init(&why, memory, sizeof(memory));
    if (value[0] == '\0')
        text_add(&why, "it names no file");
    else if (plan_variables_fill_shard(value, shard, &text, &why) && text.cut)
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
             "%s: \"%s\" is wrong because it is no time; allowed: one of 2000 to 2099 like "
             "2026-12-01T12:00:00Z, with Z, +hh:mm or nothing (UTC) behind",
             name, value);
    return false;
}
