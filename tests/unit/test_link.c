/* test_link.c: a network over a link, in virtual time: when bytes, ends, names and echoes arrive,
 * and that nothing is lost, reordered or piled up. */
#include "address_literal.h"
#include "check.h"
#include "toy_record.h"
#include "world.h"
#include "wrap/link.h"
#include "wrap/stack.h"

#include <string.h>

enum { PORT = 700, BULK = 300000, UP_MS = 200, DOWN_MS = 300 };

/* The module's side of one connection. */
struct rig {
    struct world world;
    struct net *link;
    struct scripted_peer *peer;
    struct net_stream *stream;
    int connected, failed;
    enum err err;
    bool sleeps; /* does not read */
    struct byte_queue got;
    size_t pieces; /* that were read */
    bool ended;
    ptrdiff_t end;
    size_t to_send, sent; /* of `bulk` */
};

static uint8_t bulk[BULK];

static void send_on(struct rig *rig)
{
    while (rig->sent < rig->to_send) {
        ptrdiff_t done = net_stream_send(rig->stream, bulk + rig->sent, rig->to_send - rig->sent);

        if (done < 0) {
            assert_int_equal(done, -ERR_AGAIN);
            break;
        }
        rig->sent += (size_t)done;
    }
    net_stream_want(rig->stream, (rig->sleeps || rig->ended ? 0 : NET_WANT_READ) |
                                     (rig->sent < rig->to_send ? NET_WANT_WRITE : 0));
}

static void read_on(struct rig *rig)
{
    uint8_t buf[5000];
    ptrdiff_t count;

    while ((count = net_stream_recv(rig->stream, buf, sizeof(buf))) > 0) {
        byte_queue_put(&rig->got, span_at(buf, (size_t)count));
        rig->pieces++;
    }
    if (count == -ERR_AGAIN)
        return;
    rig->ended = true;
    rig->end = count;
    assert_int_equal(net_stream_recv(rig->stream, buf, 1), count); /* for ever */
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig *rig = ctx;

    switch (event) {
    case NET_CONNECTED:
        rig->connected++;
        break;
    case NET_FAILED:
        rig->failed++;
        rig->err = err;
        return;
    case NET_READABLE:
        read_on(rig);
        break;
    case NET_WRITABLE:
        break;
    }
    send_on(rig);
}

static void start(struct rig *rig, uint32_t up_kbit_s, uint32_t down_kbit_s)
{
    struct link_profile profile = { .up = { up_kbit_s, UP_MS }, .down = { down_kbit_s, DOWN_MS } };

    *rig = (struct rig){ .end = 1 };
    world_init(&rig->world);
    assert_int_equal(link_open(rig->world.net, rig->world.clock, &profile, &rig->link), ERR_OK);
    rig->world.net = rig->link;
    for (size_t i = 0; i < BULK; i++)
        bulk[i] = (uint8_t)(i * 7 + i / 251);
}

static void dial(struct rig *rig, enum net_transport transport)
{
    struct net_target to = { .transport = transport, .port = PORT };

    assert_true(address_literal("10.0.0.7", &to.address));
    if (transport == NET_UDP)
        rig->peer = scripted_net_udp_peer(&rig->world.scripted_net, PORT);
    else
        rig->peer = scripted_net_peer(&rig->world.scripted_net, PORT);
    assert_int_equal(net_connect(rig->world.net, &to, on_event, rig, &rig->stream), ERR_OK);
}

static void connect_to_peer(struct rig *rig)
{
    scripted_net_listen(&rig->world.scripted_net, PORT, PEER_ACCEPTS);
    dial(rig, NET_TCP);
    world_advance(&rig->world, UP_MS + DOWN_MS);
    assert_int_equal(rig->connected, 1);
}

static void hang_up(struct rig *rig)
{
    if (rig->stream != NULL)
        net_stream_close(rig->stream);
    rig->stream = NULL;
}

static void stop(struct rig *rig)
{
    hang_up(rig);
    assert_int_equal(rig->world.scripted_net.spins, 0);
    byte_queue_deinit(&rig->got);
    link_close(rig->link);
    world_deinit(&rig->world);
}

static struct span peer_got(const struct rig *rig)
{
    return byte_queue_peek(&rig->peer->got);
}

/* ---- connecting ---- */

static void a_connection_takes_a_round_trip(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    scripted_net_listen(&rig.world.scripted_net, PORT, PEER_ACCEPTS);
    dial(&rig, NET_TCP);
    world_advance(&rig.world, UP_MS + DOWN_MS - 1);
    assert_int_equal(rig.connected, 0);
    world_advance(&rig.world, 1);
    assert_int_equal(rig.connected, 1);
    stop(&rig);
}

static void so_does_a_refusal(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    dial(&rig, NET_TCP);
    world_advance(&rig.world, UP_MS + DOWN_MS - 1);
    assert_int_equal(rig.failed, 0);
    world_advance(&rig.world, 1);
    assert_int_equal(rig.failed, 1);
    assert_int_equal(rig.err, ERR_REFUSED);
    hang_up(&rig);
    world_settle(&rig.world);
    assert_null(rig.world.scripted_net.streams);
    stop(&rig);
}

static void a_connection_may_be_given_up(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    scripted_net_listen(&rig.world.scripted_net, PORT, PEER_ACCEPTS);
    dial(&rig, NET_TCP);
    world_advance(&rig.world, 100);
    hang_up(&rig);
    world_advance(&rig.world, 1000);
    assert_int_equal(rig.connected, 0);
    assert_null(rig.world.scripted_net.streams);
    stop(&rig);
}

/* A listener that it was to come from may end at once. */
static void nothing_is_left_of_one_that_is_given_up(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    scripted_net_listen(&rig.world.scripted_net, PORT, PEER_HANGS);
    dial(&rig, NET_TCP);
    world_advance(&rig.world, 100);
    hang_up(&rig);
    assert_null(rig.world.scripted_net.streams);
    stop(&rig);
}

static void a_taken_port_is_told_at_once(void **state)
{
    struct net_target to = { .transport = NET_UDP, .port = PORT, .local_port = 1234 };
    struct rig rig;
    struct net_stream *second = NULL;
    struct net_address here;
    uint16_t port;

    (void)state;
    start(&rig, 0, 0);
    assert_true(address_literal("10.0.0.7", &to.address));
    assert_int_equal(net_connect(rig.world.net, &to, on_event, &rig, &rig.stream), ERR_OK);
    assert_int_equal(net_connect(rig.world.net, &to, on_event, &rig, &second), ERR_BUSY);
    assert_null(second);
    /* What a link does not care about is the network's. */
    assert_int_equal(net_stream_local(rig.stream, &here, &port), ERR_OK);
    assert_int_equal(port, 1234);
    net_stream_keep_alive(rig.stream, &(struct net_keep_alive){ 10, 2, 3 });
    assert_int_equal(rig.world.scripted_net.streams->probes.idle_s, 10);
    stop(&rig);
}

/* ---- bytes ---- */

static void bytes_take_their_time_up(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 8, 0); /* a byte a millisecond */
    connect_to_peer(&rig);
    rig.to_send = 1000;
    send_on(&rig);
    assert_int_equal(rig.sent, 1000);
    world_advance(&rig.world, UP_MS + 999);
    assert_int_equal(peer_got(&rig).len, 0);
    rig.to_send = 2000;
    send_on(&rig); /* behind the first */
    world_advance(&rig.world, 1);
    check_bytes("up", peer_got(&rig), span_at(bulk, 1000));
    world_advance(&rig.world, UP_MS + 999 - 1);
    assert_int_equal(peer_got(&rig).len, 1000);
    world_advance(&rig.world, 1);
    check_bytes("up", peer_got(&rig), span_at(bulk, 2000));
    stop(&rig);
}

static void bytes_take_their_time_down(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 16);
    connect_to_peer(&rig);
    peer_send(rig.peer, span_at(bulk, 1000));
    world_advance(&rig.world, DOWN_MS + 499);
    assert_int_equal(byte_queue_len(&rig.got), 0);
    world_advance(&rig.world, 1);
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, 1000));
    stop(&rig);
}

static void an_end_travels_behind_the_bytes(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 8);
    connect_to_peer(&rig);
    peer_send(rig.peer, span_at(bulk, 3000));
    peer_hang_up(rig.peer);
    world_advance(&rig.world, DOWN_MS + 2999);
    assert_false(rig.ended);
    world_advance(&rig.world, 1);
    assert_true(rig.ended);
    assert_int_equal(rig.end, 0);
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, 3000));
    rig.to_send = 10; /* the other way is still open */
    send_on(&rig);
    world_advance(&rig.world, UP_MS);
    assert_int_equal(peer_got(&rig).len, 10);
    stop(&rig);
}

static void a_reset_travels_behind_the_bytes(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 8);
    connect_to_peer(&rig);
    peer_send(rig.peer, span_at(bulk, 2000));
    world_settle(&rig.world);
    peer_reset(rig.peer);
    world_advance(&rig.world, DOWN_MS + 1999);
    assert_false(rig.ended);
    rig.to_send = 10;
    send_on(&rig); /* the module does not know yet */
    world_advance(&rig.world, 1);
    assert_true(rig.ended);
    assert_int_equal(rig.end, -ERR_RESET);
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, 2000));
    assert_int_equal(net_stream_send(rig.stream, "x", 1), -ERR_RESET);
    stop(&rig);
}

/* A module that does not read learns of it by what it sends. */
static void a_reset_may_answer_what_was_sent(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    connect_to_peer(&rig);
    rig.sleeps = true;
    send_on(&rig);
    peer_send(rig.peer, span_at(bulk, BULK));
    world_advance(&rig.world, 1000);
    peer_reset(rig.peer);
    world_advance(&rig.world, 1000);
    assert_int_equal(net_stream_send(rig.stream, "hello", 5), 5);
    world_advance(&rig.world, UP_MS + DOWN_MS - 1);
    assert_int_equal(net_stream_send(rig.stream, "hello", 5), 5);
    world_advance(&rig.world, 1);
    assert_int_equal(net_stream_send(rig.stream, "hello", 5), -ERR_RESET);
    read_on(&rig);
    assert_int_equal(rig.end, -ERR_RESET); /* behind what had come before */
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, byte_queue_len(&rig.got)));
    stop(&rig);
}

static void our_end_travels_behind_the_bytes(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 8, 0);
    connect_to_peer(&rig);
    rig.to_send = 500;
    send_on(&rig);
    hang_up(&rig);
    world_advance(&rig.world, UP_MS + 499);
    assert_int_equal(rig.peer->state, PEER_CONNECTED);
    assert_int_equal(peer_got(&rig).len, 0);
    world_advance(&rig.world, 1);
    assert_int_equal(rig.peer->state, PEER_CLOSED);
    check_bytes("up", peer_got(&rig), span_at(bulk, 500));
    assert_null(rig.world.virtual_clock.timers);
    stop(&rig);
}

static void a_closed_stream_waits_for_a_peer_but_not_for_ever(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    connect_to_peer(&rig);
    peer_stall(rig.peer);
    rig.to_send = 20000;
    send_on(&rig);
    hang_up(&rig);
    world_advance(&rig.world, 4000);
    assert_non_null(rig.world.scripted_net.streams);
    world_advance(&rig.world, 4000);
    assert_null(rig.world.scripted_net.streams);
    assert_null(rig.world.virtual_clock.timers);
    stop(&rig);
}

/* ---- backpressure ---- */

static void a_peer_that_stalls_holds_the_module(void **state)
{
    struct rig rig;
    size_t before;

    (void)state;
    start(&rig, 800, 0); /* 100 bytes a millisecond */
    connect_to_peer(&rig);
    peer_stall(rig.peer);
    rig.to_send = BULK;
    send_on(&rig);
    world_advance(&rig.world, 5000);
    before = rig.sent;
    assert_true(before < 60000);
    world_advance(&rig.world, 60000);
    assert_int_equal(rig.sent, before);
    peer_resume(rig.peer);
    world_advance(&rig.world, BULK / 100 + UP_MS);
    check_bytes("up", peer_got(&rig), span_at(bulk, BULK));
    stop(&rig);
}

static void a_module_that_sleeps_holds_the_peer(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, 800);
    connect_to_peer(&rig);
    rig.sleeps = true;
    send_on(&rig);
    peer_send(rig.peer, span_at(bulk, BULK));
    peer_hang_up(rig.peer);
    world_advance(&rig.world, 60000);
    assert_int_equal(rig.pieces, 0);
    assert_true(byte_queue_len(&rig.peer->stream->inbound) > BULK - 60000);
    rig.sleeps = false;
    send_on(&rig);
    world_advance(&rig.world, 2000);
    assert_false(rig.ended); /* the rest is as slow as ever */
    world_advance(&rig.world, 2000);
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, BULK));
    assert_int_equal(rig.end, 0);
    stop(&rig);
}

/* It is memory that is bounded: a byte by itself costs more than a byte. */
static void small_pieces_hold_the_peer_too(void **state)
{
    /* Each costs what holds it, too: four pointers at least. */
    enum { PIECES = 5000, HELD_MAX = 65536 / (4 * sizeof(void *)) };
    struct rig rig;

    (void)state;
    start(&rig, 0, 0);
    connect_to_peer(&rig);
    rig.sleeps = true;
    send_on(&rig);
    for (size_t i = 0; i < PIECES; i++) {
        peer_send(rig.peer, span_at(bulk + i, 1));
        world_settle(&rig.world);
    }
    assert_true(byte_queue_len(&rig.peer->stream->inbound) >= PIECES - HELD_MAX);
    rig.sleeps = false;
    send_on(&rig);
    world_advance(&rig.world, 2 * DOWN_MS);
    check_bytes("down", byte_queue_peek(&rig.got), span_at(bulk, PIECES));
    stop(&rig);
}

static void a_full_rate_is_used(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 800, 800);
    connect_to_peer(&rig);
    rig.to_send = BULK;
    send_on(&rig);
    peer_send(rig.peer, span_at(bulk, BULK));
    world_advance(&rig.world, DOWN_MS + BULK / 100 - 1);
    assert_true(byte_queue_len(&rig.got) < BULK);
    world_advance(&rig.world, 1);
    assert_int_equal(byte_queue_len(&rig.got), BULK);
    check_bytes("up", peer_got(&rig), span_at(bulk, BULK));
    stop(&rig);
}

static void streams_share_the_rate(void **state)
{
    struct rig rig;
    struct net_stream *first;
    struct scripted_peer *peer;

    (void)state;
    start(&rig, 8, 0);
    connect_to_peer(&rig);
    first = rig.stream;
    peer = rig.peer;
    assert_int_equal(net_stream_send(first, bulk, 1000), 1000);
    dial(&rig, NET_UDP);
    world_settle(&rig.world);
    assert_int_equal(rig.connected, 2); /* a UDP one asks nobody */
    assert_int_equal(net_stream_send(rig.stream, bulk, 500), 500);
    world_advance(&rig.world, UP_MS + 1499);
    assert_int_equal(byte_queue_len(&peer->got), 1000);
    assert_int_equal(peer_got(&rig).len, 0);
    world_advance(&rig.world, 1);
    assert_true(peer_got(&rig).len > 500);
    net_stream_close(first);
    stop(&rig);
}

/* ---- datagrams ---- */

static void datagrams_stay_what_they_are(void **state)
{
    struct rig rig;
    struct toy_record datagram;
    char buf[10];

    (void)state;
    start(&rig, 0, 0);
    dial(&rig, NET_UDP);
    world_settle(&rig.world);
    assert_int_equal(net_stream_send(rig.stream, "one", 3), 3);
    assert_int_equal(net_stream_send(rig.stream, bulk, 5000), 5000);
    world_advance(&rig.world, UP_MS - 1);
    assert_int_equal(peer_got(&rig).len, 0);
    world_advance(&rig.world, 1);
    assert_true(toy_record_peek(&rig.peer->got, &datagram));
    check_bytes("first", datagram.body, span_of("one"));
    toy_record_drop(&rig.peer->got);
    assert_true(toy_record_peek(&rig.peer->got, &datagram));
    check_bytes("second", datagram.body, span_at(bulk, 5000));
    net_stream_want(rig.stream, 0);
    peer_send(rig.peer, span_of("answer"));
    peer_send(rig.peer, span_of("more"));
    world_advance(&rig.world, DOWN_MS);
    assert_int_equal(net_stream_recv(rig.stream, buf, 2), 6); /* the rest of it is lost */
    assert_int_equal(net_stream_recv(rig.stream, buf, sizeof(buf)), 4);
    assert_int_equal(net_stream_recv(rig.stream, buf, sizeof(buf)), -ERR_AGAIN);
    stop(&rig);
}

/* ---- connections that come in ---- */

struct door {
    struct rig *rig;
    struct net_listener *listener;
    int knocks;
};

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct door *door = ctx;

    (void)from;
    assert_int_equal(port, PORT);
    door->knocks++;
    door->rig->stream = stream;
    net_stream_bind(stream, on_event, door->rig);
    net_unlisten(door->listener);
    send_on(door->rig);
}

static void a_connection_comes_in(void **state)
{
    struct net_address at;
    struct rig rig;
    struct door door = { .rig = &rig };
    uint16_t port;

    (void)state;
    start(&rig, 0, 0);
    assert_true(address_literal("127.0.0.1", &at));
    assert_int_equal(net_listen(rig.world.net, &at, 0, on_accepted, &door, &door.listener, &port),
                     ERR_OK);
    rig.peer = scripted_net_peer(&rig.world.scripted_net, PORT);
    assert_true(scripted_net_call(rig.peer, &at, port));
    peer_send(rig.peer, span_of("hello"));
    world_settle(&rig.world);
    assert_int_equal(door.knocks, 1);
    world_advance(&rig.world, DOWN_MS - 1);
    assert_int_equal(byte_queue_len(&rig.got), 0);
    world_advance(&rig.world, 1);
    check_bytes("down", byte_queue_peek(&rig.got), span_of("hello"));
    stop(&rig);
}

/* ---- names and echo requests ---- */

struct answer {
    int count;
    enum err err;
    uint32_t round_trip_ms;
};

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct answer *answer = ctx;

    assert_true(err != ERR_OK || (count == 1 && list[0].family == NET_IPV4));
    answer->count++;
    answer->err = err;
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    (void)ttl;
    *(struct answer *)ctx =
        (struct answer){ ((struct answer *)ctx)->count + 1, err, round_trip_ms };
}

static void names_take_a_round_trip(void **state)
{
    static const struct {
        const char *name;
        int64_t after_ms;
        enum err err;
    } rows[] = {
        { "localhost", UP_MS + DOWN_MS, ERR_OK },
        { "nowhere.test", UP_MS + DOWN_MS, ERR_RESOLVE },
        { "10.0.0.7", 0, ERR_OK }, /* asks nobody */
    };
    struct net_query *query;
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct answer answer = { 0 };

        start(&rig, 0, 0);
        assert_int_equal(net_resolve(rig.world.net, rows[i].name, on_resolved, &answer, &query),
                         ERR_OK);
        if (rows[i].after_ms > 0)
            world_advance(&rig.world, rows[i].after_ms - 1);
        check_int(rows[i].name, answer.count, 0);
        world_advance(&rig.world, 1);
        check_int(rows[i].name, answer.count, 1);
        check_int(rows[i].name, answer.err, rows[i].err);
        stop(&rig);
    }
}

static void a_query_may_be_cancelled(void **state)
{
    static const int64_t moments[] = { 0, UP_MS, UP_MS + DOWN_MS };
    struct net_query *query;
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct answer answer = { 0 };

        start(&rig, 0, 0);
        scripted_net_name(&rig.world.scripted_net, "slow.test", NAME_HANGS, NULL, 0);
        assert_int_equal(net_resolve(rig.world.net, "slow.test", on_resolved, &answer, &query),
                         ERR_OK);
        world_advance(&rig.world, moments[i]);
        net_cancel(query);
        world_advance(&rig.world, 2000);
        assert_int_equal(answer.count, 0);
        assert_null(rig.world.scripted_net.queries);
        stop(&rig);
    }
}

static void echoes_take_a_round_trip_more(void **state)
{
    /* 1,000 bytes at 80 and 40 kbit/s: 100 and 200 ms. */
    static const struct {
        const char *name, *to;
        uint32_t timeout_ms;
        int64_t after_ms;
        enum err err;
    } rows[] = {
        { "answered", "127.0.0.1", 5000, 100 + UP_MS + 200 + DOWN_MS + 1, ERR_OK },
        { "silent", "10.0.0.7", 5000, 5000, ERR_TIMEOUT },
        { "too late", "127.0.0.1", 800, 800, ERR_TIMEOUT },
        { "earlier than the link", "127.0.0.1", 300, 300, ERR_TIMEOUT },
    };
    struct net_query *query;
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct net_echo echo = { .bytes = 1000, .timeout_ms = rows[i].timeout_ms };
        struct answer answer = { 0 };

        start(&rig, 80, 40);
        assert_true(address_literal(rows[i].to, &echo.to));
        assert_int_equal(net_start_echo(rig.world.net, &echo, on_echo, &answer, &query), ERR_OK);
        world_advance(&rig.world, rows[i].after_ms - 1);
        check_int(rows[i].name, answer.count, 0);
        world_advance(&rig.world, 1);
        check_int(rows[i].name, answer.count, 1);
        check_int(rows[i].name, answer.err, rows[i].err);
        check_int(rows[i].name, answer.round_trip_ms, rows[i].err == ERR_OK ? rows[i].after_ms : 0);
        stop(&rig);
    }
}

/* ---- no memory ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static unsigned calls_left; /* until the one that is refused; 0: none is */

static bool is_refused(void)
{
    return calls_left > 0 && --calls_left == 0;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

/* Says whether all went well: a name, a connection, bytes both ways. */
static bool use(struct rig *rig)
{
    struct net_target to = { .transport = NET_TCP, .port = PORT };
    struct answer answer = { 0 };
    struct net_query *query;
    size_t sent = 0;

    assert_true(address_literal("10.0.0.7", &to.address));
    if (net_resolve(rig->world.net, "localhost", on_resolved, &answer, &query) != ERR_OK)
        return false;
    world_advance(&rig->world, UP_MS + DOWN_MS);
    assert_int_equal(answer.count, 1);
    if (answer.err != ERR_OK ||
        net_connect(rig->world.net, &to, on_event, rig, &rig->stream) != ERR_OK)
        return false;
    world_advance(&rig->world, UP_MS + DOWN_MS);
    assert_int_equal(rig->connected, 1);
    while (sent < 5000) {
        ptrdiff_t done = net_stream_send(rig->stream, bulk + sent, 5000 - sent);

        if (done < 0) {
            assert_int_equal(done, -ERR_NO_MEMORY);
            return false;
        }
        sent += (size_t)done;
    }
    peer_send(rig->peer, span_at(bulk, 5000));
    world_advance(&rig->world, UP_MS + DOWN_MS);
    check_bytes("up", peer_got(rig), span_at(bulk, 5000));
    check_bytes("down", byte_queue_peek(&rig->got), span_at(bulk, byte_queue_len(&rig->got)));
    assert_int_equal(rig->end, rig->ended ? -ERR_NO_MEMORY : 1);
    return byte_queue_len(&rig->got) == 5000;
}

static void each_memory_may_be_refused(void **state)
{
    struct rig rig;
    unsigned call = 0;
    bool done = false;

    (void)state;
    while (!done) {
        bool well;

        start(&rig, 0, 0);
        scripted_net_listen(&rig.world.scripted_net, PORT, PEER_ACCEPTS);
        rig.peer = scripted_net_peer(&rig.world.scripted_net, PORT);
        calls_left = ++call;
        well = use(&rig);
        done = calls_left > 0;
        calls_left = 0;
        /* A piece of sending that found none is sent with the next. */
        assert_true(well || !done);
        hang_up(&rig);
        world_advance(&rig.world, 10000);
        assert_null(rig.world.scripted_net.streams);
        assert_null(rig.world.scripted_net.queries);
        stop(&rig);
    }
    assert_true(call > 10);
}

/* ---- words ---- */

static void profiles_are_read(void **state)
{
    static const struct {
        const char *words;
        struct link_profile profile;
    } rows[] = {
        { "down=236,up=118,rtt=600", { { 118, 300, 0, 0 }, { 236, 300, 0, 0 } } },
        { "rtt=401", { { 0, 200, 0, 0 }, { 0, 201, 0, 0 } } },
        { "up=1000000", { { 1000000, 0, 0, 0 }, { 0, 0, 0, 0 } } },
        { "rtt=0,down=1", { { 0, 0, 0, 0 }, { 1, 0, 0, 0 } } },
        { "jitter=51,loss=0.25", { { 0, 0, 25, 2500 }, { 0, 0, 26, 2500 } } },
        { "loss=100", { { 0, 0, 0, 1000000 }, { 0, 0, 0, 1000000 } } },
        { "gprs", { { 20, 250, 0, 0 }, { 50, 250, 0, 0 } } },
        { "gprs,rtt=10,loss=1", { { 20, 5, 0, 10000 }, { 50, 5, 0, 10000 } } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct link_profile profile;
        char memory[500];
        struct text error;

        text_init(&error, memory, sizeof(memory));
        assert_true(link_profile_read(span_of(rows[i].words), &profile, &error));
        check_int(rows[i].words, profile.up.kbit_s, rows[i].profile.up.kbit_s);
        check_int(rows[i].words, profile.up.delay_ms, rows[i].profile.up.delay_ms);
        check_int(rows[i].words, profile.down.kbit_s, rows[i].profile.down.kbit_s);
        check_int(rows[i].words, profile.down.delay_ms, rows[i].profile.down.delay_ms);
        check_int(rows[i].words, profile.up.jitter_ms, rows[i].profile.up.jitter_ms);
        check_int(rows[i].words, profile.down.jitter_ms, rows[i].profile.down.jitter_ms);
        check_int(rows[i].words, profile.up.loss_ppm, rows[i].profile.up.loss_ppm);
        check_int(rows[i].words, profile.down.loss_ppm, rows[i].profile.down.loss_ppm);
        check_text(rows[i].words, memory, "");
    }
}

static void others_are_refused(void **state)
{
    static const struct {
        const char *words, *wrong;
    } rows[] = {
        { "", "\"\" is no" },
        { "down=236,", "\"\" is no" },
        { "down=236,jitters=50", "\"jitters=50\" is no" },
        { "loss=100.1", "\"loss=100.1\" is no" },
        { "loss=0.12345", "\"loss=0.12345\" is no" },
        { "loss=1.", "\"loss=1.\" is no" },
        { "gprs,", "\"\" is no" },
        { "GPRS", "\"GPRS\" is no" },
        { "rtt=5,gprs", "\"gprs\" is no" },
        { "down", "\"down\" is no" },
        { "down=", "\"down=\" is no" },
        { "down=0", "\"down=0\" is no" },
        { "up=1000001", "\"up=1000001\" is no" },
        { "rtt=60001", "\"rtt=60001\" is no" },
        { "rtt=-1", "\"rtt=-1\" is no" },
        { "rtt=1 ", "\"rtt=1 \" is no" },
        { "rtt=1,down=5,rtt=2", "\"rtt=2\" is said twice" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct link_profile profile;
        char memory[500];
        struct text error;

        text_init(&error, memory, sizeof(memory));
        assert_false(link_profile_read(span_of(rows[i].words), &profile, &error));
        if (strncmp(memory, rows[i].wrong, strlen(rows[i].wrong)) != 0 ||
            strstr(memory, "; allowed: down=1 to 1000000 (kbit/s), up=") == NULL ||
            strstr(memory, "; or gsm, gprs, edge") == NULL)
            fail_msg("%s: %s", rows[i].words, memory);
    }
}

/* What is planned stands in front of the network; nothing planned is the network itself. */
static void stack_is_as_planned(void **state)
{
    struct stack_plan plan = { { NULL } };
    char memory[200];
    struct text error;
    struct stack stack;
    struct world world;
    struct net *net;

    (void)state;
    world_init(&world);
    text_init(&error, memory, sizeof(memory));
    assert_int_equal(stack_open(&stack, &plan, world.net, world.clock, NULL, &net), ERR_OK);
    assert_ptr_equal(net, world.net);
    stack_close(&stack);
    assert_true(stack_plan_add(&plan, "link", "rtt=5", &error));
    assert_int_equal(stack_open(&stack, &plan, world.net, world.clock, NULL, &net), ERR_OK);
    assert_ptr_equal(net->inner, world.net);
    stack_close(&stack);
    calls_left = 1;
    assert_int_equal(stack_open(&stack, &plan, world.net, world.clock, NULL, &net), ERR_NO_MEMORY);
    calls_left = 0;
    stack_close(&stack);
    world_deinit(&world);
}

static void plans_are_checked(void **state)
{
    static const struct {
        const char *name, *words, *wrong;
    } rows[] = {
        { "radio", "rtt=5", "\"radio\" is no wrapper; allowed: guard, map, link" },
        { "link", "fast", "\"fast\" is no property of a link; allowed: down=1 to" },
        { "link", "rtt=6", "\"link\" may be given once" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stack_plan plan = { { NULL } };
        char memory[500];
        struct text error;

        text_init(&error, memory, sizeof(memory));
        if (i == COUNT(rows) - 1)
            assert_true(stack_plan_add(&plan, "link", "rtt=5", &error));
        assert_false(stack_plan_add(&plan, rows[i].name, rows[i].words, &error));
        if (strncmp(memory, rows[i].wrong, strlen(rows[i].wrong)) != 0)
            fail_msg("%s %s: %s", rows[i].name, rows[i].words, memory);
    }
}

/* A wrapper that cares about nothing is not to be seen. */
static void wrappers_stack(void **state)
{
    static const struct net_ops nothing;
    static const struct net_stream_ops no_stream;
    struct rig rig;
    struct net outer = { .ops = &nothing };
    struct net_stream around = { .ops = &no_stream };
    struct net_query *query;
    struct answer answer = { 0 };

    (void)state;
    start(&rig, 0, 0);
    outer.inner = rig.world.net;
    rig.world.net = &outer;
    connect_to_peer(&rig);
    around.inner = rig.stream;
    assert_int_equal(net_stream_send(&around, "hello", 5), 5);
    net_stream_bind(&around, on_event, &rig);
    net_stream_want(&around, NET_WANT_READ);
    peer_send(rig.peer, span_of("answer"));
    world_advance(&rig.world, DOWN_MS);
    check_bytes("up", peer_got(&rig), span_of("hello"));
    check_bytes("down", byte_queue_peek(&rig.got), span_of("answer"));
    assert_int_equal(net_resolve(&outer, "localhost", on_resolved, &answer, &query), ERR_OK);
    net_cancel(query);
    net_stream_close(&around);
    rig.stream = NULL;
    stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_takes_a_round_trip),
        cmocka_unit_test(so_does_a_refusal),
        cmocka_unit_test(a_connection_may_be_given_up),
        cmocka_unit_test(nothing_is_left_of_one_that_is_given_up),
        cmocka_unit_test(a_taken_port_is_told_at_once),
        cmocka_unit_test(bytes_take_their_time_up),
        cmocka_unit_test(bytes_take_their_time_down),
        cmocka_unit_test(an_end_travels_behind_the_bytes),
        cmocka_unit_test(a_reset_travels_behind_the_bytes),
        cmocka_unit_test(a_reset_may_answer_what_was_sent),
        cmocka_unit_test(our_end_travels_behind_the_bytes),
        cmocka_unit_test(a_closed_stream_waits_for_a_peer_but_not_for_ever),
        cmocka_unit_test(a_peer_that_stalls_holds_the_module),
        cmocka_unit_test(a_module_that_sleeps_holds_the_peer),
        cmocka_unit_test(small_pieces_hold_the_peer_too),
        cmocka_unit_test(a_full_rate_is_used),
        cmocka_unit_test(streams_share_the_rate),
        cmocka_unit_test(datagrams_stay_what_they_are),
        cmocka_unit_test(a_connection_comes_in),
        cmocka_unit_test(names_take_a_round_trip),
        cmocka_unit_test(a_query_may_be_cancelled),
        cmocka_unit_test(echoes_take_a_round_trip_more),
        cmocka_unit_test(each_memory_may_be_refused),
        cmocka_unit_test(profiles_are_read),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(wrappers_stack),
        cmocka_unit_test(stack_is_as_planned),
        cmocka_unit_test(plans_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
