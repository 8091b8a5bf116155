/* test_chrony.c: the time from chronyd, over the machine's network. */
#include "base/time.h"
#include "posix/clock.h"
#include "posix/net.h"
#include "posix/now.h"
#include "server_process.h"
#include "services/sntp.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT_MS = 60000, TIMEOUT_MS = 10000, CLOCKS_MS = 100 };

struct fixture {
    char folder[40];
    struct server_process server;
    struct posix_loop loop;
    struct net *net;
    struct posix_clock clock;
    struct clock_timer *timer;
    struct connection_world world;
    struct sntp sntp;
    bool done;
    enum err err;
    int64_t utc_ms;
};

static int64_t world_now_ms(void *ctx)
{
    (void)ctx;
    return posix_now_ms();
}

static int64_t world_utc_s(void *ctx)
{
    (void)ctx;
    return 0;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void arm(struct fixture *f)
{
    clock_timer_at(&f->clock.base, f->timer, sntp_deadline(&f->sntp));
}

static void leave(void *ctx)
{
    arm(ctx);
}

static void on_deadline(void *ctx)
{
    struct fixture *f = ctx;

    sntp_tick(&f->sntp);
    arm(f);
}

static void on_time(void *ctx, int64_t utc_ms)
{
    struct fixture *f = ctx;

    f->done = true;
    f->utc_ms = utc_ms;
}

static void on_failed(void *ctx, enum err err)
{
    struct fixture *f = ctx;

    f->done = true;
    f->err = err;
}

static const struct sntp_events events = { on_time, on_failed };

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    strcpy(f->folder, "/tmp/tlsmodem-sntp-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->net), ERR_OK);
    posix_clock_init(&f->clock, &f->loop);
    assert_int_equal(clock_new_timer(&f->clock.base, on_deadline, f, &f->timer), ERR_OK);
    f->world = (struct connection_world){ .net = f->net,
                                          .now_ms = world_now_ms,
                                          .utc_s = world_utc_s,
                                          .enter = nothing,
                                          .leave = leave,
                                          .ctx = f };
    sntp_init(&f->sntp, 1, &f->world, &events, f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    const char *argv[] = { "rm", "-rf", f->folder, NULL };

    sntp_cancel(&f->sntp);
    clock_timer_free(f->timer);
    posix_net_close(f->net);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    if (f->server.pid != 0)
        server_stop(&f->server);
    run_to_end(argv);
    free(f);
    return 0;
}

/* chronyd as anybody may run it, who never touches the machine's clock; unpacked only, it has no
 * user of its own. */
static void start_chronyd(struct fixture *f, const char *knowledge)
{
    static const char installed[] = "/usr/sbin/chronyd";
    const char *program = access(installed, X_OK) == 0 ? installed : UNPACKED_CHRONYD;
    const struct passwd *user = getpwuid(geteuid());
    char pid_file[80];
    const char *argv[] = { program,
                           "-d",
                           "-x",
                           "-U",
                           "-u",
                           user != NULL ? user->pw_name : "root",
                           "port PORT",
                           "bindaddress 127.0.0.1",
                           "allow 127.0.0.1",
                           "cmdport 0",
                           "bindcmdaddress /",
                           pid_file,
                           knowledge,
                           NULL };

    snprintf(pid_file, sizeof(pid_file), "pidfile %s/pid", f->folder);
    server_start(&f->server, f->folder, argv);
}

static void ask(struct fixture *f, uint16_t port, int tries, int64_t timeout_ms)
{
    struct sntp_target target = { "127.0.0.1", port, timeout_ms, tries };
    int64_t limit_ms = posix_now_ms() + LIMIT_MS;

    assert_int_equal(sntp_start(&f->sntp, &target), ERR_OK);
    arm(f);
    while (!f->done && posix_now_ms() < limit_ms)
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    assert_true(f->done);
}

static int64_t utc_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* It is between the times before and after; chronyd's own may be rounded. */
static void time_is_chronyds(void **state)
{
    struct fixture *f = *state;
    int64_t before_ms;

    start_chronyd(f, "local stratum 1");
    before_ms = utc_ms();
    ask(f, f->server.port, 3, TIMEOUT_MS);
    assert_int_equal(f->err, ERR_OK);
    assert_true(f->utc_ms >= before_ms - CLOCKS_MS && f->utc_ms <= utc_ms() + CLOCKS_MS);
}

static void chronyd_without_time_says_so(void **state)
{
    struct fixture *f = *state;

    start_chronyd(f, "allow 127.0.0.2");
    ask(f, f->server.port, 3, TIMEOUT_MS);
    assert_int_equal(f->err, ERR_INVALID);
}

static void closed_port_is_silence(void **state)
{
    struct fixture *f = *state;
    int64_t before_ms = posix_now_ms();
    uint16_t port;

    start_chronyd(f, "local stratum 1");
    port = f->server.port;
    server_stop(&f->server);
    ask(f, port, 2, 50);
    assert_int_equal(f->err, ERR_TIMEOUT);
    assert_true(posix_now_ms() - before_ms >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(time_is_chronyds),
        TEST(chronyd_without_time_says_so),
        TEST(closed_port_is_silence),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
