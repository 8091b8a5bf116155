/* test_engine_settle.c: OK comes when what a command has stored is safe, and ERROR when it is lost.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>

#define OK "\r\nOK\r\n"

static void start(struct world *world, const char *model, size_t ports)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, model, true, ports), ERR_OK);
    talk_ok(world, "ATE0+CMEE=1");
    world->memory_storage.is_late = true;
}

static void settle(struct world *world, enum err err)
{
    world_forget(world, 0);
    world_forget(world, 1);
    memory_storage_settle(&world->memory_storage, err);
    world_settle(world);
}

/* What has been heard on port 0 since. */
static void expect(struct world *world, const char *expected)
{
    check_bytes("heard", world_heard(world, 0), span_of(expected));
    world_forget(world, 0);
}

static void test_a_setting_is_ok_once_it_is_safe(void **state)
{
    struct world world;

    (void)state;
    start(&world, "m95", 1);
    talk_expect(&world, "AT+QIREGAPP=\"one\",\"\",\"\"", OK); /* stores nothing */
    talk_expect(&world, "AT&W", "");
    talk_expect(&world, "AT", ""); /* waits its turn */
    settle(&world, ERR_OK);
    expect(&world, OK OK);
    world_deinit(&world);
}

static void test_the_rest_of_a_line_waits(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910", 1);
    talk_expect(&world, "AT&W;+CMEE?;&W1;+CMEE=2", "");
    settle(&world, ERR_OK);
    expect(&world, "\r\n+CMEE: 1\r\n");
    settle(&world, ERR_OK);
    expect(&world, OK);
    world_deinit(&world);
}

static void test_what_is_lost_is_an_error_and_ends_the_line(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910", 1);
    talk_expect(&world, "AT&W;+CMEE=2", "");
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 23\r\n");
    talk_expect(&world, "AT+CMEE?", "\r\n+CMEE: 1\r\n" OK);
    world_deinit(&world);
}

/* A setting that is stored by each set, and what it sets off. */
static void test_a_lost_setting_is_what_it_was(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910", 1);
    world.memory_storage.is_late = false;
    talk_expect(&world, "AT#SSLEN=1,1", OK);
    talk_expect(&world, "AT#SSLSECCFG=1,3,0", OK);
    world.memory_storage.is_late = true;
    talk_expect(&world, "AT#SSLSECCFG=1,5,0", "");
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 23\r\n");
    talk_expect(&world, "AT#SSLSECCFG?", "\r\n#SSLSECCFG: 1,3,0\r\n" OK);
    talk_expect(&world, "AT#SSLSECCFG=1,5,0", "");
    settle(&world, ERR_OK);
    expect(&world, OK);
    talk_expect(&world, "AT#SSLSECCFG?", "\r\n#SSLSECCFG: 1,5,0\r\n" OK);
    world_deinit(&world);
}

/* A line that stores, the same before, and what is asked to see it. */
struct lost_row {
    const char *model, *before, *line, *question;
};

static void lose(const struct lost_row *row)
{
    struct world world;
    char was[1000];
    struct span answer;

    start(&world, row->model, 1);
    world.memory_storage.is_late = false;
    if (row->before[0] != '\0')
        talk_expect(&world, row->before, OK);
    answer = talk(&world, row->question);
    snprintf(was, sizeof(was), "%.*s", (int)answer.len, (const char *)answer.data);
    world.memory_storage.is_late = true;
    talk_expect(&world, row->line, "");
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 23\r\n");
    talk_expect(&world, row->question, was);
    talk_expect(&world, row->line, "");
    settle(&world, ERR_OK);
    expect(&world, OK);
    world_deinit(&world);
}

/* Rows whose handler does more than to bind, and records that nothing was stored of. */
static void test_each_lost_setting_is_what_it_was(void **state)
{
    static const struct lost_row rows[] = {
        { "he910", "AT+CGDCONT=2,\"IP\",\"old\"", "AT+CGDCONT=2,\"IP\",\"new\"", "AT+CGDCONT?" },
        { "he910", "", "AT+CGDCONT=2,\"IP\",\"new\"", "AT+CGDCONT?" },
        { "he910", "AT+CGDCONT=1,\"IP\",\"old\"", "AT+CGDCONT=1", "AT+CGDCONT?" },
        { "l610", "AT+CGDCONT=1,\"IP\",\"old\"", "AT+CGDCONT=1,\"IP\",\"new\"", "AT+CGDCONT?" },
        { "l610", "AT+HTTPSET=\"UAGENT\",\"old\"", "AT+HTTPSET=\"UAGENT\",\"new\"", "AT+HTTPSET?" },
        { "l610", "", "AT+HTTPSET=\"UAGENT\",\"new\"", "AT+HTTPSET?" },
        { "l610", "", "AT+GTSET=\"IPRFMT\",2", "AT+GTSET?" },
        { "l610", "AT+GTSET=\"IPRFMT\",1", "AT+GTSET=\"IPRFMT\",2", "AT+GTSET?" },
        { "he910", "AT#SCFG=2,1,400,90,600,50", "AT#SKTRST", "AT#SCFG?" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        lose(&rows[i]);
}

static void test_lost_security_data_is_what_it_was(void **state)
{
    static const char none[] = "\r\n#SSLSECDATA: 1,1\r\nNo data stored\r\n" OK;
    struct world world;
    struct span heard;

    (void)state;
    start(&world, "he910", 1);
    world.memory_storage.is_late = false;
    talk_expect(&world, "AT#SSLEN=1,1", OK);
    world.memory_storage.is_late = true;
    talk_expect(&world, "AT#SSLSECDATA=1,1,1,4", "\r\n> ");
    world_forget(&world, 0);
    world_type_text(&world, "abcd\x1a");
    heard = world_heard(&world, 0);
    assert_true(heard.len == 0 || memchr(heard.data, 'O', heard.len) == NULL);
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 23\r\n");
    talk_expect(&world, "AT#SSLSECDATA=1,2,1", none);
    world_deinit(&world);
}

/* An answer that says what was stored waits, too, and there is none where it was lost. */
static void test_the_answer_to_an_upload_waits(void **state)
{
    struct world world;

    (void)state;
    start(&world, "m95", 1);
    talk_expect(&world, "AT+QSECWRITE=\"NVRAM:CA0\",4,10", "\r\nCONNECT\r\n");
    world_forget(&world, 0);
    world_type_text(&world, "abcd");
    expect(&world, "");
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 4014\r\n");
    talk_expect(&world, "AT+QSECWRITE=\"NVRAM:CA0\",4,10", "\r\nCONNECT\r\n");
    world_forget(&world, 0);
    world_type_text(&world, "abcd");
    settle(&world, ERR_OK);
    expect(&world, "\r\n+QSECWRITE: 4,206\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+QSECDEL=\"NVRAM:CA0\"", "");
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 4014\r\n");
    world_deinit(&world);
}

/* Who has stored nothing is not kept waiting, and fails for nobody else. */
static void test_the_other_port_goes_on(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910", 2);
    talk_expect(&world, "AT&W", "");
    check_bytes("port 1", talk_on(&world, 1, "ATE0"), span_of("ATE0\r" OK));
    settle(&world, ERR_IO);
    expect(&world, "\r\n+CME ERROR: 23\r\n");
    check_bytes("port 1", world_heard(&world, 1), span_of(""));
    world_deinit(&world);
}

static void test_a_restart_does_not_wait(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910", 2);
    talk_expect(&world, "AT&W", "");
    talk_on(&world, 1, "AT#REBOOT");
    world_advance(&world, 60000);
    settle(&world, ERR_OK);
    world_forget(&world, 0);
    talk_ok(&world, "AT");
    world_deinit(&world);
}

/* A host that hangs up is not answered, and the next one finds the port at rest. */
static void test_a_host_may_leave_meanwhile(void **state)
{
    struct world world;
    struct terminal *terminal;

    (void)state;
    start(&world, "he910", 1);
    terminal = tlsmodem_terminal_at(world.modem, 0);
    talk_expect(&world, "AT&W;+CMEE=2", "");
    terminal->ops->host_gone(terminal);
    settle(&world, ERR_OK);
    expect(&world, "");
    talk_expect(&world, "AT+CMEE?", "\r\n+CMEE: 1\r\n" OK);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_setting_is_ok_once_it_is_safe),
        cmocka_unit_test(test_the_rest_of_a_line_waits),
        cmocka_unit_test(test_what_is_lost_is_an_error_and_ends_the_line),
        cmocka_unit_test(test_a_lost_setting_is_what_it_was),
        cmocka_unit_test(test_each_lost_setting_is_what_it_was),
        cmocka_unit_test(test_lost_security_data_is_what_it_was),
        cmocka_unit_test(test_the_answer_to_an_upload_waits),
        cmocka_unit_test(test_the_other_port_goes_on),
        cmocka_unit_test(test_a_restart_does_not_wait),
        cmocka_unit_test(test_a_host_may_leave_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
