/* flight.c: bytes on their way. */
#include "wrap/flight.h"

#include "base/time.h"
#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct packet *packet_new(size_t len)
{
    struct packet *packet = malloc(sizeof(*packet) + len);

    assert(len > 0);
    if (packet != NULL)
        *packet = (struct packet){ .len = len };
    return packet;
}

struct packet *packet_cut(struct packet *packet, size_t len)
{
    struct packet *fitting = packet_new(len);

    assert(len <= packet->len);
    packet->len = len; /* no more was written, and no more is to be wiped */
    if (fitting == NULL)
        return packet;
    memcpy(fitting->bytes, packet->bytes, len);
    packet_free(packet);
    return fitting;
}

void packet_free(struct packet *packet)
{
    if (packet != NULL)
        wipe(packet->bytes, packet->len);
    free(packet);
}

void flight_add(struct flight *flight, struct packet *packet, int64_t at_ms)
{
    assert(packet->len > 0 && (flight->first == NULL || at_ms >= flight->last->at_ms));
    packet->at_ms = at_ms;
    if (flight->first == NULL)
        flight->first = packet;
    else
        flight->last->next = packet;
    flight->last = packet;
    flight->memory += sizeof(*packet) + packet->len;
}

int64_t flight_next_ms(const struct flight *flight)
{
    return flight->first != NULL ? flight->first->at_ms : CLOCK_NEVER;
}

struct span flight_peek(const struct flight *flight, int64_t now_ms)
{
    const struct packet *packet = flight->first;

    if (flight_next_ms(flight) > now_ms)
        return span_at(NULL, 0);
    return span_at(packet->bytes + packet->done, packet->len - packet->done);
}

void flight_take(struct flight *flight, size_t count)
{
    struct packet *packet = flight->first;

    assert(flight->first != NULL);
    assert(count <= packet->len - packet->done);
    packet->done += count;
    if (packet->done == packet->len)
        flight_drop(flight);
}

void flight_drop(struct flight *flight)
{
    struct packet *packet = flight->first;

    flight->first = packet->next;
    flight->memory -= sizeof(*packet) + packet->len;
    packet_free(packet);
}

void flight_clear(struct flight *flight)
{
    while (flight->first != NULL)
        flight_drop(flight);
}
