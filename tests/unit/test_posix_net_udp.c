/* test_posix_net_udp.c: UDP and local ports, against sockets of the test. */
#include "test_posix_fake.h"

#include "claimed_port.h"

#include "posix/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    struct net *net;
    int peer; /* the test's own side */
    struct net_target to;
    struct net_stream *stream;
    bool calling; /* inside connect(): no callback may come */
    int connected, readable, writable;
    uint8_t got[64];
    ptrdiff_t last_recv;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->peer = -1;
    f->to = (struct net_target){ .transport = NET_UDP, .address = { .bytes = { 127, 0, 0, 1 } } };
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
    if (f->peer >= 0)
        close(f->peer);
    free(f);
    return 0;
}

/* A socket of the test on loopback; its port, in `at` its address. */
static uint16_t open_peer(struct fixture *f, int type, struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);

    *at = (struct sockaddr_in){ .sin_family = AF_INET };
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->peer = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(f->peer, (struct sockaddr *)at, sizeof(*at)), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(f->peer, 4), 0);
    assert_int_equal(getsockname(f->peer, (struct sockaddr *)at, &len), 0);
    return ntohs(at->sin_port);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    assert_int_equal(err, ERR_OK);
    assert_int_not_equal(event, NET_FAILED);
    f->connected += event == NET_CONNECTED;
    f->readable += event == NET_READABLE;
    f->writable += event == NET_WRITABLE;
    if (event == NET_READABLE)
        f->last_recv = net_stream_recv(f->stream, f->got, sizeof(f->got));
}

static enum err start(struct fixture *f)
{
    enum err err;

    f->calling = true;
    err = net_connect(f->net, &f->to, on_event, f, &f->stream);
    f->calling = false;
    return err;
}

static bool is_connected(void *ctx)
{
    return ((struct fixture *)ctx)->connected > 0;
}

static bool has_read(void *ctx)
{
    return ((struct fixture *)ctx)->readable > 0;
}

static void settle(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

/* A UDP stream to a peer that is connected to it. */
static void establish(struct fixture *f)
{
    struct sockaddr_in at, ours;
    struct net_address address;
    uint16_t port;

    f->to.port = open_peer(f, SOCK_DGRAM, &at);
    assert_int_equal(start(f), ERR_OK);
    assert_true(run_until(&f->loop, is_connected, f, LIMIT_MS));
    assert_int_equal(net_stream_local(f->stream, &address, &port), ERR_OK);
    assert_int_equal(address.family, NET_IPV4);
    assert_memory_equal(address.bytes, f->to.address.bytes, 4);
    ours = at;
    ours.sin_port = htons(port);
    assert_int_equal(connect(f->peer, (struct sockaddr *)&ours, sizeof(ours)), 0);
}

static void say(struct fixture *f, const char *text)
{
    assert_int_equal(send(f->peer, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void datagrams_go_both_ways_and_stay_apart(void **state)
{
    struct fixture *f = *state;
    char buf[16];

    establish(f);
    assert_int_equal(net_stream_send(f->stream, "one", 3), 3);
    assert_int_equal(net_stream_send(f->stream, "three", 5), 5);
    assert_int_equal(recv(f->peer, buf, sizeof(buf), 0), 3);
    assert_int_equal(recv(f->peer, buf, sizeof(buf), 0), 5);
    say(f, "first");
    say(f, "second");
    assert_int_equal(net_stream_recv(f->stream, buf, 4), 5); /* the rest of it is lost */
    assert_memory_equal(buf, "firs", 4);
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), 6);
    assert_memory_equal(buf, "second", 6);
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), -ERR_AGAIN);
}

static void readable_comes_while_wanted(void **state)
{
    struct fixture *f = *state;

    establish(f);
    say(f, "data");
    settle(f);
    assert_int_equal(f->readable, 0);
    net_stream_want(f->stream, NET_WANT_READ);
    assert_true(run_until(&f->loop, has_read, f, LIMIT_MS));
    assert_int_equal(f->last_recv, 4);
    settle(f);
    assert_int_equal(f->readable, 1);
}

static void empty_datagrams_are_no_news(void **state)
{
    struct fixture *f = *state;
    char buf[16];

    establish(f);
    net_stream_want(f->stream, NET_WANT_READ);
    say(f, "");
    say(f, "");
    settle(f);
    assert_int_equal(f->readable, 0);
    net_stream_want(f->stream, 0);
    say(f, "");
    say(f, "after");
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), 5);
    assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), -ERR_AGAIN);
}

/* Nobody listens: ICMP says so, and the stream goes on (iface/net.h). */
static void a_closed_port_is_no_end(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_in at;
    char buf[16];

    f->to.port = open_peer(f, SOCK_DGRAM, &at);
    close(f->peer);
    f->peer = -1;
    assert_int_equal(start(f), ERR_OK);
    assert_true(run_until(&f->loop, is_connected, f, LIMIT_MS));
    net_stream_want(f->stream, NET_WANT_READ);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(net_stream_send(f->stream, "lost", 4), 4);
        settle(f);
        assert_int_equal(net_stream_recv(f->stream, buf, sizeof(buf)), -ERR_AGAIN);
    }
    assert_int_equal(f->readable, 0);

    f->peer = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0); /* somebody comes */
    assert_int_equal(bind(f->peer, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(net_stream_send(f->stream, "lost again", 10), 10);
    assert_int_equal(net_stream_send(f->stream, "there", 5), 5);
    assert_int_equal(recv(f->peer, buf, sizeof(buf), 0), 10);
}

static void an_impossible_datagram_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t *large = calloc(1, 70000);

    establish(f);
    assert_int_equal(net_stream_send(f->stream, large, 70000), -ERR_INVALID);
    assert_int_equal(net_stream_send(f->stream, "x", 1), 1);
    free(large);
}

static void local_port_is_taken(void **state)
{
    struct fixture *f = *state;
    static const enum net_transport transports[] = { NET_UDP, NET_TCP };

    for (size_t i = 0; i < 2; i++) {
        int type = transports[i] == NET_UDP ? SOCK_DGRAM : SOCK_STREAM;
        uint16_t wanted = claimed_port(), port;
        struct net_address address;
        struct sockaddr_in at;

        f->to.transport = transports[i];
        f->to.local_port = wanted;
        f->to.port = open_peer(f, type, &at);
        f->connected = 0;
        for (int again = 0; again < 2; again++) { /* at once after the one before */
            assert_int_equal(start(f), ERR_OK);
            assert_true(run_until(&f->loop, is_connected, f, LIMIT_MS));
            assert_int_equal(net_stream_local(f->stream, &address, &port), ERR_OK);
            assert_int_equal(port, wanted);
            if (transports[i] == NET_TCP) /* the peer closes first: no TIME_WAIT on our side */
                close(accept(f->peer, NULL, NULL));
            settle(f);
            net_stream_close(f->stream);
            f->stream = NULL;
            settle(f);
        }
        close(f->peer);
        f->peer = -1;
    }
}

static void local_port_may_be_in_use(void **state)
{
    struct fixture *f = *state;
    static const enum net_transport transports[] = { NET_UDP, NET_TCP };

    for (size_t i = 0; i < 2; i++) {
        int type = transports[i] == NET_UDP ? SOCK_DGRAM : SOCK_STREAM;
        struct sockaddr_in at;

        f->to.transport = transports[i];
        f->to.port = f->to.local_port = open_peer(f, type, &at);
        assert_int_equal(start(f), ERR_BUSY);
        assert_null(f->stream);
        close(f->peer);
        f->peer = -1;
    }
}

static void the_same_connection_twice_is_busy(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_in at;
    struct net_stream *first;

    f->to.transport = NET_TCP;
    f->to.local_port = claimed_port();
    f->to.port = open_peer(f, SOCK_STREAM, &at);
    assert_int_equal(start(f), ERR_OK);
    assert_true(run_until(&f->loop, is_connected, f, LIMIT_MS));
    first = f->stream;
    assert_int_equal(start(f), ERR_BUSY);
    assert_ptr_equal(f->stream, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(datagrams_go_both_ways_and_stay_apart),
        TEST(readable_comes_while_wanted),
        TEST(empty_datagrams_are_no_news),
        TEST(a_closed_port_is_no_end),
        TEST(an_impossible_datagram_is_refused),
        TEST(local_port_is_taken),
        TEST(local_port_may_be_in_use),
        TEST(the_same_connection_twice_is_busy),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
