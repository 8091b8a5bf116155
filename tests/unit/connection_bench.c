/* connection_bench.c: one connection of services/connection.h in a scripted network. */
#include "connection_bench.h"

#include "base/time.h"

#include <stdlib.h>

static int64_t now_ms(void *ctx)
{
    return ((struct bench *)ctx)->clock.now_ms;
}

static int64_t utc_s(void *ctx)
{
    (void)ctx;
    return VIRTUAL_CLOCK_UTC_S;
}

static void enter(void *ctx)
{
    ((struct bench *)ctx)->depth++;
}

static void leave(void *ctx)
{
    ((struct bench *)ctx)->depth--;
}

static void write_log(void *ctx, const char *level_or_component, const char *text)
{
    struct bench *bench = ctx;

    (void)level_or_component;
    (void)text;
    bench->warnings++;
}

static void check_event(const struct bench *bench)
{
    assert_false(bench->calling);
    assert_int_equal(bench->depth, 1);
}

static void on_open(void *ctx)
{
    struct bench *bench = ctx;

    check_event(bench);
    assert_true(connection_is_open(&bench->connection));
    bench->opened++;
    if (bench->closes_when_open)
        connection_close(&bench->connection);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct bench *bench = ctx;

    check_event(bench);
    assert_int_equal(bench->connection.state, CONNECTION_CLOSED);
    bench->failed++;
    bench->failure = *failure;
}

static void on_data(void *ctx)
{
    struct bench *bench = ctx;
    uint8_t buf[BENCH_READ_CAP];
    size_t count;

    check_event(bench);
    bench->data++;
    if (!bench->reads)
        return;
    while ((count = connection_read(&bench->connection, buf, sizeof(buf))) > 0) {
        byte_queue_put(&bench->got, span_at(buf, count));
        bench->got_pieces++;
    }
}

static void on_writable(void *ctx)
{
    struct bench *bench = ctx;

    check_event(bench);
    bench->writable++;
}

static const struct connection_events events = { on_open, on_failed, on_data, on_writable };

int bench_set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    virtual_clock_init(&bench->clock);
    scripted_net_init(&bench->scripted_net);
    bench->scripted_net.clock = &bench->clock;
    scripted_tls_init(&bench->scripted_tls);
    bench->net = scripted_net_iface(&bench->scripted_net);
    bench->tls = scripted_tls_iface(&bench->scripted_tls);
    bench->log = (struct log){ .write = write_log, .ctx = bench, .level = LOG_WARNING };
    bench->world = (struct connection_world){ .net = bench->net,
                                              .tls = &bench->tls,
                                              .tls_count = 1,
                                              .log = &bench->log,
                                              .now_ms = now_ms,
                                              .utc_s = utc_s,
                                              .enter = enter,
                                              .leave = leave,
                                              .ctx = bench };
    bench->target = (struct connection_target){ .host = "localhost",
                                                .port = BENCH_PORT,
                                                .step_timeout_ms = BENCH_STEP_MS };
    bench->reads = true;
    connection_init(&bench->connection, 1, &bench->world, &events, bench, BENCH_RING);
    scripted_net_listen(&bench->scripted_net, BENCH_PORT, PEER_ACCEPTS);
    *state = bench;
    return 0;
}

int bench_tear_down(void **state)
{
    struct bench *bench = *state;

    connection_deinit(&bench->connection);
    assert_int_equal(bench->scripted_net.spins, 0);
    assert_null(bench->scripted_net.streams);
    assert_null(bench->scripted_net.queries);
    assert_null(bench->scripted_net.listeners);
    assert_int_equal(bench->scripted_tls.sessions, 0);
    assert_int_equal(connection_deadline(&bench->connection), CLOCK_NEVER);
    scripted_net_deinit(&bench->scripted_net);
    byte_queue_deinit(&bench->got);
    free(bench);
    return 0;
}

struct tls_config bench_tls(void)
{
    static const tls_suite suites[] = { 0x002f };

    return (struct tls_config){
        .min_version = TLS_1_2, .max_version = TLS_1_2, .suites = suites, .suite_count = 1
    };
}

enum err bench_open(struct bench *bench)
{
    enum err err;

    bench->calling = true;
    err = connection_open(&bench->connection, &bench->target, &bench->failure);
    bench->calling = false;
    return err;
}

enum err bench_secure(struct bench *bench)
{
    struct tls_config tls = bench_tls();
    enum err err;

    bench->calling = true;
    err = connection_secure(&bench->connection,
                            bench->target.tls != NULL ? bench->target.tls : &tls, &bench->failure);
    bench->calling = false;
    return err;
}

struct scripted_peer *bench_establish(struct bench *bench)
{
    bool udp = bench->target.transport == NET_UDP;

    assert_int_equal(bench_open(bench), ERR_OK);
    bench_settle(bench);
    assert_int_equal(bench->opened, 1);
    return udp ? scripted_net_udp_peer(&bench->scripted_net, BENCH_PORT)
               : scripted_net_peer(&bench->scripted_net, BENCH_PORT);
}

static bool tick(struct bench *bench)
{
    if (connection_deadline(&bench->connection) > bench->clock.now_ms)
        return false;
    enter(bench);
    connection_tick(&bench->connection);
    leave(bench);
    return true;
}

void bench_settle(struct bench *bench)
{
    while (scripted_net_step(&bench->scripted_net) || tick(bench))
        continue;
}

void bench_advance(struct bench *bench, int64_t ms)
{
    int64_t end_ms = bench->clock.now_ms + ms;

    bench_settle(bench);
    while (bench->clock.now_ms < end_ms) {
        bench->clock.now_ms = time_earlier(end_ms, connection_deadline(&bench->connection));
        bench_settle(bench);
    }
}

size_t bench_write(struct bench *bench, struct span bytes)
{
    size_t done;

    bench->calling = true;
    done = connection_write(&bench->connection, bytes);
    bench->calling = false;
    return done;
}

void bench_expect_got(struct bench *bench, const char *expected)
{
    check_bytes("got", byte_queue_peek(&bench->got), span_of(expected));
    byte_queue_clear(&bench->got);
}
