/* test_control_messages.c: messages that come in and go out (tlsmodem_control.h), where transcripts
 * do not reach: who takes them, a full store, a store that fails, and two ports. */
#include "check.h"
#include "talk.h"

#include "services/charset.h"
#include "services/sms_text.h"
#include "tlsmodem_control.h"

#include <stdio.h>
#include <string.h>

/* Who takes messages. */
struct taker {
    enum tlsmodem_sent answer;
    int asked;
    char heard[1000];
    uint32_t ticket;
};

static enum tlsmodem_sent take(void *ctx, const struct tlsmodem_sending *message)
{
    struct taker *taker = ctx;

    taker->asked++;
    taker->ticket = message->ticket;
    snprintf(taker->heard, sizeof(taker->heard), "%s|%s|%s|%d", message->to,
             message->text != NULL ? message->text : "(none)", message->pdu, message->reference);
    return taker->answer;
}

static void begin(struct world *world, struct taker *taker, const char *model, size_t ports)
{
    world_init(world);
    if (taker != NULL) {
        world->send_message = take;
        world->send_message_ctx = taker;
    }
    assert_int_equal(world_switch_on(world, model, true, ports), ERR_OK);
    for (size_t i = 0; i < ports; i++)
        talk_on(world, i, "ATE0");
    talk_ok(world, "AT+CMEE=1;+CMGF=1");
}

static enum err receive(struct world *world, const char *from, const char *text)
{
    return tlsmodem_receive_message(world->modem,
                                    &(struct tlsmodem_message){ .from = from, .text = text });
}

static enum err receive_pdu(struct world *world, const char *pdu)
{
    return tlsmodem_receive_message(world->modem, &(struct tlsmodem_message){ .pdu = pdu });
}

/* Types a text behind a prompt, and gives what is heard after it. */
static void expect_after_text(struct world *world, const char *line, const char *text,
                              const char *expected)
{
    talk(world, line);
    world_forget(world, 0);
    world_type_text(world, text);
    world_type_text(world, "\x1a");
    check_bytes(line, world_heard(world, 0), span_of(expected));
}

/* ---- sending ---- */

static void test_sent(void **state)
{
    struct taker taker = { .answer = TLSMODEM_ACCEPTED };
    struct world world;

    (void)state;
    begin(&world, &taker, "he910", 1);
    expect_after_text(&world, "AT+CMGS=\"+4912\"", "a {b}", "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    assert_true(strncmp(taker.heard, "+4912|a {b}|00110004919421", 26) == 0);
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "\r\n+CMGS: 1\r\n\r\nOK\r\n");
    assert_string_equal(strrchr(taker.heard, '|'), "|1");
    taker.answer = TLSMODEM_REFUSED;
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "\r\n+CMS ERROR: 21\r\n");
    talk_ok(&world, "AT+CSMP=17,167,0,8");
    taker.answer = TLSMODEM_ACCEPTED;
    expect_after_text(&world, "AT+CMGS=\"5\"", "041FD83DDE00", "\r\n+CMGS: 3\r\n\r\nOK\r\n");
    assert_true(strncmp(taker.heard, "5|\xD0\x9F\xF0\x9F\x98\x80|", 9) == 0);
    talk_ok(&world, "AT+CSMP=17,167,0,4");
    expect_after_text(&world, "AT+CMGS=\"5\"", "00FF", "\r\n+CMGS: 4\r\n\r\nOK\r\n");
    assert_true(strncmp(taker.heard, "5|(none)|", 9) == 0);
    assert_int_equal(taker.asked, 5);
    world_deinit(&world);
}

static void test_what_is_no_message_is_not_sent(void **state)
{
    struct taker taker = { .answer = TLSMODEM_ACCEPTED };
    struct world world;
    char text[162];

    (void)state;
    begin(&world, &taker, "he910", 1);
    memset(text, 'x', sizeof(text));
    text[161] = '\0';
    expect_after_text(&world, "AT+CMGS=\"5\"", text, "\r\n+CMS ERROR: 305\r\n");
    talk_expect(&world, "AT+CMGS=\"nobody\"", "\r\n+CMS ERROR: 305\r\n");
    talk_ok(&world, "AT+CMGF=0");
    expect_after_text(&world, "AT+CMGS=23", "0004039121F30000211052214365000AE8329BFD4697D9EC37",
                      "\r\n+CMS ERROR: 304\r\n");
    expect_after_text(&world, "AT+CMGS=24", "0004039121F30000211052214365000AE8329BFD4697D9EC37",
                      "\r\n+CMS ERROR: 304\r\n"); /* an SMS-DELIVER */
    expect_after_text(&world, "AT+CMGS=10", "0011000181F50000A70161", "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    assert_int_equal(taker.asked, 1);
    assert_int_equal(tlsmodem_set_registration(world.modem, TLSMODEM_DENIED), ERR_OK);
    expect_after_text(&world, "AT+CMGS=10", "0011000181F50000A70161", "\r\n+CMS ERROR: 331\r\n");
    world_deinit(&world);
}

static void test_decided_later(void **state)
{
    struct taker taker = { .answer = TLSMODEM_UNDECIDED };
    struct world world;

    (void)state;
    begin(&world, &taker, "he910", 1);
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "");
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket + 1, true), ERR_NOT_FOUND);
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket, true), ERR_OK);
    check_bytes("later", world_heard(&world, 0), span_of("\r\n+CMGS: 0\r\n\r\nOK\r\n"));
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket, true), ERR_NOT_FOUND);
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "");
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket, false), ERR_OK);
    check_bytes("refused", world_heard(&world, 0), span_of("\r\n+CMS ERROR: 21\r\n"));
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "");
    world_advance(&world, 60000);
    check_bytes("in time", world_heard(&world, 0), span_of("\r\n+CMS ERROR: 332\r\n"));
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "");
    world.ports[0].terminal->ops->host_gone(world.ports[0].terminal);
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket, true), ERR_NOT_FOUND);
    talk_ok(&world, "AT");
    expect_after_text(&world, "AT+CMGS=\"5\"", "x", "");
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_OFF), ERR_OK);
    assert_int_equal(tlsmodem_message_decided(world.modem, taker.ticket, true), ERR_NOT_FOUND);
    world_deinit(&world);
}

static void test_stored_ones_are_sent(void **state)
{
    struct taker taker = { .answer = TLSMODEM_ACCEPTED };
    struct world world;

    (void)state;
    begin(&world, &taker, "m95", 1);
    expect_after_text(&world, "AT+CMGW=\"12\"", "hello", "\r\n+CMGW: 1\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+CMSS=1,\"34\"", "\r\n+CMSS: 0\r\n\r\nOK\r\n");
    assert_true(strncmp(taker.heard, "34|hello|", 9) == 0);
    talk_expect(&world, "AT+CMSS=1", "\r\n+CMSS: 1\r\n\r\nOK\r\n");
    assert_true(strncmp(taker.heard, "12|hello|", 9) == 0);
    talk_expect(&world, "AT+CMGL=\"STO SENT\"",
                "\r\n+CMGL: 1,\"STO SENT\",\"12\",\r\nhello\r\n\r\nOK\r\n");
    assert_int_equal(receive(&world, "1", "mine"), ERR_OK);
    talk_expect(&world, "AT+CMSS=2", "\r\n+CMS ERROR: 302\r\n");
    world_deinit(&world);
}

/* ---- coming in ---- */

static void test_messages_are_checked(void **state)
{
    struct world world;
    char text[162];

    (void)state;
    begin(&world, NULL, "he910", 1);
    memset(text, 'x', sizeof(text));
    text[161] = '\0';
    assert_int_equal(receive(&world, "12", text), ERR_INVALID);
    text[160] = '\0';
    assert_int_equal(receive(&world, "12", text), ERR_OK);
    assert_int_equal(receive(&world, "", "x"), ERR_INVALID);
    assert_int_equal(receive(&world, "12", "\xC3"), ERR_INVALID);
    assert_int_equal(receive(&world, "12", "\xED\xA0\x80"), ERR_INVALID);
    assert_int_equal(receive_pdu(&world, "0011000181F50000A70161"), ERR_INVALID); /* a submit */
    assert_int_equal(receive_pdu(&world, "00040181F5000062501021000080"), ERR_INVALID);
    assert_int_equal(receive_pdu(&world, "00040181F50000625010210000800573F4FBEE06"), ERR_OK);
    assert_int_equal(receive_pdu(&world, "zz"), ERR_INVALID);
    assert_int_equal(tlsmodem_set_registration(world.modem, TLSMODEM_LOST), ERR_OK);
    assert_int_equal(receive(&world, "12", "x"), ERR_STATE);
    world_deinit(&world);
}

static void test_a_full_store_takes_none(void **state)
{
    struct tlsmodem_status status;
    struct world world;

    (void)state;
    begin(&world, NULL, "m95", 1);
    for (int i = 0; i < 10; i++)
        assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    assert_int_equal(receive(&world, "12", "x"), ERR_FULL);
    tlsmodem_get_status(world.modem, &status);
    assert_int_equal(status.messages, 10);
    assert_int_equal(status.unread, 10);
    expect_after_text(&world, "AT+CMGW=\"12\"", "x", "\r\n+CMS ERROR: 322\r\n");
    talk_ok(&world, "AT+CNMI=2,2"); /* what is not stored needs no room */
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    talk_ok(&world, "AT+CMGR=3");
    tlsmodem_get_status(world.modem, &status);
    assert_int_equal(status.unread, 9);
    talk_ok(&world, "AT+CMGD=3");
    talk_ok(&world, "AT+CNMI=2,1");
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    world_deinit(&world);
}

static void test_a_store_that_fails(void **state)
{
    struct world world;

    (void)state;
    begin(&world, NULL, "he910", 1);
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    memory_storage_fail_applies(&world.memory_storage, 1, ERR_IO);
    assert_int_equal(receive(&world, "12", "y"), ERR_IO);
    expect_after_text(&world, "AT+CMGW=\"12\"", "x", "\r\n+CMS ERROR: 320\r\n");
    talk_expect(&world, "AT+CMGD=1", "\r\n+CMS ERROR: 320\r\n");
    memory_storage_fail_applies(&world.memory_storage, 0, ERR_OK);
    talk_expect(&world, "AT+CPMS?", "\r\n+CPMS: \"SM\",1,10,\"SM\",1,10,\"SM\",1,10\r\n\r\nOK\r\n");
    talk_ok(&world, "AT+CMGD=1");
    world_deinit(&world);
}

/* Each port has its own +CNMI; one that is online hears of it when it is back. */
static void test_two_ports(void **state)
{
    struct world world;

    (void)state;
    begin(&world, NULL, "he910", 2);
    talk_ok(&world, "AT+CNMI=2,1;&D1");
    talk_on(&world, 1, "AT+CNMI=1,1");
    world_forget(&world, 1);
    talk_connect(&world, true);
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    check_bytes("online", world_heard(&world, 0), span_of(""));
    check_bytes("other", world_heard(&world, 1), span_of("\r\n+CMTI: \"SM\",1\r\n"));
    tlsmodem_set_dtr(world.modem, 0, false);
    world_settle(&world);
    check_bytes("back", world_heard(&world, 0), span_of("\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n"));
    world_deinit(&world);
}

static void test_classes(void **state)
{
    static const char class_2[] = "00040181F500F2625010210000800573F4FBEE06";
    static const char class_3[] = "00040181F500F3625010210000800573F4FBEE06";
    struct world world;

    (void)state;
    begin(&world, NULL, "he910", 1);
    talk_ok(&world, "AT+CNMI=2,2;+CMGF=0");
    world_forget(&world, 0);
    assert_int_equal(receive_pdu(&world, class_2), ERR_OK);
    check_bytes("2", world_heard(&world, 0), span_of("\r\n+CMTI: \"SM\",1\r\n"));
    talk_ok(&world, "AT+CNMI=2,3");
    world_forget(&world, 0);
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    check_bytes("none", world_heard(&world, 0), span_of("\r\n+CMTI: \"SM\",2\r\n"));
    world_forget(&world, 0);
    assert_int_equal(receive_pdu(&world, class_3), ERR_OK);
    check_bytes("3", world_heard(&world, 0),
                span_of("\r\n+CMT: \"\",19\r\n00040181F500F3625010210000800573F4FBEE06\r\n"));
    world_deinit(&world);
}

/* With +CSMS=1 each that is shown is acknowledged before the next, and within 15 s. */
static void test_acknowledged(void **state)
{
    struct world world;

    (void)state;
    begin(&world, NULL, "he910", 1);
    talk_ok(&world, "AT+CNMI=2,2");
    talk_expect(&world, "AT+CNMA", "\r\n+CMS ERROR: 340\r\n");
    talk(&world, "AT+CSMS=1");
    world_forget(&world, 0);
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    assert_int_equal(receive(&world, "12", "y"), ERR_OK);
    assert_true(span_contains(world_heard(&world, 0), "\r\nx\r\n"));
    assert_false(span_contains(world_heard(&world, 0), "\r\ny\r\n"));
    talk_expect(&world, "AT+CNMA=0", "\r\n+CMS ERROR: 302\r\n"); /* of PDU mode */
    talk(&world, "AT+CNMA");
    assert_true(span_contains(world_heard(&world, 0), "OK\r\n\r\n+CMT: "));
    assert_true(span_contains(world_heard(&world, 0), "\r\ny\r\n"));
    talk_ok(&world, "AT+CMGF=0");
    talk_ok(&world, "AT+CNMA=1");
    talk_expect(&world, "AT+CNMA", "\r\n+CMS ERROR: 340\r\n");
    world_deinit(&world);
}

static void test_not_acknowledged_in_time(void **state)
{
    struct tlsmodem_status status;
    struct world world;

    (void)state;
    begin(&world, NULL, "m95", 1);
    talk_ok(&world, "AT+CNMI=2,2");
    talk(&world, "AT+CSMS=1");
    assert_int_equal(receive(&world, "12", "x"), ERR_OK);
    assert_int_equal(receive(&world, "12", "y"), ERR_OK);
    world_advance(&world, 14500);
    talk_expect(&world, "AT+CNMI?", "\r\n+CNMI: 2,2,0,0,0\r\n\r\nOK\r\n");
    world_forget(&world, 0);
    world_advance(&world, 1000);
    check_bytes("late", world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT+CNMI?", "\r\n+CNMI: 2,0,0,0,0\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+CNMA", "\r\n+CMS ERROR: 340\r\n");
    tlsmodem_get_status(world.modem, &status);
    assert_int_equal(status.unread, 2); /* both are in the store */
    world_deinit(&world);
}

/* ---- characters ---- */

static void test_alphabet_there_and_back(void **state)
{
    (void)state;
    for (unsigned c = 1; c < 0xFFFF; c++) {
        uint8_t septets[2];
        size_t count = charset_septets((uint16_t)c, septets);

        if (count == 1)
            assert_int_equal(charset_of_septet(septets[0], false), c);
        else if (count == 2)
            assert_int_equal(charset_of_septet(septets[1], true), c);
    }
}

static void test_sets_there_and_back(void **state)
{
    static const uint16_t text[] = { 'a', '@', '_', '{', 0xE4, 0xF1 };
    static const char *const sets[] = { "GSM", "UCS2", "HEX", "8859-1", "PCCP437" };
    char memory[100];
    uint16_t back[COUNT(text)];

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        enum charset set = charset_named(sets[i]);
        struct text out;

        text_init(&out, memory, sizeof(memory));
        for (size_t k = 0; k < COUNT(text); k++)
            charset_add(set, text[k], &out);
        assert_int_equal(charset_read(set, text_span(&out), back, COUNT(back)), COUNT(text));
        assert_memory_equal(back, text, sizeof(text));
        assert_true(charset_read(set, text_span(&out), back, COUNT(back) - 1) == SIZE_MAX);
    }
    assert_true(charset_read(CHARSET_UCS2, span_of("12"), back, 1) == SIZE_MAX);
    assert_true(charset_read(CHARSET_HEX, span_of("9"), back, 1) == SIZE_MAX);
    assert_true(charset_read(CHARSET_IRA, span_of("\xE4"), back, 1) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_what_is_no_message_is_not_sent),
        cmocka_unit_test(test_decided_later),
        cmocka_unit_test(test_stored_ones_are_sent),
        cmocka_unit_test(test_messages_are_checked),
        cmocka_unit_test(test_a_full_store_takes_none),
        cmocka_unit_test(test_a_store_that_fails),
        cmocka_unit_test(test_two_ports),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_acknowledged),
        cmocka_unit_test(test_not_acknowledged_in_time),
        cmocka_unit_test(test_alphabet_there_and_back),
        cmocka_unit_test(test_sets_there_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
