/* receive.c: received bytes on their way to a host in command mode. */
#include "bridge/receive.h"

#include "base/wipe.h"

#include <assert.h>

size_t receive_one(const struct receive_ops *ops, void *source, struct at_session *at, size_t max)
{
    uint8_t piece[RECEIVE_MOST];
    size_t got;

    assert(ops->read != NULL && ops->show != NULL);
    assert(max >= 1 && max <= sizeof(piece));
    got = ops->read(source, piece, max);
    assert(got <= max);
    if (got == 0)
        return 0;
    ops->show(source, at, span_at(piece, got));
    wipe(piece, got);
    return got;
}

bool receive_all(const struct receive_ops *ops, void *source, struct at_session *at, size_t max)
{
    while (at_may_speak_at_length(at)) {
        if (receive_one(ops, source, at, max) == 0)
            return true;
    }
    return false;
}

bool receive_is_news(size_t *told, size_t available)
{
    bool news = available > *told;

    if (news)
        *told = available;
    return news;
}
