/* test_posix_net.c: names and TCP connections, against listeners of the test. */
#include "test_posix_fake.h"

#include "posix/clock.h"
#include "posix/net.h"
#include "posix/now.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    struct net *net;
    int listener, peer; /* the test's own side */
    struct net_address address;
    uint16_t port;
    struct net_stream *stream;
    bool calling; /* inside connect() or resolve(): no callback may come */
    bool close_in_callback;
    enum net_event close_at;
    int events[4]; /* how often each came */
    enum err failed;
    struct heard heard, sent_back;
    const uint8_t *outgoing;
    size_t outgoing_len, sent, wanted;
    ptrdiff_t last_recv;
    int resolved;
    enum err resolve_err;
    struct net_address list[16];
    size_t count;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->listener = f->peer = -1;
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->net), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    if (f->stream != NULL)
        net_stream_close(f->stream);
    posix_net_close(f->net);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    if (f->listener >= 0)
        close(f->listener);
    if (f->peer >= 0)
        close(f->peer);
    free(f->heard.at);
    free(f->sent_back.at);
    free(f);
    return 0;
}

static void listen_at(struct fixture *f, enum net_family family)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    bool four = family == NET_IPV4;
    struct sockaddr *at = four ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    socklen_t len = four ? sizeof(in) : sizeof(in6);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in6.sin6_addr = in6addr_loopback;
    f->address = (struct net_address){ .family = family };
    memcpy(f->address.bytes, four ? (void *)&in.sin_addr : (void *)&in6.sin6_addr, four ? 4 : 16);
    f->listener = socket(four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(f->listener, at, len), 0);
    assert_int_equal(listen(f->listener, 4), 0);
    assert_int_equal(getsockname(f->listener, at, &len), 0);
    f->port = ntohs(four ? in.sin_port : in6.sin6_port);
}

static void take_bytes(struct fixture *f)
{
    uint8_t buf[1000];

    f->last_recv = net_stream_recv(f->stream, buf, sizeof(buf));
    if (f->last_recv > 0)
        heard_add(&f->heard, buf, (size_t)f->last_recv);
    else if (f->last_recv != -ERR_AGAIN)
        net_stream_want(f->stream, 0);
}

static void give_bytes(struct fixture *f)
{
    ptrdiff_t count = net_stream_send(f->stream, f->outgoing + f->sent, f->outgoing_len - f->sent);

    if (count > 0)
        f->sent += (size_t)count;
    else
        f->failed = (enum err) - count;
    if (f->sent == f->outgoing_len || (count < 0 && count != -ERR_AGAIN))
        net_stream_want(f->stream, NET_WANT_READ);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    f->events[event]++;
    if (f->close_in_callback && event == f->close_at) {
        net_stream_close(f->stream);
        f->stream = NULL;
        return;
    }
    if (event == NET_FAILED)
        f->failed = err;
    if (event == NET_READABLE)
        take_bytes(f);
    if (event == NET_WRITABLE)
        give_bytes(f);
}

static void start(struct fixture *f)
{
    struct net_target to = { .address = f->address, .port = f->port };

    f->calling = true;
    assert_int_equal(net_connect(f->net, &to, on_event, f, &f->stream), ERR_OK);
    f->calling = false;
}

static bool is_decided(void *ctx)
{
    struct fixture *f = ctx;

    return f->events[NET_CONNECTED] + f->events[NET_FAILED] > 0;
}

static bool is_finished(void *ctx)
{
    struct fixture *f = ctx;

    return f->last_recv != -ERR_AGAIN && f->last_recv <= 0;
}

static bool heard_enough(void *ctx)
{
    struct fixture *f = ctx;

    return f->heard.len >= f->wanted;
}

static void establish(struct fixture *f, enum net_family family)
{
    listen_at(f, family);
    start(f);
    assert_true(run_until(&f->loop, is_decided, f, LIMIT_MS));
    assert_int_equal(f->events[NET_CONNECTED], 1);
    f->peer = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(f->peer >= 0);
    f->last_recv = -ERR_AGAIN;
}

static void say(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void settle(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

static void connects(struct fixture *f, enum net_family family)
{
    char buf[16];

    establish(f, family);
    settle(f);
    assert_int_equal(f->events[NET_READABLE] + f->events[NET_WRITABLE], 0);
    assert_int_equal(net_stream_send(f->stream, "hello", 5), 5);
    assert_int_equal(read(f->peer, buf, sizeof(buf)), 5);
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), -ERR_AGAIN);
    say(f, "world");
    settle(f);
    assert_int_equal(f->events[NET_READABLE], 0); /* not wanted */
    net_stream_want(f->stream, NET_WANT_READ);
    f->wanted = 5;
    assert_true(run_until(&f->loop, heard_enough, f, LIMIT_MS));
    assert_memory_equal(f->heard.at, "world", 5);
}

static void connects_over_ipv4(void **state)
{
    connects(*state, NET_IPV4);
}

static void connects_over_ipv6(void **state)
{
    connects(*state, NET_IPV6);
}

static void refused_port_is_told(void **state)
{
    struct fixture *f = *state;

    listen_at(f, NET_IPV4);
    close(f->listener);
    f->listener = -1;
    start(f);
    assert_true(run_until(&f->loop, is_decided, f, LIMIT_MS));
    assert_int_equal(f->events[NET_FAILED], 1);
    assert_int_equal(f->failed, ERR_REFUSED);
    settle(f);
    assert_int_equal(f->events[NET_FAILED], 1);
}

static void readable_comes_as_long_as_it_holds(void **state)
{
    struct fixture *f = *state;

    establish(f, NET_IPV4);
    for (int i = 0; i < 5; i++)
        say(f, "0123456789");
    net_stream_want(f->stream, NET_WANT_READ);
    f->wanted = 50;
    assert_true(run_until(&f->loop, heard_enough, f, LIMIT_MS));
    settle(f);
    assert_int_equal(f->heard.len, 50);
}

static void each_side_may_finish_first(void **state)
{
    struct fixture *f = *state;
    char buf[16];

    establish(f, NET_IPV4);
    say(f, "last");
    shutdown(f->peer, SHUT_WR);
    net_stream_want(f->stream, NET_WANT_READ);
    assert_true(run_until(&f->loop, is_finished, f, LIMIT_MS));
    assert_int_equal(f->last_recv, 0);
    assert_int_equal(f->heard.len, 4);
    assert_int_equal(net_stream_send(f->stream, "still here", 10), 10);
    net_stream_close(f->stream);
    f->stream = NULL;
    assert_int_equal(read(f->peer, buf, sizeof(buf)), 10);
    assert_int_equal(read(f->peer, buf, sizeof(buf)), 0);
}

static void reset_is_told_for_ever(void **state)
{
    struct fixture *f = *state;
    struct linger hard = { .l_onoff = 1 };
    char buf[16];

    establish(f, NET_IPV4);
    setsockopt(f->peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    net_stream_want(f->stream, NET_WANT_READ);
    settle(f);
    close(f->peer);
    f->peer = -1;
    assert_true(run_until(&f->loop, is_finished, f, LIMIT_MS));
    assert_int_equal(f->last_recv, -ERR_RESET);
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), -ERR_RESET);
    assert_int_equal(net_stream_send(f->stream, "x", 1), -ERR_RESET);
}

static void stream_may_be_closed_in_each_callback(void **state)
{
    struct fixture *f = *state;
    static const enum net_event moments[] = { NET_CONNECTED, NET_READABLE, NET_WRITABLE };

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        memset(f->events, 0, sizeof(f->events));
        f->close_in_callback = false;
        if (moments[i] == NET_CONNECTED) {
            listen_at(f, NET_IPV4);
            start(f);
        } else {
            establish(f, NET_IPV4);
            say(f, "x");
            net_stream_want(f->stream, NET_WANT_READ | NET_WANT_WRITE);
        }
        f->outgoing = (const uint8_t *)"";
        f->close_in_callback = true;
        f->close_at = moments[i];
        for (int n = 0; n < 1000 && f->stream != NULL; n++)
            uv_run(&f->loop.uv, UV_RUN_ONCE);
        assert_null(f->stream);
        settle(f);
        assert_int_equal(f->events[moments[i]], 1);
        close(f->listener);
        close(f->peer);
        f->listener = f->peer = -1;
    }
}

static void nothing_comes_after_close(void **state)
{
    struct fixture *f = *state;

    listen_at(f, NET_IPV4);
    start(f);
    net_stream_close(f->stream);
    f->stream = NULL;
    settle(f);
    assert_false(is_decided(f));
}

/* The peer's side of the bulk test: sends back all that it gets. */
static bool bulk_is_back(void *ctx)
{
    struct fixture *f = ctx;
    uint8_t buf[8192];
    ssize_t count;

    while ((count = read(f->peer, buf, sizeof(buf))) > 0)
        heard_add(&f->sent_back, buf, (size_t)count);
    if (f->sent_back.len == f->outgoing_len && f->heard.len == 0)
        say(f, "done");
    return f->heard.len == 4;
}

static void bulk_waits_for_the_peer(void **state)
{
    struct fixture *f = *state;
    size_t total = 5 * 1024 * 1024;
    uint8_t *data = malloc(total);

    fill_pattern(data, total);
    establish(f, NET_IPV4);
    f->outgoing = data;
    f->outgoing_len = total;
    net_stream_want(f->stream, NET_WANT_READ | NET_WANT_WRITE);
    settle(f);
    settle(f);
    assert_true(run_until(&f->loop, bulk_is_back, f, LIMIT_MS));
    assert_int_equal(f->sent_back.len, total);
    assert_memory_equal(f->sent_back.at, data, total);
    free(data);
}

/* Reads what is there; true at the end of the stream. */
static bool peer_saw_the_end(void *ctx)
{
    struct fixture *f = ctx;
    uint8_t buf[8192];
    ssize_t count;

    while ((count = read(f->peer, buf, sizeof(buf))) > 0)
        heard_add(&f->sent_back, buf, (size_t)count);
    return count == 0 || errno != EAGAIN;
}

/* Neither unread input nor input that comes later may cost what was sent before close(). */
static void sent_bytes_go_out_after_close(void **state)
{
    struct fixture *f = *state;
    size_t total = 0;
    uint8_t data[4096];
    ptrdiff_t count;

    fill_pattern(data, sizeof(data));
    establish(f, NET_IPV4);
    say(f, "never read");
    while ((count = net_stream_send(f->stream, data, sizeof(data))) > 0)
        total += (size_t)count;
    net_stream_close(f->stream);
    f->stream = NULL;
    settle(f);
    say(f, "too late");
    settle(f);
    assert_true(run_until(&f->loop, peer_saw_the_end, f, LIMIT_MS));
    assert_int_equal(f->sent_back.len, total);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    f->resolved++;
    f->resolve_err = err;
    f->count = count;
    for (size_t i = 0; i < count; i++)
        f->list[i] = list[i];
}

static bool is_resolved(void *ctx)
{
    return ((struct fixture *)ctx)->resolved > 0;
}

static enum err resolve(struct fixture *f, const char *name, struct net_query **ret_query)
{
    enum err err;

    f->calling = true;
    err = net_resolve(f->net, name, on_resolved, f, ret_query);
    f->calling = false;
    return err;
}

static void addresses_are_read(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        enum net_family family;
        uint8_t first, last;
    } rows[] = {
        { "127.0.0.1", NET_IPV4, 127, 1 },
        { "192.0.2.7", NET_IPV4, 192, 7 },
        { "::1", NET_IPV6, 0, 1 },
        { "[::1]", NET_IPV6, 0, 1 },
        { "2001:db8::5", NET_IPV6, 0x20, 5 },
    };
    struct net_query *query;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->resolved = 0;
        assert_int_equal(resolve(f, rows[i].name, &query), ERR_OK);
        assert_true(run_until(&f->loop, is_resolved, f, LIMIT_MS));
        assert_int_equal(f->resolve_err, ERR_OK);
        assert_int_equal(f->count, 1);
        assert_int_equal(f->list[0].family, rows[i].family);
        assert_int_equal(f->list[0].bytes[0], rows[i].first);
        assert_int_equal(f->list[0].bytes[rows[i].family == NET_IPV4 ? 3 : 15], rows[i].last);
    }
}

static void names_are_for_others(void **state)
{
    struct fixture *f = *state;
    struct net_query *query = NULL;
    char name[400];

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(resolve(f, name, &query), ERR_RESOLVE);
    assert_int_equal(resolve(f, "", &query), ERR_RESOLVE);
    assert_int_equal(resolve(f, "[]", &query), ERR_RESOLVE);
    assert_int_equal(resolve(f, "localhost", &query), ERR_RESOLVE);
    assert_null(query);
}

static void cancelled_query_is_silent(void **state)
{
    struct fixture *f = *state;
    struct net_query *queries[8];

    for (int i = 0; i < 8; i++)
        assert_int_equal(resolve(f, "127.0.0.1", &queries[i]), ERR_OK);
    for (int i = 1; i < 8; i++)
        net_cancel(queries[i]);
    assert_true(run_until(&f->loop, is_resolved, f, LIMIT_MS));
    uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(f->resolved, 1);
}

static void on_time(void *ctx)
{
    *(int64_t *)ctx = posix_now_ms();
}

static bool timer_fired(void *ctx)
{
    return *(int64_t *)ctx != 0;
}

static void timer_is_never_early(void **state)
{
    struct fixture *f = *state;
    struct posix_clock clock;
    struct clock_timer *timer;
    int64_t fired = 0;

    posix_clock_init(&clock, &f->loop);
    assert_int_equal(clock_new_timer(&clock.base, on_time, &fired, &timer), ERR_OK);
    for (int i = 0; i < 20; i++) {
        int64_t deadline = posix_now_ms() + i % 4;

        fired = 0;
        clock_timer_at(&clock.base, timer, CLOCK_NEVER);
        clock_timer_start(timer, 100000);
        clock_timer_at(&clock.base, timer, deadline);
        assert_int_equal(fired, 0); /* not from inside the call */
        assert_true(run_until(&f->loop, timer_fired, &fired, LIMIT_MS));
        assert_true(fired >= deadline);
    }
    fired = 0;
    clock_timer_start(timer, -1000);
    clock_timer_cancel(timer);
    assert_false(run_until(&f->loop, timer_fired, &fired, 5));
    clock_timer_start(timer, 0);
    clock_timer_free(timer);
    assert_false(run_until(&f->loop, timer_fired, &fired, 5));
}

struct restless {
    struct clock_timer *timer;
    int64_t calls, until_ms;
};

/* As a host does that never has to wait, for longer than a tick of each clock. */
static void start_again(void *ctx)
{
    struct restless *restless = ctx;
    int64_t begun_ms = posix_now_ms();

    restless->calls++;
    while (posix_now_ms() < begun_ms + 2) {}
    if (posix_now_ms() < restless->until_ms)
        clock_timer_start(restless->timer, 0);
}

static bool has_called_often(void *ctx)
{
    return ((struct restless *)ctx)->calls >= 5;
}

static void timers_leave_the_loop_its_turns(void **state)
{
    struct fixture *f = *state;
    struct posix_clock clock;
    struct restless restless[3];

    posix_clock_init(&clock, &f->loop);
    for (size_t i = 0; i < 3; i++) {
        restless[i] = (struct restless){ .until_ms = posix_now_ms() + LIMIT_MS };
        assert_int_equal(
            clock_new_timer(&clock.base, start_again, &restless[i], &restless[i].timer), ERR_OK);
        clock_timer_start(restless[i].timer, 0);
    }
    for (int64_t turns = 1; turns <= 10; turns++) {
        posix_loop_step(&f->loop);
        for (size_t i = 0; i < 3; i++)
            assert_in_range(restless[i].calls, 0, turns);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(run_until(&f->loop, has_called_often, &restless[i], LIMIT_MS));
        clock_timer_free(restless[i].timer);
    }
}

static void end_timer(void *ctx)
{
    struct clock_timer **timer = ctx;

    clock_timer_free(*timer);
    *timer = NULL;
}

static bool timer_is_gone(void *ctx)
{
    return *(struct clock_timer **)ctx == NULL;
}

static void timer_may_end_itself(void **state)
{
    struct fixture *f = *state;
    struct posix_clock clock;
    struct clock_timer *timer;

    posix_clock_init(&clock, &f->loop);
    assert_int_equal(clock_new_timer(&clock.base, end_timer, &timer, &timer), ERR_OK);
    clock_timer_start(timer, 1);
    assert_true(run_until(&f->loop, timer_is_gone, &timer, LIMIT_MS));
}

static void clock_tells_the_machines_time(void **state)
{
    struct posix_clock posix;
    const struct clock *clock = &posix.base;
    int64_t now = (int64_t)time(NULL);

    (void)state;
    posix_clock_init(&posix, NULL);
    setenv("TZ", "XXX-5:45", 1);
    assert_int_equal(clock_zone_quarters(clock), 23);
    setenv("TZ", "XXX+3:30", 1);
    assert_int_equal(clock_zone_quarters(clock), -14);
    unsetenv("TZ");
    assert_in_range(clock_utc_s(clock), now - 1, now + 1);
    assert_true(clock_now_ms(clock) <= clock_now_ms(clock));
}

static void own_addresses_are_known(void **state)
{
    struct fixture *f = *state;
    struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };
    struct net_address any = { .family = NET_IPV4 };
    struct net_address far = { .family = NET_IPV4, .bytes = { 198, 51, 100, 1 } };
    struct net_address far_ipv6 = { .family = NET_IPV6,
                                    .bytes = { 0x20, 1, 0x0D, 0xB8, [15] = 1 } };

    assert_true(net_is_own(f->net, &loopback));
    assert_true(net_is_own(f->net, &any));
    assert_false(net_is_own(f->net, &far));
    assert_false(net_is_own(f->net, &far_ipv6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(connects_over_ipv4),
        TEST(own_addresses_are_known),
        TEST(connects_over_ipv6),
        TEST(refused_port_is_told),
        TEST(readable_comes_as_long_as_it_holds),
        TEST(each_side_may_finish_first),
        TEST(reset_is_told_for_ever),
        TEST(stream_may_be_closed_in_each_callback),
        TEST(nothing_comes_after_close),
        TEST(bulk_waits_for_the_peer),
        TEST(sent_bytes_go_out_after_close),
        TEST(addresses_are_read),
        TEST(names_are_for_others),
        TEST(cancelled_query_is_silent),
        TEST(timer_is_never_early),
        TEST(timers_leave_the_loop_its_turns),
        TEST(timer_may_end_itself),
        TEST(clock_tells_the_machines_time),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
