/* test_source.c: what a modem with a source asks of the network beneath. */
#include "address_literal.h"
#include "wrap/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A network that keeps what it was asked. */
struct beneath {
    struct net base;
    struct net_target to;
    struct net_echo echo;
    int asked;
};

static enum err keep_target(struct net *base, const struct net_target *to, net_event_fn *on_event,
                            void *ctx, struct net_stream **ret_stream)
{
    struct beneath *beneath = (struct beneath *)base;

    (void)on_event;
    (void)ctx;
    (void)ret_stream;
    beneath->to = *to;
    beneath->asked++;
    return ERR_OK;
}

static enum err keep_echo(struct net *base, const struct net_echo *echo, net_echo_fn *on_echo,
                          void *ctx, struct net_query **ret_query)
{
    struct beneath *beneath = (struct beneath *)base;

    (void)on_echo;
    (void)ctx;
    (void)ret_query;
    beneath->echo = *echo;
    beneath->asked++;
    return ERR_OK;
}

static const struct net_ops ops = { .connect = keep_target, .echo = keep_echo };

static void no_event(void *ctx, enum net_event event, enum err err)
{
    (void)ctx;
    (void)event;
    (void)err;
}

static void no_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    (void)ctx;
    (void)err;
    (void)round_trip_ms;
    (void)ttl;
}

static struct net_address address(const char *text)
{
    struct net_address at;

    assert_true(address_literal(text, &at));
    return at;
}

static void all_comes_from_the_source(void **state)
{
    struct beneath beneath = { .base.ops = &ops };
    struct net_address own = address("10.0.0.7");
    struct net_target to = { .address = address("10.0.0.1"), .port = 7, .local_port = 9 };
    struct net_echo echo = { .to = to.address, .bytes = 3, .ttl = 4, .timeout_ms = 5 };
    struct net_stream *stream;
    struct net_query *query;
    struct net *net;

    (void)state;
    assert_int_equal(source_open(&beneath.base, &own, &net), ERR_OK);
    for (int transport = NET_TCP; transport <= NET_UDP; transport++) {
        to.transport = (enum net_transport)transport;
        assert_int_equal(net_connect(net, &to, no_event, NULL, &stream), ERR_OK);
        assert_true(beneath.to.has_source);
        assert_memory_equal(beneath.to.source.bytes, own.bytes, 4);
        assert_int_equal(beneath.to.port, 7);
        assert_int_equal(beneath.to.local_port, 9);
        assert_int_equal(beneath.to.transport, transport);
    }
    assert_int_equal(net_start_echo(net, &echo, no_echo, NULL, &query), ERR_OK);
    assert_true(beneath.echo.has_source);
    assert_memory_equal(beneath.echo.source.bytes, own.bytes, 4);
    assert_memory_equal(beneath.echo.to.bytes, to.address.bytes, 4);
    assert_int_equal(beneath.echo.bytes * 100 + beneath.echo.timeout_ms, 305);
    assert_int_equal(beneath.echo.ttl, 4);
    source_close(net);
}

static void another_family_is_not_reached(void **state)
{
    struct beneath beneath = { .base.ops = &ops };
    struct net_address own = address("10.0.0.7");
    struct net_target to = { .address = address("2001:db8::1"), .port = 7 };
    struct net_echo echo = { .to = to.address };
    struct net_stream *stream;
    struct net_query *query;
    struct net *net;

    (void)state;
    assert_int_equal(source_open(&beneath.base, &own, &net), ERR_OK);
    assert_int_equal(net_connect(net, &to, no_event, NULL, &stream), ERR_UNREACHABLE);
    assert_int_equal(net_start_echo(net, &echo, no_echo, NULL, &query), ERR_UNREACHABLE);
    assert_int_equal(beneath.asked, 0);
    source_close(net);
}

static void sources_move(void **state)
{
    struct beneath beneath = { .base.ops = &ops };
    struct net_address list[] = { address("10.0.0.7"), address("2001:db8::7") };
    struct net_target four = { .address = address("10.0.0.1"), .port = 7 };
    struct net_target six = { .address = address("2001:db8::1"), .port = 7 };
    struct net_stream *stream;
    struct net *net;

    (void)state;
    assert_int_equal(source_open(&beneath.base, NULL, &net), ERR_OK);
    assert_int_equal(net_connect(net, &four, no_event, NULL, &stream), ERR_UNREACHABLE);
    assert_int_equal(net_connect(net, &six, no_event, NULL, &stream), ERR_UNREACHABLE);
    list[1].scope = 3;
    source_move(net, list, 2);
    assert_int_equal(net_connect(net, &four, no_event, NULL, &stream), ERR_OK);
    assert_memory_equal(beneath.to.source.bytes, list[0].bytes, 4);
    assert_int_equal(net_connect(net, &six, no_event, NULL, &stream), ERR_OK);
    assert_memory_equal(beneath.to.source.bytes, list[1].bytes, 16);
    assert_int_equal(beneath.to.source.scope, 3);
    source_move(net, list + 1, 1);
    assert_int_equal(net_connect(net, &four, no_event, NULL, &stream), ERR_UNREACHABLE);
    assert_int_equal(net_connect(net, &six, no_event, NULL, &stream), ERR_OK);
    source_move(net, NULL, 0);
    assert_int_equal(net_connect(net, &six, no_event, NULL, &stream), ERR_UNREACHABLE);
    assert_int_equal(beneath.asked, 3);
    source_close(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_comes_from_the_source),
        cmocka_unit_test(another_family_is_not_reached),
        cmocka_unit_test(sources_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
