/* expression.c: see expression.h. */
#include "verdict/expression.h"

#include "verdict/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    MILLION = 1000 * 1000,
    MS_IN_S = 1000,
    PER_CENT = 100,
    INTEGER_DIGITS_MAX = 9,
    DECIMALS_MAX = 6
};

/* What is left to read. */
struct reader {
    const char *source, *at;
    struct text *why;
};

static bool wrong(const struct reader *reader, const char *what, const char *allowed)
{
    text_add(reader->why, "\"%s\", column %zu: %s; allowed: %s", reader->source,
             (size_t)(reader->at - reader->source) + 1, what, allowed);
    return false;
}

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t')
        reader->at++;
}

/* A word of small letters; what it is, is said by whoever knows. */
static bool take(struct reader *reader, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(reader->at, word, len) != 0 ||
        (isalpha((unsigned char)word[len - 1]) && isalnum((unsigned char)reader->at[len])))
        return false;
    reader->at += len;
    return true;
}

/* A decimal number in millionths. */
static bool read_number(struct reader *reader, uint64_t *ret_millionths)
{
    static const char allowed[] = "a number of up to 9 digits, and 6 behind a dot";
    size_t digits = strspn(reader->at, "0123456789"), decimals = 0;
    const char *behind = reader->at + digits;
    uint64_t value = 0;

    if (digits == 0 || digits > INTEGER_DIGITS_MAX)
        return wrong(reader, digits == 0 ? "here is no number" : "this number is too long",
                     allowed);
    if (*behind == '.')
        decimals = strspn(behind + 1, "0123456789");
    if (decimals > DECIMALS_MAX || (*behind == '.' && decimals == 0))
        return wrong(reader, "this number cannot be read", allowed);
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (uint64_t)(reader->at[i] - '0');
    for (size_t i = 1; i <= DECIMALS_MAX; i++)
        value = value * 10 + (i <= decimals ? (uint64_t)(behind[i] - '0') : 0);
    reader->at = decimals > 0 ? behind + 1 + decimals : behind;
    *ret_millionths = value;
    return true;
}

static bool read_what(struct reader *reader, enum summary_what *ret_what)
{
    if (!take(reader, "("))
        return wrong(reader, "a bracket is missing", "(dial), (handshake), (command), (round)");
    skip_blanks(reader);
    for (int i = 0; i < SUMMARY_WHAT_COUNT; i++) {
        if (take(reader, summary_what_word((enum summary_what)i))) {
            *ret_what = (enum summary_what)i;
            skip_blanks(reader);
            return take(reader, ")") || wrong(reader, "the bracket is not closed", ")");
        }
    }
    return wrong(reader, "this is not counted", "dial, handshake, command, round");
}

static bool read_kind(struct reader *reader, struct expression *expression)
{
    static const char allowed[] =
        "a kind of error of 1 to 31 characters, as a summary has it, and )";
    size_t len;

    if (!take(reader, "("))
        return true;
    skip_blanks(reader);
    len = strcspn(reader->at, ")");
    if (reader->at[len] != ')')
        return wrong(reader, "the bracket is not closed", allowed);
    while (len > 0 && reader->at[len - 1] == ' ')
        len--;
    if (len == 0 || len >= sizeof(expression->kind))
        return wrong(reader, "this is no kind of error", allowed);
    memcpy(expression->kind, reader->at, len);
    reader->at = strchr(reader->at, ')') + 1;
    return true;
}

/* "p99.9": four decimals at most, so that a million is the whole. */
static bool read_part(struct reader *reader, struct expression *expression)
{
    static const char allowed[] = "a number above 0, up to 100, with 4 decimals at most";
    uint64_t millionths;
    const char *begun = reader->at;

    if (!read_number(reader, &millionths))
        return false;
    if (millionths == 0 || millionths > PER_CENT * (uint64_t)MILLION ||
        millionths % PER_CENT != 0) {
        reader->at = begun;
        return wrong(reader, "this is no percentile", allowed);
    }
    expression->measure = EXPRESSION_PART;
    expression->part = (struct summary_part){ (uint32_t)(millionths / PER_CENT), MILLION };
    return read_what(reader, &expression->what);
}

static bool read_measure(struct reader *reader, struct expression *expression)
{
    static const struct {
        const char *word;
        enum expression_measure measure;
    } measures[] = { { "max", EXPRESSION_MAX },
                     { "mean", EXPRESSION_MEAN },
                     { "count", EXPRESSION_COUNT },
                     { "rate", EXPRESSION_RATE } };

    skip_blanks(reader);
    if (reader->at[0] == 'p' && isdigit((unsigned char)reader->at[1])) {
        reader->at++;
        return read_part(reader, expression);
    }
    for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
        if (take(reader, measures[i].word)) {
            expression->measure = measures[i].measure;
            return read_what(reader, &expression->what);
        }
    }
    if (take(reader, "missing")) {
        expression->measure = EXPRESSION_MISSING;
        return true;
    }
    if (take(reader, "errors")) {
        expression->measure = EXPRESSION_ERRORS;
        return read_kind(reader, expression);
    }
    return wrong(reader, "this measures nothing",
                 "p50(WHAT) to p100(WHAT), max(WHAT), mean(WHAT), count(WHAT), rate(WHAT), errors, "
                 "errors(KIND), missing");
}

static bool read_order(struct reader *reader, struct expression *expression)
{
    static const struct {
        const char *word;
        enum expression_order order;
    } orders[] = { { ">=", EXPRESSION_FROM },
                   { ">", EXPRESSION_ABOVE },
                   { "<=", EXPRESSION_UP_TO },
                   { "<", EXPRESSION_BELOW } };

    skip_blanks(reader);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (take(reader, orders[i].word)) {
            expression->order = orders[i].order;
            return true;
        }
    }
    return wrong(reader, "here nothing is compared", ">, >=, <, <=");
}

/* A unit of a table that ends with NULL. */
struct unit {
    const char *word;
    uint64_t unit;
};

static bool read_unit(struct reader *reader, const struct unit *units, const char *allowed,
                      struct expression *expression)
{
    skip_blanks(reader);
    for (; units->word != NULL; units++) {
        if (take(reader, units->word)) {
            expression->unit = units->unit;
            return true;
        }
    }
    return wrong(reader, "the unit is missing or wrong", allowed);
}

static bool read_value(struct reader *reader, struct expression *expression)
{
    static const struct unit times[] = { { "us", 1 },
                                         { "ms", 1000 },
                                         { "s", MILLION },
                                         { "min", 60 * (uint64_t)MILLION },
                                         { "h", 3600 * (uint64_t)MILLION },
                                         { NULL, 0 } };
    static const struct unit rates[] = { { "/s", 1 }, { "/min", 60 }, { "/h", 3600 }, { NULL, 0 } };

    skip_blanks(reader);
    expression->unit = 1;
    if (!read_number(reader, &expression->millionths))
        return false;
    switch (expression->measure) {
    case EXPRESSION_PART:
    case EXPRESSION_MAX:
    case EXPRESSION_MEAN:
        return read_unit(reader, times, "us, ms, s, min, h", expression);
    case EXPRESSION_RATE:
        return read_unit(reader, rates, "/s, /min, /h", expression);
    case EXPRESSION_ERRORS:
        skip_blanks(reader);
        expression->is_share = take(reader, "%");
        break;
    case EXPRESSION_COUNT:
    case EXPRESSION_MISSING:
        break;
    }
    return true;
}

bool expression_read(const char *source, struct expression *ret_expression, struct text *why)
{
    struct reader reader = { source, source, why };

    *ret_expression = (struct expression){ .source = source };
    if (!read_measure(&reader, ret_expression) || !read_order(&reader, ret_expression) ||
        !read_value(&reader, ret_expression))
        return false;
    skip_blanks(&reader);
    return *reader.at == '\0' ||
           wrong(&reader, "something stands behind its end", "one comparison for each --fail-if");
}

/* ---- whether it holds ---- */

/* In integers, which long double has exactly as far as they matter (2^53 at least); equal ones stay
 * so. */
static bool compare(const struct expression *expression, long double is, long double bound)
{
    switch (expression->order) {
    case EXPRESSION_ABOVE:
        return is > bound;
    case EXPRESSION_FROM:
        return is >= bound;
    case EXPRESSION_BELOW:
        return is < bound;
    case EXPRESSION_UP_TO:
        break;
    }
    return is <= bound;
}

static bool time_of(const struct expression *expression, const struct summary *summary,
                    uint64_t *ret_us)
{
    const struct summary_times *times = &summary->times[expression->what];

    if (!times->is_timed || times->count == 0)
        return false;
    if (expression->measure == EXPRESSION_PART)
        return summary_at(times, expression->part, ret_us);
    *ret_us = expression->measure == EXPRESSION_MAX ? times->max_us : times->sum_us / times->count;
    return true;
}

static enum expression_verdict hold_time(const struct expression *expression,
                                         const struct summary *summary, struct text *ret_said)
{
    const struct summary_times *times = &summary->times[expression->what];
    char words[WORDS_TIME_CAP];
    uint64_t us;

    if (!time_of(expression, summary, &us)) {
        text_add(ret_said, times->count == 0 ? "there was none" : "they were counted, not timed");
        return EXPRESSION_UNKNOWN;
    }
    text_add(ret_said, "it is %s", words_time(us, words));
    return compare(expression, (long double)us * MILLION,
                   (long double)expression->millionths * (long double)expression->unit)
               ? EXPRESSION_TRUE
               : EXPRESSION_FALSE;
}

static bool hold_rate(const struct expression *expression, const struct summary *summary,
                      struct text *ret_said)
{
    uint64_t count = summary->times[expression->what].count;
    int64_t ms = summary_length_ms(summary);

    text_add(ret_said, "it is %.1f/s", (double)count * MS_IN_S / (double)ms);
    return compare(expression,
                   (long double)count * MS_IN_S * (long double)expression->unit * MILLION,
                   (long double)expression->millionths * (long double)ms);
}

static bool hold_errors(const struct expression *expression, const struct summary *summary,
                        struct text *ret_said)
{
    uint64_t attempts = summary_attempts(summary);
    uint64_t errors = expression->kind[0] == '\0' ? summary_errors(summary)
                                                  : summary_errors_of(summary, expression->kind);

    text_add(ret_said, "it is %" PRIu64, errors);
    if (!expression->is_share)
        return compare(expression, (long double)errors * MILLION,
                       (long double)expression->millionths);
    text_add(ret_said, " of %" PRIu64, attempts);
    return compare(expression, (long double)errors * PER_CENT * MILLION,
                   (long double)expression->millionths * (long double)attempts);
}

static bool hold_count(const struct expression *expression, uint64_t count, struct text *ret_said)
{
    text_add(ret_said, "it is %" PRIu64, count);
    return compare(expression, (long double)count * MILLION, (long double)expression->millionths);
}

enum expression_verdict expression_holds(const struct expression *expression,
                                         const struct summary *summary, struct text *ret_said)
{
    bool holds = false;

    switch (expression->measure) {
    case EXPRESSION_PART:
    case EXPRESSION_MAX:
    case EXPRESSION_MEAN:
        return hold_time(expression, summary, ret_said);
    case EXPRESSION_RATE:
        holds = hold_rate(expression, summary, ret_said);
        break;
    case EXPRESSION_ERRORS:
        holds = hold_errors(expression, summary, ret_said);
        break;
    case EXPRESSION_COUNT:
        holds = hold_count(expression, summary->times[expression->what].count, ret_said);
        break;
    case EXPRESSION_MISSING:
        holds = hold_count(expression, summary_missing(summary), ret_said);
        break;
    }
    return holds ? EXPRESSION_TRUE : EXPRESSION_FALSE;
}
