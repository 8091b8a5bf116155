/* play_host.c: steps of hosts and of time. */
#include "transcript/play_host.h"

#include "transcript/circuit.h"
#include "transcript/echo.h"
#include "transcript/play_fill.h"
#include "transcript/play_loop.h"

#include <inttypes.h>

enum {
    OVER_GUARD_MS = 100,  /* a host is silent for a little longer than the guard time */
    UNDER_GUARD_MS = 200, /* nothing may come earlier than the guard time, seen from a host */
    BURST_END_MS = 30,    /* the shortest silence that ends a burst for a host that we know of */
    LINE_MAX = 1000000,   /* of what a pattern is to match */
    LEAST_US = 100        /* what a look costs, so that each wait ends */
};

static int64_t patience_us(const struct play *play)
{
    uint32_t ms = play->config->patience_ms;

    return INT64_C(1000) * (ms > 0 ? ms : STAGE_ANSWER_MS);
}

static struct span pending(struct play *play)
{
    return play->stage->ops->pending(play->stage);
}

/* Waits for more; `left_us` is what is left of the patience. */
static void receive(struct play *play, int64_t *left_us)
{
    int64_t passed_ms = play->stage->ops->receive(play->stage, (*left_us + 500) / 1000);

    *left_us -= passed_ms > 0 ? passed_ms * 1000 : LEAST_US;
}

static bool begins(struct span bytes, struct span with)
{
    return bytes.len >= with.len && (with.len == 0 || memcmp(bytes.data, with.data, with.len) == 0);
}

static bool differ(struct play *play, struct span expected)
{
    play->stage->ops->settle(play->stage);
    report_add_difference(&play->why, expected, pending(play));
    return false;
}

static bool expect(struct play *play, struct span expected)
{
    int64_t left_us = patience_us(play);

    while (pending(play).len < expected.len && begins(expected, pending(play)) && left_us > 0)
        receive(play, &left_us);
    if (!begins(pending(play), expected))
        return differ(play, expected);
    play->stage->ops->drop(play->stage, expected.len);
    return true;
}

/* As a host hears it that takes a short silence for the end of an answer.  In real time such a host
 * is at the mercy of the machine, so that there only the bytes are compared. */
static bool expect_burst(struct play *play, struct span expected)
{
    int64_t left_us = patience_us(play);

    if (!play->stage->ops->is_virtual)
        return expect(play, expected);
    while (pending(play).len == 0 && left_us > 0)
        receive(play, &left_us);
    while (play->stage->ops->receive(play->stage, BURST_END_MS) < BURST_END_MS)
        continue;
    if (!span_equal(pending(play), expected))
        return differ(play, expected);
    play->stage->ops->drop(play->stage, expected.len);
    return true;
}

/* Where the CR LF stands in it; its length when there is none. */
static size_t line_end(struct span bytes)
{
    for (size_t i = 0; i + 1 < bytes.len; i++) {
        if (bytes.data[i] == '\r' && bytes.data[i + 1] == '\n')
            return i;
    }
    return bytes.len;
}

static bool expect_match(struct play *play, const struct script_step *step)
{
    int64_t left_us = patience_us(play);
    size_t end;

    if (!step->is_further && !expect(play, span_of("\r\n")))
        return false;
    while ((end = line_end(pending(play))) == pending(play).len && left_us > 0 && end <= LINE_MAX)
        receive(play, &left_us);
    if (end > LINE_MAX) {
        report_add(&play->why, "  a line of more than %d bytes\n", LINE_MAX);
        return false;
    }
    if (end == pending(play).len) {
        report_add(&play->why, "  expected a line, received:\n");
        report_add_lines(&play->why, "    ", pending(play));
        return false;
    }
    if (!play_match(play, step->pattern, span_at(pending(play).data, end)))
        return false;
    play->stage->ops->drop(play->stage, end + 2);
    return true;
}

static bool type(struct play *play, const struct script_step *step)
{
    bool *echo = &play->echoes[play->port];
    struct span bytes;

    if (!play_fill(play, &step->text, PLAY_TYPED, &bytes) ||
        !play->stage->ops->type(play->stage, bytes, &play->why) ||
        (*echo && step->typing != SCRIPT_TYPE_RAW && !expect(play, bytes)))
        return false;
    if (step->typing == SCRIPT_TYPE_LINE)
        *echo = echo_after(bytes, *echo);
    return true;
}

static bool nothing(struct play *play, int64_t ms, enum stage_since since)
{
    int64_t came_ms;

    if (play->stage->ops->is_quiet(play->stage, ms, since, &came_ms))
        return true;
    report_add(&play->why,
               "  expected nothing for %" PRId64 " ms; after %" PRId64 " ms there was:\n", ms,
               came_ms);
    report_add_lines(&play->why, "    ", pending(play));
    return false;
}

/* Silence before and after +++ (S12); no answer before the silence is complete. */
static bool escape(struct play *play)
{
    int64_t guard_ms = play->header->guard_ms;
    int64_t behind_ms = guard_ms > UNDER_GUARD_MS ? guard_ms - UNDER_GUARD_MS : 0;

    return nothing(play, guard_ms + OVER_GUARD_MS, STAGE_SINCE_READ) &&
           play->stage->ops->type(play->stage, span_of("+++"), &play->why) &&
           nothing(play, behind_ms, STAGE_SINCE_TYPED);
}

/* What hosts have heard and no step expected goes with the module. */
static bool has_heard_all(struct play *play)
{
    struct stage *stage = play->stage;

    for (unsigned port = 1; port <= play->header->ports; port++) {
        stage->ops->select(stage, port);
        stage->ops->settle(stage);
        if (pending(play).len == 0)
            continue;
        report_add(&play->why, "  the module has said more on port %u:\n", port);
        report_add_lines(&play->why, "    ", pending(play));
    }
    stage->ops->select(stage, play->port);
    return play->why.text.len == 0;
}

/* What is not stored is gone, the echo's setting too. */
static void forget_echo(struct play *play)
{
    for (size_t i = 0; i <= SCRIPT_PORTS_MAX; i++)
        play->echoes[i] = true;
}

static bool cycle(struct play *play)
{
    if (!has_heard_all(play) || !play->stage->ops->cycle(play->stage, &play->why))
        return false;
    forget_echo(play);
    return true;
}

static void wait_until(struct play *play, int64_t ms)
{
    int64_t left_ms = ms - play->stage->ops->elapsed_ms(play->stage);

    if (left_ms > 0)
        play->stage->ops->wait(play->stage, left_ms);
}

/* What happens to the module's world, which only some stages can bring about. */
static bool change(struct play *play, const struct script_step *step)
{
    struct bytes first = { .data = NULL };
    struct span bytes, second = span_at(NULL, 0);
    bool done;

    if (step->kind != SCRIPT_SET && step->kind != SCRIPT_ACT
            ? !play_fill_words(play, step->words, &bytes)
            : !play_fill(play, &step->text, PLAY_SENDS, &bytes))
        return false;
    if (bytes_copy(&first, bytes) != ERR_OK) {
        report_add(&play->why, "  %s\n", err_text(ERR_NO_MEMORY));
        return false;
    }
    done = play_fill(play, &step->second, PLAY_SENDS, &second) &&
           play->stage->ops->change(play->stage, step, bytes_span(&first), second, &play->why);
    bytes_free(&first);
    if (done && step->kind == SCRIPT_ACT && step->act->restarts)
        forget_echo(play);
    return done;
}

static bool circuit(struct play *play, const struct script_step *step)
{
    if (play->stage->ops->circuit(play->stage, step->circuit, step->on, STAGE_ANSWER_MS,
                                  &play->why))
        return true;
    if (!play->stage->cannot)
        report_add(&play->why, "  %s has not become %s\n", circuit_word(step->circuit),
                   step->on ? "on" : "off");
    return false;
}

bool play_host(struct play *play, const struct script_step *step)
{
    struct span bytes;

    switch (step->kind) {
    case SCRIPT_TYPE:
        return type(play, step);
    case SCRIPT_EXPECT:
        return play_fill(play, &step->text, PLAY_EXPECTED, &bytes) &&
               (step->is_burst ? expect_burst(play, bytes) : expect(play, bytes));
    case SCRIPT_MATCH:
        return expect_match(play, step);
    case SCRIPT_NOTHING:
        return nothing(play, step->duration_ms, STAGE_SINCE_NOW);
    case SCRIPT_WAIT:
        play->stage->ops->wait(play->stage,
                               made_spread(&play->made, step->duration_ms, step->spread_ms));
        return true;
    case SCRIPT_AT:
        wait_until(play, step->duration_ms);
        return true;
    case SCRIPT_ESCAPE:
        return escape(play);
    case SCRIPT_ECHO:
        play->echoes[play->port] = step->on;
        return true;
    case SCRIPT_CIRCUIT:
        return circuit(play, step);
    case SCRIPT_UNNOTICED:
        play->stage->ops->hold(play->stage);
        return true;
    case SCRIPT_ON_PORT:
        play->port = step->port;
        play->stage->ops->select(play->stage, step->port);
        return true;
    case SCRIPT_CYCLE:
        return cycle(play);
    case SCRIPT_REPEAT:
    case SCRIPT_END:
        play_loop(play, step);
        return true;
    case SCRIPT_LET:
        return play_let(play, step);
    case SCRIPT_DIAL:
    case SCRIPT_DIALLED:
    case SCRIPT_HUNG_UP:
        return true; /* for who dials again, or counts */
    default:
        return change(play, step);
    }
}
