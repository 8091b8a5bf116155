/* test_control.c: what a laboratory does to a modem (tlsmodem_control.h), where transcripts do not
 * reach: errors, circuits, status, and what holds over a power cycle. */
#include "check.h"
#include "talk.h"

#include "laboratory/act.h"
#include "laboratory/setting.h"
#include "tlsmodem_control.h"

#include <string.h>

static void begin(struct world *world, const char *model)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, model, false, 1), ERR_OK);
    talk_ok(world, "ATE0");
    world_forget(world, 0);
}

static struct tlsmodem_status status_of(struct world *world)
{
    struct tlsmodem_status status;

    tlsmodem_get_status(world->modem, &status);
    return status;
}

static void expect_heard(struct world *world, const char *expected)
{
    check_bytes("heard", world_heard(world, 0), span_of(expected));
    world_forget(world, 0);
}

/* ---- words ---- */

static enum err set(struct world *world, const char *name, const char *value, char why[300])
{
    struct text text;

    text_init(&text, why, 300);
    return lab_setting_set(world->modem, 0, lab_setting_find(span_of(name)), span_of(value), &text);
}

static void test_words_are_checked(void **state)
{
    static const struct {
        const char *name, *value, *why;
    } wrong[] = {
        { "registration", "away",
          "registration: \"away\" is wrong; allowed: home, roaming, searching, denied, lost" },
        { "signal", "32", "signal: \"32\" is wrong; allowed: 0 to 31, 99" },
        { "signal", "", "signal: \"\" is wrong; allowed: 0 to 31, 99" },
        { "operator", "a \"b\"",
          "operator: \"a \"b\"\" is wrong; allowed: 1 to 23 ASCII characters, no quotes" },
        { "operator-code", "1234", "operator-code: \"1234\" is wrong; allowed: 5 or 6 digits" },
        { "area-code", "65536", "area-code: \"65536\" is wrong; allowed: 0 to 65535" },
        { "cell", "268435456", "cell: \"268435456\" is wrong; allowed: 0 to 268435455" },
        { "sim", "gone", "sim: \"gone\" is wrong; allowed: ready, pin, puk, absent" },
        { "attached", "on", "attached: \"on\" is wrong; allowed: no, yes" },
        { "clock", "machine",
          "clock: \"machine\" is wrong; allowed: a time like 2026-05-01T12:00:00Z" },
        { "dtr", "high", "dtr: \"high\" is wrong; allowed: off, on" },
    };
    struct world world;

    (void)state;
    begin(&world, "he910");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char why[300];

        assert_int_equal(set(&world, wrong[i].name, wrong[i].value, why), ERR_INVALID);
        assert_string_equal(why, wrong[i].why);
    }
    assert_null(lab_setting_find(span_of("weather")));
    world_deinit(&world);
}

static enum err act(struct world *world, const char *name, const char *first, const char *second,
                    char why[300])
{
    const struct span values[LAB_ACT_VALUES_MAX] = { span_of(first), span_of(second) };
    struct text text;

    text_init(&text, why, 300);
    return lab_act_do(world->modem, lab_act_find(span_of(name)), values, &text);
}

static void test_acts_are_checked(void **state)
{
    static const struct {
        const char *name, *first, *second, *why;
    } wrong[] = {
        { "power", "cut", "", "do: \"cut\" is wrong; allowed: off, on, reset, brown-out" },
        { "power", "", "", "do: \"\" is wrong; allowed: off, on, reset, brown-out" },
        { "ring", "+", "",
          "caller: \"+\" is wrong; allowed: 1 to 20 digits, perhaps with a + in front" },
        { "ring", "123456789012345678901", "",
          "caller: \"123456789012345678901\" is wrong; allowed: 1 to 20 digits, perhaps with a + "
          "in front" },
        { "sms", "", "a",
          "from: \"\" is wrong; allowed: 1 to 20 digits, perhaps with a + in front" },
        { "sms", "12", "\xff",
          "text: \"\xff\" is wrong; allowed: UTF-8, at most 160 characters of the GSM alphabet, or "
          "70 of UCS-2" },
        { "context-lost", "9", "",
          "cid: \"9\" is wrong; allowed: a PDP context of the model, 0 for all" },
        { "context-lost", "1", "",
          "context-lost: not possible in this state; it needs a PDP context that is up" },
        { "ring-end", "", "", "ring-end: not possible in this state; it needs a call" },
    };
    struct world world;

    (void)state;
    begin(&world, "he910");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char why[300];

        assert_int_not_equal(act(&world, wrong[i].name, wrong[i].first, wrong[i].second, why),
                             ERR_OK);
        assert_string_equal(why, wrong[i].why);
    }
    assert_null(lab_act_find(span_of("earthquake")));
    world_deinit(&world);
}

/* A rule whose words are in another order than what they stand for would do something else. */
static void test_words_are_what_they_say(void **state)
{
    struct world world;
    char why[300];

    (void)state;
    begin(&world, "he910");
    assert_int_equal(set(&world, "sim", "absent", why), ERR_OK);
    assert_int_equal(status_of(&world).sim, TLSMODEM_SIM_ABSENT);
    assert_int_equal(set(&world, "sim", "puk", why), ERR_OK);
    assert_int_equal(status_of(&world).sim, TLSMODEM_SIM_PUK);
    assert_int_equal(set(&world, "sim", "ready", why), ERR_OK);
    assert_int_equal(set(&world, "registration", "searching", why), ERR_OK);
    assert_int_equal(status_of(&world).registration, TLSMODEM_SEARCHING);
    assert_int_equal(set(&world, "registration", "lost", why), ERR_OK);
    assert_int_equal(status_of(&world).registration, TLSMODEM_LOST);
    assert_int_equal(act(&world, "power", "off", "", why), ERR_OK);
    assert_false(status_of(&world).on);
    assert_int_equal(act(&world, "power", "on", "", why), ERR_OK);
    assert_true(status_of(&world).on);
    assert_null(lab_setting_at(1000));
    assert_null(lab_act_at(1000));
    world_deinit(&world);
}

static void test_what_needs_power_or_network(void **state)
{
    struct world world;
    char why[300];

    (void)state;
    begin(&world, "he910");
    assert_int_equal(tlsmodem_lose_context(world.modem, 0), ERR_STATE);
    assert_int_equal(tlsmodem_lose_context(world.modem, 9), ERR_INVALID);
    assert_int_equal(set(&world, "registration", "lost", why), ERR_OK);
    assert_int_equal(set(&world, "attached", "no", why), ERR_STATE);
    assert_string_equal(
        why, "attached: not possible in this state; it needs a modem that is on, and registered");
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_OFF), ERR_OK);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_OFF), ERR_OK);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_RESET), ERR_STATE);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_BROWN_OUT), ERR_STATE);
    world_deinit(&world);
}

/* ---- what holds ---- */

static void test_it_holds_over_power(void **state)
{
    struct world world;
    char why[300];

    (void)state;
    begin(&world, "he910");
    assert_int_equal(set(&world, "registration", "roaming", why), ERR_OK);
    assert_int_equal(set(&world, "signal", "7", why), ERR_OK);
    assert_int_equal(set(&world, "operator", "Other", why), ERR_OK);
    assert_int_equal(set(&world, "operator-code", "26202", why), ERR_OK);
    assert_int_equal(set(&world, "cell", "77", why), ERR_OK);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_OFF), ERR_OK);
    assert_false(status_of(&world).on);
    assert_int_equal(tlsmodem_circuits(world.modem, 0) & LINE_DSR, 0);
    world_advance(&world, 100000000);
    assert_false(status_of(&world).on);
    assert_int_equal(set(&world, "signal", "8", why), ERR_OK);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_ON), ERR_OK);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_ON), ERR_OK);
    assert_true(tlsmodem_circuits(world.modem, 0) & LINE_DSR);
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+CSQ", "\r\n+CSQ: 8,0\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+COPS?", "\r\n+COPS: 0,0,\"Other\",2\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+CREG?", "\r\n+CREG: 0,5\r\n\r\nOK\r\n");
    assert_int_equal(status_of(&world).cell, 77);
    assert_string_equal(status_of(&world).operator_code, "26202");
    world_deinit(&world);
}

static void test_a_reset_comes_back(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "he910");
    talk_ok(&world, "AT+CREG=1");
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_RESET), ERR_OK);
    assert_false(status_of(&world).on);
    world_advance(&world, 60000);
    assert_true(status_of(&world).on);
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* A command that waits, a prompt, half a line: the power takes all of it. */
static void test_power_goes_at_any_time(void **state)
{
    static const char *const typed[] = { "AT+CMGW=\"1\"\rhalf a te", "AT+CS", "AT+CMGL=4\r" };
    struct world world;

    (void)state;
    begin(&world, "m95");
    for (size_t i = 0; i < COUNT(typed); i++) {
        world_type_text(&world, "AT+CMGF=1\r");
        world_type_text(&world, typed[i]);
        assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_BROWN_OUT), ERR_OK);
        world_advance(&world, 60000);
        talk_ok(&world, "ATE0");
    }
    world_deinit(&world);
}

static void test_time_is_checked_and_told(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "m95");
    assert_int_equal(tlsmodem_give_time(world.modem, 946684799, 0), ERR_INVALID);
    assert_int_equal(tlsmodem_set_clock(world.modem, INT64_C(4102444800), 0), ERR_INVALID);
    assert_int_equal(tlsmodem_give_time(world.modem, 1777636800, 57), ERR_INVALID);
    talk_ok(&world, "AT+QNITZ=1;+CTZR=1");
    world_advance(&world, 1000);
    world_forget(&world, 0);
    assert_int_equal(tlsmodem_give_time(world.modem, 1777636800, 8), ERR_OK);
    world_advance(&world, 1000);
    expect_heard(&world, "\r\n+QNITZ: \"26/05/01,12:00:00+08,0\"\r\n\r\n+CTZV: \"+08,0\"\r\n");
    assert_int_equal(status_of(&world).utc_s, 1777636801);
    assert_int_equal(tlsmodem_set_clock(world.modem, 1777636801, 4), ERR_OK);
    expect_heard(&world, "");
    assert_int_equal(status_of(&world).zone_quarters, 4);
    world_deinit(&world);
}

/* ---- circuits ---- */

static void test_dtr_and_dcd(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "he910");
    assert_int_equal(tlsmodem_circuits(world.modem, 0), LINE_DTR | LINE_DSR);
    talk_ok(&world, "AT&D1");
    talk_connect(&world, true);
    assert_true(tlsmodem_circuits(world.modem, 0) & LINE_DCD);
    tlsmodem_set_dtr(world.modem, 0, false);
    world_settle(&world);
    expect_heard(&world, "\r\nOK\r\n");
    assert_int_equal(tlsmodem_circuits(world.modem, 0), LINE_DSR);
    world_deinit(&world);
}

/* ---- calls ---- */

static void test_calls_are_checked(void **state)
{
    static const char *const wrong[] = { "", "+", "12a", "123456789012345678901", "+1+" };
    struct world world;

    (void)state;
    begin(&world, "he910");
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(tlsmodem_ring(world.modem, wrong[i]), ERR_INVALID);
    assert_int_equal(tlsmodem_ring_end(world.modem), ERR_STATE);
    assert_int_equal(tlsmodem_ring(world.modem, "+12345678901234567890"), ERR_OK);
    assert_int_equal(tlsmodem_ring(world.modem, "1"), ERR_BUSY);
    assert_int_equal(status_of(&world).call, TLSMODEM_CALL_RINGS);
    assert_string_equal(status_of(&world).caller, "+12345678901234567890");
    talk_ok(&world, "ATA");
    assert_int_equal(status_of(&world).call, TLSMODEM_CALL_ANSWERED);
    assert_int_equal(tlsmodem_ring(world.modem, "1"), ERR_BUSY);
    assert_int_equal(tlsmodem_set_registration(world.modem, TLSMODEM_LOST), ERR_OK);
    assert_int_equal(status_of(&world).call, TLSMODEM_CALL_NONE);
    assert_null(status_of(&world).caller);
    assert_int_equal(tlsmodem_ring(world.modem, "1"), ERR_STATE);
    world_deinit(&world);
}

/* The ring signal lasts a second of five, and ends with the call, whatever ends it. */
static void test_ring_indicator(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "m95");
    assert_int_equal(tlsmodem_ring(world.modem, NULL), ERR_OK);
    assert_true(world.ports[0].lines & LINE_RI);
    world_advance(&world, 1000);
    assert_false(world.ports[0].lines & LINE_RI);
    world_advance(&world, 4000);
    assert_true(world.ports[0].lines & LINE_RI);
    assert_int_equal(tlsmodem_set_power(world.modem, TLSMODEM_POWER_OFF), ERR_OK);
    assert_false(tlsmodem_circuits(world.modem, 0) & LINE_RI);
    world_deinit(&world);
}

/* Who is online hears of it when it is back, if it still rings then. */
static void test_a_call_waits_for_the_port(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "he910");
    talk_ok(&world, "AT&D1");
    talk_connect(&world, true);
    assert_int_equal(tlsmodem_ring(world.modem, "1"), ERR_OK);
    world_advance(&world, 11000);
    expect_heard(&world, "");
    tlsmodem_set_dtr(world.modem, 0, false);
    world_settle(&world);
    expect_heard(&world, "\r\nOK\r\n\r\nRING\r\n");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_checked),
        cmocka_unit_test(test_acts_are_checked),
        cmocka_unit_test(test_words_are_what_they_say),
        cmocka_unit_test(test_what_needs_power_or_network),
        cmocka_unit_test(test_it_holds_over_power),
        cmocka_unit_test(test_a_reset_comes_back),
        cmocka_unit_test(test_power_goes_at_any_time),
        cmocka_unit_test(test_time_is_checked_and_told),
        cmocka_unit_test(test_dtr_and_dcd),
        cmocka_unit_test(test_calls_are_checked),
        cmocka_unit_test(test_ring_indicator),
        cmocka_unit_test(test_a_call_waits_for_the_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
