/* test_online.c: a port that is a connection's, in a session without a module. */
#include "connection_bench.h"

#include "at/session.h"
#include "bridge/online.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 100, OUTPUT = 300, IDLE_MS = 5000, GUARD_MS = 1000 };

struct rig {
    struct online online; /* first member */
    struct bench *bench;
    struct at_session *at;
    struct connection_events events; /* the bench's, and the port's */
    int64_t idle_ms;
    int ended, left, silent; /* events */
    bool waits;              /* what is to be flushed cannot go */
    size_t next;             /* bytes of the next datagram */
    const char *local;       /* what a source that is no connection has to say */
    bool paused, gone;
};

static struct rig rig;

/* ---- what is behind the port ---- */

static struct connection *connection(struct online *online)
{
    return &((struct rig *)online)->bench->connection;
}

static int64_t idle_ms(struct online *online)
{
    return ((struct rig *)online)->idle_ms;
}

static bool flush(struct online *online)
{
    return !((struct rig *)online)->waits;
}

static void on_end(struct online *online, const struct connection_failure *failure)
{
    assert_int_equal(failure->err, ERR_OK);
    rig.ended++;
    online_leave(online, AT_NO_CARRIER);
}

static void on_idle(struct online *online)
{
    rig.silent++;
    online_leave(online, AT_NO_CARRIER);
}

static void on_left(struct online *online)
{
    assert_false(online_is_on(online));
    connection_set_buffering(connection(online), true);
    rig.left++;
}

static void on_data(void *ctx)
{
    (void)ctx;
    online_pump(&rig.online);
}

static void on_writable(void *ctx)
{
    (void)ctx;
    online_writable(&rig.online);
}

static const struct online_ops of_connection = { .connection = connection,
                                                 .flush = flush,
                                                 .idle_ms = idle_ms,
                                                 .on_end = on_end,
                                                 .on_idle = on_idle,
                                                 .on_left = on_left };

static size_t available(struct online *online)
{
    return ((struct rig *)online)->next;
}

static const struct online_ops of_datagrams = {
    .connection = connection, .available = available, .on_end = on_end, .on_left = on_left
};

static size_t read_local(struct online *online, uint8_t *buf, size_t cap)
{
    size_t len = strlen(rig.local), part = len < cap ? len : cap;

    memcpy(buf, rig.local, part);
    rig.local += part;
    if (part == 0)
        online_leave(online, AT_OK);
    return part;
}

static void pause_local(struct online *online)
{
    (void)online;
    rig.paused = true;
}

static void escape_local(struct online *online)
{
    online_leave(online, AT_NO_CARRIER); /* it is not at_is_online() any more */
}

static void gone_local(struct online *online)
{
    rig.gone = true;
    online_leave(online, AT_OK);
}

static const struct online_ops of_local = {
    .read = read_local, .pause = pause_local, .on_escape = escape_local, .on_gone = gone_local
};

/* ---- the session ---- */

static const struct online_ops *next_ops;

static enum at_status run_go(struct at_session *at)
{
    online_enter(&rig.online, next_ops, at);
    return AT_CONNECT;
}

static const struct at_command rows[] = { { .name = "+GO", .run = run_go } };
static const struct at_commands list = AT_COMMANDS(rows);
static const struct at_commands *const lists[] = { &list, NULL };

static int64_t now_ms(void *owner)
{
    return ((struct rig *)owner)->bench->clock.now_ms;
}

static void on_quiet(struct at_session *at)
{
    (void)at;
}

static const struct at_owner_ops owner_ops = { .now_ms = now_ms, .on_quiet = on_quiet };

static const char *error_text(int code)
{
    (void)code;
    return NULL;
}

static int set_up(void **state)
{
    static const struct at_dialect dialect = { .error_text = error_text,
                                               .prefixes = "+",
                                               .line_max = 100,
                                               .answer_max = ANSWER_MAX,
                                               .prompt = "\r\n> " };
    const struct at_config config = { .dialect = &dialect,
                                      .commands = lists,
                                      .owner_ops = &owner_ops,
                                      .owner = &rig,
                                      .output_cap = OUTPUT };

    bench_set_up(state);
    rig = (struct rig){ .bench = *state, .events = *((struct bench *)*state)->connection.events };
    rig.events.on_data = on_data;
    rig.events.on_writable = on_writable;
    rig.bench->connection.events = &rig.events;
    assert_int_equal(at_new(&config, &rig.at), ERR_OK);
    *at_settings_of(rig.at) = (struct at_settings){
        .verbose = 1, .s2 = '+', .s3 = '\r', .s4 = '\n', .s5 = '\b', .s12 = GUARD_MS / 20
    };
    return 0;
}

static int tear_down(void **state)
{
    at_free(rig.at);
    return bench_tear_down(state);
}

static void type(const char *text)
{
    struct span rest = span_of(text);

    while (rest.len > 0) {
        size_t taken = at_feed(rig.at, rest);

        assert_true(taken > 0);
        rest = span_skip(rest, taken);
    }
}

/* All that the host hears now. */
static void check_heard(const char *expected)
{
    struct byte_queue heard = { 0 };
    struct span piece;

    while ((piece = at_peek(rig.at)).len > 0) {
        byte_queue_put(&heard, piece);
        at_consume(rig.at, piece.len);
    }
    check_bytes("host", byte_queue_peek(&heard), span_of(expected));
    byte_queue_deinit(&heard);
}

/* So many bytes wait for the host. */
static size_t waiting(void)
{
    return at_output_waiting(rig.at);
}

static struct scripted_peer *go(struct bench *bench)
{
    struct scripted_peer *peer = bench_establish(bench);

    next_ops = &of_connection;
    type("AT+GO\r");
    check_heard("\r\nCONNECT\r\n");
    assert_true(online_is_on(&rig.online));
    return peer;
}

static void escape(struct bench *bench)
{
    bench_advance(bench, 2 * GUARD_MS);
    type("+++");
    bench_advance(bench, 2 * GUARD_MS);
    at_tick(rig.at);
}

static void bytes_go_both_ways(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = go(bench);

    type("ping");
    peer_send(peer, span_of("pong"));
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("ping"));
    check_heard("pong");
}

/* The result that ends the mode always has room. */
static void a_host_that_does_not_read_holds_the_peer(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = go(bench);
    char bulk[OUTPUT + 1];

    memset(bulk, 'x', OUTPUT);
    bulk[OUTPUT] = '\0';
    peer_send(peer, span_of(bulk));
    bench_settle(bench);
    assert_int_equal(waiting(), OUTPUT - ANSWER_MAX);
    assert_true(bench->connection.paused);
    at_consume(rig.at, 150); /* which pumps */
    assert_int_equal(waiting(), OUTPUT - ANSWER_MAX - 150 + 100);
    check_heard(bulk + 150);
}

static void a_datagram_waits_until_it_fits(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer;
    char bulk[OUTPUT + 1];

    memset(bulk, 'x', OUTPUT);
    bench->target.transport = NET_UDP;
    peer = bench_establish(bench);
    next_ops = &of_datagrams;
    type("AT+GO\r");
    check_heard("\r\nCONNECT\r\n");
    rig.next = 150;
    peer_send(peer, span_at(bulk, 150));
    bench_settle(bench);
    peer_send(peer, span_at(bulk, 51)); /* a byte more than there is room for */
    rig.next = 51;
    bench_settle(bench);
    assert_int_equal(waiting(), 150);
    assert_true(bench->connection.paused);
    type("two");
    at_consume(rig.at, 1);
    assert_int_equal(waiting(), 149 + 51);
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_at("\x17\0\0\3two", 7));
}

static void the_end_follows_what_is_unread(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = go(bench);
    char bulk[OUTPUT + 1];

    memset(bulk, 'x', OUTPUT);
    bulk[OUTPUT] = '\0';
    peer_send(peer, span_of(bulk));
    peer_hang_up(peer);
    bench_settle(bench);
    assert_int_equal(rig.ended, 0);
    type("nobody is there to get it");
    at_consume(rig.at, OUTPUT - ANSWER_MAX);
    bench_settle(bench);
    assert_int_equal(rig.ended, 1);
    assert_false(online_is_on(&rig.online));
    bulk[ANSWER_MAX] = '\0';
    strcat(bulk, "\r\nNO CARRIER\r\n");
    check_heard(bulk);
}

static void a_peer_that_stalls_holds_the_host(void **state)
{
    static char bulk[400000];
    struct bench *bench = *state;
    struct scripted_peer *peer = go(bench);
    size_t done;

    memset(bulk, 'x', sizeof(bulk));
    peer_stall(peer);
    done = at_feed(rig.at, span_at(bulk, sizeof(bulk)));
    assert_true(done > 0 && done < sizeof(bulk));
    assert_int_equal(at_feed(rig.at, span_at(bulk, 1)), 0);
    assert_false(at_is_open(rig.at));
    peer_resume(peer);
    rig.waits = true;
    bench_settle(bench);
    assert_false(at_is_open(rig.at)); /* what waits goes first */
    rig.waits = false;
    online_writable(&rig.online);
    assert_true(at_is_open(rig.at));
}

static void the_escape_sequence_leaves_the_connection(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = go(bench);

    escape(bench);
    check_heard("\r\nOK\r\n");
    assert_int_equal(rig.left, 1);
    peer_send(peer, span_of("waits"));
    bench_settle(bench);
    check_heard("");
    type("AT+GO\r");
    online_pump(&rig.online);
    check_heard("\r\nCONNECT\r\nwaits");
    online_suspend(&rig.online);
    check_heard("\r\nOK\r\n");
    assert_int_equal(rig.left, 2);
}

static void silence_has_a_limit_where_there_is_one(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer;

    rig.idle_ms = IDLE_MS;
    peer = go(bench);
    bench_advance(bench, IDLE_MS - 1);
    type("x");
    bench_advance(bench, IDLE_MS - 1);
    peer_send(peer, span_of("y"));
    bench_settle(bench);
    bench_advance(bench, IDLE_MS - 1);
    online_tick(&rig.online, bench->clock.now_ms);
    assert_int_equal(rig.silent, 0);
    assert_int_equal(online_deadline(&rig.online), bench->clock.now_ms + 1);
    bench_advance(bench, 1);
    online_tick(&rig.online, bench->clock.now_ms);
    assert_int_equal(rig.silent, 1);
    assert_int_equal(online_deadline(&rig.online), CLOCK_NEVER);
    check_heard("y\r\nNO CARRIER\r\n");
}

static void a_source_need_not_be_a_connection(void **state)
{
    char bulk[OUTPUT + 1], heard[OUTPUT + 50];

    (void)state;
    memset(bulk, 'x', OUTPUT);
    bulk[OUTPUT] = '\0';
    rig.local = bulk;
    next_ops = &of_local;
    type("AT+GO\r");
    online_pump(&rig.online);
    assert_int_equal(waiting(), OUTPUT - ANSWER_MAX);
    assert_true(rig.paused);
    assert_int_equal(at_feed(rig.at, span_of("AT\r")), 0); /* for later */
    snprintf(heard, sizeof(heard), "\r\nCONNECT\r\n%s\r\nOK\r\n", bulk);
    check_heard(heard);
    assert_false(online_is_on(&rig.online));
}

static void a_source_may_end_with_its_host_or_by_the_escape(void **state)
{
    struct bench *bench = *state;
    char bulk[OUTPUT + 1];

    memset(bulk, 'x', OUTPUT);
    bulk[OUTPUT] = '\0';
    rig.local = bulk;
    next_ops = &of_local;
    type("AT+GO\r");
    at_host_gone(rig.at);
    assert_true(rig.gone);
    assert_false(online_is_on(&rig.online));
    check_heard("");
    rig.local = bulk;
    type("AT+GO\r");
    escape(bench);
    online_pump(&rig.online);                     /* nobody is there */
    assert_true(waiting() > OUTPUT - ANSWER_MAX); /* the result is behind what came before it */
    assert_false(online_is_on(&rig.online));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(bytes_go_both_ways),
        TEST(a_host_that_does_not_read_holds_the_peer),
        TEST(a_datagram_waits_until_it_fits),
        TEST(the_end_follows_what_is_unread),
        TEST(a_peer_that_stalls_holds_the_host),
        TEST(the_escape_sequence_leaves_the_connection),
        TEST(silence_has_a_limit_where_there_is_one),
        TEST(a_source_need_not_be_a_connection),
        TEST(a_source_may_end_with_its_host_or_by_the_escape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
