/* test_listening.c: where the servers of a module listen. */
#include "check.h"
#include "talk.h"

#include <stdio.h>

static const struct tlsmodem_listening three = {
    .address = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } }, .first = 20000, .last = 20002
};

/* A host that asks for `port`. */
static void ask(struct world *world, const char *port)
{
    static const char *const lines[] = { "ATE0", "AT+QIREGAPP", "AT+QIACT" };
    char line[40];

    assert_int_equal(world_switch_on(world, "m95", false, 1), ERR_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        talk_ok(world, lines[i]);
    talk(world, "AT+QILOCIP");
    snprintf(line, sizeof(line), "AT+QILPORT=\"TCP\",%s", port);
    talk_ok(world, line);
}

static bool is_listened_on(struct world *world, uint16_t port)
{
    const struct net_address from = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

    return scripted_net_call(scripted_net_peer(&world->scripted_net, 90), &from, port);
}

static void on_nobody(void *ctx, struct net_stream *stream, const struct net_address *from,
                      uint16_t port)
{
    (void)ctx;
    (void)from;
    (void)port;
    net_stream_close(stream);
}

static void take(struct world *world, uint16_t port, struct net_listener **ret_listener)
{
    uint16_t got;

    assert_int_equal(net_listen(&world->scripted_net.base, &three.address, port, on_nobody, NULL,
                                ret_listener, &got),
                     ERR_OK);
}

static void without_a_range_the_port_is_the_hosts(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    ask(&world, "2020");
    talk_ok(&world, "AT+QISERVER");
    assert_true(is_listened_on(&world, 2020));
    world_deinit(&world);
}

static void what_a_server_has_otherwise_is_told(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    ask(&world, "2020");
    talk_ok(&world, "AT+QISERVER");
    talk_ok(&world, "AT+QISERVER"); /* a host that begins anew */
    talk_ok(&world, "AT+QILPORT=\"TCP\",2021");
    talk_expect(&world, "AT+QISERVER", "\r\nERROR\r\n");
    assert_non_null(
        strstr(world.log_line, "there is a server of port 2020, with another +QILPORT; "));
    world_deinit(&world);
}

static void the_hosts_port_is_taken_from_a_range(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.listening = &three;
    ask(&world, "20001");
    talk_ok(&world, "AT+QISERVER");
    assert_false(is_listened_on(&world, 20000));
    assert_true(is_listened_on(&world, 20001));
    world_deinit(&world);
}

static void another_port_becomes_the_first_that_is_free(void **state)
{
    struct net_listener *listener;
    struct world world;

    (void)state;
    world_init(&world);
    world.listening = &three;
    take(&world, 20000, &listener);
    ask(&world, "80");
    talk_ok(&world, "AT+QISERVER");
    assert_false(is_listened_on(&world, 80));
    assert_true(is_listened_on(&world, 20001));
    net_unlisten(listener);
    world_deinit(&world);
}

static void a_range_that_is_taken_is_an_error(void **state)
{
    struct net_listener *listeners[3];
    struct world world;

    (void)state;
    world_init(&world);
    world.listening = &three;
    for (uint16_t i = 0; i < 3; i++)
        take(&world, (uint16_t)(20000 + i), &listeners[i]);
    ask(&world, "20001");
    talk_expect(&world, "AT+QISERVER", "\r\nERROR\r\n");
    net_unlisten(listeners[1]);
    talk_ok(&world, "AT+QISERVER");
    net_unlisten(listeners[0]);
    net_unlisten(listeners[2]);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_range_the_port_is_the_hosts),
        cmocka_unit_test(what_a_server_has_otherwise_is_told),
        cmocka_unit_test(the_hosts_port_is_taken_from_a_range),
        cmocka_unit_test(another_port_becomes_the_first_that_is_free),
        cmocka_unit_test(a_range_that_is_taken_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
