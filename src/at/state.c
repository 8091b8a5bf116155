/* state.c: what a port is doing, and the one function that changes it. */
#include "at/internal.h"

int64_t at_now(const struct at_session *at)
{
    return at->config.owner_ops->now_ms(at->config.owner);
}

static bool looks_for_escape(const struct at_session *at)
{
    return at->state == AT_ONLINE || (at->state == AT_PROMPT && at->mode->prompt.escape_ends);
}

void at_admit(struct at_session *at)
{
    if (at->blocked && looks_for_escape(at))
        escape_resume(&at->mode->escape, at_now(at));
    at->blocked = false;
}

void at_enter(struct at_session *at, enum at_state next)
{
    at->state = next;
    at_admit(at);
}

bool at_is_online(const struct at_session *at)
{
    return at->state == AT_ONLINE;
}

bool at_is_prompting(const struct at_session *at)
{
    return at->state == AT_PROMPT;
}

bool at_is_busy(const struct at_session *at)
{
    return at->state == AT_BUSY;
}

bool at_is_abandoned(const struct at_session *at)
{
    return at->abandoned;
}
