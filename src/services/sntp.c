/* sntp.c: asks a server for the time; the packets are in sntp_packet.c. */
#include "services/sntp.h"

#include "base/time.h"
#include "services/sntp_packet.h"

#include <assert.h>
#include <string.h>

enum { DATAGRAM_CAP = 512 };

static const struct connection_world *world_of(const struct sntp *sntp)
{
    return sntp->connection.world;
}

static int64_t now_ms(const struct sntp *sntp)
{
    return world_of(sntp)->now_ms(world_of(sntp)->ctx);
}

static void finish(struct sntp *sntp)
{
    connection_close(&sntp->connection);
    sntp->deadline_ms = CLOCK_NEVER;
}

static void fail(struct sntp *sntp, enum err err, const char *why)
{
    log_say(world_of(sntp)->log, LOG_WARNING, "time server: no time from %s port %u: %s",
            sntp->connection.host, (unsigned)sntp->connection.port, why);
    finish(sntp);
    sntp->events->on_failed(sntp->ctx, err);
}

/* What we think the time is, made different for each request: a stranger who does not see the
 * request cannot answer it. */
static uint64_t next_stamp(struct sntp *sntp)
{
    int64_t utc_s = world_of(sntp)->utc_s(world_of(sntp)->ctx);
    uint32_t fraction = (uint32_t)now_ms(sntp) * 4294967U;

    return sntp_stamp(utc_s, fraction + ++sntp->count * 0x9E3779B1U);
}

static void ask(struct sntp *sntp)
{
    uint8_t packet[SNTP_PACKET_BYTES];

    sntp->tries_left--;
    sntp->stamp = next_stamp(sntp);
    sntp->sent_ms = now_ms(sntp);
    sntp->deadline_ms = sntp->sent_ms + sntp->timeout_ms;
    sntp_request(packet, sntp->stamp);
    /* What does not go out is lost, and asked again like what was lost on the way. */
    (void)connection_write(&sntp->connection, span_at(packet, sizeof(packet)));
}

static void on_open(void *ctx)
{
    ask(ctx);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct sntp *sntp = ctx;

    finish(sntp); /* the connection has said why */
    sntp->events->on_failed(sntp->ctx, failure->err);
}

static void take_time(struct sntp *sntp, const struct sntp_answer *answer)
{
    int64_t way_ms = now_ms(sntp) - sntp->sent_ms - answer->working_ms;
    int64_t utc_ms = answer->utc_ms + (way_ms > 0 ? way_ms / 2 : 0);

    log_trace(world_of(sntp)->log, TRACE_NET, "sntp %d: stratum %d, %lld ms away",
              sntp->connection.id, answer->stratum, (long long)way_ms);
    finish(sntp);
    sntp->events->on_time(sntp->ctx, utc_ms);
}

static void take_kiss(struct sntp *sntp, const struct sntp_answer *answer)
{
    char why[40] = "kiss-o'-death ";

    memcpy(why + strlen(why), answer->kiss, sizeof(answer->kiss));
    fail(sntp, strcmp(answer->kiss, "RATE") == 0 ? ERR_BUSY : ERR_DENIED, why);
}

/* One datagram; false when it ended the asking. */
static bool take(struct sntp *sntp, struct span datagram)
{
    struct sntp_answer answer;

    switch (sntp_read(datagram, sntp->stamp, &answer)) {
    case SNTP_IGNORE:
        return true;
    case SNTP_TIME:
        take_time(sntp, &answer);
        break;
    case SNTP_UNSYNCHRONIZED:
        fail(sntp, ERR_INVALID, "the server is not synchronized");
        break;
    case SNTP_KISS:
        take_kiss(sntp, &answer);
        break;
    }
    return false;
}

static void on_data(void *ctx)
{
    struct sntp *sntp = ctx;
    uint8_t datagram[DATAGRAM_CAP];
    size_t len;

    while ((len = connection_read(&sntp->connection, datagram, sizeof(datagram))) > 0) {
        if (!take(sntp, span_at(datagram, len)))
            return;
    }
}

static void on_writable(void *ctx)
{
    (void)ctx;
}

static const struct connection_events connection_events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

void sntp_init(struct sntp *sntp, int id, const struct connection_world *world,
               const struct sntp_events *events, void *ctx)
{
    assert(events->on_time != NULL && events->on_failed != NULL);
    *sntp = (struct sntp){ .events = events, .ctx = ctx, .deadline_ms = CLOCK_NEVER };
    connection_init(&sntp->connection, id, world, &connection_events, sntp, 0);
    connection_name(&sntp->connection, "time server");
}

enum err sntp_start(struct sntp *sntp, const struct sntp_target *target)
{
    struct connection_failure failure;
    struct connection_target udp = { .host = target->host,
                                     .port = target->port,
                                     .transport = NET_UDP,
                                     .step_timeout_ms = target->timeout_ms };

    assert(target->host != NULL && target->tries >= 1 && target->timeout_ms > 0);
    if (sntp_is_busy(sntp))
        return ERR_STATE;
    sntp->timeout_ms = target->timeout_ms;
    sntp->tries_left = target->tries;
    return connection_open(&sntp->connection, &udp, &failure);
}

void sntp_cancel(struct sntp *sntp)
{
    finish(sntp);
    connection_deinit(&sntp->connection);
}

bool sntp_is_busy(const struct sntp *sntp)
{
    return sntp->connection.state != CONNECTION_CLOSED;
}

int64_t sntp_deadline(const struct sntp *sntp)
{
    return time_earlier(sntp->deadline_ms, connection_deadline(&sntp->connection));
}

void sntp_tick(struct sntp *sntp)
{
    connection_tick(&sntp->connection);
    if (now_ms(sntp) < sntp->deadline_ms)
        return;
    if (sntp->tries_left > 0)
        ask(sntp);
    else
        fail(sntp, ERR_TIMEOUT, "no answer");
}
