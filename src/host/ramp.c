/* ramp.c: how fast a crowd comes. */
#include "host/ramp.h"

#include "transcript/reader_words.h"

enum { COUNT_MAX = 1000000 };

static const struct {
    const char *word;
    uint32_t ms;
} units[] = { { "s", 1000 }, { "min", 60 * 1000 }, { "h", 60 * 60 * 1000 } };

bool ramp_read(struct span text, struct ramp *ret_ramp, struct text *why)
{
    const uint8_t *slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
    size_t before = slash != NULL ? (size_t)(slash - text.data) : text.len;
    struct span unit = span_skip(text, slash != NULL ? before + 1 : before);

    if (words_number(span_at(text.data, before), COUNT_MAX, &ret_ramp->count) &&
        ret_ramp->count > 0) {
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            ret_ramp->per_ms = units[i].ms;
            if (words_are(unit, units[i].word))
                return true;
        }
    }
    text_add(why, "it is no such speed; allowed: 100/s, 30/min, 500/h, the number from 1 to %d",
             COUNT_MAX);
    return false;
}

int64_t ramp_ms(const struct ramp *ramp, uint32_t order)
{
    return ramp->count > 0 ? (int64_t)((uint64_t)order * ramp->per_ms / ramp->count) : 0;
}
