/* test_time.c: where a module's clock has its time from, on each maker's modules: the network, by
 * their rules and with their lines; a host; what the config gives; and that it goes on while the
 * modem is away. */
#include "check.h"
#include "fact_cases.h"
#include "talk.h"

#include <stdio.h>
#include <string.h>

enum { START_UP_MS = 10000 };

static const char *const models[] = { "he910", "m95", "l610" };

static void begin(struct world *world, enum tlsmodem_time_from from, int zone_quarters)
{
    world_init(world);
    world->time.from = from;
    world->virtual_clock.zone_quarters = zone_quarters;
}

/* Switches on with one port, and lets it say its start-up lines. */
static void switch_on(struct world *world, const char *model, bool keeps)
{
    check_int(model, world_switch_on(world, model, keeps, 1), ERR_OK);
    talk_ok(world, "ATE0");
    world_advance(world, START_UP_MS);
}

static void register_anew(struct world *world)
{
    talk_ok(world, "AT+CFUN=4");
    talk(world, "AT+CFUN=1"); /* what comes behind OK is another matter */
}

/* `expected` is "yy/MM/dd,hh:mm:ss+zz", or its beginning. */
static void shows(const char *model, struct world *world, const char *expected)
{
    struct span answer = talk(world, "AT+CCLK?");
    char text[100] = { 0 };
    const char *quote;

    assert_true(answer.len < sizeof(text));
    memcpy(text, answer.data, answer.len);
    quote = strchr(text, '"');
    assert_non_null(quote);
    if (strncmp(quote + 1, expected, strlen(expected)) != 0)
        fail_msg("%s: %s instead of %s", model, quote + 1, expected);
}

/* The machine's time, with its zone. */
static void test_network_gives_the_machines_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
        switch_on(&world, models[i], false);
        shows(models[i], &world, "25/01/01,20:00:10+32");
        world_deinit(&world);
    }
}

static const struct {
    const char *model, *start;
} starts[] = {
    { "he910", "00/01/01,00:00:10+00" },       { "m95", "04/01/01,00:00:10+00" },
    { "m66", "04/01/01,00:00:10+00" },         { "l610", "00/01/01,00:00:10+00" },
    { "nl668-cn-00", "00/01/01,00:00:10+00" },
};

static void test_without_a_network_it_starts_as_the_module_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
        world.identity.registration = TLSMODEM_DENIED;
        switch_on(&world, starts[i].model, false);
        shows(starts[i].model, &world, starts[i].start);
        world_deinit(&world);
    }
}

static void test_by_hand_it_waits_for_a_host(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_BY_HAND, 32);
        switch_on(&world, starts[i].model, false);
        shows(starts[i].model, &world, starts[i].start);
        register_anew(&world);
        shows(starts[i].model, &world, starts[i].start);
        talk_ok(&world, "AT+CCLK=\"26/05/01,12:00:00+04\"");
        register_anew(&world);
        world_advance(&world, 1000);
        shows(starts[i].model, &world, "26/05/01,12:00:01+04");
        world_deinit(&world);
    }
}

/* By hand, too: that is what the commands are for. */
static void test_network_time_that_a_host_asks_for(void **state)
{
    static const struct {
        const char *model, *line;
        bool at_once;
    } rows[] = {
        { "he910", "AT#NITZ=7", false }, { "he910", "AT#NITZ=1,1", false },
        { "m95", "AT+QNITZ=1", true },   { "m95", "AT+CTZU=1", true },
        { "m95", "AT+CTZU=3", true },    { "l610", "AT+CTZU=1", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_BY_HAND, 32);
        switch_on(&world, rows[i].model, false);
        talk_ok(&world, "AT+CCLK=\"10/05/01,12:00:00+00\"");
        talk_ok(&world, rows[i].line);
        shows(rows[i].line, &world, rows[i].at_once ? "25/01/01,20:00:10+32" : "10/05/01");
        register_anew(&world);
        shows(rows[i].line, &world, "25/01/01,20:00:10+32");
        world_deinit(&world);
    }
}

static void test_a_hosts_time_stays_unless_it_asks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 0);
        switch_on(&world, models[i], true);
        if (strcmp(models[i], "he910") == 0)
            talk_ok(&world, "AT#NITZ=0"); /* which asks for it from the start */
        talk_ok(&world, "AT+CCLK=\"10/05/01,12:00:00+00\"");
        register_anew(&world);
        shows(models[i], &world, "10/05/01,12:00:00+00");
        talk_ok(&world, "AT+CFUN=1,1");
        world_advance(&world, 2 * START_UP_MS);
        talk_ok(&world, "ATE0");
        shows(models[i], &world, "10/05/01,12:00:20+00");
        world_deinit(&world);
    }
}

struct line_row {
    const char *model;
    const char *line;
    const char *heard; /* after the module has registered anew */
};

#define LINE(text) "\r\n" text "\r\n"

static const struct line_row line_rows[] = {
    { "he910", "AT#NITZ=1,1", LINE("#NITZ: 25/01/01,20:00:10") },
    { "he910", "AT#NITZ=3,1", LINE("#NITZ: 25/01/01,20:00:10+32") },
    { "he910", "AT#NITZ=7,1", LINE("#NITZ: 25/01/01,20:00:10+32,1") },
    { "he910", "AT#NITZ=7,0", "" },
    { "he910", "AT#NITZ=0,1", "" },
    { "he910", "AT+CTZR=1", LINE("+CTZV: +32") },
    { "m95", "AT+QNITZ=0", "" },
    { "m95", "AT+CTZR=1", LINE("+CTZV: \"+32,1\"") },
    { "l610", "AT+CTZR=1", LINE("+CTZV: +32") },
    { "l610", "AT+CTZR=2", LINE("+CTZE: \"+32\",1,\"2025/01/01,20:00:10\"") },
    { "l610", "AT+CTZR=0", "" },
};

static void test_lines_of_the_makers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(line_rows); i++) {
        const struct line_row *row = &line_rows[i];
        struct world world;
        char heard[100];

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
        world.virtual_clock.daylight_hours = 1;
        switch_on(&world, row->model, false);
        talk_ok(&world, row->line);
        register_anew(&world); /* talk() forgets what was heard before */
        world_advance(&world, 1000);
        snprintf(heard, sizeof(heard), "%s%s", LINE("OK"), row->heard);
        check_bytes(row->line, world_heard(&world, 0), span_of(heard));
        world_deinit(&world);
    }
}

/* +QNITZ gives GMT, at once where a host asks, and behind the start-up lines. */
static void test_lines_of_quectel(void **state)
{
    static const char line[] = LINE("+QNITZ: \"25/01/01,12:00:10+32,0\"");
    struct world world;
    struct span heard;

    (void)state;
    begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
    switch_on(&world, "m95", true);
    talk_expect(&world, "AT+QLTS", LINE("+QLTS: \"25/01/01,12:00:00+32,0\"") LINE("OK"));
    talk_ok(&world, "AT+QNITZ=1");
    world_forget(&world, 0);
    world_await(&world, 1000);
    check_bytes("at once", world_heard(&world, 0), span_of(line));
    talk_expect(&world, "AT+QLTS", LINE("+QLTS: \"25/01/01,12:00:10+32,0\"") LINE("OK"));
    talk_ok(&world, "AT+QNITZ=0;+CCLK=\"10/05/01,12:00:00-08\"");
    register_anew(&world); /* a host's zone is not the network's */
    talk_expect(&world, "AT+QLTS", LINE("+QLTS: \"25/01/01,12:00:10+32,0\"") LINE("OK"));
    talk_ok(&world, "AT+QNITZ=1");
    talk_ok(&world, "AT+CFUN=1,1");
    world_forget(&world, 0);
    world_advance(&world, 2 * START_UP_MS);
    heard = world_heard(&world, 0);
    check_bytes("start", span_skip(heard, heard.len - strlen(line)),
                span_of(LINE("+QNITZ: \"25/01/01,12:00:12+32,0\"")));
    world_deinit(&world);
    begin(&world, TLSMODEM_TIME_BY_HAND, 0);
    switch_on(&world, "m95", false);
    talk_expect(&world, "AT+QLTS", LINE("+QLTS: \"\"") LINE("OK"));
    world_deinit(&world);
}

static void test_local_time_of_quectel(void **state)
{
    static const struct tlsmodem_fact_value local = { "network-time-is-gmt", "no" };
    struct world world;

    (void)state;
    begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
    world.facts = &local;
    world.fact_count = 1;
    switch_on(&world, "m95", false);
    talk_expect(&world, "AT+QLTS", LINE("+QLTS: \"25/01/01,20:00:00+32,0\"") LINE("OK"));
    world_deinit(&world);
}

static void test_settings_are_read_back(void **state)
{
    static const struct {
        const char *model, *line, *answer;
    } rows[] = {
        { "he910", "AT+CTZU=1;+CTZU?", "+CTZU: 1" }, { "he910", "AT+CTZR=1;+CTZR?", "+CTZR: 1" },
        { "he910", "AT+CTZU=?", "+CTZU: (0,1)" },    { "m95", "AT+CTZU=3;+CTZU?", "+CTZU: 3" },
        { "m95", "AT+CTZU=?", "+CTZU: (0-3)" },      { "m95", "AT+QNITZ=1;+QNITZ?", "+QNITZ: 1" },
        { "m95", "AT+CTZR=?", "+CTZR: (0,1)" },      { "l610", "AT+CTZU=1;+CTZU?", "+CTZU: 1" },
        { "l610", "AT+CTZR=2;+CTZR?", "+CTZR: 2" },  { "l610", "AT+CTZR=?", "+CTZR: (0-2)" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world world;
        char expected[100];

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 0);
        switch_on(&world, rows[i].model, false);
        snprintf(expected, sizeof(expected), "\r\n%s\r\n\r\nOK\r\n", rows[i].answer);
        check_bytes(rows[i].line, talk(&world, rows[i].line), span_of(expected));
        world_deinit(&world);
    }
}

/* What a clock that nobody has set says is a guess, but for the M95; noted where it is shown. */
static void test_a_start_is_a_fact(void **state)
{
    static const struct tlsmodem_fact_value given = { "clock-start", "10/02/03,04:05:06+00" };

    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_BY_HAND, 0);
        switch_on(&world, models[i], false);
        assert_false(fact_is_relied_on(&world, models[i], "clock-start"));
        talk_ok(&world, "AT+CCLK?");
        check_int(models[i], fact_is_relied_on(&world, models[i], "clock-start"),
                  strcmp(models[i], "m95") != 0);
        world.facts = &given;
        world.fact_count = 1;
        switch_on(&world, models[i], false);
        shows(models[i], &world, "10/02/03,04:05:16+00");
        assert_false(fact_is_relied_on(&world, models[i], "clock-start"));
        world_deinit(&world);
    }
}

/* A zone alone is taken where the time is not wanted. */
static void test_zone_alone(void **state)
{
    struct world world;

    (void)state;
    begin(&world, TLSMODEM_TIME_OF_MACHINE, 32);
    switch_on(&world, "he910", false);
    talk_ok(&world, "AT#NITZ=0;+CTZU=1;+CCLK=\"10/05/01,12:00:00+00\"");
    register_anew(&world);
    shows("he910", &world, "10/05/01,20:00:00+32");
    world_deinit(&world);
}

/* ---- while the modem is away ---- */

enum { AWAY_S = 3600 };

static void be_away(struct world *world)
{
    world_switch_off(world);
    virtual_clock_set_utc(&world->virtual_clock, clock_utc_s(world->clock) + AWAY_S);
}

static void test_a_hosts_time_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_BY_HAND, 0);
        switch_on(&world, models[i], true);
        talk_ok(&world, "AT+CCLK=\"26/05/01,12:00:00+04\"");
        be_away(&world);
        switch_on(&world, models[i], true);
        shows(models[i], &world, "26/05/01,13:00:10+04");
        be_away(&world);
        switch_on(&world, models[i], false); /* without a store it begins anew */
        shows(models[i], &world, strcmp(models[i], "m95") == 0 ? "04/01/01" : "00/01/01");
        world_deinit(&world);
    }
}

static void test_a_start_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct world world;
        char later[32];

        begin(&world, TLSMODEM_TIME_BY_HAND, 0);
        switch_on(&world, starts[i].model, true);
        be_away(&world);
        switch_on(&world, starts[i].model, true);
        snprintf(later, sizeof(later), "%.9s01:00:20+00", starts[i].start);
        shows(starts[i].model, &world, later);
        world_deinit(&world);
    }
}

static void test_a_given_time_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, TLSMODEM_TIME_OF_MACHINE, 0);
        assert_int_equal(tlsmodem_time_read("2030-06-01T12:00:00+02:00", 0, &world.time), ERR_OK);
        switch_on(&world, models[i], true);
        shows(models[i], &world, "30/06/01,12:00:10+08");
        register_anew(&world);
        shows(models[i], &world, "30/06/01,12:00:10+08");
        be_away(&world);
        switch_on(&world, models[i], true);
        shows(models[i], &world, "30/06/01,13:00:20+08");
        world_switch_off(&world);
        assert_int_equal(tlsmodem_time_read("2031-01-01T00:00:00Z", 0, &world.time), ERR_OK);
        switch_on(&world, models[i], true);
        shows(models[i], &world, "31/01/01,00:00:10+00");
        world_switch_off(&world);
        world.time.from = TLSMODEM_TIME_OF_MACHINE;
        switch_on(&world, models[i], true);
        shows(models[i], &world, "25/01/01,13:00:40+00");
        world_deinit(&world);
    }
}

/* The machine's time needs no store. */
static void test_the_machines_time_is_not_stored(void **state)
{
    struct world world;

    (void)state;
    begin(&world, TLSMODEM_TIME_OF_MACHINE, 0);
    switch_on(&world, "he910", true);
    assert_null(memory_storage_find(&world.memory_storage, "clock"));
    talk_ok(&world, "AT+CCLK=\"26/05/01,12:00:00+04\"");
    assert_non_null(memory_storage_find(&world.memory_storage, "clock"));
    register_anew(&world);
    assert_null(memory_storage_find(&world.memory_storage, "clock"));
    world_deinit(&world);
}

static void test_a_damaged_clock_begins_anew(void **state)
{
    static const char *const values[] = { "",
                                          "1",
                                          "1 0 1 0 0 x",
                                          "1 0 1 0 0 0 0",
                                          "1 0 1 99999999999999 0 0",
                                          "1 0 1 0 97 0",
                                          "1 0 1 0 0 -99999999999999" };
    struct world world;

    (void)state;
    begin(&world, TLSMODEM_TIME_BY_HAND, 0);
    for (size_t i = 0; i < COUNT(values); i++) {
        memory_storage_put(&world.memory_storage, "clock", false, span_of(values[i]));
        switch_on(&world, "m95", true);
        shows(values[i], &world, "04/01/01,00:00:10+00");
    }
    world_deinit(&world);
}

static void test_a_clock_that_cannot_be_stored_is_set(void **state)
{
    struct world world;

    (void)state;
    begin(&world, TLSMODEM_TIME_BY_HAND, 0);
    switch_on(&world, "m95", true);
    memory_storage_fail_applies(&world.memory_storage, 1, ERR_IO);
    talk_ok(&world, "AT+CCLK=\"26/05/01,12:00:00+04\"");
    shows("m95", &world, "26/05/01,12:00:00+04");
    world_deinit(&world);
}

/* ---- as its owner writes it ---- */

static void test_times_are_read(void **state)
{
    static const struct {
        const char *text;
        enum tlsmodem_time_from from;
        int64_t utc_s;
        int zone_quarters;
    } rows[] = {
        { "machine", TLSMODEM_TIME_OF_MACHINE, 0, 0 },
        { "manual", TLSMODEM_TIME_BY_HAND, 0, 0 },
        { "2025-01-01T12:00:00Z", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, 0 },
        { "2025-01-01T12:00:00+00:00", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, 0 },
        { "2025-01-01T17:45:00+05:45", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, 23 },
        { "2025-01-01T08:30:00-0330", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, -14 },
        { "2025-01-01T13:00:00+01", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, 4 },
        { "2025-01-01T14:00:00", TLSMODEM_TIME_GIVEN, VIRTUAL_CLOCK_UTC_S, 8 },
    };
    static const char *const bad[] = { "",
                                       "Machine",
                                       "now",
                                       "2025-01-01",
                                       "2025-01-01 12:00:00Z",
                                       "2025-01-01T12:00Z",
                                       "2025-01-01T12:00:00z",
                                       "2025-01-01T12:00:00Z ",
                                       "2025-01-01T12:00:00+",
                                       "2025-01-01T12:00:00+1",
                                       "2025-01-01T12:00:00+15:00",
                                       "2025-01-01T12:00:00-12:15",
                                       "2025-01-01T12:00:00+01:10",
                                       "2025-02-29T12:00:00Z",
                                       "2025-01-01T24:00:00Z",
                                       "1999-12-31T23:59:59Z",
                                       "2100-01-01T00:00:00Z" };
    struct tlsmodem_time time;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_int(rows[i].text, tlsmodem_time_read(rows[i].text, 8, &time), ERR_OK);
        check_int(rows[i].text, time.from, rows[i].from);
        check_int(rows[i].text, time.utc_s, rows[i].utc_s);
        check_int(rows[i].text, time.zone_quarters, rows[i].zone_quarters);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        check_int(bad[i], tlsmodem_time_read(bad[i], 8, &time), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network_gives_the_machines_time),
        cmocka_unit_test(test_without_a_network_it_starts_as_the_module_does),
        cmocka_unit_test(test_by_hand_it_waits_for_a_host),
        cmocka_unit_test(test_network_time_that_a_host_asks_for),
        cmocka_unit_test(test_a_hosts_time_stays_unless_it_asks),
        cmocka_unit_test(test_lines_of_the_makers),
        cmocka_unit_test(test_lines_of_quectel),
        cmocka_unit_test(test_local_time_of_quectel),
        cmocka_unit_test(test_settings_are_read_back),
        cmocka_unit_test(test_a_start_is_a_fact),
        cmocka_unit_test(test_zone_alone),
        cmocka_unit_test(test_a_hosts_time_goes_on),
        cmocka_unit_test(test_a_start_goes_on),
        cmocka_unit_test(test_a_given_time_goes_on),
        cmocka_unit_test(test_the_machines_time_is_not_stored),
        cmocka_unit_test(test_a_damaged_clock_begins_anew),
        cmocka_unit_test(test_a_clock_that_cannot_be_stored_is_set),
        cmocka_unit_test(test_times_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
