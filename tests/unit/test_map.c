/* test_map.c: servers that stand in for others, in virtual time. */
#include "address_literal.h"
#include "check.h"
#include "world.h"
#include "wrap/map.h"
#include "wrap/map_rules.h"

#include <stdlib.h>
#include <string.h>

enum { OLD_PORT = 443, NEW_PORT = 8443, OTHER_PORT = 80 };

struct rig {
    struct world world;
    struct net *map;
    struct net_query *query;
    struct net_stream *stream;
    struct net_address address; /* that a name has */
    int resolved, connected, failed, echoes;
    enum err err;
};

static void start(struct rig *rig, const char *words)
{
    struct net_address new_host[2];

    memset(rig, 0, sizeof(*rig));
    world_init(&rig->world);
    assert_true(address_literal("10.0.0.8", &new_host[0]));
    assert_true(address_literal("10.0.0.9", &new_host[1]));
    scripted_net_name(&rig->world.scripted_net, "new.test", NAME_ADDRESSES, new_host, 2);
    scripted_net_name(&rig->world.scripted_net, "old.test", NAME_ADDRESSES, new_host, 1);
    assert_int_equal(
        map_wrapper.open(rig->world.net, rig->world.clock, NULL, span_of(words), &rig->map),
        ERR_OK);
}

static void stop(struct rig *rig)
{
    if (rig->stream != NULL)
        net_stream_close(rig->stream);
    world_settle(&rig->world);
    assert_null(rig->world.scripted_net.streams);
    map_wrapper.close(rig->map);
    world_deinit(&rig->world);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct rig *rig = ctx;

    rig->resolved++;
    rig->err = err;
    if (err == ERR_OK)
        rig->address = list[0];
    assert_true(err != ERR_OK || count >= 1);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig *rig = ctx;

    rig->connected += event == NET_CONNECTED;
    rig->failed += event == NET_FAILED;
    if (event == NET_FAILED)
        rig->err = err;
}

static void look_up(struct rig *rig, const char *name)
{
    int before = rig->resolved;

    assert_int_equal(net_resolve(rig->map, name, on_resolved, rig, &rig->query), ERR_OK);
    assert_int_equal(rig->resolved, before);
    world_settle(&rig->world);
    assert_int_equal(rig->resolved, before + 1);
}

static void dial(struct rig *rig, uint16_t port)
{
    struct net_target to = { .transport = NET_TCP, .address = rig->address, .port = port };

    assert_int_equal(net_connect(rig->map, &to, on_event, rig, &rig->stream), ERR_OK);
}

/* Who dials the old host by name comes to this port of the new one. */
static void comes_to(struct rig *rig, const char *name, uint16_t port, uint16_t at)
{
    struct scripted_peer *peer;

    scripted_net_listen(&rig->world.scripted_net, at, PEER_ACCEPTS);
    peer = scripted_net_peer(&rig->world.scripted_net, at);
    look_up(rig, name);
    dial(rig, port);
    net_stream_want(rig->stream, NET_WANT_READ);
    world_settle(&rig->world);
    assert_int_equal(rig->connected, 1);
    assert_int_equal(net_stream_send(rig->stream, "hello", 5), 5);
    world_settle(&rig->world);
    assert_int_equal(byte_queue_peek(&peer->got).len, 5);
    net_stream_close(rig->stream);
    rig->stream = NULL;
    rig->connected = 0;
}

static void an_old_host_is_the_new_one(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "old.test:443=new.test:8443");
    comes_to(&rig, "old.test", OLD_PORT, NEW_PORT);
    comes_to(&rig, "OLD.test", OLD_PORT, NEW_PORT);
    assert_int_equal(rig.address.bytes[0], 198);
    comes_to(&rig, "old.test", OTHER_PORT, OTHER_PORT); /* no rule: the old host's */
    stop(&rig);
}

/* Also where it was not looked up here, or a name that is not mapped has it. */
static void an_old_address_is_the_new_host(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "10.0.0.8:443=10.0.0.9:8443,[2001:DB8::1]=10.0.0.9");
    comes_to(&rig, "old.test", OLD_PORT, NEW_PORT);
    comes_to(&rig, "old.test", OTHER_PORT, OTHER_PORT);
    assert_int_equal(rig.address.bytes[0], 10);
    stop(&rig);
}

static void a_rule_without_ports_is_for_all(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "x.test=new.test,old.test=new.test,old.test:443=10.0.0.7:8443");
    comes_to(&rig, "old.test", OTHER_PORT, OTHER_PORT);
    comes_to(&rig, "old.test", OLD_PORT, NEW_PORT);
    comes_to(&rig, "x.test", OTHER_PORT, OTHER_PORT);
    stop(&rig);
}

static void other_hosts_are_as_they_are(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "old.test:443=new.test:8443");
    comes_to(&rig, "new.test", OTHER_PORT, OTHER_PORT);
    assert_int_equal(rig.address.bytes[0], 10);
    comes_to(&rig, "10.0.0.7", OTHER_PORT, OTHER_PORT);
    stop(&rig);
}

static void a_new_host_that_is_not_there_is_told(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "old.test=none.test,b.test=new.test:8443");
    look_up(&rig, "old.test");
    dial(&rig, OLD_PORT);
    world_settle(&rig.world);
    assert_int_equal(rig.failed, 1);
    assert_int_equal(rig.err, ERR_RESOLVE);
    net_stream_close(rig.stream);
    look_up(&rig, "b.test");
    dial(&rig, OLD_PORT); /* nobody listens: every address is tried */
    world_settle(&rig.world);
    assert_int_equal(rig.failed, 2);
    assert_int_equal(rig.err, ERR_REFUSED);
    stop(&rig);
}

static void a_dial_may_be_given_up(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "old.test=new.test");
    look_up(&rig, "old.test");
    dial(&rig, OLD_PORT);
    net_stream_close(rig.stream);
    rig.stream = NULL;
    assert_int_equal(net_resolve(rig.map, "old.test", on_resolved, &rig, &rig.query), ERR_OK);
    net_cancel(rig.query);
    world_settle(&rig.world);
    assert_int_equal(rig.resolved, 1);
    assert_int_equal(rig.connected + rig.failed, 0);
    stop(&rig);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct rig *rig = ctx;

    rig->echoes++;
    rig->err = err;
    assert_true(err != ERR_OK || (round_trip_ms > 0 && ttl > 0));
}

static void an_echo_request_goes_to_the_new_host(void **state)
{
    struct net_echo echo = { .bytes = 8, .timeout_ms = 1000 };
    struct rig rig;

    (void)state;
    start(&rig, "old.test=127.0.0.1,none.test=no.test");
    look_up(&rig, "old.test");
    echo.to = rig.address;
    assert_int_equal(net_start_echo(rig.map, &echo, on_echo, &rig, &rig.query), ERR_OK);
    world_advance(&rig.world, 10);
    assert_int_equal(rig.echoes, 1);
    assert_int_equal(rig.err, ERR_OK);
    look_up(&rig, "none.test");
    echo.to = rig.address;
    assert_int_equal(net_start_echo(rig.map, &echo, on_echo, &rig, &rig.query), ERR_OK);
    world_advance(&rig.world, 10);
    assert_int_equal(rig.echoes, 2);
    assert_int_equal(rig.err, ERR_RESOLVE);
    stop(&rig);
}

static void wrong_words_are_refused(void **state)
{
    static const char *const rows[] = { "",       "a",     "a=",       "=a",        "a=b=c",
                                        "a:0=b",  "a=b:",  "a:x=b",    "a=b:70000", "a b=c",
                                        "[::1=b", "::1=b", "a=b,,c=d", "a=b,c",     "[]=a" };
    char memory[200];
    struct text why;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_init(&why, memory, sizeof(memory));
        if (map_rules_check(span_of(rows[i]), &why))
            fail_msg("\"%s\" passes", rows[i]);
        assert_non_null(strstr(memory, "allowed: OLD[:PORT]=NEW[:PORT]"));
    }
    text_init(&why, memory, sizeof(memory));
    assert_true(map_rules_check(span_of("[2001:db8::1]:443=[::1]:1,a_b-c.d=1.2.3.4"), &why));
}

static void rules_hold_what_was_said(void **state)
{
    struct map_rules *rules = map_rules_new(span_of("[2001:db8::1]:443=[::1]:1,a=b,A:7=c"));

    (void)state;
    assert_int_equal(rules->count, 3);
    assert_string_equal(rules->list[0].old_host, "2001:db8::1");
    assert_string_equal(rules->list[0].new_host, "::1");
    assert_int_equal(rules->list[0].old_port, 443);
    assert_int_equal(rules->list[0].new_port, 1);
    assert_int_equal(rules->list[2].host, 1);
    assert_string_equal(map_rules_of_port(rules, &rules->list[1], 7)->new_host, "c");
    assert_string_equal(map_rules_of_port(rules, &rules->list[1], 8)->new_host, "b");
    assert_null(map_rules_of_port(rules, &rules->list[0], 8));
    free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_host_is_the_new_one),
        cmocka_unit_test(an_old_address_is_the_new_host),
        cmocka_unit_test(a_rule_without_ports_is_for_all),
        cmocka_unit_test(other_hosts_are_as_they_are),
        cmocka_unit_test(a_new_host_that_is_not_there_is_told),
        cmocka_unit_test(a_dial_may_be_given_up),
        cmocka_unit_test(an_echo_request_goes_to_the_new_host),
        cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(rules_hold_what_was_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
