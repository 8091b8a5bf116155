/* ping.h: echo requests to a host, one after the other, and what came of them. */
#ifndef BRIDGE_PING_H
#define BRIDGE_PING_H

#include "bridge/lookup.h"

struct ping_job {
    int count;           /* of the requests, at least 1 */
    size_t bytes;        /* of payload, 0 to NET_ECHO_MAX */
    int ttl;             /* 1 to 255; 0: the network's own */
    uint32_t timeout_ms; /* for each answer */
    int64_t lookup_ms;   /* longest wait for the host's address */
    int64_t pause_ms;    /* from the end of a request to the next */
};

/* Both come from the event loop or ping_tick(). */
struct ping_events {
    /* A request has ended: ERR_OK with its round trip and the TTL of the answer (0 where unknown),
     * or as net_echo_fn says; one that could not be sent too.  It is in the statistics already. */
    void (*on_echo)(void *ctx, enum err err, uint32_t round_trip_ms, int ttl);
    /* All have ended: ERR_OK; or there is no such host, says the error of its look-up; or nobody
     * may ask here: ERR_DENIED, ERR_UNSUPPORTED. */
    void (*on_done)(void *ctx, enum err err);
};

/* One at a time; all zero: none yet. */
struct ping {
    struct lookup lookup;
    const struct connection_world *world;
    const struct ping_events *events;
    void *ctx; /* of the events */
    struct ping_job job;
    bool busy;
    struct net_address to;   /* once it is known */
    struct net_query *query; /* NULL between two requests */
    int64_t next_ms;         /* of the next request, or CLOCK_NEVER */
    /* Statistics; the three last count requests that were answered. */
    int sent, answered;
    uint32_t shortest_ms, longest_ms, sum_ms;
};

/* Looks the host up, then sends.  An error of lookup_start(): nothing was started.  None may be
 * under way; `events` and `world` outlive it, `host` is not kept. */
enum err ping_start(struct ping *ping, const struct connection_world *world, const char *host,
                    const struct ping_job *job, const struct ping_events *events, void *ctx);

/* True from ping_start() until on_done(). */
bool ping_is_busy(const struct ping *ping);

/* True while its host's address is not known. */
bool ping_is_looking_up(const struct ping *ping);

/* Ends it, if one is under way, without a word; the statistics stay. */
void ping_cancel(struct ping *ping);

/* Of the requests that were answered; 0 where none was. */
uint32_t ping_average_ms(const struct ping *ping);

/* When ping_tick() has something to do; CLOCK_NEVER. */
int64_t ping_deadline(const struct ping *ping);

/* Sends the next request, gives the look-up up; nothing before the deadline. */
void ping_tick(struct ping *ping);

#endif
