/* test_senders.c: who sends datagrams to a port, and whom it is sent to, as one stream. */
#include "check.h"
#include "scripted_net.h"

#include "bridge/senders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OURS = 700, FIRST = 10000, CAP = 4 * (DATAGRAM_MOST + DATAGRAM_HEAD) };

struct fixture {
    struct scripted_net scripted_net;
    struct net *net;
    struct net_listener *listener;
    struct senders *senders;
    struct datagrams datagrams;
    struct connection_world world;
    struct connection connection;
    struct log log;
    unsigned warnings;
    size_t turned_away, readable, writable;
    int64_t now_ms;
    bool admits;
};

static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

static void on_line(void *ctx, const char *level, const char *line)
{
    (void)level;
    (void)line;
    ((struct fixture *)ctx)->warnings++;
}

static int64_t now_ms(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    (void)ctx;
    (void)failure;
}

static bool admit(void *ctx, const struct net_address *from)
{
    (void)from;
    return ((struct fixture *)ctx)->admits;
}

static bool collect(struct fixture *f)
{
    return senders_collect(f->senders, &f->datagrams, CAP, &f->connection, admit, f);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct fixture *f = ctx;

    assert_int_equal(err, ERR_OK);
    if (event == NET_READABLE) {
        f->readable++;
        collect(f);
        return;
    }
    f->writable++;
    net_stream_want(&f->senders->base, NET_WANT_READ);
}

static void on_sender(void *ctx, struct net_stream *stream, const struct net_address *from,
                      uint16_t port)
{
    struct fixture *f = ctx;

    if (senders_add(f->senders, stream, from, port))
        return;
    net_stream_close(stream);
    f->turned_away++;
}

static int set_up(void **state)
{
    static const struct connection_events events = {
        .on_open = nothing, .on_failed = on_failed, .on_data = nothing, .on_writable = nothing
    };
    struct fixture *f = calloc(1, sizeof(*f));
    uint16_t port;

    scripted_net_init(&f->scripted_net);
    f->net = scripted_net_iface(&f->scripted_net);
    f->log = (struct log){ .write = on_line, .ctx = f, .level = LOG_WARNING };
    f->admits = true;
    f->world = (struct connection_world){ .net = f->net,
                                          .log = &f->log,
                                          .now_ms = now_ms,
                                          .enter = nothing,
                                          .leave = nothing,
                                          .ctx = f };
    connection_init(&f->connection, 1, &f->world, &events, f, 0);
    f->senders = senders_new(&f->world);
    net_stream_bind(&f->senders->base, on_event, f);
    net_stream_want(&f->senders->base, NET_WANT_READ);
    assert_int_equal(
        net_listen_datagrams(f->net, &loopback, OURS, on_sender, f, &f->listener, &port), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    senders_free(f->senders);
    datagrams_clear(&f->datagrams);
    connection_deinit(&f->connection);
    if (f->listener != NULL)
        net_unlisten(f->listener);
    assert_null(f->scripted_net.streams);
    assert_int_equal(f->scripted_net.spins, 0);
    scripted_net_deinit(&f->scripted_net);
    free(f);
    return 0;
}

static void settle(struct fixture *f)
{
    while (scripted_net_step(&f->scripted_net))
        ;
}

static struct scripted_peer *peer_at(struct fixture *f, uint16_t port)
{
    return scripted_net_nth_peer(&f->scripted_net, NET_UDP, port, 0);
}

static void sends(struct fixture *f, uint16_t port, const char *text)
{
    struct scripted_peer *peer = peer_at(f, port);

    if (peer->stream == NULL)
        assert_true(scripted_net_call(peer, &loopback, OURS));
    assert_true(peer_send(peer, span_of(text)));
    settle(f);
}

static uint16_t reads(struct fixture *f, const char *expected)
{
    const struct sender *sender = senders_turn(f->senders, &f->datagrams);
    uint8_t buf[DATAGRAM_MOST];

    check_bytes("read", span_at(buf, datagrams_read(&f->datagrams, buf, sizeof(buf))),
                span_of(expected));
    return sender->port;
}

static void writes(struct fixture *f, const char *text)
{
    assert_int_equal(net_stream_send(&f->senders->base, text, strlen(text)), strlen(text));
    settle(f);
}

static size_t got(struct fixture *f, uint16_t port)
{
    size_t len = byte_queue_len(&peer_at(f, port)->got);

    byte_queue_clear(&peer_at(f, port)->got);
    return len;
}

static void each_is_answered(void **state)
{
    struct fixture *f = *state;

    sends(f, FIRST, "a");
    sends(f, FIRST + 1, "b");
    sends(f, FIRST, "c");
    assert_int_equal(senders_face_first(f->senders, &f->datagrams)->port, FIRST);
    assert_int_equal(reads(f, "a"), FIRST);
    assert_int_equal(reads(f, "b"), FIRST + 1);
    senders_aim_back(f->senders);
    writes(f, "to the second");
    assert_int_equal(got(f, FIRST), 0);
    assert_int_not_equal(got(f, FIRST + 1), 0);
    assert_int_equal(senders_aim(f->senders, &f->connection, f->listener, &loopback, FIRST),
                     ERR_OK);
    writes(f, "to the first");
    assert_int_not_equal(got(f, FIRST), 0);
    assert_int_equal(got(f, FIRST + 1), 0);
    assert_int_equal(reads(f, "c"), FIRST);
}

static void a_stranger_is_waited_for(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(senders_aim(f->senders, &f->connection, f->listener, &loopback, FIRST),
                     ERR_OK);
    assert_int_equal(senders_failure(f->senders), ERR_OK);
    assert_int_equal(net_stream_send(&f->senders->base, "a", 1), -ERR_AGAIN);
    net_stream_want(&f->senders->base, NET_WANT_READ | NET_WANT_WRITE);
    while (f->writable == 0)
        assert_true(scripted_net_step(&f->scripted_net));
    writes(f, "a");
    assert_int_not_equal(got(f, FIRST), 0);
    sends(f, FIRST, "b");
    assert_int_equal(reads(f, "b"), FIRST);
    assert_int_equal(f->senders->count, 1);
}

static void who_was_reached_comes_by_another(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(senders_aim(f->senders, &f->connection, f->listener, &loopback, FIRST),
                     ERR_OK);
    settle(f);
    assert_true(scripted_net_call(peer_at(f, FIRST), &loopback, OURS));
    sends(f, FIRST, "a");
    assert_int_equal(f->senders->count, 1);
    assert_non_null(f->scripted_net.streams);
    assert_null(f->scripted_net.streams->next); /* the one of before is closed */
    assert_int_equal(reads(f, "a"), FIRST);
    writes(f, "b");
    assert_int_not_equal(got(f, FIRST), 0);
}

/* The same address and port, on another link. */
static void each_link_has_its_own(void **state)
{
    struct net_address from = { .family = NET_IPV6, .bytes = { 0xfe, 0x80, [15] = 1 } };
    struct fixture *f = *state;

    for (uint16_t i = 0; i < 2; i++) {
        struct scripted_peer *peer = scripted_net_nth_peer(&f->scripted_net, NET_UDP, FIRST, i);

        from.scope = i + 1u;
        assert_true(scripted_net_call(peer, &from, OURS));
        assert_true(peer_send(peer, span_of("x")));
        settle(f);
    }
    assert_int_equal(f->senders->count, 2);
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(senders_of_first(f->senders, &f->datagrams)->address.scope, i + 1);
        reads(f, "x");
    }
    from.scope = 1;
    assert_int_equal(senders_aim(f->senders, &f->connection, NULL, &from, FIRST), ERR_OK);
    writes(f, "to the first");
    assert_int_not_equal(got(f, FIRST), 0);
}

static void nobody_listens_any_more(void **state)
{
    struct fixture *f = *state;

    sends(f, FIRST, "a");
    assert_int_equal(senders_aim(f->senders, &f->connection, f->listener, &loopback, FIRST + 1),
                     ERR_OK);
    senders_give_up(f->senders);
    net_unlisten(f->listener);
    f->listener = NULL;
    assert_int_equal(senders_failure(f->senders), ERR_STATE);
    writes(f, "lost");
    assert_int_equal(senders_aim(f->senders, &f->connection, NULL, &loopback, FIRST + 2),
                     ERR_STATE);
    assert_int_equal(senders_aim(f->senders, &f->connection, NULL, &loopback, FIRST), ERR_OK);
    writes(f, "there");
    assert_int_not_equal(got(f, FIRST), 0);
}

/* Who was silent for the longest time makes room, and comes again. */
static void as_many_are_known(void **state)
{
    struct fixture *f = *state;

    for (uint16_t i = 0; i < SENDERS_MAX; i++) {
        sends(f, FIRST + i, "x");
        assert_int_equal(reads(f, "x"), FIRST + i);
    }
    sends(f, FIRST, "y");
    assert_int_equal(reads(f, "y"), FIRST);
    sends(f, FIRST + 2, "z"); /* so that the first is not the one that is faced */
    assert_int_equal(reads(f, "z"), FIRST + 2);
    sends(f, FIRST + SENDERS_MAX, "new");
    assert_int_equal(reads(f, "new"), FIRST + SENDERS_MAX);
    assert_int_equal(f->senders->count, SENDERS_MAX);
    assert_non_null(peer_at(f, FIRST)->stream);
    assert_null(peer_at(f, FIRST + 1)->stream);
    sends(f, FIRST + 1, "again");
    assert_int_equal(reads(f, "again"), FIRST + 1);
    assert_int_equal(f->turned_away, 0);
    assert_int_equal(f->warnings, 0);
}

/* However long it was silent, and whoever is read of meanwhile. */
static void who_is_written_to_is_kept(void **state)
{
    struct fixture *f = *state;

    for (uint16_t i = 0; i < SENDERS_MAX; i++) {
        sends(f, FIRST + i, "x");
        reads(f, "x");
    }
    assert_int_equal(senders_aim(f->senders, &f->connection, f->listener, &loopback, FIRST),
                     ERR_OK);
    for (uint16_t i = 1; i <= SENDERS_MAX; i++) {
        sends(f, FIRST + i, "y");
        assert_int_equal(reads(f, "y"), FIRST + i);
    }
    assert_null(peer_at(f, FIRST + 1)->stream);
    assert_non_null(peer_at(f, FIRST)->stream);
    writes(f, "to the first");
    assert_int_not_equal(got(f, FIRST), 0);
    assert_int_equal(f->turned_away, 0);
}

static void those_that_wait_are_kept(void **state)
{
    struct fixture *f = *state;

    for (uint16_t i = 0; i <= SENDERS_MAX; i++)
        sends(f, FIRST + i, "x");
    assert_int_equal(f->turned_away, 1);
    assert_int_equal(f->warnings, 1);
    for (uint16_t i = 0; i < SENDERS_MAX; i++)
        assert_int_equal(reads(f, "x"), FIRST + i);
    sends(f, FIRST + SENDERS_MAX, "y");
    assert_int_equal(reads(f, "y"), FIRST + SENDERS_MAX);
}

/* What does not fit waits where it is. */
static void all_stop_when_it_is_full(void **state)
{
    static char text[DATAGRAM_MOST + 1];
    struct fixture *f = *state;

    memset(text, 'x', DATAGRAM_MOST);
    for (uint16_t i = 0; i < 6; i++)
        sends(f, FIRST + i, text);
    assert_false(collect(f));
    assert_int_equal(datagrams_count(&f->datagrams), 4);
    for (uint16_t i = 0; i < 6; i++) {
        assert_int_equal(reads(f, text), FIRST + i);
        collect(f);
        settle(f);
    }
    assert_true(collect(f));
}

/* Also those who were known before: a real loop would call for ever. */
static void nobody_calls_while_it_is_full(void **state)
{
    static char text[DATAGRAM_MOST + 1];
    struct fixture *f = *state;
    size_t before;

    memset(text, 'x', DATAGRAM_MOST);
    sends(f, FIRST + 1, "a");
    reads(f, "a");
    for (int i = 0; i < 4; i++)
        sends(f, FIRST, text);
    assert_false(collect(f));
    before = f->readable;
    sends(f, FIRST, "b");
    sends(f, FIRST + 1, "c");
    assert_int_equal(f->readable, before);
    for (int i = 0; i < 4; i++)
        reads(f, text);
    assert_true(collect(f));
    assert_int_equal(datagrams_count(&f->datagrams), 2);
    sends(f, FIRST + 1, "d");
    sends(f, FIRST, "e");
    assert_int_equal(f->readable, before + 2);
    assert_int_equal(datagrams_count(&f->datagrams), 4);
}

/* Those who came first are kept, and each of the others is told of. */
static void nobody_is_forgotten_when_it_is_full(void **state)
{
    static char text[DATAGRAM_MOST + 1];
    struct fixture *f = *state;

    memset(text, 'x', DATAGRAM_MOST);
    for (int i = 0; i < 4; i++)
        sends(f, FIRST, text);
    assert_false(collect(f));
    for (uint16_t i = 1; i < 2 * SENDERS_MAX; i++)
        sends(f, FIRST + i, "x");
    assert_int_equal(f->turned_away, SENDERS_MAX);
    assert_int_equal(f->warnings, SENDERS_MAX);
    for (int i = 0; i < 4; i++)
        reads(f, text);
    collect(f);
    settle(f);
    for (uint16_t i = 1; i < SENDERS_MAX; i++)
        assert_int_equal(reads(f, "x"), FIRST + i);
}

/* One comes in, whose datagram is not received until somebody looks for it. */
static void comes(struct fixture *f, uint16_t port)
{
    net_stream_want(&f->senders->base, 0);
    sends(f, port, "x");
}

static void the_first_datagram_is_awaited(void **state)
{
    struct fixture *f = *state;

    for (uint16_t i = 0; i < SENDERS_MAX; i++)
        comes(f, FIRST + i);
    f->now_ms = SENDERS_FIRST_MS - 1;
    comes(f, FIRST + SENDERS_MAX);
    assert_int_equal(f->turned_away, 1);
    assert_int_equal(f->warnings, 1);
    net_stream_want(&f->senders->base, NET_WANT_READ);
    settle(f);
    for (uint16_t i = 0; i < SENDERS_MAX; i++)
        assert_int_equal(reads(f, "x"), FIRST + i);
    comes(f, FIRST + SENDERS_MAX);
    assert_int_equal(f->turned_away, 1);
}

/* Else those whose datagram was lost on the way would keep all others out. */
static void it_is_not_awaited_for_ever(void **state)
{
    struct fixture *f = *state;

    for (uint16_t i = 0; i < SENDERS_MAX; i++)
        comes(f, FIRST + i);
    f->now_ms = SENDERS_FIRST_MS;
    comes(f, FIRST + SENDERS_MAX);
    assert_int_equal(f->turned_away, 0);
    assert_int_equal(f->warnings, 1);
    assert_null(peer_at(f, FIRST)->stream);
    assert_non_null(peer_at(f, FIRST + 1)->stream);
}

/* However many came since the one whose datagram waits: it is taken for nobody else's. */
static void a_number_that_is_taken_is_not_given(void **state)
{
    struct fixture *f = *state;
    uint16_t number, at = 0;

    sends(f, FIRST, "a");
    number = senders_of_first(f->senders, &f->datagrams)->number;
    f->admits = false;
    for (uint32_t i = 0; i <= UINT16_MAX; i++) {
        at = (uint16_t)(FIRST + 1 + i % SENDERS_MAX); /* each has been forgotten meanwhile */
        sends(f, at, "x");
        assert_int_equal(f->senders->from->port, at);
        assert_int_not_equal(f->senders->from->number, number);
        assert_int_not_equal(f->senders->from->number, 0);
    }
    f->admits = true;
    sends(f, at, "b");
    assert_int_equal(f->senders->last_number, number + 2); /* it has gone round */
    assert_int_equal(reads(f, "a"), FIRST);
    assert_int_equal(reads(f, "b"), at);
}

static void what_is_not_admitted_is_lost(void **state)
{
    struct fixture *f = *state;

    sends(f, FIRST, "a");
    f->admits = false;
    sends(f, FIRST, "b");
    f->admits = true;
    sends(f, FIRST, "c");
    reads(f, "a");
    reads(f, "c");
    assert_int_equal(datagrams_count(&f->datagrams), 0);
}

static void a_long_one_is_cut_and_said(void **state)
{
    static char text[DATAGRAM_MOST + 50];
    struct fixture *f = *state;

    memset(text, 'x', sizeof(text) - 1);
    sends(f, FIRST, text);
    assert_int_equal(datagrams_first(&f->datagrams), DATAGRAM_MOST);
    assert_int_equal(f->warnings, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_reached_comes_by_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_link_has_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_listens_any_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_written_to_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(those_that_wait_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_stop_when_it_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_calls_while_it_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_is_forgotten_when_it_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_datagram_is_awaited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_not_awaited_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_that_is_taken_is_not_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_admitted_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_one_is_cut_and_said, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
