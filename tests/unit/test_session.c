/* test_session.c: what a host hears, byte for byte: echo, result codes, line ends, line editing. */
#include "check.h"
#include "talk.h"

struct answer_row {
    const char *before; /* typed first; its answer is not looked at */
    const char *typed;
    const char *heard;
};

static const struct answer_row rows[] = {
    /* echo */
    { "", "AT\r", "AT\r\r\nOK\r\n" },
    { "", "at\r", "at\r\r\nOK\r\n" },
    { "", "AT", "AT" },
    { "", "ATE0\r", "ATE0\r\r\nOK\r\n" },
    { "ATE0\r", "AT\r", "\r\nOK\r\n" },
    { "ATE0\r", "ATE1\r", "\r\nOK\r\n" },
    { "ATE0\rATE1\r", "AT\r", "AT\r\r\nOK\r\n" },
    { "", "A", "A" },
    { "", "xy", "xy" },

    /* the line feed after a CR is part of the line end; empty lines are nothing */
    { "", "AT\r\n", "AT\r\r\nOK\r\n" },
    { "", "AT\r\nAT\r\n", "AT\r\r\nOK\r\nAT\r\r\nOK\r\n" },
    { "", "\r", "" },
    { "", "\r\n\r\n", "" },
    { "",
      "\n\x1A\x1B"
      "AT\r",
      "AT\r\r\nOK\r\n" },
    { "ATE0\r", "\x1A\rAT\r", "\r\nOK\r\n" },

    /* editing */
    { "", "ATE1\b0\r", "ATE1\b \b0\r\r\nOK\r\n" },
    { "ATE0\r", "ATX9\b1\r", "\r\nOK\r\n" },
    { "ATS5=95\r", "ATX9_1\r", "ATX9_ _1\r\r\nOK\r\n" },

    /* information and final result */
    { "", "AT+CGMM\r", "AT+CGMM\r\r\nHE910\r\n\r\nOK\r\n" },
    { "", "AT+CMEE?\r", "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { "", "AT+CMEE=?\r", "AT+CMEE=?\r\r\n+CMEE: (0-2)\r\n\r\nOK\r\n" },
    { "ATE0\r", "ATS3?\r", "\r\n013\r\n\r\nOK\r\n" },
    { "ATE0\r", "ATS12?\r", "\r\n050\r\n\r\nOK\r\n" },
    { "ATE0\r", "AT+CMEE?;+CMEE?\r", "\r\n+CMEE: 0\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n" },
    { "ATE0\r", "AT+CGMI;+CMEE=7;+CGMI\r", "\r\nTelit\r\n\r\nERROR\r\n" },

    /* V0: numbers, and lines without a line end before them */
    { "", "ATV0\r", "ATV0\r0\r" },
    { "ATE0V0\r", "AT\r", "0\r" },
    { "ATE0V0\r", "AT+NO\r", "4\r" },
    { "ATE0V0\r", "AT+CGMM\r", "HE910\r\n0\r" },
    { "ATE0V0\r", "ATO\r", "3\r" },
    { "ATE0V0\r", "ATV1\r", "\r\nOK\r\n" },

    /* Q1: no result codes, but information */
    { "", "ATQ1\r", "ATQ1\r" },
    { "ATE0Q1\r", "AT\r", "" },
    { "ATE0Q1\r", "AT+NO\r", "" },
    { "ATE0Q1\rAT+CMEE=1\r", "AT+CMEE=9\r", "" },
    { "ATE0Q1\r", "AT+CGMM\r", "\r\nHE910\r\n" },
    { "ATE0Q1\r", "ATQ0\r", "\r\nOK\r\n" },

    /* S3 and S4: V.250 6.2.1 wants the old S3 to end this line and the new one in its answer */
    { "ATE0\r", "ATS4=33\r", "\r!OK\r!" },
    { "ATE0\rATS4=33\r", "AT+CGMM\r", "\r!HE910\r!\r!OK\r!" },
    { "ATE0\r", "ATS3=33\r", "!\nOK!\n" },
    { "ATE0\rATS3=33\r", "AT!", "!\nOK!\n" },
    { "ATE0\rATS3=33\r", "AT\r!", "!\nOK!\n" },
    { "ATE0\rATV0S3=33\r", "AT!", "0!" },

    /* +CMEE */
    { "ATE0\r", "AT+CMEE=3\r", "\r\nERROR\r\n" },
    { "ATE0+CMEE=1\r", "AT+CMEE=3\r", "\r\n+CME ERROR: 4\r\n" },
    { "ATE0+CMEE=2\r", "AT+CMEE=3\r", "\r\n+CME ERROR: operation not supported\r\n" },
    { "ATE0V0+CMEE=1\r", "AT+CMEE=3\r", "+CME ERROR: 4\r\n" },
    { "ATE0+CMEE=1\r", "AT#SSLCFG?\r", "\r\n+CME ERROR: 836\r\n" },
    { "ATE0+CMEE=2\r", "AT#SSLCFG?\r", "\r\n+CME ERROR: SSL not activated\r\n" },

    /* an unknown or malformed command is a plain ERROR */
    { "ATE0+CMEE=2\r", "AT+NO\r", "\r\nERROR\r\n" },
    { "ATE0+CMEE=2\r", "AT%\r", "\r\nERROR\r\n" },
    { "ATE0+CMEE=2\r", "ATE0;;\"\r", "\r\nERROR\r\n" },
    { "ATE0\r", "AT&\r", "\r\nERROR\r\n" },
    { "ATE0\r", "ATS99?\r", "\r\nERROR\r\n" },
    { "ATE0\r", "ATE2\r", "\r\nERROR\r\n" },
    { "ATE0\r", "ATE4294967296\r", "\r\nERROR\r\n" },

    /* a line stops at its first error; what came before it has happened */
    { "ATE0\r", "ATV0E9V1\r", "4\r" },
    { "ATE0\r", "ATV0+NO;V1\r", "4\r" },

    /* A/ */
    { "ATE0\rAT+CGMM\r", "A/", "\r\nHE910\r\n\r\nOK\r\n" },
    { "ATE0\rAT+CGMM\r", "a/\rA/\r", "\r\nHE910\r\n\r\nOK\r\n\r\nHE910\r\n\r\nOK\r\n" },
    { "AT+CGMM\r", "A/", "A/\r\nHE910\r\n\r\nOK\r\n" },
    { "ATE0\r", "A/A/", "\r\nOK\r\n\r\nOK\r\n" },

    /* as hosts in the field write */
    { "ATE0\r", "at#cpumode=3\r", "\r\nOK\r\n" },
    { "ATE0\r", "AT+CMEE = 1\r", "\r\nOK\r\n" },
    { "", "ATE0Q0V1X1&K0\r", "ATE0Q0V1X1&K0\r\r\nOK\r\n" },
    { "", "AT&FZE0&W\r", "AT&FZE0&W\r\r\nOK\r\n" },
    { "ATE0\r", "AT#SSLEN=,1,0\r", "\r\nERROR\r\n" },
    { "ATE0\r", "ATH\r", "\r\nOK\r\n" },
};

static void check_row(const struct answer_row *row)
{
    struct world world;

    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    world_type_text(&world, row->before);
    world_forget(&world, 0);
    world_type_text(&world, row->typed);
    check_bytes(show(span_of(row->typed)), world_heard(&world, 0), span_of(row->heard));
    world_deinit(&world);
}

/* A host that is a script: what ends its lines besides CR. */
static void test_line_feeds_of_a_script(void **state)
{
    static const struct answer_row script_rows[] = {
        { "", "AT\n", "AT\n\r\nOK\r\n" },
        { "ATE0\n", "AT\nAT+CGMM\n", "\r\nOK\r\n\r\nHE910\r\n\r\nOK\r\n" },
        { "ATE0\n", "AT\r\n\n\nAT\n", "\r\nOK\r\n\r\nOK\r\n" },
        { "ATE0\nATS3=33\n", "AT!AT\nAT\r", "!\nOK!\n!\nOK!\n!\nOK!\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(script_rows); i++) {
        const struct answer_row *row = &script_rows[i];
        struct world world;
        struct terminal *terminal;

        world_init(&world);
        assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
        terminal = tlsmodem_terminal_at(world.modem, 0);
        terminal->ops->accept_lf(terminal);
        world_type_text(&world, row->before);
        world_forget(&world, 0);
        world_type_text(&world, row->typed);
        check_bytes(show(span_of(row->typed)), world_heard(&world, 0), span_of(row->heard));
        assert_false(terminal->ops->end_input(terminal)); /* no line is begun */
        world_deinit(&world);
    }
}

static void test_end_of_input_ends_a_line(void **state)
{
    struct world world;
    struct terminal *terminal;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
    terminal = tlsmodem_terminal_at(world.modem, 0);
    world_type_text(&world, "ATE0\r");
    world_forget(&world, 0);
    world_type_text(&world, "AT+CGMM");
    assert_true(terminal->ops->end_input(terminal));
    check_bytes("end", world_heard(&world, 0), span_of("\r\nHE910\r\n\r\nOK\r\n"));
    assert_false(terminal->ops->end_input(terminal));
    world_deinit(&world);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}

enum { LINE_MAX = 400 }; /* AT and CR: docs/facts/telit.md §0 */

/* AT, then `+CGMM;` and so many semicolons that the line has `length` characters. */
static void type_line_of(struct world *world, size_t length)
{
    char line[2 * LINE_MAX];

    memset(line, ';', sizeof(line));
    memcpy(line, "AT+CGMM", 7);
    line[length] = '\0';
    world_forget(world, 0);
    world_type_text(world, line);
    world_type_text(world, "\r");
}

static void test_line_length(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    talk_ok(&world, "ATE0");
    type_line_of(&world, LINE_MAX);
    check_bytes("400", world_heard(&world, 0), span_of("\r\nHE910\r\n\r\nOK\r\n"));
    type_line_of(&world, LINE_MAX + 1);
    check_bytes("401", world_heard(&world, 0), span_of("\r\nERROR\r\n"));
    type_line_of(&world, 2 * LINE_MAX - 1);
    check_bytes("799", world_heard(&world, 0), span_of("\r\nERROR\r\n"));
    talk_expect(&world, "AT+CGMM", "\r\nHE910\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* An over-long line is echoed like any other, and none of it is executed. */
static void test_overlong_line_does_nothing(void **state)
{
    struct byte_queue line = { 0 };
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    byte_queue_put(&line, span_of("ATE0"));
    for (int i = 0; i < LINE_MAX; i++)
        byte_queue_put(&line, span_of(";"));
    byte_queue_put(&line, span_of("\r"));
    world_type(&world, 0, byte_queue_peek(&line));
    byte_queue_put(&line, span_of("\r\nERROR\r\nAT\r\r\nOK\r\n"));
    world_type_text(&world, "AT\r");
    check_bytes("over-long", world_heard(&world, 0), byte_queue_peek(&line));
    byte_queue_deinit(&line);
    world_deinit(&world);
}

/* A half typed line holds unsolicited lines back, but not for ever. */
static void test_unsolicited_lines_wait(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 2);
    talk_ok(&world, "ATE0");
    talk_ok(&world, "AT+CREG=1");
    world_forget(&world, 0);
    world_type_text(&world, "AT+CG");
    talk_on(&world, 1, "AT+CFUN=4");
    check_bytes("held", world_heard(&world, 0), span_of(""));
    world_type_text(&world, "MM\r");
    check_bytes("after the line", world_heard(&world, 0),
                span_of("\r\nHE910\r\n\r\nOK\r\n\r\n+CREG: 0\r\n"));
    world_forget(&world, 0);
    world_type_text(&world, "AT");
    talk_on(&world, 1, "AT+CFUN=1");
    world_advance(&world, 4999);
    check_bytes("held", world_heard(&world, 0), span_of(""));
    world_advance(&world, 1);
    check_bytes("after 5 s", world_heard(&world, 0), span_of("\r\n+CREG: 1\r\n"));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_line_feeds_of_a_script),
        cmocka_unit_test(test_end_of_input_ends_a_line),
        cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_overlong_line_does_nothing),
        cmocka_unit_test(test_unsolicited_lines_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
