/* test_identity.c: who a modem says it is: presets, and what its config gives. */
#include "check.h"
#include "talk.h"

#include <stdio.h>

static const struct tlsmodem_identity ours = {
    .imei = "490154203237518",
    .imsi = "262011234567890",
    .iccid = "8949210076086148521",
    .operator_name = "Our Net",
    .operator_code = "26201",
    .area_code = 0x1A2B,
    .cell = 0x123C0DE,
    .has_signal = true,
    .signal = 7,
    .registration = TLSMODEM_ROAMING,
};

struct identity_row {
    const char *model, *line, *preset, *given;
};

#define QUECTEL_IMEI "860000000000009"
#define TEST_IMEI    "004999010640000"

static const struct identity_row rows[] = {
    { "he910", "AT+CGSN", TEST_IMEI, "490154203237518" },
    { "he910", "AT+GSN", TEST_IMEI, "490154203237518" },
    { "he910", "AT#CGSN", "#CGSN: " TEST_IMEI, "#CGSN: 490154203237518" },
    { "he910", "AT+CIMI", "001010123456789", "262011234567890" },
    { "he910", "AT#CIMI", "#CIMI: 001010123456789", "#CIMI: 262011234567890" },
    { "he910", "AT#CCID", "#CCID: 89882110000000000119", "#CCID: 8949210076086148521" },
    { "he910", "AT+COPS?", "+COPS: 0,0,\"Test Network\",2", "+COPS: 0,0,\"Our Net\",2" },
    { "he910", "AT+COPS=?", "+COPS: (2,\"Test Network\",\"Test\",\"00101\",2),,(0-4),(0-2)",
      "+COPS: (2,\"Our Net\",\"Our\",\"26201\",2),,(0-4),(0-2)" },
    { "he910", "AT+CSQ", "+CSQ: 20,0", "+CSQ: 7,0" },
    { "he910", "AT+CREG?", "+CREG: 0,1", "+CREG: 0,5" },
    { "he910", "AT+CREG=2;+CREG?", "+CREG: 2,1,\"0001\",\"00000001\",2",
      "+CREG: 2,5,\"1A2B\",\"0123C0DE\",2" },
    { "gl865-dual", "AT+CGREG=2;+CGREG?", "+CGREG: 2,1,\"0001\",\"0001\"",
      "+CGREG: 2,5,\"1A2B\",\"C0DE\"" },
    { "m95", "AT+CGSN", QUECTEL_IMEI, "490154203237518" },
    { "m95", "AT+GSN", QUECTEL_IMEI, "490154203237518" },
    { "m95", "AT+CIMI", "001010123456789", "262011234567890" },
    { "m95", "AT+QCCID", "89882110000000000119", "8949210076086148521" },
    { "m95", "AT+CCID", "+CCID: \"89882110000000000119\"", "+CCID: \"8949210076086148521\"" },
    { "m95", "AT+QSPN?", "+QSPN: \"Test Network\"", "+QSPN: \"Our Net\"" },
    { "m95", "AT+CREG?", "+CREG: 0,1", "+CREG: 0,5" },
    { "m95", "AT+CSQ", "+CSQ: 20,0", "+CSQ: 7,0" },
    { "l610", "AT+CGSN", TEST_IMEI, "490154203237518" },
    { "l610", "AT+CGSN=1", "+CGSN: " TEST_IMEI, "+CGSN: 490154203237518" },
    { "l610", "AT+GSN?", "+GSN: \"" TEST_IMEI "\"", "+GSN: \"490154203237518\"" },
    { "l610", "AT+CIMI", "001010123456789", "262011234567890" },
    { "l610", "AT+CIMI?", "+CIMI: 001010123456789", "+CIMI: 262011234567890" },
    { "l610", "AT+ICCID", "+ICCID: 89882110000000000119", "+ICCID: 8949210076086148521" },
    { "l610", "AT+CCID", "+CCID: 89882110000000000119", "+CCID: 8949210076086148521" },
    { "l610", "AT+CEREG?", "+CEREG: 0,1", "+CEREG: 0,5" },
};

static void expect(const struct identity_row *row, const struct tlsmodem_identity *identity,
                   const char *answer)
{
    struct world world;
    char expected[200];

    world_init(&world);
    world.identity = *identity;
    assert_int_equal(world_switch_on(&world, row->model, false, 1), ERR_OK);
    world_advance(&world, 10000); /* start-up lines */
    talk_ok(&world, "ATE0");
    snprintf(expected, sizeof(expected), "\r\n%s\r\n\r\nOK\r\n", answer);
    check_bytes(row->line, talk(&world, row->line), span_of(expected));
    world_deinit(&world);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(&rows[i], &(struct tlsmodem_identity){ 0 }, rows[i].preset);
        expect(&rows[i], &ours, rows[i].given);
    }
}

static void test_two_in_one_process(void **state)
{
    static const char *const imeis[] = { "490154203237518", "352099001761481" };
    struct world worlds[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world_init(&worlds[i]);
        worlds[i].identity.imei = imeis[i];
        assert_int_equal(world_switch_on(&worlds[i], "he910", false, 1), ERR_OK);
        talk_ok(&worlds[i], "ATE0");
    }
    for (size_t i = 0; i < 2; i++) {
        char expected[64];

        snprintf(expected, sizeof(expected), "\r\n%s\r\n\r\nOK\r\n", imeis[i]);
        check_bytes("AT+CGSN", talk(&worlds[i], "AT+CGSN"), span_of(expected));
    }
    for (size_t i = 0; i < 2; i++)
        world_deinit(&worlds[i]);
}

/* Each way not to be registered: nothing to attach to, no signal, no operator. */
static void test_no_network(void **state)
{
    static const struct {
        enum tlsmodem_registration registration;
        const char *creg;
    } ways[] = { { TLSMODEM_SEARCHING, "\r\n+CREG: 0,2\r\n\r\nOK\r\n" },
                 { TLSMODEM_DENIED, "\r\n+CREG: 0,3\r\n\r\nOK\r\n" },
                 { TLSMODEM_LOST, "\r\n+CREG: 0,4\r\n\r\nOK\r\n" } };

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct world world;

        world_init(&world);
        world.identity.registration = ways[i].registration;
        assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
        talk_ok(&world, "ATE0");
        talk_expect(&world, "AT+CREG?", ways[i].creg);
        talk_expect(&world, "AT+COPS?", "\r\n+COPS: 0\r\n\r\nOK\r\n");
        talk_expect(&world, "AT+CSQ", "\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
        talk_ok(&world, "AT+CGDCONT=1,\"IP\",\"internet\"");
        talk_error(&world, "AT#SGACT=1,1");
        talk_ok(&world, "AT+CFUN=4");
        talk_expect(&world, "AT+CREG?", "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
        world_deinit(&world);
    }
}

static void count_line(void *ctx, const char *tag, const char *text)
{
    (void)tag;
    (void)text;
    ++*(int *)ctx;
}

static void test_wrong_ones_are_refused(void **state)
{
    static const struct tlsmodem_identity wrong[] = {
        { .imei = "49015420323751" },
        { .imei = "490154203237517" },
        { .imsi = "12345" },
        { .imsi = "26201 1234" },
        { .iccid = "894921007608614852" },
        { .iccid = "884921007608614852" },
        { .operator_name = "" },
        { .operator_name = "a \"quoted\" one" },
        { .operator_name = "longer than twenty-three" },
        { .operator_code = "2620" },
        { .cell = 0x10000000 },
        { .has_signal = true, .signal = 32 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct world world;
        int lines = 0;

        world_init(&world);
        world.log.write = count_line;
        world.log.ctx = &lines;
        world.identity = wrong[i];
        assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_INVALID);
        assert_int_equal(lines, 1);
        world_deinit(&world);
    }
}

static void test_check_digits(void **state)
{
    char whole[TLSMODEM_ICCID_CAP];

    (void)state;
    assert_int_equal(tlsmodem_imei("35209900176148", whole), ERR_OK);
    assert_string_equal(whole, "352099001761481");
    assert_int_equal(tlsmodem_imei("00499901064000", whole), ERR_OK);
    assert_string_equal(whole, TEST_IMEI);
    assert_int_equal(tlsmodem_imei("352099001761482", whole), ERR_CORRUPT);
    assert_int_equal(tlsmodem_imei("3520990017614811", whole), ERR_INVALID);
    assert_int_equal(tlsmodem_iccid("898821100000000001", whole), ERR_OK);
    assert_string_equal(whole, "8988211000000000011");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_two_in_one_process),
        cmocka_unit_test(test_no_network),   cmocka_unit_test(test_wrong_ones_are_refused),
        cmocka_unit_test(test_check_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
