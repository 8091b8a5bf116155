/* test_link_chance.c: links that are known, and those that change, lose and jitter, in virtual
 * time: to the millisecond, and the same each time. */
#include "address_literal.h"
#include "check.h"
#include "toy_record.h"
#include "world.h"
#include "wrap/link.h"

#include <stdio.h>
#include <string.h>

enum { PORT = 700, BYTES = 60000, SEGMENT = 1400, A_MINUTE = 60000 };

/* The module's side of one connection, which reads whatever comes. */
struct rig {
    struct world world;
    struct net *link;
    struct scripted_peer *peer;
    struct net_stream *stream;
    bool connected, ended;
    struct byte_queue got;
};

static uint8_t bytes[BYTES];

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig *rig = ctx;
    uint8_t buf[3000];
    ptrdiff_t count;

    assert_int_equal(err, ERR_OK);
    if (event == NET_CONNECTED)
        rig->connected = true;
    while ((count = net_stream_recv(rig->stream, buf, sizeof(buf))) > 0)
        byte_queue_put(&rig->got, span_at(buf, (size_t)count));
    rig->ended = count == 0;
    net_stream_want(rig->stream, rig->ended ? 0 : NET_WANT_READ);
}

static void start(struct rig *rig, const char *words, enum net_transport transport)
{
    struct net_target to = { .transport = transport, .port = PORT };
    char memory[500];
    struct link_profile profile;
    struct text why;

    *rig = (struct rig){ .ended = false };
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    world_init(&rig->world);
    text_init(&why, memory, sizeof(memory));
    if (!link_profile_read(span_of(words), &profile, &why))
        fail_msg("%s: %s", words, memory);
    assert_int_equal(link_open(rig->world.net, rig->world.clock, &profile, &rig->link), ERR_OK);
    scripted_net_listen(&rig->world.scripted_net, PORT, PEER_ACCEPTS);
    assert_true(address_literal("10.0.0.7", &to.address));
    rig->peer = transport == NET_UDP ? scripted_net_udp_peer(&rig->world.scripted_net, PORT)
                                     : scripted_net_peer(&rig->world.scripted_net, PORT);
    assert_int_equal(net_connect(rig->link, &to, on_event, rig, &rig->stream), ERR_OK);
    while (!rig->connected)
        world_advance(&rig->world, 1);
}

static void stop(struct rig *rig)
{
    net_stream_close(rig->stream);
    assert_int_equal(rig->world.scripted_net.spins, 0);
    byte_queue_deinit(&rig->got);
    link_close(rig->link);
    world_deinit(&rig->world);
}

static void change(struct rig *rig, const char *words)
{
    char memory[500];
    struct link_profile profile;
    struct text why;

    text_init(&why, memory, sizeof(memory));
    assert_true(link_profile_read(span_of(words), &profile, &why));
    assert_ptr_equal(link_find(rig->link), rig->link);
    link_set(rig->link, &profile);
}

static void send_all(struct rig *rig, size_t len, size_t piece)
{
    for (size_t at = 0; at < len; at += piece)
        assert_int_equal(net_stream_send(rig->stream, bytes + at, piece), piece);
}

static size_t peer_has(const struct rig *rig)
{
    return byte_queue_peek(&rig->peer->got).len;
}

/* Milliseconds until there are `len` bytes. */
static int64_t until_peer_has(struct rig *rig, size_t len)
{
    int64_t ms = 0;

    for (world_settle(&rig->world); peer_has(rig) < len && ms < A_MINUTE; ms++)
        world_advance(&rig->world, 1);
    assert_true(peer_has(rig) >= len);
    check_bytes("up", byte_queue_peek(&rig->peer->got), span_at(bytes, peer_has(rig)));
    return ms;
}

static int64_t until_module_has(struct rig *rig, size_t len)
{
    int64_t ms = 0;

    for (world_settle(&rig->world); byte_queue_peek(&rig->got).len < len && ms < A_MINUTE; ms++)
        world_advance(&rig->world, 1);
    check_bytes("down", byte_queue_peek(&rig->got), span_at(bytes, len));
    return ms;
}

/* What a thousand bytes take at so many kbit/s, behind half a round trip. */
static int64_t time_of(uint32_t kbit_s, uint32_t half_ms)
{
    return (kbit_s > 0 ? (8000 + kbit_s / 2) / kbit_s : 0) + half_ms;
}

static void known_links_are_exact(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; link_known_at(i) != NULL; i++) {
        const struct link_known *known = link_known_at(i);
        struct link_profile profile;
        char words[200], memory[500];
        struct text why;
        struct rig rig;

        assert_true(strlen(known->source) > 0);
        text_init(&why, memory, sizeof(memory));
        assert_true(link_profile_read(span_of(known->words), &profile, &why));
        snprintf(words, sizeof(words), "%s,jitter=0", known->name);
        start(&rig, words, NET_TCP);
        net_stream_want(rig.stream, NET_WANT_READ);
        world_advance(&rig.world, A_MINUTE);
        send_all(&rig, 1000, 1000);
        check_int(known->name, until_peer_has(&rig, 1000),
                  time_of(profile.up.kbit_s, profile.up.delay_ms));
        peer_send(rig.peer, span_at(bytes, 1000));
        check_int(known->name, until_module_has(&rig, 1000),
                  time_of(profile.down.kbit_s, profile.down.delay_ms));
        stop(&rig);
    }
    assert_true(i >= 8);
}

/* When each segment of what is sent in such pieces is at the peer. */
static void times_of(const char *words, size_t piece, int64_t times[BYTES / SEGMENT])
{
    struct rig rig;
    int64_t ms = 0;

    start(&rig, words, NET_TCP);
    send_all(&rig, BYTES / 2 / SEGMENT * SEGMENT, piece);
    for (size_t i = 0; i < BYTES / 2 / SEGMENT; i++) {
        ms += until_peer_has(&rig, (i + 1) * SEGMENT);
        times[i] = ms;
    }
    stop(&rig);
}

static void jitter_is_the_same_each_time(void **state)
{
    int64_t once[BYTES / SEGMENT] = { 0 }, again[BYTES / SEGMENT] = { 0 };
    int64_t least = A_MINUTE, most = 0;

    (void)state;
    times_of("rtt=100,jitter=200", SEGMENT, once);
    times_of("rtt=100,jitter=200", SEGMENT, again);
    assert_memory_equal(once, again, sizeof(once));
    times_of("rtt=100,jitter=200", SEGMENT / 2, again); /* behind the later of two: the same */
    for (size_t i = 0; i < BYTES / 2 / SEGMENT; i++) {
        assert_in_range(once[i], 50, 150);
        assert_int_equal(once[i], again[i]);
        least = once[i] < least ? once[i] : least;
        most = once[i] > most ? once[i] : most;
    }
    assert_true(least < 100 && most > 120);
}

static void what_a_connection_loses_comes_later(void **state)
{
    int64_t once[BYTES / SEGMENT] = { 0 }, again[BYTES / SEGMENT] = { 0 };
    size_t last = BYTES / 2 / SEGMENT - 1;

    (void)state;
    times_of("rtt=100,loss=20", SEGMENT, once);
    times_of("rtt=100,loss=20", SEGMENT, again);
    assert_memory_equal(once, again, sizeof(once));
    assert_in_range(once[last], 1050, 1000 * 63 + 50);
    times_of("rtt=100,loss=0", SEGMENT, once);
    assert_int_equal(once[last], 50);
}

/* Which of 40 datagrams are there. */
static void datagrams_of(bool got[40])
{
    struct toy_record datagram;
    struct rig rig;

    start(&rig, "rtt=10,loss=25", NET_UDP);
    for (uint8_t i = 0; i < 40; i++)
        assert_int_equal(net_stream_send(rig.stream, &i, 1), 1);
    world_advance(&rig.world, 1000);
    while (toy_record_peek(&rig.peer->got, &datagram)) {
        got[datagram.body.data[0]] = true;
        toy_record_drop(&rig.peer->got);
    }
    stop(&rig);
}

static void lost_datagrams_are_the_same_each_time(void **state)
{
    bool once[40] = { false }, again[40] = { false };
    int count = 0;

    (void)state;
    datagrams_of(once);
    datagrams_of(again);
    assert_memory_equal(once, again, sizeof(once));
    for (int i = 0; i < 40; i++)
        count += once[i];
    assert_in_range(count, 22, 38);
}

static void a_link_changes_while_bytes_are_under_way(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "rtt=2000", NET_TCP);
    net_stream_want(rig.stream, NET_WANT_READ);
    world_settle(&rig.world);
    peer_send(rig.peer, span_at(bytes, 100));
    world_advance(&rig.world, 100);
    change(&rig, "rtt=10");
    peer_send(rig.peer, span_at(bytes + 100, 100)); /* not before the first */
    peer_close(rig.peer);
    assert_int_equal(until_module_has(&rig, 200), 900);
    world_settle(&rig.world);
    assert_true(rig.ended);
    send_all(&rig, 50, 50);
    assert_int_equal(until_peer_has(&rig, 50), 5);
    stop(&rig);
}

/* A clock that goes on by a millisecond each time it is looked at. */
struct restless {
    struct clock base;
    int64_t ahead_ms;
    bool goes;
};

static int64_t restless_now_ms(const struct clock *base)
{
    struct restless *clock = (struct restless *)(uintptr_t)base;

    clock->ahead_ms += clock->goes;
    return clock_now_ms(base->inner) + clock->ahead_ms;
}

static const struct clock_ops restless_ops = { .now_ms = restless_now_ms };

/* What arrives while it is asked for is no end. */
static void no_end_comes_in_between(void **state)
{
    struct restless clock = { .base.ops = &restless_ops };
    struct net_target to = { .transport = NET_TCP, .port = PORT };
    struct link_profile profile = { .down.delay_ms = 100 };
    struct rig rig = { .ended = false };
    char buf[10];
    ptrdiff_t got;

    (void)state;
    world_init(&rig.world);
    clock.base.inner = rig.world.clock;
    assert_int_equal(link_open(rig.world.net, &clock.base, &profile, &rig.link), ERR_OK);
    scripted_net_listen(&rig.world.scripted_net, PORT, PEER_ACCEPTS);
    rig.peer = scripted_net_peer(&rig.world.scripted_net, PORT);
    assert_true(address_literal("10.0.0.7", &to.address));
    assert_int_equal(net_connect(rig.link, &to, on_event, &rig, &rig.stream), ERR_OK);
    world_advance(&rig.world, 100);
    assert_true(rig.connected);
    net_stream_want(rig.stream, 0);
    peer_send(rig.peer, span_of("here"));
    world_advance(&rig.world, 90);
    clock.goes = true;
    do {
        got = net_stream_recv(rig.stream, buf, sizeof(buf));
    } while (got == -ERR_AGAIN);
    clock.goes = false;
    assert_int_equal(got, 4);
    stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_links_are_exact),
        cmocka_unit_test(jitter_is_the_same_each_time),
        cmocka_unit_test(what_a_connection_loses_comes_later),
        cmocka_unit_test(lost_datagrams_are_the_same_each_time),
        cmocka_unit_test(no_end_comes_in_between),
        cmocka_unit_test(a_link_changes_while_bytes_are_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
