/* junction.c: joins two ports. */
#include "tap/junction.h"

#include "iface/no_module.h"

static struct junction_side *side_of(struct terminal *base)
{
    return (struct junction_side *)base;
}

static void offer(struct junction_side *side)
{
    if (side->channel != NULL && !side->held && side->out.len > 0)
        side->channel->ops->output_ready(side->channel);
}

/* What one side gets the other offers. */
static size_t feed(struct terminal *base, struct span bytes)
{
    struct junction_side *side = side_of(base), *other = side->other;
    struct junction *junction = side->junction;
    size_t room = JUNCTION_BYTES - other->out.len;
    size_t count = bytes.len < room ? bytes.len : room;

    if (side == &junction->host && !junction->may_take(junction->ctx))
        count = 0;
    if (count == 0 || bytes_add(&other->out, span_at(bytes.data, count), JUNCTION_BYTES) != ERR_OK)
        count = 0;
    other->refused = count < bytes.len;
    if (count == 0)
        return 0;
    (side == &junction->host ? junction->on_host : junction->on_module)(junction->ctx,
                                                                        span_at(bytes.data, count));
    offer(other);
    return count;
}

static struct span peek(struct terminal *base)
{
    struct junction_side *side = side_of(base);

    return side->held ? span_at(NULL, 0) : bytes_span(&side->out);
}

void junction_retry(struct junction_side *side)
{
    if (!side->refused || side->other->channel == NULL)
        return;
    side->refused = false;
    side->other->channel->ops->input_room(side->other->channel);
}

static void consume(struct terminal *base, size_t count)
{
    struct junction_side *side = side_of(base);

    bytes_drop(&side->out, count);
    if (side->out.len < JUNCTION_BYTES / 2)
        junction_retry(side);
}

static const struct terminal_ops ops = { .feed = feed,
                                         .peek = peek,
                                         .consume = consume,
                                         .set_dtr = terminal_leave_dtr,
                                         .abort = terminal_do_nothing,
                                         .busy = terminal_say_no,
                                         .accept_lf = terminal_do_nothing,
                                         .end_input = terminal_say_no,
                                         .online = terminal_say_no,
                                         .host_gone = terminal_do_nothing };

void junction_init(struct junction *junction, const struct junction *hooks)
{
    *junction = *hooks;
    junction->host = (struct junction_side){ .base = { &ops },
                                             .junction = junction,
                                             .other = &junction->module };
    junction->module =
        (struct junction_side){ .base = { &ops }, .junction = junction, .other = &junction->host };
}

void junction_attach(struct junction_side *side, struct channel *channel)
{
    side->channel = channel;
}

void junction_hold(struct junction_side *side, bool held)
{
    side->held = held;
    offer(side);
}

void junction_deinit(struct junction *junction)
{
    bytes_free(&junction->host.out);
    bytes_free(&junction->module.out);
}
