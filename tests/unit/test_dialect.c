/* test_dialect.c: what a maker's dialect, its prompts and its rows may ask of the interpreter. */
#include "at/session.h"
#include "check.h"
#include "module/keep.h"
#include "toy_session.h"

#include <stdio.h>
#include <string.h>

enum { PIECES_WHOLE, PIECES_BYTES, PIECES_COUNT };

/* Steps of a conversation: what is typed, or how long the host is silent. */
struct step {
    const char *typed; /* NULL: silence */
    int64_t ms;
};

#define TYPE(text)                                                                                 \
    {                                                                                              \
        .typed = (text)                                                                            \
    }
#define SILENCE(time)                                                                              \
    {                                                                                              \
        .ms = (time)                                                                               \
    }

enum { STEPS_MAX = 9 };

struct talk_row {
    const char *name;
    struct at_dialect dialect;
    struct step steps[STEPS_MAX];
    const char *heard;
};

#define PROMPT .prompt = "\r\n> "

static const struct talk_row talk_rows[] = {
    /* the prompt's text and echo */
    { "dialect's prompt",
      { .prompt = "\r\n>" },
      { TYPE("AT+ASK=9,0\r"), TYPE("abc\x1A") },
      "\r\n>\r\n+ASK: 0,abc\r\n\r\nOK\r\n" },
    { "S3 and S4 in the prompt",
      { PROMPT },
      { TYPE("ATS4=33\r"), TYPE("AT+ASK=2,1\rab") },
      "\r!OK\r!\r!> \r!+ASK: 0,ab\r!\r!OK\r!" },
    { "another text",
      { PROMPT },
      { TYPE("AT+ASK=2,129\r"), TYPE("ab") },
      "\r\nCONNECT\r\n\r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "no text",
      { PROMPT },
      { TYPE("AT+ASK=2,257\r"), TYPE("ab") },
      "\r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "echo by the dialect",
      { PROMPT, .prompt_echo = true },
      { TYPE("ATE1\r"), TYPE("AT+ASK=9,512\rax\bb\x1A") },
      "\r\nOK\r\nAT+ASK=9,512\r\r\n> ax\b \bb\r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "a backspace among data",
      { PROMPT, .prompt_echo = true },
      { TYPE("ATE1\r"), TYPE("AT+ASK=9,0\rax\bb\x1A") },
      "\r\nOK\r\nAT+ASK=9,0\r\r\n> ax\bb\r\n+ASK: 0,ax\bb\r\n\r\nOK\r\n" },
    { "a backspace that takes back what was too much",
      { PROMPT },
      { TYPE("AT+ASK=2,512\rabc\b\x1A") },
      "\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "no echo by the dialect",
      { PROMPT },
      { TYPE("ATE1\r"), TYPE("AT+ASK=9,512\rax\bb\x1A") },
      "\r\nOK\r\nAT+ASK=9,512\r\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "echo by the prompt",
      { PROMPT },
      { TYPE("ATE1\r"), TYPE("AT+ASK=2,33\rab") },
      "\r\nOK\r\nAT+ASK=2,33\r\r\n> ab\r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "no echo by the prompt",
      { PROMPT, .prompt_echo = true },
      { TYPE("ATE1\r"), TYPE("AT+ASK=2,65\rab") },
      "\r\nOK\r\nAT+ASK=2,65\r\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "echo by the prompt, but E0",
      { PROMPT, .prompt_echo = true },
      { TYPE("AT+ASK=2,33\rab") },
      "\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },

    /* memory */
    { "more than the payload memory",
      { PROMPT },
      { TYPE("AT+ASK=30,17\r"), TYPE("abcdefghijklmnopqrstuvwxyz1234") },
      "\r\n> \r\n+ASK: 0,abcdefghijklmnopqrstuvwxyz1234\r\n\r\nOK\r\n" },

    /* time */
    { "the dialect's idle time",
      { PROMPT, .prompt_idle_ms = 1000 },
      { TYPE("AT+ASK=9,0\ra"), SILENCE(999), TYPE("b"), SILENCE(999), TYPE("c"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 2,abc\r\n\r\nOK\r\n" },
    { "a prompt's own idle time",
      { PROMPT, .prompt_idle_ms = 1000 },
      { TYPE("AT+ASK=9,0,300\ra"), SILENCE(299), TYPE("b"), SILENCE(300) },
      "\r\n> \r\n+ASK: 2,ab\r\n\r\nOK\r\n" },
    { "a longer one",
      { PROMPT, .prompt_idle_ms = 100 },
      { TYPE("AT+ASK=9,0,300\ra"), SILENCE(299), TYPE("b\x1A") },
      "\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "total time, whatever comes",
      { PROMPT },
      { TYPE("AT+ASK=9,0,0,1000\ra"), SILENCE(600), TYPE("b"), SILENCE(399), TYPE("c"), SILENCE(1),
        TYPE("AT\r") },
      "\r\n> \r\n+ASK: 2,abc\r\n\r\nOK\r\n\r\nOK\r\n" },

    /* raw bytes and the escape sequence */
    { "raw takes control characters",
      { PROMPT },
      { TYPE("AT+ASK=9,6\r"), TYPE("a\x1A\x1B\b+++z"), SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 4,a\x1A\x1B\b+++z\r\n\r\nOK\r\n" },
    { "raw takes too much",
      { PROMPT },
      { TYPE("AT+ASK=3,6\r"), TYPE("abcde"), SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 3,abc\r\n\r\nOK\r\n" },
    { "raw drops the rest",
      { PROMPT },
      { TYPE("AT+ASK=3,14\r"), TYPE("abcde"), SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 4,abc\r\n\r\nOK\r\n" },
    { "no escape without silence after",
      { PROMPT },
      { TYPE("AT+ASK=9,6\r"), TYPE("a"), SILENCE(1000), TYPE("+++"), SILENCE(999), TYPE("b"),
        SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 4,a+++b\r\n\r\nOK\r\n" },
    { "no escape without silence before",
      { PROMPT },
      { TYPE("AT+ASK=9,4\r"), TYPE("a"), SILENCE(999), TYPE("+++"), SILENCE(2000), TYPE("\x1A") },
      "\r\n> \r\n+ASK: 0,a+++\r\n\r\nOK\r\n" },
    { "two characters are data",
      { PROMPT },
      { TYPE("AT+ASK=9,4\r"), TYPE("a"), SILENCE(1000), TYPE("++"), SILENCE(1000), TYPE("\x1A") },
      "\r\n> \r\n+ASK: 0,a++\r\n\r\nOK\r\n" },
    { "held characters are not lost when time ends",
      { PROMPT },
      { TYPE("AT+ASK=9,6,500\r"), TYPE("a"), SILENCE(400), TYPE("b"), SILENCE(500) },
      "\r\n> \r\n+ASK: 2,ab\r\n\r\nOK\r\n" },
    { "nor when the guard time is longer",
      { PROMPT },
      { TYPE("ATS12=100\r"), TYPE("AT+ASK=9,6,1500,3000\r"), SILENCE(1400), TYPE("x"),
        SILENCE(1499), TYPE("y"), SILENCE(101) },
      "\r\nOK\r\n\r\n> \r\n+ASK: 2,xy\r\n\r\nOK\r\n" },
    { "escape instead of the count",
      { PROMPT },
      { TYPE("AT+ASK=9,5\r"), TYPE("abcde"), SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 4,abcde\r\n\r\nOK\r\n" },
    { "the count decides",
      { PROMPT },
      { TYPE("AT+ASK=6,5\r"), TYPE("abc"), SILENCE(1000), TYPE("+++"), TYPE("AT\r") },
      "\r\n> \r\n+ASK: 0,abc+++\r\n\r\nOK\r\n\r\nOK\r\n" },
    { "escape at once",
      { PROMPT },
      { TYPE("AT+ASK=9,6\r"), SILENCE(1000), TYPE("+++"), SILENCE(1000) },
      "\r\n> \r\n+ASK: 4,\r\n\r\nOK\r\n" },
    { "without escape_ends it is data",
      { PROMPT },
      { TYPE("AT+ASK=9,0\r"), SILENCE(1000), TYPE("+++"), SILENCE(1000), TYPE("\x1A") },
      "\r\n> \r\n+ASK: 0,+++\r\n\r\nOK\r\n" },
    { "S2 and S12 count",
      { PROMPT },
      { TYPE("ATS2=33S12=20\r"), TYPE("AT+ASK=9,6\r"), SILENCE(400), TYPE("!!!"), SILENCE(400) },
      "\r\nOK\r\n\r\n> \r\n+ASK: 4,\r\n\r\nOK\r\n" },
    { "echo of what was no escape",
      { PROMPT, .prompt_echo = true },
      { TYPE("ATE1\r"), TYPE("AT+ASK=9,6\r"), SILENCE(1000), TYPE("+"), SILENCE(500), TYPE("a") },
      "\r\nOK\r\nAT+ASK=9,6\r\r\n> +a" },

    /* line feeds */
    { "a line feed ends a line",
      { .lf_ends_line = true },
      { TYPE("AT\nAT\r\nAT\n\rAT\n") },
      "\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n" },
    { "it is echoed as it came",
      { .lf_ends_line = true },
      { TYPE("ATE1\n"), TYPE("AT\nAT\r\n") },
      "\r\nOK\r\nAT\n\r\nOK\r\nAT\r\r\nOK\r\n" },
    { "the one after a CR is no data",
      { PROMPT, .lf_ends_line = true },
      { TYPE("AT+ASK=2,1\r\nab") },
      "\r\n> \r\n+ASK: 0,ab\r\n\r\nOK\r\n" },
    { "the one after a line feed is",
      { PROMPT, .lf_ends_line = true },
      { TYPE("AT+ASK=2,1\n\nb") },
      "\r\n> \r\n+ASK: 0,\nb\r\n\r\nOK\r\n" },
    { "elsewhere it is nothing", { 0 }, { TYPE("AT\nI9\nAT\r") }, "\r\nERROR\r\n" },

    /* rows */
    { "a read that executes",
      { .read_executes = true },
      { TYPE("AT+RUN?\r") },
      "\r\n+RUN: 1\r\n\r\nOK\r\n" },
    { "a read that would act", { .read_executes = true }, { TYPE("AT+ACT?\r") }, "\r\nERROR\r\n" },
    { "a read that does not", { 0 }, { TYPE("AT+RUN?\r") }, "\r\nERROR\r\n" },
    { "a set does not", { .read_executes = true }, { TYPE("AT+RUN=1\r") }, "\r\nERROR\r\n" },
    { "quoted number", { 0 }, { TYPE("AT+NUMBER=\"12\"\r") }, "\r\n+NUMBER: 12\r\n\r\nOK\r\n" },
    { "no number", { 0 }, { TYPE("AT+NUMBER=\"\"\r") }, "\r\nERROR\r\n" },
    { "quoted elsewhere", { 0 }, { TYPE("AT+SAY=\"1\"\r") }, "\r\nERROR\r\n" },
    { "surplus", { 0 }, { TYPE("AT+NUMBER=7,\"x\",,0\r") }, "\r\n+NUMBER: 7\r\n\r\nOK\r\n" },
    { "surplus elsewhere", { 0 }, { TYPE("AT+SAY=0,0\r") }, "\r\nERROR\r\n" },
    { "blanks",
      { 0 },
      { TYPE("AT+ NUMBER = 7 , \"x\" ; + RUN\r") },
      "\r\n+NUMBER: 7\r\n\r\n+RUN: 1\r\n\r\nOK\r\n" },
    { "errors by number", { .cmee_preset = 1 }, { TYPE("AT+FAIL=1\r") }, "\r\n+CME ERROR: 1\r\n" },
    { "plain errors", { .cmee_preset = 1 }, { TYPE("AT+PLAIN=1\r") }, "\r\nERROR\r\n" },
    { "of bad parameters",
      { .cmee_preset = 2 },
      { TYPE("AT+PLAIN=x\rAT+PLAIN=99\r") },
      "\r\nERROR\r\n\r\nERROR\r\n" },
    { "of other rows",
      { .cmee_preset = 2 },
      { TYPE("AT+PLAIN=1\rAT+FAIL=1\rAT+FAIL=99\r") },
      "\r\nERROR\r\n\r\n+CME ERROR: one\r\n\r\n+CME ERROR: 3\r\n" },
    { "factory value of +CMEE",
      { .cmee_preset = 1 },
      { TYPE("AT+CMEE=0;&FE0;+CMEE?\r") },
      "\r\n+CMEE: 1\r\n\r\nOK\r\n" },

    /* result codes */
    { "results before the last",
      { 0 },
      { TYPE("AT+CODES\r") },
      "\r\nOK\r\n\r\n+CODES: 1\r\n\r\nSEND OK\r\n" },
    { "as numbers", { 0 }, { TYPE("ATV0\r"), TYPE("AT+CODES\r") }, "0\r0\r+CODES: 1\r\nSEND OK\r" },
    { "quiet", { 0 }, { TYPE("ATQ1\r"), TYPE("AT+CODES\r") }, "\r\n+CODES: 1\r\n" },

    /* distances of unsolicited lines */
    { "at once", { 0 }, { TYPE("AT+SAY=2\r") }, "\r\nOK\r\n\r\n+SAID: 1\r\n\r\n+SAID: 2\r\n" },
    { "not yet",
      { .urc_after_ms = 100, .urc_gap_ms = 50 },
      { TYPE("AT+SAY=2\r"), SILENCE(99) },
      "\r\nOK\r\n" },
    { "after the result",
      { .urc_after_ms = 100, .urc_gap_ms = 50 },
      { TYPE("AT+SAY=2\r"), SILENCE(149) },
      "\r\nOK\r\n\r\n+SAID: 1\r\n" },
    { "after the other",
      { .urc_after_ms = 100, .urc_gap_ms = 50 },
      { TYPE("AT+SAY=2\r"), SILENCE(150) },
      "\r\nOK\r\n\r\n+SAID: 1\r\n\r\n+SAID: 2\r\n" },
    { "from the last result",
      { .urc_after_ms = 100 },
      { TYPE("AT+SAY=1\r"), SILENCE(60), TYPE("AT\r"), SILENCE(99), TYPE("AT\r"), SILENCE(100) },
      "\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n\r\n+SAID: 1\r\n" },
    { "a half typed line holds longer",
      { .urc_after_ms = 100 },
      { TYPE("AT+SAY=1\r"), TYPE("AT"), SILENCE(4999), TYPE("\r"), SILENCE(99) },
      "\r\nOK\r\n\r\nOK\r\n" },
    { "but not for ever",
      { .urc_after_ms = 100 },
      { TYPE("AT+SAY=1\r"), TYPE("AT"), SILENCE(5000) },
      "\r\nOK\r\n\r\n+SAID: 1\r\n" },
    { "gap alone",
      { .urc_gap_ms = 50 },
      { TYPE("AT+SAY=2\r"), SILENCE(49) },
      "\r\nOK\r\n\r\n+SAID: 1\r\n" },
};

static void type(struct toy_session *toy, const char *text, int pieces)
{
    if (pieces == PIECES_WHOLE) {
        toy_type(toy, span_of(text));
        return;
    }
    for (; *text != '\0'; text++)
        toy_type(toy, span_at(text, 1));
}

static void check_talk(const struct talk_row *row, int pieces)
{
    struct toy_session toy;

    toy_session_init(&toy, row->dialect);
    for (size_t i = 0; i < STEPS_MAX; i++) {
        if (row->steps[i].typed != NULL)
            type(&toy, row->steps[i].typed, pieces);
        else
            toy_advance(&toy, row->steps[i].ms);
    }
    check_bytes(row->name, byte_queue_peek(&toy.heard), span_of(row->heard));
    toy_session_deinit(&toy);
}

static void test_talks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(talk_rows); i++) {
        for (int pieces = 0; pieces < PIECES_COUNT; pieces++)
            check_talk(&talk_rows[i], pieces);
    }
}

static void expect(struct toy_session *toy, const char *typed, const char *heard)
{
    byte_queue_clear(&toy->heard);
    toy_type(toy, span_of(typed));
    check_bytes(typed, byte_queue_peek(&toy->heard), span_of(heard));
}

/* A host that does not read refuses input, and then no escape sequence comes out of what waited. */
static void test_escape_waits_for_room(void **state)
{
    enum { ANSWER = 9 }; /* AT, its echo and OK */
    struct toy_session toy;

    (void)state;
    toy_session_init(&toy, (struct at_dialect){ .prompt = "\r\n> ", .prompt_echo = true });
    toy_type(&toy, span_of("ATE1\r"));
    toy_eat(&toy, 0);
    for (int i = 0; i < (TOY_OUTPUT - TOY_ANSWER) / ANSWER - 4; i++)
        toy_type(&toy, span_of("AT\r"));
    toy_type(&toy, span_of("AT+ASK=40,22\r"));
    toy_type(&toy, span_of("0123456789012345678901234567890123456789"));
    assert_true(byte_queue_len(&toy.typed) > 0);
    toy_advance(&toy, 2000);
    toy_type(&toy, span_of("+++"));
    toy_advance(&toy, 2000);
    toy_eat(&toy, SIZE_MAX);
    toy_advance(&toy, 2000);
    assert_int_equal(byte_queue_len(&toy.typed), 0);
    assert_true(at_is_prompting(toy.terminal.at));
    expect(&toy, "+++", "");
    toy_advance(&toy, 1000);
    assert_false(at_is_engaged(toy.terminal.at));
    toy_session_deinit(&toy);
}

/* A row of the maker hides the common row of its name: in lookup, factory values and profiles. */
static void test_a_row_hides_another(void **state)
{
    struct toy_session toy;

    (void)state;
    toy_session_init(&toy, (struct at_dialect){ 0 });
    assert_int_equal(toy.hiding, 8);
    assert_int_equal(at_settings_of(toy.terminal.at)->extended_connect,
                     0); /* the common one presets 1 */
    expect(&toy, "ATX1\r", "\r\nERROR\r\n");
    expect(&toy, "ATX9&W\r", "\r\nOK\r\n");
    at_settings_of(toy.terminal.at)->extended_connect = 5;
    toy_type(&toy, span_of("AT&FE0\r"));
    assert_int_equal(toy.hiding, 8);
    expect(&toy, "ATZ\r", "\r\nOK\r\n");
    assert_int_equal(toy.hiding, 9);
    assert_int_equal(at_settings_of(toy.terminal.at)->extended_connect, 5);
    byte_queue_clear(&toy.heard);
    toy_type(&toy, span_of("AT&V\r"));
    byte_queue_put(&toy.heard, span_at("", 1));
    assert_non_null(strstr((const char *)byte_queue_peek(&toy.heard).data, "\r\nX9\r\n"));
    assert_null(strstr((const char *)byte_queue_peek(&toy.heard).data, "\r\nX5\r\n"));
    toy_session_deinit(&toy);
}

/* An answer that is longer than the memory of the port goes out as the host takes it; what is typed
 * meanwhile waits, and so do unsolicited lines. */
static void test_long_answer(void **state)
{
    enum { LONG = 5000, HEAD = 15 };
    struct toy_session toy;
    struct span heard;

    (void)state;
    toy_session_init(&toy, (struct at_dialect){ 0 });
    toy_eat(&toy, 0);
    toy_type(&toy, span_of("AT+LONG=5000;+RUN\rAT\r"));
    at_urc(toy.terminal.at, "+SAID: 1");
    assert_true(at_is_busy(toy.terminal.at));
    toy_eat(&toy, 1000);
    assert_true(at_is_busy(toy.terminal.at));
    toy_eat(&toy, SIZE_MAX);
    heard = byte_queue_peek(&toy.heard);
    check_bytes("head", span_at(heard.data, HEAD), span_of("\r\n+LONG: 5000\r\n"));
    for (size_t i = HEAD; i < HEAD + LONG; i++)
        assert_int_equal(heard.data[i], 'x');
    check_bytes("tail", span_skip(heard, HEAD + LONG),
                span_of("\r\n\r\n+RUN: 1\r\n\r\nOK\r\n\r\n+SAID: 1\r\n\r\nOK\r\n"));
    expect(&toy, "AT+LONG=0\r", "\r\n+LONG: 0\r\n\r\n\r\nOK\r\n");
    toy_session_deinit(&toy);
}

/* A host that goes while the answer comes takes the rest with it, and the rest of its line. */
static void test_long_answer_and_host_gone(void **state)
{
    struct toy_session toy;

    (void)state;
    toy_session_init(&toy, (struct at_dialect){ 0 });
    toy_eat(&toy, 0);
    toy_type(&toy, span_of("AT+LONG=5000;+RUN\r"));
    assert_true(at_is_busy(toy.terminal.at));
    at_urc(toy.terminal.at, "+SAID: 1");
    at_host_gone(toy.terminal.at);
    assert_false(at_is_engaged(toy.terminal.at));
    toy_eat(&toy, SIZE_MAX);
    check_bytes("next host", byte_queue_peek(&toy.heard), span_of("\r\n+SAID: 1\r\n"));
    expect(&toy, "AT\r", "\r\nOK\r\n");
    toy_session_deinit(&toy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talks),
        cmocka_unit_test(test_escape_waits_for_room),
        cmocka_unit_test(test_a_row_hides_another),
        cmocka_unit_test(test_long_answer),
        cmocka_unit_test(test_long_answer_and_host_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
