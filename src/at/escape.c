/* escape.c: finds the escape sequence in online data. */
#include "at/escape.h"

#include "base/time.h"

#include <assert.h>

enum { ESCAPE_LENGTH = 3, ESCAPE_CHARACTER_MAX = 127 };

void escape_init(struct escape *escape, int64_t guard_ms, int64_t margin_ms, int64_t now_ms)
{
    assert(margin_ms >= 0 && margin_ms <= guard_ms);
    assert(margin_ms >= 0 && margin_ms <= guard_ms);
    *escape = (struct escape){ .guard_ms = guard_ms, .margin_ms = margin_ms, .last_ms = now_ms };
}

/* The shortest silence that counts as one. */
static int64_t silence_ms(const struct escape *escape)
{
    return escape->guard_ms - escape->margin_ms;
}

/* True when `input` continues, or after a silence starts, the sequence and nothing else. */
static bool is_part(const struct escape *escape, uint8_t character, int64_t since_ms,
                    struct span input)
{
    if (character > ESCAPE_CHARACTER_MAX || input.len > ESCAPE_LENGTH)
        return false;
    if (escape->held == 0 ? since_ms < silence_ms(escape) : since_ms > escape->guard_ms)
        return false;
    if ((size_t)escape->held + input.len > ESCAPE_LENGTH)
        return false;
    for (size_t i = 0; i < input.len; i++) {
        if (input.data[i] != character)
            return false;
    }
    return true;
}

int escape_feed(struct escape *escape, uint8_t character, int64_t now_ms, struct span input,
                bool *ret_hold)
{
    int release = escape->held;

    assert(escape->held >= 0 && escape->held <= 3);
    *ret_hold = is_part(escape, character, now_ms - escape->last_ms, input);
    escape->last_ms = now_ms;
    if (*ret_hold) {
        escape->held += (int)input.len;
        return 0;
    }
    escape->held = 0;
    return release;
}

void escape_resume(struct escape *escape, int64_t now_ms)
{
    escape->last_ms = now_ms;
}

int64_t escape_deadline(const struct escape *escape)
{
    if (escape->held == 0)
        return CLOCK_NEVER;
    return escape->last_ms +
           (escape->held == ESCAPE_LENGTH ? silence_ms(escape) : escape->guard_ms);
}

enum escape_verdict escape_tick(struct escape *escape, int64_t now_ms, int *ret_release)
{
    int held = escape->held;

    if (held == 0 || now_ms < escape_deadline(escape))
        return ESCAPE_NOTHING;
    escape->held = 0;
    if (held == ESCAPE_LENGTH)
        return ESCAPE_FOUND;
    *ret_release = held;
    return ESCAPE_RELEASE;
}
