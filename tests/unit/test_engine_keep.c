/* test_engine_keep.c: what outlives a restart: profiles, settings that the module keeps, security
 * data; what storage that fails, and what is damaged in it, does.
 */
#include "check.h"
#include "module/keep.h"
#include "module/module.h"
#include "talk.h"

#include <stdio.h>

static void start(struct world *world)
{
    assert_int_equal(world_switch_on(world, "he910", true, 1), ERR_OK);
}

/* ---- profiles ---- */

/* Words of a script: a line to type, or RESTART; then what a command answers. */
struct profile_row {
    const char *lines[8];
    const char *ask, *answer;
};

#define RESTART "-"

static const struct profile_row profile_rows[] = {
    { { "ATE0", RESTART }, "AT+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W", RESTART }, "AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W0", RESTART }, "AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W1", RESTART }, "AT+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W1", "AT&Y1", RESTART }, "AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W1", "AT&P1", RESTART }, "AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W1&Y1", "AT&Y0", RESTART }, "AT+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W", "AT+CMEE=1" }, "ATZ;+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W1", "AT+CMEE=1" }, "ATZ1;+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W", "AT+CMEE=1", "ATZ1" }, "AT+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W" }, "AT&F;E0+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { { "ATE0+CMEE=2", "AT&W", "AT&F", RESTART }, "AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n" },
    { { "ATE0S12=255", "AT&W", RESTART }, "ATS12?", "\r\n255\r\n\r\nOK\r\n" },
    { { "ATE0&K0", "AT&W", RESTART }, "AT&K?", "\r\n0\r\n\r\nOK\r\n" },
    { { "ATE0+IPR=9600", "AT&W", RESTART }, "AT+IPR?", "\r\n+IPR: 9600\r\n\r\nOK\r\n" },
    { { "ATE0+ICF=2,1", "AT&W", RESTART }, "AT+ICF?", "\r\n+ICF: 2,1\r\n\r\nOK\r\n" },
    { { "ATV0E0", "AT&W", RESTART }, "AT+CMEE?", "+CMEE: 0\r\n0\r" },
};

static void play(struct world *world, const char *const *lines)
{
    for (size_t i = 0; i < 8 && lines[i] != NULL; i++) {
        if (lines[i][0] == RESTART[0])
            start(world);
        else
            talk(world, lines[i]);
    }
}

static void test_profiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(profile_rows); i++) {
        struct world world;

        world_init(&world);
        start(&world);
        play(&world, profile_rows[i].lines);
        talk_expect(&world, profile_rows[i].ask, profile_rows[i].answer);
        world_deinit(&world);
    }
}

/* The line format of the stored profile holds for Z too, whose line may have a command behind it.
 */
static void test_profiles_are_each_ports_own(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", true, 2), ERR_OK);
    talk_on(&world, 1, "ATE0+CMEE=2");
    talk_on(&world, 1, "AT&W");
    assert_int_equal(world_switch_on(&world, "he910", true, 2), ERR_OK);
    check_bytes("port 0", talk_on(&world, 0, "AT"), span_of("AT\r\r\nOK\r\n"));
    check_bytes("port 1", talk_on(&world, 1, "AT"), span_of("\r\nOK\r\n"));
    world_deinit(&world);
}

/* ---- settings that are stored by each set ---- */

struct kept_row {
    const char *set, *read, *answer;
};

static const struct kept_row kept_rows[] = {
    { "AT+CGDCONT=2,\"IPV6\",\"a.b\",\"\",0,1", "AT+CGDCONT?",
      "\r\n+CGDCONT: 1,\"IP\",\"internet\",\"\",0,0\r\n"
      "+CGDCONT: 2,\"IPV6\",\"a.b\",\"\",0,1\r\n\r\nOK\r\n" },
    { "AT#SSLCFG=1,2,1000,0,5000,255,2,1", "AT#SSLCFG?",
      "\r\n#SSLCFG: 1,2,1000,0,5000,255,2,1,0,0\r\n\r\nOK\r\n" },
    { "AT#SSLSECCFG=1,5,2", "AT#SSLSECCFG?", "\r\n#SSLSECCFG: 1,5,2\r\n\r\nOK\r\n" },
    { "AT#SSLEN=1,0", "AT#SSLEN?", "\r\n#SSLEN: 1,0\r\n\r\nOK\r\n" },
    { "AT+CGMM", "AT#SSLEN?", "\r\n#SSLEN: 1,1\r\n\r\nOK\r\n" },
};

static void test_kept_settings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kept_rows); i++) {
        struct world world;

        world_init(&world);
        start(&world);
        talk_prepare(&world);
        talk_ok(&world, kept_rows[i].set);
        talk_expect(&world, kept_rows[i].read, kept_rows[i].answer);
        start(&world);
        talk_ok(&world, "ATE0");
        talk_expect(&world, kept_rows[i].read, kept_rows[i].answer);
        world_deinit(&world);
    }
}

/* Every row with AT_KEEP_NVM: a value other than the factory's comes back. */
static void set_other_value(struct world *world, const struct at_command *row,
                            const struct at_param *param, int32_t value)
{
    struct at_session *at = world->modem->terminals[0]->at;
    char *record;

    module_enter(world->modem);
    record = at_make_record(at, row, 0);
    memcpy(record + param->bound - 1, &value, sizeof(value));
    assert_int_equal(keep_row(at, row, 0), ERR_OK);
    module_leave(world->modem);
}

static int32_t value_of(struct world *world, const struct at_command *row,
                        const struct at_param *param)
{
    const char *record;
    int32_t value;

    module_enter(world->modem);
    record = at_make_record(world->modem->terminals[0]->at, row, 0);
    memcpy(&value, record + param->bound - 1, sizeof(value));
    module_leave(world->modem);
    return value;
}

/* A 3G module, or where that has not got the row a 2G one. */
static void start_one_with(struct world *world, const struct at_command *row)
{
    start(world);
    if (at_find(world->modem->terminals[0]->at, row->name) == row)
        return;
    world_switch_off(world);
    assert_int_equal(world_switch_on(world, "gl865", true, 1), ERR_OK);
}

static void check_kept_param(const struct at_command *row, const struct at_param *param)
{
    struct world world;
    int32_t max;

    world_init(&world);
    start_one_with(&world, row);
    max = at_param_max(param, &world.modem->model->at);
    set_other_value(&world, row, param, max);
    start_one_with(&world, row);
    check_int(row->name, value_of(&world, row, param), max);
    world_deinit(&world);
}

static void test_every_kept_parameter(void **state)
{
    const struct at_commands *const *list = module_model_at(0)->personality->commands;

    (void)state;
    for (; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            for (size_t p = 0; row->keep == AT_KEEP_NVM && p < row->param_count; p++) {
                const struct at_param *param = &row->params[p];

                if (param->bound != 0 && param->type == AT_NUMBER && param->values == NULL)
                    check_kept_param(row, param);
            }
        }
    }
}

/* ---- damage ---- */

struct damage_row {
    const char *key, *value;
    const char *ask, *answer;
};

static const struct damage_row damage_rows[] = {
    { "set/#SSLCFG/0", "1,1,9999,90,100,50,0,0,0,0", "AT#SSLCFG?",
      "\r\n#SSLCFG: 1,1,300,90,100,50,0,0,0,0\r\n\r\nOK\r\n" },
    { "set/#SSLCFG/0", "", "AT#SSLCFG?", "\r\n#SSLCFG: 1,1,300,90,100,50,0,0,0,0\r\n\r\nOK\r\n" },
    { "set/#SSLCFG/0", "2,1,300,90,100,50", "AT#SSLCFG?",
      "\r\n#SSLCFG: 1,1,300,90,100,50,0,0,0,0\r\n\r\nOK\r\n" },
    { "set/#SSLCFG/0", "\xFF\xFE", "AT#SSLCFG?",
      "\r\n#SSLCFG: 1,1,300,90,100,50,0,0,0,0\r\n\r\nOK\r\n" },
    { "set/#SSLCFG/0", "1,1,1000,90,100,50", "AT#SSLCFG?", /* of an older version: fewer fields */
      "\r\n#SSLCFG: 1,1,1000,90,100,50,0,0,0,0\r\n\r\nOK\r\n" },
    { "set/+CGDCONT/0", "9,\"IP\",\"apn\",\"\",0,0", "AT+CGDCONT?", "\r\nOK\r\n" },
    { "profile/0/0", "E0;V1;+CMEE=9;S12=255;", "ATE0+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { "profile/0/0", "E0;V1;+CMEE=9;S12=255;", "ATE0S12?", "\r\n255\r\n\r\nOK\r\n" },
    { "profile/0/0", "E0;#REBOOT;#SSLEN=1,0;+CMEE=1;", "AT#SSLEN?",
      "\r\n#SSLEN: 1,1\r\n\r\nOK\r\n" },
    { "profile/0/0", "\x01\x02\x03", "ATE0", "\r\nOK\r\n" },
    { "profile/0/0", "", "ATE0", "\r\nOK\r\n" },
    { "profile/chosen/0", "7", "ATE0", "\r\nOK\r\n" },
    { "profile/chosen/0", "long", "ATE0", "\r\nOK\r\n" },
    { "profile/chosen/0", "", "ATE0", "\r\nOK\r\n" },
};

/* What no host could have set is not taken from storage either (module/keep.c says so). */
static const struct damage_row foreign_rows[] = {
    { "set/+CGDCONT/0", "1,\"NO\",\"apn\",\"\",0,0", "AT+CGDCONT?", "\r\nOK\r\n" },
    { "set/+CGDCONT/0", "1,\"IP\",\"a\r\nb\",\"\",0,0", "AT+CGDCONT?", "\r\nOK\r\n" },
};

static unsigned warnings;

static void count_warning(void *ctx, const char *level_or_component, const char *text)
{
    (void)ctx;
    (void)text;
    warnings += strcmp(level_or_component, "warning") == 0;
}

static void check_damage(const struct damage_row *row)
{
    struct world world;

    world_init(&world);
    memory_storage_put(&world.memory_storage, "set/#SSLEN/0", false, span_of("1,1"));
    memory_storage_put(&world.memory_storage, row->key, false, span_of(row->value));
    start(&world);
    talk(&world, "ATE0");
    talk_expect(&world, row->ask, row->answer);
    world_deinit(&world);
}

static void test_damaged_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(damage_rows); i++)
        check_damage(&damage_rows[i]);
}

static void test_values_that_no_host_could_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(foreign_rows); i++)
        check_damage(&foreign_rows[i]);
}

/* The operator is told of what could not be taken. */
static void test_damage_is_logged(void **state)
{
    static const struct {
        const char *key, *value;
        bool corrupt;
    } logged[] = {
        { "set/#SSLCFG/0", "1,1,9999", false },
        { "set/#SSLCFG/0", "", false },
        { "set/#SSLCFG/0", "1,1,300,90,100,50", true },
        { "profile/0/0", "E7;", false },
        { "profile/0/0", "E0;!", false },
        { "profile/0/0", "E0;", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(logged); i++) {
        struct world world;

        warnings = 0;
        world_init(&world);
        world.log.write = count_warning;
        world.log.level = LOG_WARNING;
        memory_storage_put(&world.memory_storage, logged[i].key, false, span_of(logged[i].value));
        memory_storage_find(&world.memory_storage, logged[i].key)->corrupt = logged[i].corrupt;
        start(&world);
        check_int(logged[i].value, warnings > 0, 1);
        world_deinit(&world);
    }
}

/* ---- failing storage ---- */

struct failure_row {
    const char *before, *line, *read;
    bool prompt; /* the line opens a prompt, which gets a text and Ctrl-Z */
};

/* Each is typed while nothing can be stored: an error, and everything is as it was. */
static const struct failure_row failure_rows[] = {
    { "AT", "AT#SSLCFG=1,1,1000,90,100,50,2,2", "AT#SSLCFG?", false },
    { "AT", "AT#SSLSECCFG=1,3,1", "AT#SSLSECCFG?", false },
    { "AT", "AT#SSLSECCFG=1,3,1,0", "AT#SSLSECCFG?", false },
    { "AT", "AT#SSLSECCFG2=1,2", "AT#SSLSECCFG2?", false },
    { "AT", "AT#SSLEN=1,0", "AT#SSLEN?", false },
    { "AT#SSLEN=1,0", "AT#SSLEN=1,1", "AT#SSLEN?", false },
    { "AT", "AT+CGDCONT=2,\"IP\",\"other\"", "AT+CGDCONT?", false },
    { "AT+CGDCONT=2,\"IP\",\"other\"", "AT+CGDCONT=2", "AT+CGDCONT?", false },
    { "AT", "AT#SCFG=1,2,1000,90,100,50", "AT#SCFG?", false },
    { "AT", "AT#SGACTCFG=1,3,200,1", "AT#SGACTCFG?", false },
    { "AT", "AT#SSLSECDATA=1,1,1,20", "AT#SSLSECDATA=1,2,1", true },
    { "AT+CMEE=1", "AT&W", "AT", false },
    { "AT", "AT&Y1", "AT", false },
    { "AT", "AT#NITZ=0", "AT#NITZ?", false },
    { "AT", "AT#SGACTAUTH=2", "AT#SGACTAUTH?", false },
};

static void finish_prompt(struct world *world)
{
    static const char pem[] = "-----BEGIN X-----\n\x1A";

    check_bytes("prompt", world_heard(world, 0), span_of("\r\n> "));
    world_forget(world, 0);
    world_type_text(world, pem);
    check_bytes("after the prompt", world_heard(world, 0), span_of("\r\n+CME ERROR: 23\r\n"));
}

static void check_failure(const struct failure_row *row)
{
    struct byte_queue before = { 0 };
    struct world world;

    world_init(&world);
    start(&world);
    talk_prepare(&world);
    talk_ok(&world, row->before);
    byte_queue_put(&before, talk(&world, row->read));
    memory_storage_fail_applies(&world.memory_storage, 1, ERR_IO);
    talk(&world, row->line);
    if (row->prompt)
        finish_prompt(&world);
    else
        check_bytes(row->line, world_heard(&world, 0), span_of("\r\n+CME ERROR: 23\r\n"));
    check_bytes(row->line, talk(&world, row->read), byte_queue_peek(&before));
    memory_storage_fail_applies(&world.memory_storage, 0, ERR_IO);
    talk_ok(&world, "AT#SSLEN?");
    byte_queue_deinit(&before);
    world_deinit(&world);
}

static void test_failing_applies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failure_rows); i++)
        check_failure(&failure_rows[i]);
}

/* A whole conversation in which one apply after the other fails: each is an error or did not need
 * storage; none leaves the modem without an answer. */
static void test_each_apply_in_turn(void **state)
{
    static const char *const lines[] = {
        "AT+CGDCONT=1,\"IP\",\"x\"",
        "AT#SSLEN=1,1",
        "AT#SSLCFG=1,1,300,90,100,50",
        "AT#SSLSECCFG=1,0,1",
        "AT#SSLSECCFG2=1,2",
        "AT&W",
        "AT&Y1",
        "AT#SCFG=1,1,300,90,600,50",
    };

    (void)state;
    for (unsigned call = 1; call <= COUNT(lines) + 1; call++) {
        struct world world;
        size_t errors = 0;

        world_init(&world);
        start(&world);
        talk_ok(&world, "ATE0");
        memory_storage_fail_applies(&world.memory_storage, call, ERR_FULL);
        for (size_t i = 0; i < COUNT(lines); i++) {
            struct span answer = talk(&world, lines[i]);

            errors += talk_ends_with(answer, "ERROR");
            if (!talk_ends_with(answer, "ERROR") && !talk_ends_with(answer, "OK"))
                fail_msg("%s: \"%s\"", lines[i], show(answer));
        }
        check_int("errors", errors > 0, call <= COUNT(lines));
        world_deinit(&world);
    }
}

/* ---- switching on ---- */

static void test_unreadable_storage(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (unsigned call = 1; call <= 30; call++) {
        enum err err;

        memory_storage_fail_loads(&world.memory_storage, call, ERR_IO);
        err = world_switch_on(&world, "he910", true, 1);
        assert_true(err == ERR_OK || err == ERR_IO);
        if (err == ERR_OK)
            talk_ok(&world, "AT");
        world_switch_off(&world);
    }
    world_deinit(&world);
}

static void test_reboot(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    start(&world);
    talk_prepare(&world);
    talk_ok(&world, "AT&W");
    talk_ok(&world, "AT+CGATT=1"); /* leaves no trace */
    talk_expect(&world, "AT#REBOOT", "\r\nOK\r\n");
    talk_expect(&world, "AT", ""); /* nobody is there */
    world_advance(&world, 10000);
    talk_expect(&world, "AT", "\r\nOK\r\n");
    talk_expect(&world, "AT#SSLEN?", "\r\n#SSLEN: 1,1\r\n\r\nOK\r\n");
    talk_expect(&world, "AT#SGACT?", "\r\n#SGACT: 1,0\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* Storage that fails while the module is off: it tries again until it can start. */
static void test_reboot_with_failing_storage(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    start(&world);
    talk_ok(&world, "AT#REBOOT");
    memory_storage_fail_loads(&world.memory_storage, 1, ERR_IO);
    world_advance(&world, 20000);
    check_bytes("off", talk(&world, "AT"), span_of(""));
    memory_storage_fail_loads(&world.memory_storage, 0, ERR_IO);
    world_advance(&world, 20000);
    talk_ok(&world, "AT");
    world_deinit(&world);
}

static void test_reboot_closes_connections(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    start(&world);
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT#REBOOT");
    assert_int_equal(peer->state, PEER_CLOSED);
    assert_int_equal(world.scripted_tls.sessions, 0);
    assert_null(world.scripted_net.streams);
    world_advance(&world, 10000);
    talk_ok(&world, "AT");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_profiles_are_each_ports_own),
        cmocka_unit_test(test_kept_settings),
        cmocka_unit_test(test_every_kept_parameter),
        cmocka_unit_test(test_damaged_values),
        cmocka_unit_test(test_values_that_no_host_could_set),
        cmocka_unit_test(test_damage_is_logged),
        cmocka_unit_test(test_failing_applies),
        cmocka_unit_test(test_each_apply_in_turn),
        cmocka_unit_test(test_unreadable_storage),
        cmocka_unit_test(test_reboot),
        cmocka_unit_test(test_reboot_with_failing_storage),
        cmocka_unit_test(test_reboot_closes_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
