/* host_step.c: a host at a step of its transcript. */
#include "host/host_step.h"

#include "host/host_fail.h"
#include "host/host_listen.h"
#include "host/host_rounds.h"
#include "transcript/echo.h"

enum { OVER_GUARD_MS = 100, UNDER_GUARD_MS = 200 };

static const struct span nothing = { NULL, 0 };

static const struct programme_step *step_of(const struct host *host)
{
    return programme_at(host->crowd->programme, host->step);
}

static bool is_over(const struct host *host)
{
    return clock_now_ms(host->clock) >= host->deadline_ms;
}

static void limit(struct host *host, int64_t ms)
{
    host->deadline_ms = clock_now_ms(host->clock) + ms;
}

/* There was no room for what a step makes. */
static enum host_turn fail_for(struct host *host, enum err err)
{
    return host_turn_fail(host, err == ERR_FULL ? HOST_TOO_LONG : HOST_OUT_OF_MEMORY, nothing,
                          nothing);
}

/* ---- beginnings ---- */

static enum host_turn begin_typing(struct host *host, const struct script_step *step)
{
    struct span bytes;
    bool is_echoed;
    enum err err;

    err = host_fill(host, &step->text, HOST_TYPED);
    if (err != ERR_OK)
        return fail_for(host, err);
    bytes = bytes_span(&host->text);
    is_echoed = host->echo && step->typing != SCRIPT_TYPE_RAW;
    if (is_echoed && bytes.len > 0 && ears_expect_echo(&host->ears, bytes) != ERR_OK)
        return host_turn_fail(host, HOST_OUT_OF_MEMORY, nothing, nothing);
    if (step->typing == SCRIPT_TYPE_LINE) {
        host->echo = echo_after(bytes, host->echo);
        host->typed_us = host->ops->now_us(host->ctx);
    }
    return HOST_WAITS;
}

static enum host_turn begin_let(struct host *host, const struct script_step *step)
{
    enum err err = host_fill(host, &step->text, HOST_TYPED);

    if (err == ERR_OK)
        err = host_set(host, step->words, bytes_span(&host->text));
    return err == ERR_OK ? HOST_NEXT : fail_for(host, err);
}

static enum host_turn mark(struct host *host, enum script_kind kind)
{
    uint64_t now_us = host->ops->now_us(host->ctx);
    bool was_dialling = host->is_dialling;

    host->is_dialling = kind == SCRIPT_DIAL;
    if (kind == SCRIPT_DIAL) {
        host->dial_step = host->step;
        host->dial_nested = host->nested;
        host->dial_us = now_us;
        host->has_number = false;
        ears_forget_aside(&host->ears);
    } else if (kind == SCRIPT_DIALLED) {
        host->failures = 0;
        if (was_dialling) /* else nobody knows since when */
            host->ops->dialled(host->ctx, now_us - host->dial_us);
    }
    host->is_connected = kind == SCRIPT_DIALLED;
    return HOST_NEXT;
}

/* HOST_WAITS: it goes on as a step that waits. */
static enum host_turn begin(struct host *host, const struct script_step *step)
{
    enum err err;

    limit(host, host->crowd->patience_ms);
    switch (step->kind) {
    case SCRIPT_TYPE:
        return begin_typing(host, step);
    case SCRIPT_EXPECT:
        err = host_fill(host, &step->text, HOST_EXPECTED);
        return err == ERR_OK ? HOST_WAITS : fail_for(host, err);
    case SCRIPT_NOTHING:
        limit(host, step->duration_ms);
        return HOST_WAITS;
    case SCRIPT_WAIT:
        limit(host, made_spread(&host->made, step->duration_ms, step->spread_ms));
        return HOST_WAITS;
    case SCRIPT_AT:
        host->deadline_ms = host->start_ms + step->duration_ms;
        return HOST_WAITS;
    case SCRIPT_ESCAPE:
        limit(host, (int64_t)programme_guard_ms(host->crowd->programme) + OVER_GUARD_MS);
        host->has_typed_escape = false;
        return HOST_WAITS;
    case SCRIPT_ECHO:
        host->echo = step->on;
        return HOST_NEXT;
    case SCRIPT_LET:
        return begin_let(host, step);
    case SCRIPT_DIAL:
    case SCRIPT_DIALLED:
    case SCRIPT_HUNG_UP:
        return mark(host, step->kind);
    case SCRIPT_REPEAT:
        return host_rounds_begin(host, step);
    case SCRIPT_END:
        return host_rounds_end(host);
    default:
        return HOST_WAITS; /* MATCH */
    }
}

/* ---- goings on ---- */

static enum host_turn type(struct host *host)
{
    struct bytes *text = &host->text;

    if (text->len > 0)
        bytes_drop(text, host->terminal->ops->feed(host->terminal, bytes_span(text)));
    host_hear(host);
    if (text->len == 0)
        return HOST_NEXT;
    return is_over(host) ? host_turn_fail(host, HOST_TIMED_OUT, nothing, nothing) : HOST_WAITS;
}

static enum host_turn stay_silent(struct host *host)
{
    struct span heard = ears_bytes(&host->ears);

    if (heard.len > 0)
        return host_turn_fail(host, HOST_UNEXPECTED, span_of("nothing"), heard);
    return is_over(host) ? HOST_NEXT : HOST_WAITS;
}

static enum host_turn escape(struct host *host)
{
    uint32_t guard_ms = programme_guard_ms(host->crowd->programme);

    if (!is_over(host))
        return HOST_WAITS;
    if (host->has_typed_escape)
        return HOST_NEXT;
    if (host->terminal->ops->feed(host->terminal, span_of("+++")) < 3)
        return host_turn_fail(host, HOST_TIMED_OUT, span_of("+++"), nothing);
    host->has_typed_escape = true;
    limit(host, guard_ms > UNDER_GUARD_MS ? (int64_t)guard_ms - UNDER_GUARD_MS : 0);
    return HOST_WAITS;
}

static enum host_turn go_on(struct host *host, const struct programme_step *step)
{
    enum host_turn turn;

    switch (step->step.kind) {
    case SCRIPT_TYPE:
        return type(host);
    case SCRIPT_EXPECT:
        turn = host_listen_text(host, &step->step);
        break;
    case SCRIPT_MATCH:
        turn = host_listen_match(host, step);
        break;
    case SCRIPT_NOTHING:
        return stay_silent(host);
    case SCRIPT_ESCAPE:
        return escape(host);
    case SCRIPT_END:
        turn = host_listen_meanwhile(host);
        return turn == HOST_WAITS && is_over(host) ? host_rounds_again(host) : turn;
    default: /* WAIT, AT */
        turn = host_listen_meanwhile(host);
        return turn == HOST_WAITS && is_over(host) ? HOST_NEXT : turn;
    }
    if (turn == HOST_WAITS && is_over(host))
        return host_turn_fail(host, HOST_TIMED_OUT,
                              step->step.kind == SCRIPT_MATCH ? step->step.pattern
                                                              : bytes_span(&host->text),
                              ears_bytes(&host->ears));
    return turn;
}

bool host_step(struct host *host)
{
    const struct programme_step *step = step_of(host);
    enum host_turn turn = HOST_WAITS;

    if (host->phase == HOST_AT_STEP) {
        /* What came between two steps is for a later one. */
        if (step->step.kind == SCRIPT_TYPE)
            turn = host_listen_meanwhile(host);
        if (turn == HOST_WAITS)
            turn = begin(host, &step->step);
        if (turn == HOST_WAITS)
            host->phase = HOST_IN_STEP;
    }
    if (turn == HOST_WAITS)
        turn = go_on(host, step);
    if (turn == HOST_WAITS)
        return false;
    if (turn == HOST_NEXT)
        host->step++;
    if (turn != HOST_FAILED) {
        bytes_free(&host->text);
        host->phase = HOST_AT_STEP;
    }
    return true;
}
