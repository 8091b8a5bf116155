/* test_posix_net_listen.c: ports that the engine listens on, with clients of the test. */
#include "test_posix_fake.h"

#include "posix/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAMS_MAX = 4 };

struct fixture {
    struct posix_loop loop;
    struct net *net;
    struct net_address at;
    struct net_listener *listener;
    uint16_t port;
    int client; /* the test's own side */
    bool calling, turn_away, unlisten_at_once;
    struct net_stream *streams[STREAMS_MAX];
    size_t accepted;
    struct net_address from;
    uint16_t from_port;
    int readable;
    uint8_t got[64];
    ptrdiff_t last_recv;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->client = -1;
    f->at = (struct net_address){ .bytes = { 127, 0, 0, 1 } };
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->net), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (f->streams[i] != NULL)
            net_stream_close(f->streams[i]);
    }
    if (f->listener != NULL)
        net_unlisten(f->listener);
    posix_net_close(f->net);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    if (f->client >= 0)
        close(f->client);
    free(f);
    return 0;
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct fixture *f = ctx;

    assert_int_equal(event, NET_READABLE);
    assert_int_equal(err, ERR_OK);
    f->readable++;
    f->last_recv = net_stream_recv(f->streams[0], f->got, sizeof(f->got));
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    assert_true(f->accepted < STREAMS_MAX);
    f->from = *from;
    f->from_port = port;
    if (f->unlisten_at_once) {
        net_unlisten(f->listener);
        f->listener = NULL;
    }
    if (f->turn_away) {
        net_stream_close(stream);
    } else {
        f->streams[f->accepted] = stream;
        net_stream_bind(stream, on_event, f);
    }
    f->accepted++;
}

static enum err listen_on(struct fixture *f, uint16_t port)
{
    enum err err;

    f->calling = true;
    err = net_listen(f->net, &f->at, port, on_accepted, f, &f->listener, &f->port);
    f->calling = false;
    return err;
}

/* A client on its way to the listener; its own port. */
static uint16_t knock(struct fixture *f)
{
    struct sockaddr_storage at = { 0 };
    struct sockaddr_in *in = (struct sockaddr_in *)&at;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&at;
    bool four = f->at.family == NET_IPV4;
    socklen_t len = four ? sizeof(*in) : sizeof(*in6);

    at.ss_family = four ? AF_INET : AF_INET6;
    if (four)
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        in6->sin6_addr = in6addr_loopback;
    *(four ? &in->sin_port : &in6->sin6_port) = htons(f->port);
    if (f->client >= 0)
        close(f->client);
    f->client = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(f->client, (struct sockaddr *)&at, len) < 0 && errno != EINPROGRESS)
        return 0;
    assert_int_equal(getsockname(f->client, (struct sockaddr *)&at, &len), 0);
    return ntohs(four ? in->sin_port : in6->sin6_port);
}

static bool is_accepted(void *ctx)
{
    return ((struct fixture *)ctx)->accepted > 0;
}

static bool has_read(void *ctx)
{
    return ((struct fixture *)ctx)->readable > 0;
}

static bool client_saw_the_end(void *ctx)
{
    char byte;
    ssize_t count = recv(((struct fixture *)ctx)->client, &byte, 1, 0);

    return count == 0 || (count < 0 && errno == ECONNRESET);
}

static void accepts(struct fixture *f)
{
    struct net_address local;
    uint16_t port, ours;
    char buf[16];

    assert_int_equal(listen_on(f, 0), ERR_OK);
    assert_int_not_equal(f->port, 0);
    port = knock(f);
    assert_true(run_until(&f->loop, is_accepted, f, LIMIT_MS));
    assert_int_equal(f->from_port, port);
    assert_int_equal(f->from.family, f->at.family);
    assert_memory_equal(f->from.bytes, f->at.bytes, sizeof(f->at.bytes));
    assert_int_equal(net_stream_local(f->streams[0], &local, &ours), ERR_OK);
    assert_int_equal(ours, f->port);

    assert_int_equal(net_stream_send(f->streams[0], "hello", 5), 5);
    assert_int_equal(recv(f->client, buf, sizeof(buf), 0), 5);
    assert_int_equal(send(f->client, "world", 5, 0), 5);
    net_stream_want(f->streams[0], NET_WANT_READ);
    assert_true(run_until(&f->loop, has_read, f, LIMIT_MS));
    assert_int_equal(f->last_recv, 5);
    assert_memory_equal(f->got, "world", 5);
}

static void accepts_over_ipv4(void **state)
{
    accepts(*state);
}

static void accepts_over_ipv6(void **state)
{
    struct fixture *f = *state;

    f->at = (struct net_address){ .family = NET_IPV6, .bytes = { [15] = 1 } };
    accepts(f);
}

static void a_port_is_listened_on_once(void **state)
{
    struct fixture *f = *state;
    struct net_listener *first;
    uint16_t port;

    assert_int_equal(listen_on(f, 0), ERR_OK);
    first = f->listener;
    port = f->port;
    assert_int_equal(listen_on(f, port), ERR_BUSY);
    assert_ptr_equal(f->listener, first);
    net_unlisten(first);
    f->listener = NULL;
    assert_int_equal(listen_on(f, port), ERR_OK);
    assert_int_equal(f->port, port);
}

static void a_strange_address_is_not_ours(void **state)
{
    struct fixture *f = *state;

    f->at = (struct net_address){ .bytes = { 192, 0, 2, 1 } };
    assert_int_equal(listen_on(f, 0), ERR_UNREACHABLE);
    assert_null(f->listener);
}

static void what_is_turned_away_is_closed(void **state)
{
    struct fixture *f = *state;

    f->turn_away = true;
    assert_int_equal(listen_on(f, 0), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        knock(f);
        assert_true(run_until(&f->loop, client_saw_the_end, f, LIMIT_MS));
        assert_int_equal(f->accepted, i + 1);
    }
}

static void the_first_may_be_the_only_one(void **state)
{
    struct fixture *f = *state;

    f->unlisten_at_once = true;
    assert_int_equal(listen_on(f, 0), ERR_OK);
    knock(f);
    assert_true(run_until(&f->loop, is_accepted, f, LIMIT_MS));
    assert_int_equal(net_stream_send(f->streams[0], "x", 1), 1);
    knock(f);
    assert_false(run_until(&f->loop, has_read, f, 50));
    assert_int_equal(f->accepted, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(accepts_over_ipv4),
        TEST(accepts_over_ipv6),
        TEST(a_port_is_listened_on_once),
        TEST(a_strange_address_is_not_ours),
        TEST(what_is_turned_away_is_closed),
        TEST(the_first_may_be_the_only_one),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
