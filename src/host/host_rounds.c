/* host_rounds.c: what a host plays again and again. */
#include "host/host_rounds.h"

#include <assert.h>

static const struct programme_step *step_at(const struct host *host, size_t index)
{
    return programme_at(host->crowd->programme, index);
}

/* Only whole rounds of the outermost one count. */
static void note_round(struct host *host)
{
    host->ops->played(host->ctx, host_since(host, host->round_us));
    host->failures = 0;
    ears_forget_aside(&host->ears);
}

static void begin_round(struct host *host)
{
    if (host->nested == 1)
        host->round_us = host->ops->now_us(host->ctx);
}

enum host_turn host_rounds_begin(struct host *host, const struct script_step *step)
{
    assert(host->nested < SCRIPT_NESTED_MAX); /* the reader has looked */
    host->rounds[host->nested++] =
        (struct host_round){ .begun_ms = clock_now_ms(host->clock), .left = step->rounds };
    host->has_rounds = true;
    begin_round(host);
    return HOST_NEXT;
}

enum host_turn host_rounds_end(struct host *host)
{
    const struct script_step *repeat = &step_at(host, step_at(host, host->step)->partner)->step;
    struct host_round *round = &host->rounds[host->nested - 1];
    int64_t now_ms = clock_now_ms(host->clock);

    assert(host->nested > 0);
    if (host->nested == 1)
        note_round(host);
    if (repeat->rounds > 0 && --round->left == 0) {
        host->nested--;
        return HOST_NEXT;
    }
    if (repeat->duration_ms == 0)
        return host_rounds_again(host);
    /* One that took longer than it may is followed at once, and counted from there. */
    round->begun_ms += repeat->duration_ms;
    if (round->begun_ms < now_ms)
        round->begun_ms = now_ms;
    host->deadline_ms =
        now_ms + made_spread(&host->made, round->begun_ms - now_ms, repeat->spread_ms);
    return HOST_WAITS;
}

enum host_turn host_rounds_again(struct host *host)
{
    host->step = (uint32_t)step_at(host, host->step)->partner + 1;
    begin_round(host);
    return HOST_JUMPED;
}

void host_rounds_over(struct host *host)
{
    if (!host->has_rounds)
        note_round(host);
}
