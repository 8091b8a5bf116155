/* telit_plain_online.c: online mode of a plain socket, and the packets that data is sent in.
 *
 * Source: docs/facts/telit-plain-sockets.md §2, §3, §6.
 */
#include "personalities/telit/telit.h"

#include <assert.h>

enum { SECOND_MS = 1000, DECISECOND_MS = 100, CENTISECOND_MS = 10 };

/* pktSz 0 is the default. */
enum { AUTOMATIC_PACKET = 300 };

/* txTo up to 255 counts in 0.1 s, from 256 on in 0.01 s. */
enum { SHORT_FROM = 256 };

static struct telit_plain *plain_of(struct online *online)
{
    return (struct telit_plain *)online;
}

static int64_t wait_ms(int32_t flush)
{
    if (flush == 0)
        return CLOCK_NEVER;
    return flush < SHORT_FROM ? (int64_t)flush * DECISECOND_MS
                              : (int64_t)(flush - SHORT_FROM + 1) * CENTISECOND_MS;
}

static struct connection *connection(struct online *online)
{
    return &plain_of(online)->socket;
}

static size_t read(struct online *online, uint8_t *buf, size_t cap)
{
    return telit_plain_read(plain_of(online), buf, cap);
}

/* Of datagrams the next, which is not cut. */
static size_t available(struct online *online)
{
    struct telit_plain *plain = plain_of(online);
    size_t unread = telit_plain_unread(plain);

    return plain->socket.transport == NET_UDP ? datagrams_first(&plain->datagrams) : unread;
}

/* The character of #PADFWD ends a packet, whatever its size. */
static size_t write(struct online *online, struct span bytes)
{
    struct telit_plain *plain = plain_of(online);
    const struct telit_plain_settings *settings = &plain->settings;
    const struct packet_rule rule = {
        .size = settings->packet_size > 0 ? (size_t)settings->packet_size : AUTOMATIC_PACKET,
        .wait_ms = wait_ms(settings->flush_ds),
        .anew = settings->restarts_flush != 0,
    };
    size_t taken = 0;

    if (plain->senders != NULL && outbox_len(&plain->packets.outbox) == 0)
        senders_aim_back(plain->senders);
    while (taken < bytes.len) {
        struct span part = span_skip(bytes, taken);
        bool leaves = telit_pad_cut(online->at, &part);
        size_t got = packets_put(&plain->packets, &plain->socket, &rule, part);

        taken += got;
        if (got < part.len)
            break;
        if (leaves)
            telit_plain_flush(plain);
    }
    plain->tally.sent += taken;
    return taken;
}

static bool flush(struct online *online)
{
    return telit_plain_flush(plain_of(online));
}

static int64_t idle_ms(struct online *online)
{
    return (int64_t)plain_of(online)->settings.idle_s * SECOND_MS;
}

static void on_end(struct online *online, const struct connection_failure *failure)
{
    telit_plain_drop(plain_of(online), failure->err == ERR_OK ? CAUSE_PEER : CAUSE_ABORT);
}

static void on_idle(struct online *online)
{
    telit_plain_drop(plain_of(online), CAUSE_IDLE);
}

/* A 2G module closes then what the peer has closed, which others leave to #SH, and the single
 * socket. */
static void on_escape(struct online *online)
{
    struct telit_plain *plain = plain_of(online);
    struct at_session *at = online->at;
    bool ended =
        connection_is_half_closed(&plain->socket) && at_has(&plain->modem->model->at, TELIT_2G);

    if (!ended && plain->id != TELIT_SINGLE) {
        online_suspend(online);
        return;
    }
    telit_plain_flush(plain);
    plain->tally.cause = ended ? CAUSE_PEER : CAUSE_NONE;
    telit_plain_close(plain);
    at_leave_online(at, AT_NO_CARRIER);
}

static void on_left(struct online *online)
{
    struct telit_plain *plain = plain_of(online);

    plain->left_ms = module_now(plain->modem);
    telit_plain_enter_command_mode(plain);
}

void telit_plain_go_online(struct telit_plain *plain, struct at_session *at)
{
    static const struct online_ops ops = { .connection = connection,
                                           .read = read,
                                           .available = available,
                                           .write = write,
                                           .flush = flush,
                                           .idle_ms = idle_ms,
                                           .on_end = on_end,
                                           .on_idle = on_idle,
                                           .on_escape = on_escape,
                                           .on_left = on_left };

    assert(connection_is_open(&plain->socket));
    plain->rung = 0;
    plain->end_told = false; /* it is told again */
    if (plain->socket.state == CONNECTION_OPEN && plain->socket.transport == NET_TCP)
        connection_set_half_open(&plain->socket, plain->keeps);
    online_enter(&plain->online, &ops, at);
    plain->idle_until_ms = plain->ring_timer_ms = CLOCK_NEVER;
}

void telit_plain_online_tick(struct telit_plain *plain, int64_t now_ms)
{
    if (packets_tick(&plain->packets, &plain->socket) && online_is_on(&plain->online))
        online_pump(&plain->online);
    online_tick(&plain->online, now_ms);
}

struct telit_plain *telit_plain_last_online(struct at_session *at)
{
    struct telit_plain *last = NULL;

    for (int32_t id = 1; id <= TELIT_PLAIN_MAX; id++) {
        struct telit_plain *plain = telit_plain_if(module_of(at), id);

        if (plain != NULL && connection_is_open(&plain->socket) && !plain->end_told &&
            plain->owner == terminal_of(at) && (last == NULL || plain->left_ms > last->left_ms))
            last = plain;
    }
    return last;
}
