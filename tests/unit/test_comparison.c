/* test_comparison.c: what two modules answer to the same host, compared. */
#include "check.h"

#include "tap/comparison.h"

static const char *const names[] = { "real", "ours" };

struct bench {
    struct comparison *comparison;
    struct report told;
    uint64_t typed;
};

static void on_difference(void *ctx, struct span lines)
{
    report_add_span(&((struct bench *)ctx)->told, lines);
}

static void begin(struct bench *bench)
{
    *bench = (struct bench){ .typed = 0 };
    assert_int_equal(comparison_open(names, on_difference, bench, &bench->comparison), ERR_OK);
}

static void type(struct bench *bench, int64_t ms, const char *text)
{
    comparison_typed(bench->comparison, ms, span_of(text));
    bench->typed += strlen(text);
}

/* Ours has taken all that was typed. */
static void say(struct bench *bench, int64_t ms, enum comparison_who who, const char *text)
{
    comparison_said(bench->comparison, ms, who, bench->typed, span_of(text));
    comparison_settle(bench->comparison, bench->typed);
}

static void end(struct bench *bench, uint64_t count, uint64_t different, const char *told)
{
    uint64_t exchanges, differences;

    comparison_close(bench->comparison, &exchanges, &differences);
    assert_int_equal(exchanges, count);
    assert_int_equal(differences, different);
    if (!span_equal(bytes_span(&bench->told.text), span_of(told)))
        fail_msg("%.*s", (int)bench->told.text.len, (const char *)bench->told.text.data);
    report_free(&bench->told);
}

static void test_same(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    type(&bench, 1000, "AT\r");
    say(&bench, 1010, COMPARISON_REAL, "\r\nOK\r\n");
    say(&bench, 1020, COMPARISON_OURS, "\r\nOK\r\n");
    type(&bench, 1030, "AT\r");
    say(&bench, 1040, COMPARISON_OURS, "\r\nOK\r\n");
    say(&bench, 1050, COMPARISON_REAL, "\r\nOK\r\n");
    end(&bench, 2, 0, "");
}

static void test_different(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    type(&bench, 1000, "ATI\r");
    say(&bench, 1012, COMPARISON_REAL, "\r\n332\r\n\r\nOK\r\n");
    say(&bench, 1013, COMPARISON_OURS, "\r\n333\r\n\r\nOK\r\n");
    type(&bench, 3000, "AT+X\r");
    say(&bench, 3500, COMPARISON_REAL, "\r\nERROR\r\n");
    end(&bench, 2, 2,
        "--- real\n+++ ours\n"
        "@@ 0.000 s: ATI\\r @@ real after 12 ms, ours after 13 ms\n"
        " \\r\\n\n-332\\r\\n\n+333\\r\\n\n \\r\\n\n OK\\r\\n\n"
        "@@ 2.000 s: AT+X\\r @@ real after 500 ms, ours says nothing\n"
        "-\\r\\n\n-ERROR\\r\\n\n");
}

/* Ours is not let ahead of what it has still to say, but not held for ever. */
static void test_ours_is_late(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    type(&bench, 1000, "AT+A\r");
    say(&bench, 1010, COMPARISON_REAL, "\r\nOK\r\n");
    assert_true(comparison_limit(bench.comparison, 1010) == UINT64_MAX);
    comparison_typed(bench.comparison, 1020, span_of("AT+B\r"));
    assert_int_equal(comparison_limit(bench.comparison, 1020), 5);
    assert_true(comparison_is_behind(bench.comparison));
    comparison_said(bench.comparison, 1030, COMPARISON_OURS, 5, span_of("\r\nOK\r\n"));
    assert_true(comparison_limit(bench.comparison, 1030) == UINT64_MAX);
    assert_false(comparison_is_behind(bench.comparison));
    comparison_said(bench.comparison, 1040, COMPARISON_REAL, 0, span_of("x"));
    comparison_typed(bench.comparison, 1050, span_of("AT+C\r"));
    assert_int_equal(comparison_limit(bench.comparison, 1050), 10);
    assert_true(comparison_limit(bench.comparison, 4050) == UINT64_MAX);
    comparison_settle(bench.comparison, 15);
    end(&bench, 3, 1,
        "--- real\n+++ ours\n@@ 0.020 s: AT+B\\r @@ real after 20 ms, ours says nothing\n-x\n");
}

/* Two seconds of the same difference are one; what the real one is seen late to do is none. */
static void test_circuits(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    comparison_circuits(bench.comparison, 0, COMPARISON_OURS, LINE_DSR | LINE_CTS);
    comparison_look(bench.comparison, 9000); /* a device without circuits tells none */
    type(&bench, 10000, "ATD\r");
    comparison_circuits(bench.comparison, 10000, COMPARISON_OURS, LINE_DSR | LINE_CTS | LINE_DCD);
    comparison_circuits(bench.comparison, 10020, COMPARISON_REAL,
                        LINE_DSR | LINE_CTS | LINE_DCD | LINE_DTR);
    comparison_circuits(bench.comparison, 12000, COMPARISON_REAL, LINE_DSR | LINE_CTS);
    comparison_look(bench.comparison, 13999);
    comparison_circuits(bench.comparison, 13999, COMPARISON_REAL, LINE_DSR | LINE_CTS | LINE_RI);
    comparison_look(bench.comparison, 14000);
    comparison_look(bench.comparison, 15000);
    comparison_circuits(bench.comparison, 15000, COMPARISON_REAL, LINE_DSR | LINE_DCD);
    comparison_circuits(bench.comparison, 16000, COMPARISON_REAL, LINE_DSR | LINE_CTS);
    comparison_look(bench.comparison, 18000);
    assert_int_equal(comparison_circuits_told(bench.comparison), 2);
    end(&bench, 1, 0,
        "--- real\n+++ ours\n@@ 2.000 s: circuits @@\n-dcd off\n+dcd on\n"
        "@@ 6.000 s: circuits @@\n-dcd off\n+dcd on\n");
}

/* What is said before anybody types has no host's byte to be late for. */
static void test_nothing_typed(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    say(&bench, 70000, COMPARISON_REAL, "\r\nRDY\r\n");
    say(&bench, 70250, COMPARISON_OURS, "\r\nREADY\r\n");
    end(&bench, 0, 1,
        "--- real\n+++ ours\n@@ 0.000 s: nothing typed @@ real after 0 ms, ours after 250 ms\n"
        " \\r\\n\n-RDY\\r\\n\n+READY\\r\\n\n");
}

/* Ours is waited for, but not by a megabyte of what the host types meanwhile. */
static void test_far_behind(void **state)
{
    struct bench bench;
    char line[1001];

    (void)state;
    begin(&bench);
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    line[sizeof(line) - 2] = '\r';
    for (size_t i = 0; i < 1000; i++) {
        type(&bench, 1000, line);
        comparison_said(bench.comparison, 1000, COMPARISON_REAL, 0, span_of(line));
        if (i == 10)
            assert_int_equal(comparison_limit(bench.comparison, 1000), 1000);
    }
    assert_true(comparison_limit(bench.comparison, 1000) > bench.typed - 300000);
    comparison_settle(bench.comparison, bench.typed);
    comparison_free(bench.comparison);
    report_free(&bench.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),          cmocka_unit_test(test_circuits),
        cmocka_unit_test(test_different),     cmocka_unit_test(test_ours_is_late),
        cmocka_unit_test(test_nothing_typed), cmocka_unit_test(test_far_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
