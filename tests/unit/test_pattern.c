/* test_pattern.c: texts with variables in them. */
#include "base/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    static const char *const values[][2] = {
        { "name", "meter" }, { "n", "7" },        { "imei", "490154203237518" },
        { "none", "" },      { "Big_1", "${n}" },
    };

    (void)ctx;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (span_equal(name, span_of(values[i][0]))) {
            *ret_value = span_of(values[i][1]);
            return true;
        }
    }
    return false;
}

static bool expand(const char *pattern, char *memory, size_t cap, char *why, size_t why_cap)
{
    struct text text, error;

    text_init(&text, memory, cap);
    text_init(&error, why, why_cap);
    return pattern_expand(span_of(pattern), find, NULL, &text, &error);
}

static void patterns_become_texts(void **state)
{
    static const char *const rows[][2] = {
        { "", "" },
        { "plain", "plain" },
        { "${name}", "meter" },
        { "${name}-${n:04}", "meter-0007" },
        { "${n:01}", "7" },
        { "run/${name}/${n}.sock", "run/meter/7.sock" },
        { "${imei:020}", "00000490154203237518" },
        { "${imei:04}", "490154203237518" },
        { "a$b$$", "a$b$$" },
        { "$${n}", "$7" },
        { "[${none}]", "[]" },
        { "${Big_1}", "${n}" },
        { "{n}", "{n}" },
        { "$", "$" },
    };
    char memory[80], why[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!expand(rows[i][0], memory, sizeof(memory), why, sizeof(why)))
            fail_msg("%s: %s", rows[i][0], why);
        assert_string_equal(memory, rows[i][1]);
    }
}

static void what_is_wrong_is_said(void **state)
{
    static const char *const rows[][2] = {
        { "x${", "has no \"}\"" },
        { "${n", "has no \"}\"" },
        { "${}", "${} is no variable" },
        { "${1}", "${1} is no variable" },
        { "${a-b}", "${a-b} is no variable" },
        { "${m}", "there is no variable ${m}" },
        { "${n:}", "\"\" is no number of digits" },
        { "${n:4}", "\"4\" is no number of digits; allowed: a 0 and 1 to 20 behind it, "
                    "as in ${n:04}" },
        { "${n:4000000000}", "\"4000000000\" is no number of digits" },
        { "${n:00}", "\"00\" is no number of digits" },
        { "${n:021}", "\"021\" is no number of digits" },
        { "${n:0x}", "\"0x\" is no number of digits" },
        { "${name:04}", "${name} is no number" },
        { "${none:04}", "${none} is no number" },
    };
    char memory[80], why[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(expand(rows[i][0], memory, sizeof(memory), why, sizeof(why)));
        if (strstr(why, rows[i][1]) == NULL)
            fail_msg("%s: \"%s\" has no \"%s\"", rows[i][0], why, rows[i][1]);
    }
}

static void a_text_that_is_too_long_is_cut(void **state)
{
    char memory[8], why[40];
    struct text text, error;

    (void)state;
    text_init(&text, memory, sizeof(memory));
    text_init(&error, why, sizeof(why));
    assert_true(pattern_expand(span_of("${name}${n:04}"), find, NULL, &text, &error));
    assert_true(text.cut);
}

static void a_variable_is_found_in_a_pattern(void **state)
{
    (void)state;
    assert_true(pattern_names(span_of("a${n:04}"), "n"));
    assert_true(pattern_names(span_of("${name}${n}"), "n"));
    assert_false(pattern_names(span_of("${name}n"), "n"));
    assert_false(pattern_names(span_of("${"), "n"));
    assert_false(pattern_names(span_of(""), "n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_become_texts),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(a_text_that_is_too_long_is_cut),
        cmocka_unit_test(a_variable_is_found_in_a_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
