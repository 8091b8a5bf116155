/* packets.h: what a host sends online, put together into packets of a size, or of a time. */
#ifndef BRIDGE_PACKETS_H
#define BRIDGE_PACKETS_H

#include "services/outbox.h"

/* How the settings of a socket cut what comes. */
struct packet_rule {
    size_t size;     /* of a packet in bytes; at most what the outbox holds */
    bool longer;     /* more than that at once goes as it comes */
    int64_t wait_ms; /* a part of one waits so long for the rest; 0: it goes at once; CLOCK_NEVER:
                      * it waits until the packet is full */
    bool anew;       /* each further byte begins that time anew */
};

/* The connection is the caller's, and the same in all calls. */
struct packets {
    struct outbox outbox; /* what waits, and in command mode whatever else is to be sent */
    int64_t flush_at_ms;  /* when the time of a part is over, or CLOCK_NEVER */
};

/* None yet; `cap`: the longest packet. */
void packets_init(struct packets *packets, size_t cap);

/* Takes bytes, sends the packets that are full, and says how many were taken: fewer while the peer
 * takes none, or when it is gone.  Without memory for a part it goes as it comes. */
size_t packets_put(struct packets *packets, struct connection *connection,
                   const struct packet_rule *rule, struct span bytes);

/* What waits is sent in `wait_ms` at the latest, counted from the first such call since nothing
 * waited; CLOCK_NEVER: no time ends it. */
void packets_hold(struct packets *packets, struct connection *connection, int64_t wait_ms);

/* Sends the part that waits; true when nothing is left. */
bool packets_flush(struct packets *packets, struct connection *connection);

/* Forgets it. */
void packets_clear(struct packets *packets);

/* When packets_tick() has something to do; CLOCK_NEVER. */
int64_t packets_deadline(const struct packets *packets);

/* Sends a part whose time is over: true then, and the connection may have been found to have ended.
 * What the peer does not take now goes when it does. */
bool packets_tick(struct packets *packets, struct connection *connection);

#endif
