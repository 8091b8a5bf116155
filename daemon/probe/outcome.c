/* outcome.c: what comes out of the steps of a probe. */
#include "probe/outcome.h"

#include "base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static void know_number(struct outcome *outcome, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%" PRId64, number);
    outcome_know(outcome, span_of(digits));
}

void outcome_know(struct outcome *outcome, struct span value)
{
    if (outcome->is_known || value.len > OUTCOME_VALUE_MAX)
        return;
    if (value.len > 0)
        memcpy(outcome->value, value.data, value.len);
    outcome->value[value.len] = '\0';
    outcome->is_known = true;
}

/* `is_while_open`: its words with a dash between them; `is_1__0`: a dot. */
static void know_word(struct outcome *outcome, struct span word)
{
    if (outcome->is_known)
        return;
    outcome_know(outcome, word);
    for (char *c = outcome->value; *c != '\0'; c++) {
        bool is_dot = c[0] == '_' && c[1] == '_';

        if (is_dot)
            memmove(c, c + 1, strlen(c));
        if (*c == '_')
            *c = is_dot ? '.' : '-';
    }
}

static void add(struct outcome *outcome, struct span value)
{
    int32_t number;

    outcome->counts = true;
    if (number_parse(value, &number))
        outcome->sum += number;
}

static void begin(struct outcome *outcome, int64_t now_ms)
{
    outcome->has_begun = true;
    outcome->begun_ms = now_ms;
}

static void end(struct outcome *outcome, int64_t now_ms)
{
    if (outcome->has_begun && !outcome->is_over)
        outcome->took_ms = now_ms - outcome->begun_ms;
    outcome->has_counted |= outcome->counts;
    outcome->is_over = true;
}

void outcome_awake(struct outcome *outcome, int64_t now_ms)
{
    if (outcome->has_begun)
        end(outcome, now_ms);
    else
        begin(outcome, now_ms);
}

/* What a group with a value does. */
static void take(struct outcome *outcome, struct span name, struct span value, int64_t now_ms)
{
    static const char is[] = "is_";

    if (span_equal(name, span_of("value"))) {
        outcome_know(outcome, value);
    } else if (span_equal(name, span_of("length"))) {
        know_number(outcome, (int64_t)value.len);
    } else if (span_equal(name, span_of("pairs"))) {
        know_number(outcome, (int64_t)value.len / 2);
    } else if (span_equal(name, span_of("counts"))) {
        add(outcome, span_of("1"));
    } else if (span_equal(name, span_of("adds"))) {
        add(outcome, value);
    } else if (span_equal(name, span_of("begins"))) {
        begin(outcome, now_ms);
    } else if (span_equal(name, span_of("over"))) {
        end(outcome, now_ms);
    } else if (span_equal(name, span_of("taken"))) {
        outcome->taken = true;
    } else if (span_equal(name, span_of("refused"))) {
        outcome->refused = true;
    } else if (name.len > strlen(is) && memcmp(name.data, is, strlen(is)) == 0) {
        know_word(outcome, span_skip(name, strlen(is)));
    }
}

void outcome_group(struct outcome *outcome, struct span name, struct span value, int64_t now_ms)
{
    if (span_equal(name, span_of("error")))
        outcome_know(outcome, value.len > 0 ? value : span_of("plain"));
    else if (value.len > 0)
        take(outcome, name, value, now_ms);
}

/* How many ms one of the fact has. */
static int64_t unit_of(struct span fact)
{
    static const struct {
        const char *end;
        int64_t ms;
    } units[] = { { "-ms", 1 }, { "-ds", 100 }, { "-s", 1000 } };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i].end);

        if (fact.len > len && span_equal(span_skip(fact, fact.len - len), span_of(units[i].end)))
            return units[i].ms;
    }
    return 1;
}

static void know_time(struct outcome *outcome, const struct probe *probe, struct span fact)
{
    int64_t step_ms = probe->time_step_ms, took_ms = outcome->took_ms;

    if (probe->time_limit_ms > 0)
        outcome_know(outcome, took_ms < probe->time_limit_ms ? probe->sooner : probe->later);
    else
        know_number(outcome, (took_ms + step_ms / 2) / step_ms * step_ms / unit_of(fact));
}

static bool is_time(const struct probe *probe)
{
    return probe->time_step_ms > 0 || probe->time_limit_ms > 0;
}

bool outcome_is_certain(const struct outcome *outcome, const struct probe *probe)
{
    if (outcome->is_known || outcome->refused)
        return true;
    return outcome->is_over && (is_time(probe) ? outcome->has_begun : outcome->has_counted);
}

bool outcome_is_known(struct outcome *outcome, const struct probe *probe, struct span fact)
{
    if (!outcome->is_over)
        return outcome->is_known;
    if (is_time(probe) && outcome->has_begun)
        know_time(outcome, probe, fact);
    else if (!is_time(probe) && outcome->counts)
        know_number(outcome, outcome->sum);
    return outcome->is_known;
}
