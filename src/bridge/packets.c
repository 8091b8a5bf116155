/* packets.c: what a host sends online, as packets. */
#include "bridge/packets.h"

#include "base/time.h"

#include <assert.h>

static int64_t now_ms(const struct connection *connection)
{
    return connection->world->now_ms(connection->world->ctx);
}

void packets_init(struct packets *packets, size_t cap)
{
    outbox_init(&packets->outbox, cap);
    packets->flush_at_ms = CLOCK_NEVER;
}

bool packets_flush(struct packets *packets, struct connection *connection)
{
    if (!outbox_flush(&packets->outbox, connection))
        return false;
    packets->flush_at_ms = CLOCK_NEVER;
    return true;
}

void packets_clear(struct packets *packets)
{
    outbox_clear(&packets->outbox);
    packets->flush_at_ms = CLOCK_NEVER;
}

/* Puts bytes into the packet and sends it when it is full; bytes taken. */
static size_t collect(struct packets *packets, struct connection *connection, size_t size,
                      struct span bytes)
{
    size_t room = size - outbox_len(&packets->outbox);
    struct span part = span_at(bytes.data, bytes.len < room ? bytes.len : room);

    if (!outbox_reserve(&packets->outbox))
        return connection_write(connection, part);
    outbox_put(&packets->outbox, part);
    if (outbox_len(&packets->outbox) == size)
        packets_flush(packets, connection);
    return part.len;
}

/* A whole packet goes out from where it lies; a part of one waits.  More than one may wait after
 * packets have become shorter. */
static size_t take(struct packets *packets, struct connection *connection,
                   const struct packet_rule *rule, struct span bytes)
{
    if (outbox_len(&packets->outbox) >= rule->size && !packets_flush(packets, connection))
        return 0;
    if (outbox_len(&packets->outbox) > 0 || bytes.len < rule->size)
        return collect(packets, connection, rule->size, bytes);
    return connection_write(connection, span_at(bytes.data, rule->longer ? bytes.len : rule->size));
}

static void start_timer(struct packets *packets, struct connection *connection, int64_t wait_ms)
{
    if (outbox_len(&packets->outbox) == 0 || wait_ms == CLOCK_NEVER)
        return;
    if (wait_ms == 0)
        packets_flush(packets, connection);
    else if (packets->flush_at_ms == CLOCK_NEVER)
        packets->flush_at_ms = now_ms(connection) + wait_ms;
}

void packets_hold(struct packets *packets, struct connection *connection, int64_t wait_ms)
{
    assert(wait_ms > 0);
    start_timer(packets, connection, wait_ms);
}

size_t packets_put(struct packets *packets, struct connection *connection,
                   const struct packet_rule *rule, struct span bytes)
{
    size_t taken = 0;

    assert(rule->size > 0 && rule->size <= packets->outbox.cap && rule->wait_ms >= 0);
    while (taken < bytes.len && connection->state == CONNECTION_OPEN) {
        size_t part = take(packets, connection, rule, span_skip(bytes, taken));

        if (part == 0)
            break;
        taken += part;
    }
    if (rule->anew && taken > 0)
        packets->flush_at_ms = CLOCK_NEVER;
    start_timer(packets, connection, rule->wait_ms);
    return taken;
}

int64_t packets_deadline(const struct packets *packets)
{
    return packets->flush_at_ms;
}

bool packets_tick(struct packets *packets, struct connection *connection)
{
    if (now_ms(connection) < packets->flush_at_ms)
        return false;
    packets->flush_at_ms = CLOCK_NEVER;
    packets_flush(packets, connection);
    return true;
}
