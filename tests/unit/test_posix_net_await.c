/* test_posix_net_await.c: UDP ports that the engine listens on, with senders of the test. */
#include "test_posix_fake.h"

#include "posix/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SENDERS = 2, STREAMS_MAX = 4, FD_MAX = 256, LONG = 2049, BIG = 8000, MANY = 100 };

struct fixture;

struct met {
    struct fixture *fixture;
    struct net_stream *stream;
    uint16_t port;
    char got[64]; /* each datagram, and a blank behind it */
};

struct fixture {
    struct posix_loop loop;
    struct net *net;
    struct net_address at;
    struct net_listener *listener;
    uint16_t port;
    int senders[SENDERS];
    struct met met[STREAMS_MAX];
    size_t count;
    bool turn_away, unlisten_at_once;
    bool leaves;            /* by on_left() */
    enum net_event left_at; /* what on_left() is called for */
    size_t received;        /* by on_counted() */
    bool has_ended;         /* its short one was among them; by on_left(): that was called */
    const char *awaited;
    size_t of;
};

static struct sockaddr *place(const struct fixture *f, uint16_t port, struct sockaddr_storage *at,
                              socklen_t *ret_len)
{
    struct sockaddr_in *in = (struct sockaddr_in *)at;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)at;
    bool four = f->at.family == NET_IPV4;

    memset(at, 0, sizeof(*at));
    at->ss_family = four ? AF_INET : AF_INET6;
    if (four)
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        in6->sin6_addr = in6addr_loopback;
    *(four ? &in->sin_port : &in6->sin6_port) = htons(port);
    *ret_len = four ? sizeof(*in) : sizeof(*in6);
    return (struct sockaddr *)at;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->at = (struct net_address){ .bytes = { 127, 0, 0, 1 } };
    f->senders[0] = f->senders[1] = -1;
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->net), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (f->met[i].stream != NULL)
            net_stream_close(f->met[i].stream);
    }
    if (f->listener != NULL)
        net_unlisten(f->listener);
    posix_net_close(f->net);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    for (size_t i = 0; i < SENDERS; i++) {
        if (f->senders[i] >= 0)
            close(f->senders[i]);
    }
    free(f);
    return 0;
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct met *met = ctx;
    size_t len = strlen(met->got), cap = sizeof(met->got) - len - 2;
    ptrdiff_t count;

    assert_int_equal(event, NET_READABLE);
    assert_int_equal(err, ERR_OK);
    count = net_stream_recv(met->stream, met->got + len, cap);
    assert_true(count > 0);
    if (count > (ptrdiff_t)cap)
        count = (ptrdiff_t)cap;
    memcpy(met->got + len + count, " ", 2);
}

/* Its listener ends with it. */
static void on_left(void *ctx, enum net_event event, enum err err)
{
    struct met *met = ctx;
    struct fixture *f = met->fixture;

    assert_int_equal(err, ERR_OK);
    assert_int_equal(event, f->left_at);
    net_unlisten(f->listener);
    f->listener = NULL;
    net_stream_close(met->stream);
    met->stream = NULL;
    f->has_ended = true;
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    struct fixture *f = ctx;
    struct met *met = &f->met[f->count++];

    assert_true(f->count <= STREAMS_MAX);
    assert_int_equal(from->family, f->at.family);
    assert_memory_equal(from->bytes, f->at.bytes, sizeof(f->at.bytes));
    if (f->unlisten_at_once) {
        net_unlisten(f->listener);
        f->listener = NULL;
    }
    if (f->turn_away) {
        net_stream_close(stream);
        return;
    }
    *met = (struct met){ .fixture = f, .stream = stream, .port = port };
    net_stream_bind(stream, f->leaves ? on_left : on_event, met);
    net_stream_want(stream, NET_WANT_READ);
}

static void listen_on(struct fixture *f)
{
    assert_int_equal(
        net_listen_datagrams(f->net, &f->at, 0, on_accepted, f, &f->listener, &f->port), ERR_OK);
    assert_int_not_equal(f->port, 0);
}

/* One of the senders sends; its own port. */
static uint16_t sends(struct fixture *f, size_t sender, const char *text)
{
    struct sockaddr_storage at;
    socklen_t len;
    int *fd = &f->senders[sender];

    place(f, f->port, &at, &len);
    if (*fd < 0) {
        *fd = socket(at.ss_family, SOCK_DGRAM, 0);
        assert_int_equal(connect(*fd, (struct sockaddr *)&at, len), 0);
    }
    assert_int_equal(send(*fd, text, strlen(text), 0), strlen(text));
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
    return ntohs(f->at.family == NET_IPV4 ? ((struct sockaddr_in *)&at)->sin_port
                                          : ((struct sockaddr_in6 *)&at)->sin6_port);
}

static bool has_got(void *ctx)
{
    const struct fixture *f = ctx;

    return strcmp(f->met[f->of].got, f->awaited) == 0;
}

static void await(struct fixture *f, size_t of, const char *text)
{
    f->of = of;
    f->awaited = text;
    if (!run_until(&f->loop, has_got, f, LIMIT_MS))
        fail_msg("\"%s\" instead of \"%s\"", f->met[of].got, text);
}

static void gets(struct fixture *f, size_t sender, const char *text)
{
    char got[64] = { 0 };

    assert_int_equal(recv(f->senders[sender], got, sizeof(got) - 1, 0), strlen(text));
    assert_string_equal(got, text);
}

/* What was sent before the loop has looked is there too, and each sender has its own. */
static void talks(struct fixture *f)
{
    struct net_address local;
    uint16_t first, second, ours;

    listen_on(f);
    first = sends(f, 0, "a");
    sends(f, 0, "bc");
    second = sends(f, 1, "x");
    await(f, 0, "a bc ");
    await(f, 1, "x ");
    assert_int_equal(f->count, 2);
    assert_int_equal(f->met[0].port, first);
    assert_int_equal(f->met[1].port, second);
    assert_int_equal(net_stream_local(f->met[0].stream, &local, &ours), ERR_OK);
    assert_int_equal(ours, f->port);

    assert_int_equal(net_stream_send(f->met[0].stream, "one", 3), 3);
    assert_int_equal(net_stream_send(f->met[1].stream, "other", 5), 5);
    gets(f, 0, "one");
    gets(f, 1, "other");
    sends(f, 1, "y");
    sends(f, 0, "e");
    await(f, 1, "x y ");
    await(f, 0, "a bc e ");
    assert_int_equal(f->count, 2);
}

static void senders_have_streams(void **state)
{
    talks(*state);
}

static void senders_have_streams_over_ipv6(void **state)
{
    struct fixture *f = *state;

    f->at = (struct net_address){ .family = NET_IPV6, .bytes = { [15] = 1 } };
    talks(f);
}

/* What comes between the datagrams of others comes by the same stream. */
static void a_sender_comes_once(void **state)
{
    struct fixture *f = *state;

    listen_on(f);
    sends(f, 0, "a");
    sends(f, 1, "x");
    sends(f, 0, "b");
    await(f, 0, "a b ");
    await(f, 1, "x ");
    assert_int_equal(f->count, 2);
}

static size_t open_descriptors(void)
{
    size_t count = 0;

    for (int fd = 0; fd < FD_MAX; fd++)
        count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

static void senders_need_no_descriptor(void **state)
{
    struct fixture *f = *state;
    size_t before;

    listen_on(f);
    sends(f, 0, "a");
    sends(f, 1, "x");
    before = open_descriptors();
    await(f, 0, "a ");
    await(f, 1, "x ");
    assert_int_equal(open_descriptors(), before);
}

/* ---- to who has not written ---- */

static void on_reached(void *ctx, enum net_event event, enum err err)
{
    struct met *met = ctx;

    if (event != NET_CONNECTED) {
        on_event(ctx, event, err);
        return;
    }
    assert_int_equal(err, ERR_OK);
    strcpy(met->got, "reached ");
    net_stream_want(met->stream, NET_WANT_READ);
}

/* The socket of the second sender, bound and silent; its port. */
static uint16_t silent(struct fixture *f)
{
    struct sockaddr_storage at;
    socklen_t len;

    place(f, 0, &at, &len);
    f->senders[1] = socket(at.ss_family, SOCK_DGRAM, 0);
    assert_int_equal(bind(f->senders[1], (struct sockaddr *)&at, len), 0);
    assert_int_equal(getsockname(f->senders[1], (struct sockaddr *)&at, &len), 0);
    return ntohs(f->at.family == NET_IPV4 ? ((struct sockaddr_in *)&at)->sin_port
                                          : ((struct sockaddr_in6 *)&at)->sin6_port);
}

static void reach_at(struct fixture *f, uint16_t port)
{
    struct met *met = &f->met[f->count++];
    const struct net_target to = {
        .transport = NET_UDP, .address = f->at, .port = port, .by = f->listener
    };

    met->fixture = f;
    assert_int_equal(net_connect(f->net, &to, on_reached, met, &met->stream), ERR_OK);
}

static uint16_t sender_of_next(const struct fixture *f, char *got, size_t cap)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    ssize_t count = recvfrom(f->senders[1], got, cap - 1, 0, (struct sockaddr *)&at, &len);

    assert_true(count >= 0);
    got[count] = 0;
    return ntohs(f->at.family == NET_IPV4 ? ((struct sockaddr_in *)&at)->sin_port
                                          : ((struct sockaddr_in6 *)&at)->sin6_port);
}

/* It leaves by the port that is listened on, and so the answer comes. */
static void reaches(struct fixture *f)
{
    struct sockaddr_storage at;
    socklen_t len;
    char got[64];

    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    reach_at(f, silent(f));
    await(f, 1, "reached ");
    assert_int_equal(net_stream_send(f->met[1].stream, "who", 3), 3);
    assert_int_equal(sender_of_next(f, got, sizeof(got)), f->port);
    assert_string_equal(got, "who");
    place(f, f->port, &at, &len);
    assert_int_equal(sendto(f->senders[1], "me", 2, 0, (struct sockaddr *)&at, len), 2);
    await(f, 1, "reached me ");
    assert_int_equal(f->count, 2);
}

static void a_stranger_is_reached(void **state)
{
    reaches(*state);
}

static void a_stranger_is_reached_over_ipv6(void **state)
{
    struct fixture *f = *state;

    f->at = (struct net_address){ .family = NET_IPV6, .bytes = { [15] = 1 } };
    reaches(f);
}

/* The same address and port, of the first link and, as it is met, of none. */
static void each_link_has_its_own(void **state)
{
    struct fixture *f = *state;
    uint16_t port;

    f->at = (struct net_address){ .family = NET_IPV6, .bytes = { [15] = 1 } };
    listen_on(f);
    port = sends(f, 0, "a");
    await(f, 0, "a ");
    f->at.scope = 1;
    reach_at(f, port);
    await(f, 1, "reached ");
    sends(f, 0, "b");
    await(f, 0, "a b ");
    net_stream_close(f->met[0].stream);
    f->met[0].stream = NULL;
    sends(f, 0, "c");
    await(f, 2, "c ");
    assert_string_equal(f->met[1].got, "reached ");
}

static void another_family_is_not_reached(void **state)
{
    struct fixture *f = *state;
    const struct net_address other = { .family = NET_IPV6, .bytes = { [15] = 1 } };
    struct net_target to = { .transport = NET_UDP, .address = other, .port = 9 };
    struct net_stream *stream;

    listen_on(f);
    to.by = f->listener;
    assert_int_equal(net_connect(f->net, &to, on_reached, f, &stream), ERR_UNREACHABLE);
    sends(f, 0, "a");
    await(f, 0, "a ");
}

/* Of a port of all addresses the one that is used. */
static void the_own_address_is_known(void **state)
{
    struct fixture *f = *state;
    struct net_address own;
    uint16_t port;

    memset(f->at.bytes, 0, sizeof(f->at.bytes));
    listen_on(f);
    f->at.bytes[0] = 127;
    f->at.bytes[3] = 1;
    sends(f, 0, "a");
    await(f, 0, "a ");
    assert_int_equal(net_stream_local(f->met[0].stream, &own, &port), ERR_OK);
    assert_memory_equal(own.bytes, f->at.bytes, sizeof(own.bytes));
    assert_int_equal(port, f->port);
}

/* ---- sizes and bounds ---- */

static void on_length(void *ctx, enum net_event event, enum err err)
{
    struct met *met = ctx;
    char first[4];

    (void)event;
    (void)err;
    snprintf(met->got, sizeof(met->got), "%td", net_stream_recv(met->stream, first, sizeof(first)));
}

static void a_long_one_has_its_length(void **state)
{
    static char bytes[LONG + 1];
    struct fixture *f = *state;

    memset(bytes, 0x2e, LONG);
    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    net_stream_bind(f->met[0].stream, on_length, &f->met[0]);
    sends(f, 0, bytes);
    await(f, 0, "2049");
}

static void on_counted(void *ctx, enum net_event event, enum err err)
{
    struct met *met = ctx;
    char first;

    (void)event;
    (void)err;
    met->fixture->has_ended = net_stream_recv(met->stream, &first, 1) == 1;
    met->fixture->received++;
}

static bool has_ended(void *ctx)
{
    return ((struct fixture *)ctx)->has_ended;
}

static bool has_two(void *ctx)
{
    return ((struct fixture *)ctx)->count == 2;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

/* The loop goes on, another sender has room, and what is short comes. */
static void what_nobody_receives_is_bounded(void **state)
{
    static char bytes[BIG + 1];
    struct fixture *f = *state;

    memset(bytes, 0x2e, BIG);
    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    net_stream_bind(f->met[0].stream, on_counted, &f->met[0]);
    net_stream_want(f->met[0].stream, 0);
    for (int i = 0; i < MANY; i++) {
        sends(f, 0, bytes);
        run_until(&f->loop, never, f, 0);
    }
    sends(f, 1, bytes);
    assert_true(run_until(&f->loop, has_two, f, LIMIT_MS));
    sends(f, 0, "e");
    net_stream_want(f->met[0].stream, NET_WANT_READ);
    assert_true(run_until(&f->loop, has_ended, f, LIMIT_MS));
    assert_in_range(f->received, 2, MANY / 4);
}

static void who_was_closed_comes_again(void **state)
{
    struct fixture *f = *state;

    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    net_stream_close(f->met[0].stream);
    f->met[0].stream = NULL;
    sends(f, 0, "b");
    await(f, 1, "b ");
    assert_int_equal(f->count, 2);
}

static bool was_called(void *ctx)
{
    return ((struct fixture *)ctx)->count > 0;
}

static void a_sender_is_turned_away(void **state)
{
    struct fixture *f = *state;

    listen_on(f);
    f->turn_away = true;
    sends(f, 0, "a");
    assert_true(run_until(&f->loop, was_called, f, LIMIT_MS));
    f->turn_away = false;
    sends(f, 1, "b");
    await(f, 1, "b ");
}

static void a_stream_outlives_its_listener(void **state)
{
    struct fixture *f = *state;

    listen_on(f);
    f->unlisten_at_once = true;
    sends(f, 0, "a");
    await(f, 0, "a ");
    sends(f, 0, "b");
    await(f, 0, "a b ");
}

static void a_port_is_listened_on_once(void **state)
{
    struct fixture *f = *state;
    struct net_listener *other;
    uint16_t port;

    listen_on(f);
    assert_int_equal(net_listen_datagrams(f->net, &f->at, f->port, on_accepted, f, &other, &port),
                     ERR_BUSY);
    sends(f, 0, "a");
    await(f, 0, "a ");
    assert_int_equal(net_listen_datagrams(f->net, &f->at, f->port, on_accepted, f, &other, &port),
                     ERR_BUSY);
}

/* Beside the streams of before, which go on having what their senders send. */
static void a_port_is_listened_on_again(void **state)
{
    struct fixture *f = *state;
    struct net_listener *other;
    uint16_t before, port;

    listen_on(f);
    before = f->port;
    sends(f, 0, "a");
    await(f, 0, "a ");
    for (int i = 0; i < 2; i++) {
        net_unlisten(f->listener);
        f->listener = NULL;
        assert_int_equal(
            net_listen_datagrams(f->net, &f->at, before, on_accepted, f, &f->listener, &f->port),
            ERR_OK);
        assert_int_equal(f->port, before);
        assert_int_equal(
            net_listen_datagrams(f->net, &f->at, before, on_accepted, f, &other, &port), ERR_BUSY);
    }
    sends(f, 0, "b");
    sends(f, 1, "x");
    await(f, 0, "a b ");
    await(f, 1, "x ");
    net_stream_close(f->met[0].stream);
    f->met[0].stream = NULL;
    sends(f, 0, "c");
    await(f, 2, "c ");
}

/* The last of its streams gives it back. */
static void a_port_that_was_left_is_free(void **state)
{
    struct fixture *f = *state;

    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    net_unlisten(f->listener);
    f->listener = NULL;
    net_stream_close(f->met[0].stream);
    f->met[0].stream = NULL;
    assert_int_equal(
        net_listen_datagrams(f->net, &f->at, f->port, on_accepted, f, &f->listener, &f->port),
        ERR_OK);
    sends(f, 0, "b");
    await(f, 1, "b ");
}

/* ---- the last stream and its listener end in a call ---- */

/* Nothing of the port is used behind the call, and nothing of it is left. */
static void ends_in(struct fixture *f, size_t descriptors)
{
    assert_true(run_until(&f->loop, has_ended, f, LIMIT_MS));
    assert_int_equal(open_descriptors(), descriptors);
    listen_on(f);
}

static void it_ends_as_one_comes(void **state)
{
    struct fixture *f = *state;
    size_t before = open_descriptors();

    listen_on(f);
    f->unlisten_at_once = f->turn_away = true;
    sends(f, 0, "a");
    assert_true(run_until(&f->loop, was_called, f, LIMIT_MS));
    assert_int_equal(open_descriptors(), before + 1); /* the sender's */
    f->unlisten_at_once = f->turn_away = false;
    listen_on(f);
}

static void it_ends_as_one_is_readable(void **state)
{
    struct fixture *f = *state;
    size_t before = open_descriptors();

    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    f->left_at = NET_READABLE;
    net_stream_bind(f->met[0].stream, on_left, &f->met[0]);
    sends(f, 0, "b");
    ends_in(f, before + 1);
}

static void it_ends_as_what_waited_is_readable(void **state)
{
    struct fixture *f = *state;
    size_t before = open_descriptors();

    listen_on(f);
    f->left_at = NET_READABLE;
    f->leaves = true;
    sends(f, 0, "a");
    ends_in(f, before + 1);
}

static void it_ends_as_one_is_writable(void **state)
{
    struct fixture *f = *state;
    size_t before = open_descriptors();

    listen_on(f);
    sends(f, 0, "a");
    await(f, 0, "a ");
    f->left_at = NET_WRITABLE;
    net_stream_bind(f->met[0].stream, on_left, &f->met[0]);
    net_stream_want(f->met[0].stream, NET_WANT_WRITE);
    ends_in(f, before + 1);
}

static void it_ends_as_one_is_reached(void **state)
{
    struct fixture *f = *state;
    size_t before = open_descriptors();

    listen_on(f);
    f->left_at = NET_CONNECTED;
    reach_at(f, silent(f));
    net_stream_bind(f->met[0].stream, on_left, &f->met[0]);
    ends_in(f, before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(senders_have_streams, set_up, tear_down),
        cmocka_unit_test_setup_teardown(senders_have_streams_over_ipv6, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sender_comes_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(senders_need_no_descriptor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_is_reached, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_is_reached_over_ipv6, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_link_has_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_family_is_not_reached, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_own_address_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_one_has_its_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_receives_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_closed_comes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sender_is_turned_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_outlives_its_listener, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_port_is_listened_on_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_port_is_listened_on_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_port_that_was_left_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_as_one_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_as_one_is_readable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_as_what_waited_is_readable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_as_one_is_writable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_as_one_is_reached, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
