/* test_data_call.c: data calls of a modem whose other side is scripted. */
#include "check.h"
#include "talk.h"

#include "module/module.h"

#include <string.h>

enum { CALL_PORT = 80, KEPT_MAX = 2048 };

static const char *const models[] = { "he910", "m95", "l610" };

static struct scripted_peer *peer_of(struct world *world)
{
    return scripted_net_peer(&world->scripted_net, CALL_PORT);
}

static void begin(struct world *world, const char *model, size_t ports)
{
    world_init(world);
    world->takes_calls = true;
    world->scripted_calls.port = CALL_PORT;
    scripted_net_listen(&world->scripted_net, CALL_PORT, PEER_ACCEPTS);
    assert_int_equal(world_switch_on(world, model, false, ports), ERR_OK);
    talk_ok(world, "ATE0");
    talk_ok(world, "AT+CGDCONT=1,\"IP\",\"internet\"");
    talk_ok(world, "AT+CGDCONT=2,\"IP\",\"other\"");
}

static void expect_heard(struct world *world, size_t port, const char *text)
{
    struct span heard = world_heard(world, port);

    if (!span_equal(heard, span_of(text)))
        fail_msg("heard \"%.*s\", expected \"%s\"", (int)heard.len, (const char *)heard.data, text);
    world_forget(world, port);
}

static void dial(struct world *world, size_t port, const char *line)
{
    assert_true(talk_ends_with(talk_on(world, port, line), "CONNECT"));
    assert_int_equal(peer_of(world)->state, PEER_CONNECTED);
    world_forget(world, port);
}

static void escape(struct world *world)
{
    world_forget(world, 0);
    world_advance(world, 1100);
    world_type_text(world, "+++");
    world_advance(world, 1100);
    expect_heard(world, 0, "\r\nOK\r\n");
}

/* Of each byte a pattern that a loss shows. */
static void fill(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8));
}

static void the_other_side_is_told_who_calls(void **state)
{
    struct world world;
    struct span said;
    const char *address;

    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        begin(&world, models[i], 2);
        dial(&world, 1, "ATDT *99**PPP*2#");
        assert_int_equal(world.scripted_calls.last_port, 2);
        assert_int_equal(world.scripted_calls.last_cid, 2);
        assert_string_equal(world.scripted_calls.last_apn, "other");
        assert_string_equal(world.scripted_calls.last_number, "*99**PPP*2#");
        said = talk(&world, "AT+CGPADDR=2");
        address = world.scripted_calls.last_address;
        assert_non_null(memmem(said.data, said.len, address, strlen(address)));
        world_deinit(&world);
    }
}

/* It takes what it has room for, and the host's bytes wait for the rest. */
static void a_slow_other_side_holds_the_host_up(void **state)
{
    static uint8_t sent[60000];
    struct world world;

    (void)state;
    fill(sent, sizeof(sent));
    begin(&world, "he910", 1);
    dial(&world, 0, "ATD*99#");
    peer_stall(peer_of(&world));
    world_type(&world, 0, span_at(sent, sizeof(sent)));
    assert_true(byte_queue_len(&world.ports[0].typed) > sizeof(sent) / 2);
    peer_resume(peer_of(&world));
    world_settle(&world);
    assert_int_equal(byte_queue_len(&world.ports[0].typed), 0);
    assert_true(span_equal(byte_queue_peek(&peer_of(&world)->got), span_at(sent, sizeof(sent))));
    world_deinit(&world);
}

/* And the other way round; NO CARRIER comes behind all of it. */
static void a_slow_host_holds_the_other_side_up(void **state)
{
    static uint8_t sent[40000];
    struct world world;
    struct span heard;

    (void)state;
    fill(sent, sizeof(sent));
    begin(&world, "m95", 1);
    dial(&world, 0, "ATD*99#");
    world_set_appetite(&world, 0, 100);
    peer_send(peer_of(&world), span_at(sent, sizeof(sent)));
    peer_hang_up(peer_of(&world));
    world_settle(&world);
    assert_int_equal(world_heard(&world, 0).len, 100);
    assert_int_equal(world.scripted_net.spins, 0);
    for (size_t read = 100; read < sizeof(sent); read += 777)
        world_set_appetite(&world, 0, 777);
    world_set_appetite(&world, 0, SIZE_MAX);
    heard = world_heard(&world, 0);
    assert_int_equal(heard.len, sizeof(sent) + strlen("\r\nNO CARRIER\r\n"));
    assert_memory_equal(heard.data, sent, sizeof(sent));
    world_deinit(&world);
}

/* In command mode 2 kB wait for ATO, the rest with the other side. */
static void what_comes_in_command_mode_waits(void **state)
{
    static uint8_t sent[10000];
    struct world world;
    struct span heard;

    (void)state;
    fill(sent, sizeof(sent));
    for (size_t i = 0; i < COUNT(models); i++) {
        begin(&world, models[i], 1);
        dial(&world, 0, "ATD*99#");
        escape(&world);
        peer_send(peer_of(&world), span_at(sent, sizeof(sent)));
        world_settle(&world);
        assert_int_equal(byte_queue_len(&peer_of(&world)->stream->inbound),
                         sizeof(sent) - KEPT_MAX);
        talk_ok(&world, "AT");
        world_forget(&world, 0);
        world_type_text(&world, "ATO\r");
        heard = world_heard(&world, 0);
        assert_int_equal(heard.len, strlen("\r\nCONNECT\r\n") + sizeof(sent));
        assert_memory_equal(heard.data + strlen("\r\nCONNECT\r\n"), sent, sizeof(sent));
        assert_int_equal(world.scripted_net.spins, 0);
        world_deinit(&world);
    }
}

/* What the host has typed to it, and does not end as an escape, all arrives. */
static void pluses_are_data(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "he910", 1);
    dial(&world, 0, "ATD*99#");
    world_advance(&world, 1100);
    world_type_text(&world, "+++x");
    world_advance(&world, 2000);
    world_type_text(&world, "++");
    world_advance(&world, 2000);
    assert_true(span_equal(byte_queue_peek(&peer_of(&world)->got), span_of("+++x++")));
    world_deinit(&world);
}

static void a_host_that_leaves_ends_it(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "m95", 1);
    dial(&world, 0, "ATD*99#");
    world.ports[0].terminal->ops->host_gone(world.ports[0].terminal);
    world_settle(&world);
    assert_int_equal(peer_of(&world)->state, PEER_CLOSED);
    world_forget(&world, 0);
    talk_expect(&world, "AT", "\r\nOK\r\n");
    talk_expect(&world, "ATO", "\r\nNO CARRIER\r\n");
    dial(&world, 0, "ATD*99#");
    world_deinit(&world);
}

/* Nobody answers: the host may give up by leaving, DTR with &D2, or the power goes. */
static void a_dial_may_be_given_up(void **state)
{
    struct world world;

    (void)state;
    for (int way = 0; way < 3; way++) {
        begin(&world, "he910", 1);
        scripted_net_listen(&world.scripted_net, CALL_PORT, PEER_HANGS);
        talk_ok(&world, "AT&D2");
        talk(&world, "ATD*99#");
        world_forget(&world, 0);
        if (way == 0)
            world.ports[0].terminal->ops->host_gone(world.ports[0].terminal);
        else if (way == 1)
            world.ports[0].terminal->ops->set_dtr(world.ports[0].terminal, false);
        else
            world_switch_off(&world);
        world_settle(&world);
        assert_null(world.scripted_net.streams);
        if (way < 2)
            assert_true(talk_ends_with(talk(&world, "AT"), "OK"));
        world_deinit(&world);
    }
}

static void one_that_cannot_be_made_is_no_carrier(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "m95", 1);
    scripted_net_listen(&world.scripted_net, CALL_PORT, PEER_REFUSES);
    talk_expect(&world, "ATD*99#", "\r\nNO CARRIER\r\n");
    talk_expect(&world, "AT+CGACT?", "\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* Each context a call, each port one; a third port is refused. */
static void two_at_once(void **state)
{
    struct scripted_peer *second;
    struct world world;

    (void)state;
    begin(&world, "he910", 3);
    second = scripted_net_nth_peer(&world.scripted_net, NET_TCP, CALL_PORT, 1);
    dial(&world, 0, "ATD*99***1#");
    assert_true(talk_ends_with(talk_on(&world, 2, "ATD*99***1#"), "NO CARRIER"));
    dial(&world, 1, "ATD*99***2#");
    world_type(&world, 0, span_of("one"));
    world_type(&world, 1, span_of("two"));
    assert_true(span_equal(byte_queue_peek(&peer_of(&world)->got), span_of("one")));
    assert_true(span_equal(byte_queue_peek(&second->got), span_of("two")));
    world_deinit(&world);
}

static void a_call_leaves_no_memory_behind(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "he910", 1);
    dial(&world, 0, "ATD*99#");
    assert_non_null(world.modem->units);
    peer_hang_up(peer_of(&world));
    world_settle(&world);
    expect_heard(&world, 0, "\r\nNO CARRIER\r\n");
    assert_null(world.scripted_net.streams);
    assert_null(world.modem->units);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_side_is_told_who_calls),
        cmocka_unit_test(a_slow_other_side_holds_the_host_up),
        cmocka_unit_test(a_slow_host_holds_the_other_side_up),
        cmocka_unit_test(what_comes_in_command_mode_waits),
        cmocka_unit_test(pluses_are_data),
        cmocka_unit_test(a_host_that_leaves_ends_it),
        cmocka_unit_test(a_dial_may_be_given_up),
        cmocka_unit_test(one_that_cannot_be_made_is_no_carrier),
        cmocka_unit_test(two_at_once),
        cmocka_unit_test(a_call_leaves_no_memory_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
