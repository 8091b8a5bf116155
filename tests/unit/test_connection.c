/* test_connection.c: how a connection opens, or fails to. */
#include "connection_bench.h"

#include "address_literal.h"

#include <stdio.h>
#include <string.h>

static struct net_address literal(const char *text)
{
    struct net_address address;

    assert_true(address_literal(text, &address));
    return address;
}

static void opens_in_steps(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(peer->state, PEER_CONNECTED);
    assert_int_equal(bench->failed, 0);
    assert_int_equal(bench->data, 0); /* nothing has come */
    assert_memory_equal(connection_peer(&bench->connection)->bytes, literal("127.0.0.1").bytes, 4);
    connection_close(&bench->connection);
    bench_settle(bench);
    assert_int_equal(peer->state, PEER_CLOSED);
    assert_int_equal(bench->warnings, 0);
}

static void opens_with_tls(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);

    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    assert_int_equal(bench->opened, 0);
    assert_int_equal(bench->connection.state, CONNECTION_HANDSHAKING);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
    assert_int_equal(bench->connection.info.version, TLS_1_2);
    connection_close(&bench->connection);
    assert_int_equal(peer->state, PEER_CLOSED);
}

/* ---- failures, and the state that they come in ---- */

static void hang_name(struct bench *bench)
{
    scripted_net_name(&bench->scripted_net, "localhost", NAME_HANGS, NULL, 0);
}

static void no_name(struct bench *bench)
{
    scripted_net_name(&bench->scripted_net, "localhost", NAME_FAILS, NULL, 0);
}

static void hang_connection(struct bench *bench)
{
    scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_HANGS);
}

static void refuse(struct bench *bench)
{
    scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_REFUSES);
}

static void hang_handshake(struct bench *bench)
{
    (void)bench;
}

static void fail_handshake(struct bench *bench)
{
    peer_decide(
        scripted_net_peer(&bench->scripted_net, BENCH_PORT),
        &(struct peer_handshake){ .verdict = VERDICT_NO, .reason = TLS_EXPIRED, .alert = -1 });
}

static void failures_name_their_state(void **state)
{
    static const struct {
        const char *name;
        void (*prepare)(struct bench *bench);
        enum connection_state during;
        enum err err;
        int64_t after_ms;
    } rows[] = {
        { "name hangs", hang_name, CONNECTION_RESOLVING, ERR_TIMEOUT, BENCH_STEP_MS },
        { "no name", no_name, CONNECTION_RESOLVING, ERR_RESOLVE, 0 },
        { "silence", hang_connection, CONNECTION_CONNECTING, ERR_TIMEOUT, BENCH_STEP_MS },
        { "refused", refuse, CONNECTION_CONNECTING, ERR_REFUSED, 0 },
        { "no answer", hang_handshake, CONNECTION_HANDSHAKING, ERR_TIMEOUT, BENCH_STEP_MS },
        { "expired", fail_handshake, CONNECTION_HANDSHAKING, ERR_TLS, 0 },
    };
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();

    bench->target.tls = &tls;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct net_address loopback = literal("127.0.0.1");

        scripted_net_name(&bench->scripted_net, "localhost", NAME_ADDRESSES, &loopback, 1);
        scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_ACCEPTS);
        rows[i].prepare(bench);
        bench->failed = 0;
        bench->warnings = 0;
        assert_int_equal(bench_open(bench), ERR_OK);
        bench_settle(bench);
        if (rows[i].after_ms > 0) {
            bench_advance(bench, rows[i].after_ms - 1);
            check_int(rows[i].name, bench->failed, 0);
            bench_advance(bench, 1);
        }
        check_int(rows[i].name, bench->failed, 1);
        check_int(rows[i].name, bench->failure.during, rows[i].during);
        check_int(rows[i].name, bench->failure.err, rows[i].err);
        check_int(rows[i].name, bench->warnings, 1);
        check_int(rows[i].name, (intmax_t)bench->scripted_tls.sessions, 0);
    }
    assert_int_equal(bench->opened, 0);
    assert_int_equal(bench->failure.tls.reason, TLS_EXPIRED);
}

static void what_cannot_start_says_so(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls(), unreadable = tls, newer = tls;
    char name[CONNECTION_HOST_MAX + 2];

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    bench->target.host = name;
    assert_int_equal(bench_open(bench), ERR_INVALID);
    bench->target.host = "localhost";

    unreadable.cert = span_of("nonsense");
    bench->target.tls = &unreadable;
    assert_int_equal(bench_open(bench), ERR_CREDENTIALS);
    assert_int_equal(bench->failure.tls.reason, TLS_OWN_CERTIFICATE);

    bench->scripted_tls.max_version = TLS_1_1;
    bench->target.tls = &newer;
    assert_int_equal(bench_open(bench), ERR_UNSUPPORTED);
    assert_int_equal(bench->failure.tls.reason, TLS_VERSION_MISSING);

    bench->target.transport = NET_UDP; /* DTLS is another matter */
    assert_int_equal(bench_open(bench), ERR_UNSUPPORTED);
    assert_int_equal(bench->warnings, 4);
    assert_int_equal(bench->connection.state, CONNECTION_CLOSED);
}

static void total_timeout_ends_all_steps(void **state)
{
    struct bench *bench = *state;
    struct net_address list[3] = { literal("192.0.2.1"), literal("192.0.2.2"),
                                   literal("192.0.2.3") };

    scripted_net_name(&bench->scripted_net, "host.test", NAME_ADDRESSES, list, 3);
    scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_HANGS);
    bench->target.host = "host.test";
    bench->target.total_timeout_ms = BENCH_STEP_MS * 3 / 2;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_advance(bench, BENCH_STEP_MS * 3 / 2 - 1);
    assert_int_equal(bench->failed, 0);
    assert_int_equal(bench->scripted_net.tried_count, 2);
    bench_advance(bench, 1);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.err, ERR_TIMEOUT);
    assert_int_equal(bench->failure.during, CONNECTION_CONNECTING);
    assert_int_equal(bench->scripted_net.tried_count, 2); /* no time for the third */

    scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_ACCEPTS);
    bench_establish(bench);
    bench_advance(bench, 10 * BENCH_STEP_MS); /* it limits the opening only */
    assert_int_equal(bench->connection.state, CONNECTION_OPEN);
}

static void total_timeout_ends_a_slow_handshake(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);

    bench->target.total_timeout_ms = 5 * BENCH_STEP_MS;
    for (int secured_later = 0; secured_later < 2; secured_later++) {
        bench->target.tls = secured_later != 0 ? NULL : &tls;
        bench->failed = 0;
        if (secured_later != 0) {
            bench_establish(bench);
            bench_advance(bench, 10 * BENCH_STEP_MS);
            assert_int_equal(bench_secure(bench), ERR_OK);
        } else {
            assert_int_equal(bench_open(bench), ERR_OK);
        }
        for (int i = 0; i < 9; i++) {
            bench_advance(bench, BENCH_STEP_MS / 2);
            assert_int_equal(bench->failed, 0);
            peer_send(peer, span_of("\x16"));
        }
        bench_advance(bench, BENCH_STEP_MS / 2);
        assert_int_equal(bench->failed, 1);
        assert_int_equal(bench->failure.err, ERR_TIMEOUT);
        assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
    }
}

static void handshake_may_be_slow_but_not_silent(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);

    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_advance(bench, BENCH_STEP_MS - 1);
    peer_send(peer, span_at("\x16\0\0", 3)); /* part of an answer */
    bench_advance(bench, BENCH_STEP_MS - 1);
    assert_int_equal(bench->failed, 0);
    bench_advance(bench, 1);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
}

static void may_be_closed_in_each_state(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();

    bench->target.tls = &tls;
    for (int steps = 0; steps < 4; steps++) {
        assert_int_equal(bench_open(bench), ERR_OK);
        for (int i = 0; i < steps; i++)
            scripted_net_step(&bench->scripted_net);
        connection_close(&bench->connection);
        bench_advance(bench, 2 * BENCH_STEP_MS);
    }
    bench->target.tls = NULL;
    bench->closes_when_open = true;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
    assert_int_equal(bench->failed + bench->data, 0);
}

/* ---- servers that agree only to another offer ---- */

static const tls_suite three_suites[] = { 0x0035, 0x002f, 0x000a };

/* The library offers more than these three, and can say one at a time. */
static struct tls_config split_tls(struct bench *bench)
{
    struct tls_config tls = bench_tls();

    bench->scripted_tls.cannot_say_lists = true;
    tls.suites = three_suites;
    tls.suite_count = COUNT(three_suites);
    return tls;
}

static void decide(struct bench *bench, enum tls_reason reason, int alert)
{
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);

    peer_decide(peer,
                &(struct peer_handshake){ .verdict = reason == TLS_FINE ? VERDICT_YES : VERDICT_NO,
                                          .reason = reason,
                                          .alert = alert });
    bench_settle(bench);
}

static void expect_offer(struct bench *bench, const char *suites)
{
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);
    const char *at = strstr(peer->offer, "suites=");

    assert_int_equal(bench->connection.state, CONNECTION_HANDSHAKING);
    assert_non_null(at);
    assert_string_equal(at + strlen("suites="), suites);
}

static void dials_again_until_both_agree(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);
    uint8_t key[] = "-----BEGIN KEY";

    tls.key = tls.cert = span_at(key, sizeof(key) - 1);
    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    memset(key, 0, sizeof(key)); /* it is borrowed for the call only */
    bench_settle(bench);
    expect_offer(bench, "0035,002f,000a");
    decide(bench, TLS_NO_SHARED_SUITE, -1);
    expect_offer(bench, "0035");
    decide(bench, TLS_NO_SHARED_SUITE, 40);
    expect_offer(bench, "002f");
    assert_non_null(
        strstr(scripted_net_peer(&bench->scripted_net, BENCH_PORT)->offer, "cert=14 key=14"));
    decide(bench, TLS_FINE, -1);
    assert_int_equal(bench->opened, 1);
    assert_int_equal(bench->failed, 0);
    assert_int_equal(bench->warnings, 2); /* that it dials again */
    assert_null(bench->connection.offer);
}

static void refuses_who_has_only_what_came_along(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);

    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    decide(bench, TLS_NO_SHARED_SUITE, -1);
    for (int part = 1; part <= 3; part++) {
        assert_int_equal(bench->failed, 0);
        decide(bench, TLS_NO_SHARED_SUITE, 40);
    }
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.tls.reason, TLS_NO_SHARED_SUITE);
    assert_true(bench->failure.tls.chose_beyond); /* that of the first offer counts */
    assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
}

static void another_failure_is_the_last(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);

    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    decide(bench, TLS_NO_SHARED_SUITE, -1);
    decide(bench, TLS_EXPIRED, -1);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.tls.reason, TLS_EXPIRED);

    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    decide(bench, TLS_NO_SHARED_SUITE, 40); /* of the whole offer: there is nothing to split */
    assert_int_equal(bench->failed, 2);
}

static void dials_again_within_the_same_time(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);

    bench->target.tls = &tls;
    bench->target.total_timeout_ms = BENCH_STEP_MS * 3 / 2;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_advance(bench, BENCH_STEP_MS - 1);
    decide(bench, TLS_NO_SHARED_SUITE, -1);
    bench_advance(bench, BENCH_STEP_MS / 2);
    assert_int_equal(bench->failed, 0);
    bench_advance(bench, 1);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.err, ERR_TIMEOUT);
    assert_true(connection_is_out_of_time(&bench->connection));
}

/* What the server has said counts, not that it does not take the connection for the next offer. */
static void refuses_who_does_not_take_the_next_dial(void **state)
{
    static const enum peer_listens reaches[] = { PEER_REFUSES, PEER_HANGS };
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);

    bench->target.tls = &tls;
    for (size_t i = 0; i < COUNT(reaches); i++) {
        scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_ACCEPTS);
        assert_int_equal(bench_open(bench), ERR_OK);
        bench_settle(bench);
        scripted_net_peer(&bench->scripted_net, BENCH_PORT)->listens = reaches[i];
        decide(bench, TLS_NO_SHARED_SUITE, -1);
        bench_advance(bench, BENCH_STEP_MS);
        assert_int_equal(bench->failed, (int)i + 1);
        assert_int_equal(bench->failure.err, ERR_TLS);
        assert_int_equal(bench->failure.during, CONNECTION_HANDSHAKING);
        assert_int_equal(bench->failure.tls.reason, TLS_NO_SHARED_SUITE);
        assert_true(bench->failure.tls.chose_beyond);
    }
    bench->target.tls = NULL;
}

/* Who is secured later has to be connected again by its owner, who hears what to offer. */
static void says_what_a_new_connection_may_offer(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = split_tls(bench);

    for (unsigned part = 0; part <= 3; part++) {
        bench->target.tls = NULL;
        bench->opened = 0;
        bench_establish(bench);
        tls.offer.part = part;
        bench->target.tls = &tls;
        assert_int_equal(bench_secure(bench), ERR_OK);
        bench_settle(bench);
        decide(bench, TLS_NO_SHARED_SUITE, part == 0 ? -1 : 40);
        assert_int_equal(bench->failed, (int)part + 1);
        assert_int_equal(bench->failure.may_do, part < 3);
        assert_int_equal(bench->failure.next.part, part < 3 ? part + 1 : 0);
    }
}

static void falls_back_to_the_version_of_another_library(void **state)
{
    struct bench *bench = *state;
    struct scripted_tls old;
    struct tls *providers[2] = { bench->tls, scripted_tls_iface(&old) };
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, BENCH_PORT);

    scripted_tls_init(&old);
    old.max_version = TLS_SSL_3_0;
    bench->scripted_tls.min_version = TLS_1_0;
    bench->world.tls = providers;
    bench->world.tls_count = 2;
    tls.min_version = TLS_SSL_3_0;
    bench->target.tls = &tls;
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    assert_non_null(strstr(peer->offer, "min=0301 max=0303"));
    decide(bench, TLS_VERSION_REFUSED, 70);
    assert_non_null(strstr(peer->offer, "min=0300 max=0300"));
    assert_non_null(strstr(peer->offer, "fallback=1"));
    decide(bench, TLS_VERSION_REFUSED, 70);
    assert_int_equal(bench->failed, 1);

    tls.min_version = TLS_1_0; /* a version that is named is spoken, or none */
    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    decide(bench, TLS_VERSION_REFUSED, 70);
    assert_int_equal(bench->failed, 2);
    assert_int_equal(old.sessions, 0);
}

/* ---- an expected connection ---- */

static void await_from(struct bench *bench, const char *from)
{
    struct net_address at = literal("127.0.0.1"), other = literal(from);

    bench->calling = true;
    assert_int_equal(connection_await(&bench->connection, &bench->target, &at, &other,
                                      &bench->listening, &bench->failure),
                     ERR_OK);
    bench->calling = false;
    assert_int_not_equal(bench->listening, 0);
}

static void awaits_one_connection(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, 20);
    struct net_address server = literal("192.0.2.1");

    await_from(bench, "192.0.2.1");
    assert_true(scripted_net_call(peer, &server, bench->listening));
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
    assert_false(
        scripted_net_call(scripted_net_peer(&bench->scripted_net, 21), &server, bench->listening));
    assert_memory_equal(connection_peer(&bench->connection)->bytes, server.bytes, 4);
    peer_send(peer, span_of("file"));
    bench_settle(bench);
    bench_expect_got(bench, "file");
    bench_advance(bench, 10 * BENCH_STEP_MS);
    assert_int_equal(bench->connection.state, CONNECTION_OPEN);
}

static void turns_others_away(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *thief = scripted_net_peer(&bench->scripted_net, 20);
    struct scripted_peer *server = scripted_net_peer(&bench->scripted_net, 21);
    struct net_address other = literal("192.0.2.2"), expected = literal("192.0.2.1");

    await_from(bench, "192.0.2.1");
    assert_true(scripted_net_call(thief, &other, bench->listening));
    bench_settle(bench);
    assert_int_equal(thief->state, PEER_CLOSED);
    assert_int_equal(bench->opened, 0);
    assert_int_equal(bench->warnings, 1);
    assert_true(scripted_net_call(server, &expected, bench->listening));
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
    assert_int_equal(server->state, PEER_CONNECTED);
}

static void on_arrival(void *ctx, struct net_stream *stream, const struct net_address *from,
                       uint16_t port)
{
    struct bench *bench = ctx;

    assert_int_equal(connection_adopt(&bench->connection, NET_TCP, stream, from, port), ERR_OK);
}

static void adopts_a_connection(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, 20);
    struct net_address at = literal("127.0.0.1"), client = literal("192.0.2.1");
    struct connection_failure failure;
    struct net_listener *listener;
    uint16_t port;

    assert_int_equal(
        net_listen(&bench->scripted_net.base, &at, 2020, on_arrival, bench, &listener, &port),
        ERR_OK);
    assert_true(scripted_net_call(peer, &client, port));
    bench_settle(bench);
    net_unlisten(listener);
    assert_int_equal(bench->opened, 0);
    assert_true(connection_is_open(&bench->connection));
    assert_memory_equal(connection_peer(&bench->connection)->bytes, client.bytes, 4);
    assert_int_equal(bench->connection.port, 20);
    peer_send(peer, span_of("read"));
    bench_settle(bench);
    bench_expect_got(bench, "read");
    peer_hang_up(peer);
    bench_settle(bench);
    bench_expect_got(bench, "");
    assert_true(connection_has_ended(&bench->connection, &failure));
    assert_int_equal(failure.err, ERR_OK);
}

static void awaits_with_tls(void **state)
{
    struct bench *bench = *state;
    struct tls_config tls = bench_tls();
    struct scripted_peer *peer = scripted_net_peer(&bench->scripted_net, 20);
    struct net_address server = literal("192.0.2.1");

    bench->target.tls = &tls;
    await_from(bench, "192.0.2.1");
    assert_true(scripted_net_call(peer, &server, bench->listening));
    bench_settle(bench);
    assert_int_equal(peer->state, PEER_HANDSHAKING);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
}

static void waits_for_a_while_only(void **state)
{
    struct bench *bench = *state;

    await_from(bench, "192.0.2.1");
    bench_advance(bench, BENCH_STEP_MS);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->failure.err, ERR_TIMEOUT);
    assert_int_equal(bench->failure.during, CONNECTION_LISTENING);
    assert_null(bench->scripted_net.listeners);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
        TEST(opens_in_steps),
        TEST(opens_with_tls),
        TEST(failures_name_their_state),
        TEST(what_cannot_start_says_so),
        TEST(total_timeout_ends_all_steps),
        TEST(total_timeout_ends_a_slow_handshake),
        TEST(handshake_may_be_slow_but_not_silent),
        TEST(may_be_closed_in_each_state),
        TEST(dials_again_until_both_agree),
        TEST(refuses_who_has_only_what_came_along),
        TEST(another_failure_is_the_last),
        TEST(dials_again_within_the_same_time),
        TEST(refuses_who_does_not_take_the_next_dial),
        TEST(says_what_a_new_connection_may_offer),
        TEST(falls_back_to_the_version_of_another_library),
        TEST(awaits_one_connection),
        TEST(turns_others_away),
        TEST(adopts_a_connection),
        TEST(awaits_with_tls),
        TEST(waits_for_a_while_only),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
