/* telit_ssl_online.c: data in online mode, and the packets that it is sent in.
 *
 * Source: Telit 1vv0300989 r12 §4.5 (pktSz, maxTo, txTo), §5.1.1.
 */
#include "personalities/telit/telit.h"

#include <assert.h>

enum { DECISECOND_MS = 100, SECOND_MS = 1000 };

static struct telit_ssl *ssl_of(struct online *online)
{
    return (struct telit_ssl *)online;
}

bool telit_ssl_flush(struct telit_ssl *ssl)
{
    return packets_flush(&ssl->packets, &ssl->socket);
}

/* txTo 0: a part waits until the packet is full. */
static struct packet_rule rule_of(const struct telit_ssl *ssl)
{
    const struct telit_ssl_settings *settings = &ssl->slot->settings;
    bool automatic = settings->packet_size == 0;
    bool at_once = automatic && module_fact_peek(ssl->modem, FACT_AUTOMATIC_FLUSHES_AT_ONCE) != 0;
    int64_t wait_ms = (int64_t)settings->flush_ds * DECISECOND_MS;

    return (struct packet_rule){
        .size = automatic ? (size_t)module_fact_peek(ssl->modem, FACT_PACKET_MAX)
                          : (size_t)settings->packet_size,
        .longer = automatic,
        .wait_ms = at_once       ? 0
                   : wait_ms > 0 ? wait_ms
                                 : CLOCK_NEVER,
    };
}

static struct connection *connection(struct online *online)
{
    return &ssl_of(online)->socket;
}

/* pktSz 0: so many bytes go out at once, or with those that wait. */
static void note_automatic(const struct telit_ssl *ssl, size_t count)
{
    size_t size = (size_t)module_fact_peek(ssl->modem, FACT_PACKET_MAX);
    size_t waiting = outbox_len(&ssl->packets.outbox);

    if (waiting > 0 && waiting + count >= size)
        module_note_fact(ssl->modem, FACT_PACKET_MAX);
    else if (count < size)
        module_note_fact(ssl->modem, FACT_AUTOMATIC_FLUSHES_AT_ONCE);
}

static size_t write(struct online *online, struct span bytes)
{
    struct telit_ssl *ssl = ssl_of(online);
    const struct packet_rule rule = rule_of(ssl);

    if (rule.longer)
        note_automatic(ssl, bytes.len);
    return packets_put(&ssl->packets, &ssl->socket, &rule, bytes);
}

static bool flush(struct online *online)
{
    return telit_ssl_flush(ssl_of(online));
}

static int64_t idle_ms(struct online *online)
{
    return (int64_t)ssl_of(online)->slot->settings.idle_s * SECOND_MS;
}

static void on_end(struct online *online, const struct connection_failure *failure)
{
    telit_ssl_drop(ssl_of(online), failure->err == ERR_OK ? CAUSE_PEER : CAUSE_ABORT);
}

static void on_idle(struct online *online)
{
    telit_ssl_drop(ssl_of(online), CAUSE_IDLE);
}

static void on_left(struct online *online)
{
    struct telit_ssl *ssl = ssl_of(online);

    ssl->left_ms = module_now(ssl->modem);
    connection_set_buffering(&ssl->socket, true);
}

void telit_ssl_go_online(struct telit_ssl *ssl, struct at_session *at)
{
    static const struct online_ops ops = { .connection = connection,
                                           .write = write,
                                           .flush = flush,
                                           .idle_ms = idle_ms,
                                           .on_end = on_end,
                                           .on_idle = on_idle,
                                           .on_left = on_left };

    assert(ssl->socket.state == CONNECTION_OPEN || ssl->socket.state == CONNECTION_ENDED);
    ssl->rung = 0;
    online_enter(&ssl->online, &ops, at);
}

void telit_ssl_online_tick(struct telit_ssl *ssl, int64_t now_ms)
{
    if (packets_tick(&ssl->packets, &ssl->socket) && online_is_on(&ssl->online))
        online_pump(&ssl->online);
    online_tick(&ssl->online, now_ms);
}
