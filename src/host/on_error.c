/* on_error.c: what a host does when its transcript came out otherwise. */
#include "host/on_error.h"

#include "base/letters.h"
#include "transcript/reader_words.h"

enum { RETRY_MS = 1000, ONCE = 1000, FACTOR_MAX = 100, TIMES_MAX = 1000000, HUNDRED = 100 };

static bool refuse(struct span words, struct text *why)
{
    text_add(why, "\"%.*s\" is none", (int)words.len, (const char *)words.data);
    text_add(why, "; allowed: give up, retry [TIME] [N times], redial TIME [xFACTOR] [up to TIME] "
                  "[± N %%] [N times]");
    return false;
}

/* `x2`, `x1.5`. */
static bool read_factor(struct span word, uint32_t *ret_factor)
{
    char memory[16];
    struct text text;
    uint32_t thousandths;

    if (word.len < 2 || word.data[0] != 'x')
        return false;
    text_init(&text, memory, sizeof(memory)); /* as a time has its point */
    text_add_span(&text, span_skip(word, 1));
    text_add(&text, "s");
    if (text.cut || !words_duration(text_span(&text), &thousandths))
        return false;
    *ret_factor = thousandths;
    return thousandths >= ONCE && thousandths <= FACTOR_MAX * ONCE;
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
static bool read_spread(struct span word, struct span *rest, uint32_t *ret_spread)
{
    bool has_sign;

    if (word.len == 0)
        word = words_next(rest);
    has_sign = word.len > 0 && word.data[word.len - 1] == '%';
    word.len -= has_sign ? 1 : 0;
    return words_number(word, HUNDRED, ret_spread) &&
           (has_sign || words_are(words_next(rest), "%"));
}

static bool read_times(struct span word, struct span *rest, uint32_t *ret_times)
{
    return words_number(word, TIMES_MAX, ret_times) && *ret_times > 0 &&
           words_are(words_next(rest), "times");
}

static bool read_redial_word(struct span word, struct span *rest, struct on_error *rule)
{
    if (words_are(word, "up"))
        return words_are(words_next(rest), "to") &&
               words_duration(words_next(rest), &rule->most_ms) && rule->most_ms >= rule->first_ms;
    if (word.data[0] == 'x')
        return read_factor(word, &rule->factor);
    if (takes(&word, "\xc2\xb1") || takes(&word, "+-"))
        return read_spread(word, rest, &rule->spread);
    return read_times(word, rest, &rule->times_max);
}

static bool read_redial(struct span rest, struct on_error *rule)
{
    struct span word;

    if (!words_duration(words_next(&rest), &rule->first_ms) || rule->first_ms == 0)
        return false;
    while ((word = words_next(&rest)).len > 0) {
        if (!read_redial_word(word, &rest, rule))
            return false;
    }
    return true;
}

static bool read_retry(struct span rest, struct on_error *rule)
{
    struct span word = words_next(&rest);

    rule->first_ms = RETRY_MS;
    if (word.len > 0 && words_duration(word, &rule->first_ms))
        word = words_next(&rest);
    if (word.len > 0 && !read_times(word, &rest, &rule->times_max))
        return false;
    return words_next(&rest).len == 0;
}

bool on_error_read(struct span words, struct on_error *ret_rule, struct text *why)
{
    struct on_error rule = { .factor = ONCE, .most_ms = UINT32_MAX };
    struct span all = letters_trim(words), rest = all, head;
    bool good;

    head = words_next(&rest);
    if (words_are(head, "give")) {
        rule.kind = ON_ERROR_GIVE_UP;
        good = words_are(words_next(&rest), "up") && words_next(&rest).len == 0;
    } else if (words_are(head, "retry")) {
        rule.kind = ON_ERROR_RETRY;
        good = read_retry(rest, &rule);
    } else {
        rule.kind = ON_ERROR_REDIAL;
        good = words_are(head, "redial") && read_redial(rest, &rule);
    }
    if (!good)
        return refuse(all, why);
    *ret_rule = rule;
    return true;
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
