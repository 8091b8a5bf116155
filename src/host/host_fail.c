/* host_fail.c: a host whose transcript came out otherwise. */
#include "host/host_fail.h"

#include "host/host_words.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SHOWN_MAX = 60, /* bytes of a line that a person is shown */
    LINE_CAP = READER_PATH_MAX + 4 * SHOWN_MAX,
    OVER_GUARD_MS = 100
};

/* Of dials, and of all else. */
static const char *const reasons[][2] = {
    [HOST_REFUSED] = { "dial refused", "refused" },
    [HOST_CLOSED] = { "dial closed", "closed" },
    [HOST_UNEXPECTED] = { "dial unexpected", "unexpected" },
    [HOST_TIMED_OUT] = { "dial timeout", "timeout" },
    [HOST_TOO_LONG] = { "too long", "too long" },
    [HOST_OUT_OF_MEMORY] = { "out of memory", "out of memory" },
};

enum host_reason host_reason_of(struct span line)
{
    if (host_word_is_error(line))
        return HOST_REFUSED;
    return host_word_is_loss(line) ? HOST_CLOSED : HOST_UNEXPECTED;
}

/* Printable, and not longer than a person reads. */
static void show(struct span bytes, char *ret_shown)
{
    size_t len = bytes.len < SHOWN_MAX ? bytes.len : SHOWN_MAX;

    for (size_t i = 0; i < len; i++)
        ret_shown[i] = bytes.data[i] >= ' ' && bytes.data[i] < 0x7f ? (char)bytes.data[i] : '.';
    ret_shown[len] = '\0';
}

static void tell(struct host *host, enum host_reason reason, struct span wanted, struct span came)
{
    const struct script_step *step = &programme_at(host->crowd->programme, host->step)->step;
    const char *why = reasons[reason][host->is_dialling ? 0 : 1];
    char shown_wanted[SHOWN_MAX + 1], shown_came[SHOWN_MAX + 1], line[LINE_CAP];

    show(wanted, shown_wanted);
    show(came, shown_came);
    host->ops->failed(host->ctx, reason, why, wanted.len > 0 ? shown_wanted : NULL,
                      came.len > 0 ? shown_came : NULL);
    snprintf(line, sizeof(line), "%s:%" PRIu32 ": %s%s%s%s%s", step->file, step->line, why,
             wanted.len > 0 ? ", wanted " : "", shown_wanted, came.len > 0 ? ", came " : "",
             shown_came);
    host->ops->say(host->ctx, false, line);
}

/* What the host has begun at its port is given up; online only +++ ends that. */
static void leave(struct host *host)
{
    int64_t now_ms = clock_now_ms(host->clock);
    int64_t guard_ms = (int64_t)programme_guard_ms(host->crowd->programme) + OVER_GUARD_MS;

    host->escape_ms = CLOCK_NEVER;
    if (!host->terminal->ops->online(host->terminal)) {
        host->terminal->ops->host_gone(host->terminal);
        return;
    }
    host->escape_ms = now_ms + guard_ms;
    if (host->deadline_ms < now_ms + 2 * guard_ms)
        host->deadline_ms = now_ms + 2 * guard_ms;
}

static void give_up(struct host *host)
{
    host->phase = HOST_DONE;
    host->deadline_ms = CLOCK_NEVER;
    host->ops->say(host->ctx, true, "it has given up");
    host->ops->finished(host->ctx, true);
}

void host_fail(struct host *host, enum host_reason reason, struct span wanted, struct span came)
{
    const struct on_error *rule = &host->crowd->on_error;
    int64_t wait_ms;

    tell(host, reason, wanted, came);
    host->failures++;
    host->is_dialling = false;
    host->is_connected = false;
    host->typed_us = 0;
    bytes_free(&host->text);
    ears_clear(&host->ears);
    if (!on_error_wait(rule, host->failures, &host->made, &wait_ms)) {
        leave(host);
        give_up(host);
        return;
    }
    host->phase = HOST_PAUSED;
    host->deadline_ms = clock_now_ms(host->clock) + wait_ms;
    leave(host);
}

bool host_pause(struct host *host)
{
    int64_t now_ms = clock_now_ms(host->clock);

    ears_clear(&host->ears); /* nobody waits for anything */
    if (now_ms >= host->escape_ms) {
        (void)host->terminal->ops->feed(host->terminal, span_of("+++"));
        host->escape_ms = CLOCK_NEVER;
    }
    if (now_ms < host->deadline_ms)
        return false;
    if (host->crowd->on_error.kind == ON_ERROR_REDIAL) {
        host->step = host->dial_step;
        host->nested = host->dial_nested;
    } else {
        host->step = 0;
        host->nested = 0;
        host->round_us = host->ops->now_us(host->ctx);
    }
    host->phase = HOST_AT_STEP;
    return true;
}
