/* test_engine_hosts.c: a host that goes for good leaves nothing half done to the next one. */
#include "check.h"
#include "talk.h"

#include <string.h>

static void switch_on(struct world *world)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "he910", false, 2), ERR_OK);
    talk_prepare(world);
    world_forget(world, 0);
}

static void host_goes(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    world_set_appetite(world, 0, 0);
    terminal->ops->host_gone(terminal);
    world_set_appetite(world, 0, SIZE_MAX);
    world_settle(world);
}

static void expect_ready(struct world *world)
{
    world_forget(world, 0);
    world_type_text(world, "AT\r");
    check_bytes("AT", world_heard(world, 0), span_of("\r\nOK\r\n"));
}

static void test_half_a_line(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world);
    world_type_text(&world, "AT+CM");
    host_goes(&world);
    expect_ready(&world);
    world_type_text(&world, "AT+CGMM\rAT+C");
    host_goes(&world);
    world_forget(&world, 0);
    world_type_text(&world, "A/"); /* nothing of the other host's to repeat */
    check_bytes("A/", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    world_deinit(&world);
}

static void test_prompt(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world);
    world_type_text(&world, "AT#SSLSECDATA=1,1,1,30\rsecret");
    host_goes(&world);
    check_bytes("nothing is said", world_heard(&world, 0), span_of("\r\n> "));
    expect_ready(&world);
    talk_expect(&world, "AT#SSLSECDATA=1,2,1",
                "\r\n#SSLSECDATA: 1,1\r\nNo data stored\r\n\r\nOK\r\n");
    world_deinit(&world);
}

static void test_answers_nobody_read(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world);
    world_set_appetite(&world, 0, 0);
    for (int i = 0; i < 400; i++)
        world_type_text(&world, "AT+CGMM;+CGMM;+CGMM\r");
    while (byte_queue_len(&world.ports[0].typed) > 0)
        host_goes(&world);
    host_goes(&world);
    expect_ready(&world);
    world_deinit(&world);
}

/* A server that does not answer the handshake yet. */
static struct scripted_peer *dialled(struct world *world)
{
    scripted_net_listen(&world->scripted_net, TALK_PORT, PEER_ACCEPTS);
    return scripted_net_peer(&world->scripted_net, TALK_PORT);
}

/* What it waits for is given up, and what stands behind it in its line is not run. */
static void test_running_command(void **state)
{
    struct world world;
    struct scripted_peer *peer;

    (void)state;
    switch_on(&world);
    peer = dialled(&world);
    world_type_text(&world, "AT#SSLD=1,443,\"localhost\",0,1;#SSLS=1;#SSLSEND=1\r");
    host_goes(&world);
    world_forget(&world, 0);
    assert_null(peer->stream);
    talk_expect(&world, "AT#SSLS=1", "\r\n#SSLS: 1,1\r\n\r\nOK\r\n");
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_expect(&world, "AT#SSLD=1,443,\"localhost\",0,1", "\r\nOK\r\n");
    world_deinit(&world);
}

/* What the peer sends afterwards is not lost in an answer that nobody gets. */
static void test_running_receive(void **state)
{
    struct world world;
    struct scripted_peer *peer;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    peer = talk_connect(&world, false);
    world_type_text(&world, "AT#SSLRECV=1,100\r");
    host_goes(&world);
    peer_send(peer, span_of("late"));
    world_settle(&world);
    check_bytes("nothing", world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT#SSLRECV=1,100", "\r\n#SSLRECV: 4\r\nlate\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* What the module has to say by itself is for whoever comes. */
static void test_unsolicited_lines_stay(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world);
    talk_ok(&world, "AT+CREG=1");
    world_forget(&world, 0);
    world_type_text(&world, "AT+CG");
    talk_on(&world, 1, "AT+CFUN=4");
    check_bytes("held", world_heard(&world, 0), span_of(""));
    host_goes(&world);
    check_bytes("said", world_heard(&world, 0), span_of("\r\n+CREG: 0\r\n"));
    world_deinit(&world);
}

static void test_online_data_stays(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    peer = talk_connect(&world, true);
    world_forget(&world, 0);
    world_set_appetite(&world, 0, 0);
    peer_send(peer, span_of("for the next one"));
    world_settle(&world);
    host_goes(&world);
    check_bytes("data", world_heard(&world, 0), span_of("for the next one"));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_a_line),         cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_answers_nobody_read), cmocka_unit_test(test_unsolicited_lines_stay),
        cmocka_unit_test(test_online_data_stays),   cmocka_unit_test(test_running_command),
        cmocka_unit_test(test_running_receive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
