/* test_connection_data.c: bytes and datagrams through a connection, TLS put on later, the end. */
#include "connection_bench.h"

#include <string.h>

enum { BULK = 300000 };

static uint8_t bulk[BULK];

static void bytes_go_both_ways(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(bench_write(bench, span_of("hello")), 5);
    assert_true(connection_is_flushed(&bench->connection));
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("hello"));
    peer_send(peer, span_of("world"));
    bench_settle(bench);
    bench_expect_got(bench, "world");
    assert_int_equal(bench->data, 1);
}

static void a_slow_peer_holds_the_writer(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    size_t done = 0, part;

    peer_stall(peer);
    while ((part = bench_write(bench, span_at(bulk + done, BULK - done))) > 0)
        done += part;
    assert_true(done > 0 && done < BULK);
    assert_false(connection_is_flushed(&bench->connection));
    bench_advance(bench, 1000);
    assert_int_equal(bench->writable, 0);
    peer_resume(peer);
    bench_settle(bench);
    assert_int_equal(bench->writable, 1);
    assert_true(connection_is_flushed(&bench->connection));
    while (done < BULK) {
        done += bench_write(bench, span_at(bulk + done, BULK - done));
        bench_settle(bench);
    }
    check_bytes("peer", byte_queue_peek(&peer->got), span_at(bulk, BULK));
}

static void a_slow_reader_holds_the_peer(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    uint8_t buf[100];

    bench->reads = false;
    connection_set_buffering(&bench->connection, true);
    peer_send(peer, span_at(bulk, 200));
    bench_settle(bench);
    assert_int_equal(bench->data, 1);
    assert_int_equal(connection_available(&bench->connection), BENCH_RING); /* and no more */
    assert_int_equal(byte_queue_len(&bench->scripted_net.streams->inbound), 200 - BENCH_RING);
    assert_true(connection_read(&bench->connection, buf, 10) == 10);
    bench_settle(bench);
    assert_int_equal(bench->data, 2);
    assert_int_equal(connection_available(&bench->connection), BENCH_RING);
}

static void a_pause_holds_the_peer(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    uint8_t buf[100];

    bench->reads = false;
    connection_pause(&bench->connection);
    peer_send(peer, span_of("waits"));
    bench_settle(bench);
    assert_int_equal(bench->data, 0);
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 5);
    peer_send(peer, span_of("too"));
    bench_settle(bench);
    assert_int_equal(bench->data, 0); /* not yet dry */
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 3);
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 0);
    bench->reads = true;
    peer_send(peer, span_of("now"));
    bench_settle(bench);
    bench_expect_got(bench, "now");
}

static void what_came_before_the_end_is_read(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    struct connection_failure failure;
    uint8_t buf[100];

    bench->reads = false;
    connection_set_buffering(&bench->connection, true);
    peer_send(peer, span_of("last"));
    peer_hang_up(peer);
    bench_settle(bench);
    assert_true(connection_is_open(&bench->connection));
    assert_true(connection_has_ended(&bench->connection, &failure));
    assert_int_equal(failure.err, ERR_OK);
    assert_int_equal(connection_available(&bench->connection), 4);
    assert_int_equal(bench_write(bench, span_of("late")), 0);
    assert_int_equal(bench_secure(bench), ERR_STATE);
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 4);
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 0);
    assert_int_equal(bench->warnings, 0);
}

static void a_reset_is_a_failure(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    struct connection_failure failure;

    peer_reset(peer);
    bench_settle(bench);
    assert_int_equal(bench->data, 1);
    assert_true(connection_has_ended(&bench->connection, &failure));
    assert_int_equal(failure.err, ERR_RESET);
    assert_int_equal(bench->warnings, 1);
}

/* TLS calls it a reset; what it was is told all the same. */
static void a_silent_peer_has_timed_out(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);
    struct connection_failure failure;

    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    bench_settle(bench);
    peer_vanish(peer);
    bench_settle(bench);
    assert_true(connection_has_ended(&bench->connection, &failure));
    assert_int_equal(failure.err, ERR_TIMEOUT);
    assert_int_equal(bench->warnings, 1);
}

static void keep_alive_is_for_this_connection_and_the_next(void **state)
{
    static const struct net_keep_alive often = { 10, 2, 3 }, none = { 0, 1, 1 };
    struct bench *bench = *state;

    connection_keep_alive(&bench->connection, &often);
    assert_int_equal(bench_establish(bench)->stream->probes.idle_s, 10);
    connection_keep_alive(&bench->connection, &none);
    assert_int_equal(bench->scripted_net.streams->probes.idle_s, 0);
    connection_keep_alive(&bench->connection, &often);
    assert_int_equal(bench->scripted_net.streams->probes.count, 3);
    connection_close(&bench->connection);
    bench->opened = 0;
    assert_int_equal(bench_establish(bench)->stream->probes.interval_s, 2);
}

/* ---- UDP ---- */

static void datagrams_stay_apart(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer;
    struct connection_failure failure;

    bench->target.transport = NET_UDP;
    peer = bench_establish(bench);
    assert_int_equal(bench->data, 0);
    assert_int_equal(bench_write(bench, span_of("one")), 3);
    assert_int_equal(bench_write(bench, span_of("three")), 5);
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_at("\x17\0\0\3one\x17\0\0\5three", 16));
    peer_send(peer, span_of("first"));
    peer_send(peer, span_of("second"));
    bench_settle(bench);
    assert_int_equal(bench->got_pieces, 2);
    bench_expect_got(bench, "firstsecond");
    bench_advance(bench, 100000);
    assert_false(connection_has_ended(&bench->connection, &failure));
    assert_int_equal(bench_secure(bench), ERR_STATE);
}

static void local_port_is_as_asked(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer;

    bench->target.transport = NET_UDP;
    bench->target.local_port = 1234;
    peer = bench_establish(bench);
    assert_int_equal(peer->stream->local_port, 1234);
}

/* ---- TLS later ---- */

static void tls_is_put_on(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(bench_write(bench, span_of("STARTTLS")), 8);
    peer_send(peer, span_of("go"));
    bench_settle(bench);
    bench_expect_got(bench, "go");
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("STARTTLS"));
    byte_queue_clear(&peer->got);
    assert_int_equal(bench_secure(bench), ERR_OK);
    bench_settle(bench);
    assert_int_equal(peer->state, PEER_HANDSHAKING);
    assert_int_equal(bench->opened, 1);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    bench_settle(bench);
    assert_int_equal(bench->opened, 2);
    assert_int_equal(bench_secure(bench), ERR_STATE); /* once is enough */
    assert_int_equal(bench_write(bench, span_of("secret")), 6);
    peer_send(peer, span_of("answer"));
    bench_settle(bench);
    bench_expect_got(bench, "answer");
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("secret"));
    bench_advance(bench, 10 * BENCH_STEP_MS);
    assert_int_equal(bench->connection.state, CONNECTION_OPEN);
}

/* What was said before TLS must not be taken for something said in it (RFC 3207, section 4.2). */
static void bytes_before_tls_are_refused(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    uint8_t buf[100];

    bench->reads = false;
    connection_set_buffering(&bench->connection, true);
    peer_send(peer, span_of("go\r\ninjected"));
    bench_settle(bench);
    assert_int_equal(connection_read(&bench->connection, buf, 4), 4);
    assert_int_equal(bench_secure(bench), ERR_INVALID);
    assert_int_equal(bench->warnings, 1);
    assert_int_equal(bench->connection.state, CONNECTION_OPEN); /* the caller decides */

    /* Without a buffer they are where TLS looks for its records. */
    connection_set_buffering(&bench->connection, false);
    assert_int_equal(connection_read(&bench->connection, buf, sizeof(buf)), 8);
    connection_pause(&bench->connection);
    peer_send(peer, span_of("injected"));
    assert_int_equal(bench_secure(bench), ERR_OK);
    bench_settle(bench);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
    assert_int_equal(bench->failure.tls.reason, TLS_NOT_TLS);
}

static void tls_that_does_not_come_fails(void **state)
{
    struct bench *bench = *state;

    bench_establish(bench);
    bench_advance(bench, 10 * BENCH_STEP_MS);
    assert_int_equal(bench_secure(bench), ERR_OK);
    bench_advance(bench, BENCH_STEP_MS - 1);
    assert_int_equal(bench->failed, 0);
    bench_advance(bench, 1);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.err, ERR_TIMEOUT);
    assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
}

static void unusable_tls_leaves_it_open(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    bench->scripted_tls.max_version = TLS_1_1;
    assert_int_equal(bench_secure(bench), ERR_UNSUPPORTED);
    assert_int_equal(bench->failure.tls.reason, TLS_VERSION_MISSING);
    peer_send(peer, span_of("still plain"));
    bench_settle(bench);
    bench_expect_got(bench, "still plain");
}

static void a_slow_peer_holds_records_too(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    size_t done = 0, part;

    assert_int_equal(bench_secure(bench), ERR_OK);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    bench_settle(bench);
    peer_stall(peer);
    while ((part = bench_write(bench, span_at(bulk + done, BULK - done))) > 0)
        done += part;
    assert_false(connection_is_flushed(&bench->connection));
    peer_resume(peer);
    bench_settle(bench);
    assert_int_equal(bench->writable, 1);
    assert_true(connection_is_flushed(&bench->connection));
    check_bytes("peer", byte_queue_peek(&peer->got), span_at(bulk, done));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
        TEST(bytes_go_both_ways),
        TEST(a_slow_peer_holds_the_writer),
        TEST(a_slow_reader_holds_the_peer),
        TEST(a_pause_holds_the_peer),
        TEST(what_came_before_the_end_is_read),
        TEST(a_reset_is_a_failure),
        TEST(a_silent_peer_has_timed_out),
        TEST(keep_alive_is_for_this_connection_and_the_next),
        TEST(datagrams_stay_apart),
        TEST(local_port_is_as_asked),
        TEST(tls_is_put_on),
        TEST(bytes_before_tls_are_refused),
        TEST(tls_that_does_not_come_fails),
        TEST(unusable_tls_leaves_it_open),
        TEST(a_slow_peer_holds_records_too),
#undef TEST
    };

    for (size_t i = 0; i < BULK; i++)
        bulk[i] = (uint8_t)(i * 7 + i / 251);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
