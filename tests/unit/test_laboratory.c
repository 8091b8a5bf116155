/* test_laboratory.c: faults and links of a modem at run time: what the calls say, and that without
 * a laboratory there is nothing. */
#include "address_literal.h"
#include "check.h"
#include "laboratory/trouble.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { PORT = 700, WHY_CAP = 700 };

static void begin(struct world *world, bool has_laboratory)
{
    world_init(world);
    world->has_laboratory = has_laboratory;
    assert_int_equal(world_switch_on(world, "m95", false, 1), ERR_OK);
}

static void do_well(struct world *world, const char *words)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (lab_fault_do(world->modem, span_of(words), &why) != ERR_OK)
        fail_msg("%s: %s", words, memory);
}

static void test_nothing_without_a_laboratory(void **state)
{
    struct tlsmodem_fault_status status;
    struct world world;
    char memory[WHY_CAP];
    struct text why;

    (void)state;
    begin(&world, false);
    text_init(&why, memory, sizeof(memory));
    assert_int_equal(lab_fault_do(world.modem, span_of("refused"), &why), ERR_STATE);
    assert_string_equal(memory, "fault: this modem has no laboratory");
    text_init(&why, memory, sizeof(memory));
    assert_int_equal(lab_link_do(world.modem, span_of("gprs"), &why), ERR_STATE);
    assert_string_equal(memory, "link: this modem has no laboratory");
    assert_int_equal(tlsmodem_remove_fault(world.modem, 0), ERR_STATE);
    assert_false(tlsmodem_fault_at(world.modem, 0, &status));
    assert_null(tlsmodem_link(world.modem));
    world_deinit(&world);
}

static void test_faults_are_listed_and_removed(void **state)
{
    struct tlsmodem_fault_status status;
    struct fault fault;
    struct world world;
    char why[WHY_CAP], words[FAULT_WORDS_MAX];
    uint32_t number;

    (void)state;
    begin(&world, true);
    assert_false(tlsmodem_fault_at(world.modem, 0, &status));
    do_well(&world, "refused count=1");
    assert_true(fault_read(span_of("latency latency=5 seed=2"), &fault, why, sizeof(why)));
    assert_int_equal(tlsmodem_add_fault(world.modem, &fault, &number), ERR_OK);
    assert_int_equal(number, 2);
    assert_true(tlsmodem_fault_at(world.modem, 1, &status));
    assert_int_equal(status.number, 2);
    assert_int_equal(status.seen, 0);
    fault_write(&status.fault, words);
    assert_string_equal(words, "latency latency=5 seed=2");
    assert_int_equal(tlsmodem_remove_fault(world.modem, 7), ERR_NOT_FOUND);
    assert_int_equal(tlsmodem_remove_fault(world.modem, 1), ERR_OK);
    assert_true(tlsmodem_fault_at(world.modem, 0, &status));
    assert_int_equal(status.number, 2);
    do_well(&world, "none");
    assert_false(tlsmodem_fault_at(world.modem, 0, &status));
    fault.given = 0;
    assert_int_equal(tlsmodem_add_fault(world.modem, &fault, &number), ERR_INVALID);
    for (int i = 0; i < 64; i++)
        do_well(&world, "refused");
    fault.given = 1;
    assert_int_equal(tlsmodem_add_fault(world.modem, &fault, &number), ERR_FULL);
    world_deinit(&world);
}

static void test_links_are_named(void **state)
{
    struct world world;
    char memory[WHY_CAP];
    struct text why;

    (void)state;
    begin(&world, true);
    text_init(&why, memory, sizeof(memory));
    assert_int_equal(lab_link_do(world.modem, span_of("  gprs   loss=1 "), &why), ERR_OK);
    assert_string_equal(tlsmodem_link(world.modem), "gprs,loss=1");
    assert_int_equal(lab_link_do(world.modem, span_of("warp"), &why), ERR_INVALID);
    assert_non_null(strstr(memory, "\"warp\" is no property of a link; allowed: down=1"));
    assert_string_equal(tlsmodem_link(world.modem), "gprs,loss=1");
    assert_int_equal(lab_link_do(world.modem, span_of("none"), &why), ERR_OK);
    assert_null(tlsmodem_link(world.modem));
    world_deinit(&world);
}

/* A socket that is up when a link is put in front, made another, and taken away. */
static void test_a_link_holds_up_what_is_there(void **state)
{
    static const char open_socket[] = "AT+QIREGAPP\rAT+QIACT\rAT+QIOPEN=\"TCP\",\"10.0.0.7\",700\r";
    struct scripted_peer *peer;
    struct world world;
    char why[WHY_CAP];

    (void)state;
    begin(&world, true);
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world.scripted_net, PORT);
    world_type_text(&world, open_socket);
    world_advance(&world, 10000);
    assert_true(span_contains(world_heard(&world, 0), "CONNECT OK"));
    world_forget(&world, 0);
    assert_int_equal(tlsmodem_set_link(world.modem, "rtt=2000", why, sizeof(why)), ERR_OK);
    peer_send(peer, span_of("one"));
    world_advance(&world, 999);
    check_bytes("before", world_heard(&world, 0), span_of(""));
    assert_int_equal(tlsmodem_set_link(world.modem, "rtt=20", why, sizeof(why)), ERR_OK);
    world_advance(&world, 1);
    check_bytes("then", world_heard(&world, 0), span_of("one"));
    peer_send(peer, span_of("two"));
    world_advance(&world, 9);
    check_bytes("before", world_heard(&world, 0), span_of("one"));
    world_advance(&world, 1);
    check_bytes("then", world_heard(&world, 0), span_of("onetwo"));
    assert_int_equal(tlsmodem_set_link(world.modem, NULL, why, sizeof(why)), ERR_OK);
    peer_send(peer, span_of("three"));
    world_settle(&world);
    check_bytes("at once", world_heard(&world, 0), span_of("onetwothree"));
    assert_int_equal(world.scripted_net.spins, 0);
    world_deinit(&world);
}

/* A line of which nothing is to be heard, and which the power goes under, is over then. */
static void test_a_restart_ends_what_a_line_answers(void **state)
{
    static const char set_up[] = "AT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r"
                                 "AT#SSLSECCFG=1,0,0\rAT#SSLD=1,443,\"one.example\",0,1\r";
    struct world world;

    (void)state;
    world_init(&world);
    world.has_laboratory = true;
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    do_well(&world, "name_silent");
    do_well(&world, "answer_never command=AT#SSLD*");
    world_type_text(&world, set_up);
    world_advance(&world, 1000);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_RESET), ERR_OK);
    world_advance(&world, 20000);
    world_forget(&world, 0);
    world_type_text(&world, "AT\r");
    world_settle(&world);
    check_bytes("AT", world_heard(&world, 0), span_of("AT\r\r\nOK\r\n"));
    world_deinit(&world);
}

/* A handshake that fails in its phase, since a fault says so, and what was counted. */
static void test_what_is_struck_is_counted(void **state)
{
    static const struct {
        const char *phase;
        bool decides; /* the server has to */
    } rows[] = { { "client-hello", false }, { "any", true }, { "data", true } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct peer_handshake good = { .verdict = VERDICT_YES, .alert = -1 };
        struct tlsmodem_fault_status status;
        char words[100];
        struct world world;

        begin(&world, true);
        scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
        snprintf(words, sizeof(words), "tls reason=TLS_UNKNOWN_CA phase=%s", rows[i].phase);
        do_well(&world, words);
        world_type_text(&world, "AT+QIREGAPP\rAT+QIACT\rAT+QSSLOPEN=1,0,\"10.0.0.7\",700,0\r");
        if (rows[i].decides)
            peer_decide(scripted_net_peer(&world.scripted_net, PORT), &good);
        world_advance(&world, 10000);
        assert_true(tlsmodem_fault_at(world.modem, 0, &status));
        check_int(rows[i].phase, (int64_t)status.struck, 1);
        if (strcmp(rows[i].phase, "data") == 0)
            assert_true(span_contains(world_heard(&world, 0), "\"closed\",1"));
        else
            assert_true(span_contains(world_heard(&world, 0), "+QSSLOPEN: 1,-1"));
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_without_a_laboratory),
        cmocka_unit_test(test_faults_are_listed_and_removed),
        cmocka_unit_test(test_links_are_named),
        cmocka_unit_test(test_a_link_holds_up_what_is_there),
        cmocka_unit_test(test_a_restart_ends_what_a_line_answers),
        cmocka_unit_test(test_what_is_struck_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
