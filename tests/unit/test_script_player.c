/* test_script_player.c: scripts play on the engine's stage, and each kind of difference is found.
 */
#include "check.h"

#include "check/patterns.h"
#include "transcript/echo.h"
#include "transcript/engine_stage.h"
#include "transcript/play.h"
#include "transcript/rewrite.h"
#include "transcript/values.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_CAP = 8000, ROW_CAP = 100 };

struct memory_file {
    struct reader_world world;
    const char *text;
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    (void)path;
    *ret_bytes = span_of(((struct memory_file *)world)->text);
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    (void)world;
    fail_msg("%s", mistake);
}

static const struct reader_world_ops reader_ops = { .read_file = read_file, .complain = complain };

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    *ret_value = span_of("127.0.0.1");
    return span_equal(name, span_of("address"));
}

/* Plays the text; the report is the caller's. */
static enum play_end play(const char *text, bool single_bytes, struct report *report)
{
    struct memory_file file = { { .ops = &reader_ops }, text };
    struct play_config config = { .usual = { find, NULL }, .patterns = patterns_iface() };
    struct engine_stage_config stage_config = { .model = "he910", .single_bytes = single_bytes };
    struct engine_stage *stage;
    enum play_end end;
    uint64_t steps;

    assert_int_equal(reader_open(&file.world, "some.at", &config.reader), ERR_OK);
    stage_config.header = reader_header(config.reader);
    assert_int_equal(engine_stage_open(&stage_config, report, &stage), ERR_OK);
    config.stage = engine_stage_iface(stage);
    end = play_script(&config, report, &steps);
    engine_stage_close(stage);
    reader_close(config.reader);
    return end;
}

#define HEAD                                                                                       \
    "model he910\n"                                                                                \
    "source a test\n"                                                                              \
    "peer server port tls server\n"

#define OPEN                                                                                       \
    "> AT+CGDCONT=1,\"IP\",\"internet\"\n"                                                         \
    "< OK\n"                                                                                       \
    "> AT#SGACT=1,1\n"                                                                             \
    "<~ #SGACT: (?P<ip>[0-9.]+)\n"                                                                 \
    "< OK\n"                                                                                       \
    "> AT#SSLEN=1,1\n"                                                                             \
    "< OK\n"                                                                                       \
    "> AT#SSLSECCFG=1,0,0\n"                                                                       \
    "< OK\n"                                                                                       \
    "> AT#SSLD=1,${port},\"${address}\",0,0\n"                                                     \
    "peer accepts 0301 0035\n"                                                                     \
    "peer offered max=0301 verify=0\n"                                                             \
    "< CONNECT\n"

#define TALK                                                                                       \
    "> bytes \"hello\\n\"\n"                                                                       \
    "peer gets \"hello\\n\"\n"                                                                     \
    "> 100 binary bytes\n"                                                                         \
    "peer gets 60 binary bytes\n"                                                                  \
    "peer gets 40 binary bytes\n"                                                                  \
    "peer gets nothing 100ms\n"                                                                    \
    "peer sends \"world\"\n"                                                                       \
    "< bytes \"world\"\n"                                                                          \
    "after 100ms nothing\n"                                                                        \
    "escape\n"                                                                                     \
    "< OK\n"                                                                                       \
    "> AT+CGPADDR=1\n"                                                                             \
    "< +CGPADDR: 1,\"${ip}\"\n"                                                                    \
    "< OK\n"                                                                                       \
    "> AT#SSLO=1\n"                                                                                \
    "< CONNECT\n"                                                                                  \
    "peer closes\n"                                                                                \
    "< NO CARRIER\n"                                                                               \
    "peer gets close\n"

static const char whole[] = HEAD OPEN TALK;

static void as_written(const char *text, bool single_bytes)
{
    struct report report = { .cut = false };
    enum play_end end = play(text, single_bytes, &report);

    if (end != PLAY_AS_WRITTEN)
        fail_msg("%s\n%.*s", text, (int)report.text.len, (const char *)report.text.data);
    report_free(&report);
}

static void what_is_right_plays(void **state)
{
    static const char *const rows[] = {
        whole,
        HEAD "> AT\n< burst \"\\r\\nOK\\r\\n\"\n",
        HEAD "> ATE0\n< OK\n> AT\n< OK\npower cycle\n> AT\n< OK\n",
        HEAD "> AT#CGMM\n<~ #CGMM: (?P<product>.+)\n< OK\n> AT+CGMM\n< ${product}\n< OK\n",
        HEAD "on port 2\n> ATE0\n< OK\non port 1\n> AT\n< OK\non port 2\n> AT\n< OK\n",
        HEAD "> bytes \"AT\\r\"\nwait 1s\n< bytes \"AT\\r\"\n< OK\n",
        HEAD "echo off\n> ATE1\n< bytes \"ATE1\\r\"\n< OK\n> AT\n< OK\n",
        HEAD "set signal=7\n> AT+CSQ\n< +CSQ: 7,0\n< OK\n",
        HEAD "at 5s\n> AT\n< OK\nat 6s\nat 6s\n> AT\n< OK\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        as_written(rows[i], false);
        as_written(rows[i], true);
    }
}

/* What stands in the whole conversation is another text, and what the report says of it. */
static const struct {
    const char *from, *to, *said;
    enum play_end end;
} mutations[] = {
    /* The host's side. */
    { "< CONNECT\n", "< CONNECTED\n", ": < CONNECTED\n  expected:\n    \\r\\n\n", PLAY_DIFFERENT },
    { "< bytes \"world\"", "< bytes \"worl\"", "expected nothing for 100 ms", PLAY_DIFFERENT },
    { "< bytes \"world\"", "< bytes \"worldx\"", "received world»(nothing more)", PLAY_DIFFERENT },
    { "< bytes \"world\"", "< bytes \"word\"", "the same for 3 bytes", PLAY_DIFFERENT },
    { "< bytes \"world\"\n", "", "after 0 ms there was:\n    world\n", PLAY_DIFFERENT },
    { "> AT#SSLEN=1,1\n< OK\n", "< OK\n> AT#SSLEN=1,1\n", "received »(nothing more)",
      PLAY_DIFFERENT },
    { "> AT#SSLEN=1,1\n", "> AT#SSLEN=9,1\n", "ERROR", PLAY_DIFFERENT },
    { "<~ #SGACT: (?P<ip>[0-9.]+)", "<~ #SGACT: (?P<ip>[0-9]+)", "does not match #SGACT",
      PLAY_DIFFERENT },
    { "<~ #SGACT: (?P<ip>[0-9.]+)", "<|~ #SGACT: (?P<ip>[0-9.]+)", "\"\" does not match",
      PLAY_DIFFERENT },
    { "peer closes\n< NO CARRIER\n", "peer closes\n<~ NO CARRIER.\n", "does not match NO CARRIER.",
      PLAY_DIFFERENT },
    { "< CONNECT\npeer closes", "< burst \"\\r\\nCONN\"\npeer closes", "»ECT", PLAY_DIFFERENT },
    { "${ip}\"", "${ip}0\"", "»0\"", PLAY_DIFFERENT },
    { "< NO CARRIER\npeer gets close\n", "peer gets close\n", "the module says more on port 1:\n",
      PLAY_DIFFERENT },
    { "peer gets close\n", "peer gets close\n< OK\n", "received »(nothing more)", PLAY_DIFFERENT },
    { "escape\n", "", "", PLAY_DIFFERENT },
    { "peer sends \"world\"\n< bytes \"world\"\nafter 100ms nothing\n", "peer sends \"world\"\n",
      "expected nothing for 1100 ms", PLAY_DIFFERENT },
    { "> AT+CGDCONT", "echo off\n> AT+CGDCONT", "received »AT+CGDCONT", PLAY_DIFFERENT },
    { "> AT#SSLEN", "on port 2\n> AT\non port 1\n> AT#SSLEN", "the module says more on port 2",
      PLAY_DIFFERENT },
    { "> AT#SSLEN", "power cycle\n> AT#SSLO", "", PLAY_DIFFERENT },
    { "> AT#SSLEN", "dsr off\n> AT#SSLEN", "  dsr has not become off\n", PLAY_DIFFERENT },
    { "> AT#SSLEN", "cts off\n> AT#SSLEN", "  cts has not become off\n", PLAY_DIFFERENT },
    { "> AT#SSLEN", "> AT\npower cycle\n> AT#SSLEN", "the module has said more on port 1",
      PLAY_DIFFERENT },
    { "${address}", "${nowhere}", "no variable ${nowhere}; allowed: ", PLAY_WRONG },
    { "${address}", "${random:9-1}",
      "  ${random:9-1} is wrong because its first number is above its second; allowed: ",
      PLAY_WRONG },
    /* The peer's. */
    { "gets \"hello\\n\"", "gets \"hello\"", "the same for 0 bytes", PLAY_DIFFERENT },
    { "gets \"hello\\n\"", "gets \"hellp\\n\"", "the peer got something else", PLAY_DIFFERENT },
    { "gets \"hello\\n\"", "gets~ hell.x", "\"hello\" does not match hell.x", PLAY_DIFFERENT },
    { "gets 40 binary", "gets 39 binary", "peer gets nothing 100ms\n  the peer got:\n",
      PLAY_DIFFERENT },
    { "gets 40 binary", "gets 41 binary", "(nothing more)", PLAY_DIFFERENT },
    { "gets 40 binary", "gets 40", "the same for 0 bytes", PLAY_DIFFERENT },
    { "peer gets \"hello\\n\"\n", "", "the peer got something else", PLAY_DIFFERENT },
    { "peer gets 60 binary bytes\npeer gets 40 binary bytes\npeer gets nothing 100ms\n", "",
      "the module sent before it closed", PLAY_DIFFERENT },
    { "accepts 0301 0035", "accepts 0301 0035 resumed", "did not offer to resume", PLAY_DIFFERENT },
    { "accepts 0301 0035", "fails TLS_ALERT 40", "peer offered", PLAY_DIFFERENT },
    { "accepts 0301 0035", "gets close", "expected \\r\\n»CONNECT", PLAY_DIFFERENT },
    { "accepts 0301 0035", "connected", "is closed, expected connected", PLAY_DIFFERENT },
    { "max=0301", "max=0303", "offered max=0301, expected max=0303", PLAY_DIFFERENT },
    { "offered max=0301 verify=0", "offered~ .*max=0302.*", "does not match .*max=0302.*",
      PLAY_DIFFERENT },
    { "peer offered max=0301 verify=0", "peer client \"some device\"",
      "did not give its certificate", PLAY_DIFFERENT },
    { "peer offered max=0301 verify=0", "peer from 1", "own port is 50000, expected 1",
      PLAY_DIFFERENT },
    { "peer offered max=0301 verify=0", "peer connects 99", "does not listen on port 99",
      PLAY_DIFFERENT },
    { "peer offered max=0301 verify=0", "peer connects ${ip}", "is no port", PLAY_WRONG },
    { "peer closes\n", "peer corrupts\npeer gets close\npeer closes\n", "", PLAY_DIFFERENT },
    { "peer closes\n", "peer closes\npeer sends \"more\"\n", "no connection for it",
      PLAY_DIFFERENT },
    { "peer closes\n", "peer gets close\n", "is open, expected shut or closed", PLAY_DIFFERENT },
    /* The world's. */
    { "> AT#SSLEN", "set signal=${port}\n> AT#SSLEN", "signal: \"44330\" is wrong",
      PLAY_DIFFERENT },
    { "> AT#SSLEN", "ring end\n> AT#SSLEN", "not possible", PLAY_DIFFERENT },
    { "> AT#SSLEN", "ring \"12\"\nwait 1s\n> AT#SSLEN", "", PLAY_DIFFERENT },
    { "> AT#SSLEN", "context-lost\n> AT#SSLO", "", PLAY_DIFFERENT },
    { "> AT#SSLEN", "power off\n> AT#SSLEN", "", PLAY_DIFFERENT },
};

/* `whole` with the first `from` in it replaced. */
static void mutate(const char *from, const char *to, char ret_text[TEXT_CAP])
{
    const char *at = strstr(whole, from);

    assert_non_null(at);
    assert_true((size_t)snprintf(ret_text, TEXT_CAP, "%.*s%s%s", (int)(at - whole), whole, to,
                                 at + strlen(from)) < TEXT_CAP);
}

static void each_difference_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mutations); i++) {
        struct report report = { .cut = false };
        char text[TEXT_CAP], row[ROW_CAP];
        enum play_end end;

        snprintf(row, sizeof(row), "%s",
                 mutations[i].to[0] != '\0' ? mutations[i].to : "(nothing)");
        mutate(mutations[i].from, mutations[i].to, text);
        end = play(text, false, &report);
        assert_false(report.cut);
        report_add_span(&report, span_at("", 1));
        if (strstr((const char *)report.text.data, mutations[i].said) == NULL)
            fail_msg("%s: no \"%s\" in\n%s", row, mutations[i].said, report.text.data);
        if (end != mutations[i].end)
            fail_msg("%s: ends as %d:\n%s", row, (int)end, report.text.data);
        report_free(&report);
    }
}

static void a_report_has_all(void **state)
{
    static const char expected[] = "some.at:6: < #CGMM: HE911\n"
                                   "  expected:\n"
                                   "    \\r\\n\n"
                                   "    #CGMM: HE911\\r\\n\n"
                                   "  received:\n"
                                   "    \\r\\n\n"
                                   "    #CGMM: HE910\\r\\n\n"
                                   "    \\r\\n\n"
                                   "    OK\\r\\n\n"
                                   "  the same for 13 bytes, then:\n"
                                   "    expected \\r\\n#CGMM: HE91»1\\r\\n\n"
                                   "    received \\r\\n#CGMM: HE91»0\\r\\n\\r\\nOK\\r\\n\n"
                                   "  before that:\n"
                                   "    > AT\n"
                                   "    < OK\n"
                                   "    > AT#CGMM\n"
                                   "  the module's log, 0.000 s after the start:\n"
                                   "    at: port 1: > AT\n"
                                   "    at: port 1: < OK\n"
                                   "    at: port 1: > AT#CGMM\n"
                                   "    at: port 1: < #CGMM: HE910\n"
                                   "    at: port 1: < OK\n";
    struct report report = { .cut = false };

    (void)state;
    assert_int_equal(
        play("model he910\nsource a test\n> AT\n< OK\n> AT#CGMM\n< #CGMM: HE911\n", false, &report),
        PLAY_DIFFERENT);
    check_bytes("report", bytes_span(&report.text), span_of(expected));
    report_free(&report);
}

static void what_is_said_becomes_lines(void **state)
{
    static const struct {
        const char *said, *lines;
    } rows[] = {
        { "\r\n#A: 0\r\nTIMEOUT\r\n\r\nOK\r\n", "< #A: 0\n<| TIMEOUT\n< OK\n" },
        { "\r\n> ", "< prompt\n" },
        { "\x01\x02\r\n\r\nOK\r\n", "< bytes \"\\x01\\x02\"\n< bytes \"\\r\\n\"\n< OK\n" },
        { "\r", "< bytes \"\\r\"\n" },
        { "OK", "< bytes \"OK\"\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct report text = { .cut = false };

        rewrite_as_lines(&text, span_of(rows[i].said));
        check_bytes(rows[i].lines, bytes_span(&text.text), span_of(rows[i].lines));
        report_free(&text);
    }
}

static void a_terminal_gets_no_controls(void **state)
{
    struct report report = { .cut = false };

    (void)state;
    report_add_text(&report, span_of("…\x1b[2J\xff\xc2\x9b\n"));
    report_add_bytes(&report, span_of("…\"\\"));
    check_bytes("text", bytes_span(&report.text),
                span_of("…\\x1b[2J\\xff\\xc2\\x9b\\n\\xe2\\x80\\xa6\\\"\\\\"));
    report_free(&report);
}

static void echo_is_followed(void **state)
{
    static const struct {
        const char *line;
        bool before, after;
    } rows[] = {
        { "ATE0\r", true, false },
        { "ATE\r", true, false },
        { "ate1\r", false, true },
        { "ATE0Q0V1X1&K0\r", true, false },
        { "AT&K0E0\r", true, false },
        { " \tAT&F\r", false, true },
        { "ATZ\r", false, true },
        { "AT+CMEE=2\r", true, true },
        { "AT#SSLEN=1,1\r", false, false },
        { "AT+CGDCONT=1,\"E0\"\r", true, true },
        { "", true, true },
        { "A", false, false },
        { "AT", true, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_int(rows[i].line, echo_after(span_of(rows[i].line), rows[i].before), rows[i].after);
}

static void values_are_found(void **state)
{
    struct values values = { .entries = NULL };
    struct span value;
    char name[16];

    (void)state;
    for (int i = 0; i < VALUES_MAX; i++) {
        snprintf(name, sizeof(name), "v%d", i * 7919 % VALUES_MAX);
        assert_int_equal(values_set(&values, span_of(name), span_of(name)), ERR_OK);
    }
    assert_int_equal(values_set(&values, span_of("more"), span_of("x")), ERR_FULL);
    assert_int_equal(values_set(&values, span_of("v7"), span_of("")), ERR_OK);
    assert_true(values_find(&values, span_of("v7"), &value));
    assert_int_equal(value.len, 0);
    for (int i = 8; i < VALUES_MAX; i++) {
        snprintf(name, sizeof(name), "v%d", i);
        assert_true(values_find(&values, span_of(name), &value));
        check_bytes(name, value, span_of(name));
    }
    assert_false(values_find(&values, span_of("v"), &value));
    check_bytes("first", values_name_at(&values, 0), span_of("v0"));
    assert_int_equal(values_name_at(&values, VALUES_MAX).len, 0);
    values_free(&values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_plays),
        cmocka_unit_test(each_difference_is_found),
        cmocka_unit_test(a_report_has_all),
        cmocka_unit_test(what_is_said_becomes_lines),
        cmocka_unit_test(a_terminal_gets_no_controls),
        cmocka_unit_test(echo_is_followed),
        cmocka_unit_test(values_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
