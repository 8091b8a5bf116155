/* sntp.h: asks a server for the time: a client of SNTP version 4 (RFC 4330).
 *
 * It sets no clock; what the time is good for is the personality's business.  Reports come from the
 * event loop only, never from inside a call.
 */
#ifndef SERVICES_SNTP_H
#define SERVICES_SNTP_H

#include "services/connection.h"

enum { SNTP_PORT = 123 };

struct sntp_target {
    const char *host; /* name or address */
    uint16_t port;
    int64_t timeout_ms; /* for the name, and for each request's answer */
    int tries;          /* requests that are sent before it fails, at least 1 */
};

struct sntp_events {
    /* `utc_ms`: the time now, since 1970-01-01T00:00:00Z, half the round trip added. */
    void (*on_time)(void *ctx, int64_t utc_ms);
    /* ERR_RESOLVE; ERR_TIMEOUT; ERR_DENIED, ERR_BUSY for the server's wish not to be asked, ever or
     * so often; ERR_INVALID when it has no time itself; and errors of the network. */
    void (*on_failed)(void *ctx, enum err err);
};

struct sntp {
    struct connection connection;
    const struct sntp_events *events;
    void *ctx;
    int64_t timeout_ms;
    int tries_left;
    uint64_t stamp; /* of the last request; its answer repeats it */
    uint32_t count; /* requests ever sent */
    int64_t sent_ms;
    int64_t deadline_ms; /* for the answer, or CLOCK_NEVER */
};

/* `id` is for the log. */
void sntp_init(struct sntp *sntp, int id, const struct connection_world *world,
               const struct sntp_events *events, void *ctx);

/* Starts to ask, once on_time() or on_failed() follows.  ERR_STATE while it is asking; ERR_INVALID,
 * ERR_RESOLVE for a host that can be none: nothing was started. */
enum err sntp_start(struct sntp *sntp, const struct sntp_target *target);

/* Stops asking; nothing is reported any more. */
void sntp_cancel(struct sntp *sntp);

/* True from sntp_start() until it reports or is cancelled. */
bool sntp_is_busy(const struct sntp *sntp);

/* When sntp_tick() has something to do; CLOCK_NEVER. */
int64_t sntp_deadline(const struct sntp *sntp);

/* Asks again, or gives up; nothing before the deadline. */
void sntp_tick(struct sntp *sntp);

#endif
