/* on_error.c: what a host does when its transcript came out otherwise. */
#include "host/on_error.h"

#include "base/letters.h"
#include "transcript/reader_words.h"

enum { RETRY_MS = 1000, ONCE = 1000, FACTOR_MAX = 100, TIMES_MAX = 1000000, HUNDRED = 100 };

#define FORMS                                                                                      \
    "give up, retry [TIME] [N times], redial TIME [xFACTOR] [up to TIME] [\xc2\xb1 N %] [N times]"

/* What is read, and who is told what is wrong with it. */
struct rule_words {
    struct span rest;
    struct text *why;
};

/* An empty word is one that is not there. */
static bool refuse(const struct rule_words *words, struct span word, const char *reason,
                   const char *allowed)
{
    if (word.len == 0)
        text_add(words->why, "something is missing at its end");
    else
        text_add(words->why, "\"%.*s\" %s", (int)word.len, (const char *)word.data, reason);
    text_add(words->why, "; allowed: %s", allowed);
    return false;
}

static bool read_time(struct rule_words *words, struct span word, uint32_t *ret_ms)
{
    return words_duration(word, ret_ms) || refuse(words, word, "is no time", "60s, 1.5s, 200ms");
}

/* `x2`, `x1.5`. */
static bool read_factor(struct rule_words *words, struct span word, uint32_t *ret_factor)
{
    char memory[16];
    uint8_t last = word.data[word.len - 1];
    struct text text;

    text_init(&text, memory, sizeof(memory)); /* as a time has its point */
    text_add_span(&text, span_skip(word, 1));
    text_add(&text, "s");
    if (text.cut || last < '0' || last > '9' || !words_duration(text_span(&text), ret_factor) ||
        *ret_factor < ONCE || *ret_factor > FACTOR_MAX * ONCE)
        return refuse(words, word, "is no factor", "x1, x1.5 to x100");
    return true;
}

/* Takes `sign` off the front. */
static bool takes(struct span *word, const char *sign)
{
    size_t len = strlen(sign);

    if (word->len < len || memcmp(word->data, sign, len) != 0)
        return false;
    *word = span_skip(*word, len);
    return true;
}

/* `± 20 %`, `±20%`, behind the sign; `word` is what follows it, or empty. */
static bool read_spread(struct rule_words *words, struct span word, uint32_t *ret_spread)
{
    struct span number, sign;

    if (word.len == 0)
        word = words_next(&words->rest);
    number = word;
    if (word.len > 0 && word.data[word.len - 1] == '%')
        number.len--;
    if (!words_number(number, HUNDRED, ret_spread))
        return refuse(words, word, "is no spread", "\xc2\xb1 0 % to \xc2\xb1 100 %");
    if (number.len < word.len)
        return true;
    sign = words_next(&words->rest);
    return words_are(sign, "%") || refuse(words, sign, "stands in the place of %", "\xc2\xb1 20 %");
}

static bool read_times(struct rule_words *words, struct span word, uint32_t *ret_times,
                       const char *allowed)
{
    struct span unit;

    if (!words_number(word, TIMES_MAX, ret_times) || *ret_times == 0)
        return refuse(words, word, "is not understood here", allowed);
    unit = words_next(&words->rest);
    return words_are(unit, "times") ||
           refuse(words, unit, "stands in the place of times", "1 times to 1000000 times");
}

static bool read_top(struct rule_words *words, struct on_error *rule)
{
    struct span to = words_next(&words->rest), word;

    if (!words_are(to, "to"))
        return refuse(words, to, "stands in the place of to", "up to TIME");
    word = words_next(&words->rest);
    if (!read_time(words, word, &rule->most_ms))
        return false;
    return rule->most_ms >= rule->first_ms ||
           refuse(words, word, "is less than the time that it begins with", "that time, or more");
}

static bool read_redial_word(struct rule_words *words, struct span word, struct on_error *rule)
{
    if (words_are(word, "up"))
        return read_top(words, rule);
    if (word.data[0] == 'x')
        return read_factor(words, word, &rule->factor);
    if (takes(&word, "\xc2\xb1") || takes(&word, "+-"))
        return read_spread(words, word, &rule->spread);
    return read_times(words, word, &rule->times_max,
                      "xFACTOR, up to TIME, \xc2\xb1 N %, 1 times to 1000000 times");
}

static bool read_redial(struct rule_words *words, struct on_error *rule)
{
    struct span word = words_next(&words->rest);

    if (!read_time(words, word, &rule->first_ms))
        return false;
    if (rule->first_ms == 0)
        return refuse(words, word, "would be without a pause", "1ms or more");
    while ((word = words_next(&words->rest)).len > 0) {
        if (!read_redial_word(words, word, rule))
            return false;
    }
    return true;
}

static bool read_retry(struct rule_words *words, struct on_error *rule)
{
    struct span word = words_next(&words->rest);

    rule->first_ms = RETRY_MS;
    if (word.len > 0 && words_duration(word, &rule->first_ms))
        word = words_next(&words->rest);
    if (word.len > 0 && !read_times(words, word, &rule->times_max, "retry [TIME] [N times]"))
        return false;
    word = words_next(&words->rest);
    return word.len == 0 || refuse(words, word, "stands behind its end", "retry [TIME] [N times]");
}

static bool read_give_up(struct rule_words *words)
{
    struct span up = words_next(&words->rest), more = words_next(&words->rest);

    if (!words_are(up, "up"))
        return refuse(words, up, "stands in the place of up", "give up");
    return more.len == 0 || refuse(words, more, "stands behind its end", "give up");
}

bool on_error_read(struct span text, struct on_error *ret_rule, struct text *why)
{
    struct on_error rule = { .factor = ONCE, .most_ms = UINT32_MAX };
    struct rule_words words = { .rest = letters_trim(text), .why = why };
    struct span head = words_next(&words.rest);
    bool good;

    if (words_are(head, "give")) {
        rule.kind = ON_ERROR_GIVE_UP;
        good = read_give_up(&words);
    } else if (words_are(head, "retry")) {
        rule.kind = ON_ERROR_RETRY;
        good = read_retry(&words, &rule);
    } else if (words_are(head, "redial")) {
        rule.kind = ON_ERROR_REDIAL;
        good = read_redial(&words, &rule);
    } else {
        good = refuse(&words, head, "is none of its words", FORMS);
    }
    if (good)
        *ret_rule = rule;
    return good;
}

bool on_error_wait(const struct on_error *rule, uint32_t failures, struct made *made,
                   int64_t *ret_ms)
{
    uint64_t ms = rule->first_ms;

    if (rule->kind == ON_ERROR_GIVE_UP || (rule->times_max > 0 && failures > rule->times_max))
        return false;
    for (uint32_t i = 1; i < failures && rule->factor > ONCE && ms < rule->most_ms; i++)
        ms = ms * rule->factor / ONCE;
    if (ms > rule->most_ms)
        ms = rule->most_ms;
    *ret_ms = made_spread(made, (int64_t)ms, (uint32_t)(ms * rule->spread / HUNDRED));
    if (*ret_ms == 0)
        *ret_ms = 1; /* others have their turn, whatever fails at once */
    return true;
}
