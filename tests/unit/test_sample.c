/* test_sample.c: lines that patterns of transcripts match. */
#include "check.h"

#include "replay/sample.h"

static const struct {
    const char *pattern, *text;
} cases[] = {
    { "OK", "OK" },
    { "\\+CSQ: \\d+,\\d{2}", "+CSQ: 1,11" },
    { "#SGACT: [0-9.]+", "#SGACT: 10.0.0.1" },
    { "\"[0-9/]+,[0-9:]+\\+04\"", "\"26/01/01,12:00:00+04\"" },
    { ".*", "" },
    { ".+", "x" },
    { "a?b", "ab" },
    { "(?:a|b)c", "ac" },
    { "(?P<ip>[0-9a-f]+):(?P<n>(x|y){2})", "0:xx" },
    { "[^\"]+", "x" },
    { "[]x]", "]" },
    { "\\S+\\s\\w\\\\", "x a\\" },
    { "a{0,3}b*?c", "c" },
    { "^a$", "a" },
    { "(", "" },
    { ")a", "a" },
    { "[a", "a" },
    { "a{", "" },
    { "\\", "\\" },
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes text = { .data = NULL };

        assert_int_equal(sample_pattern(span_of(cases[i].pattern), &text), ERR_OK);
        if (!span_equal(bytes_span(&text), span_of(cases[i].text)))
            fail_msg("%s: \"%.*s\"", cases[i].pattern, (int)text.len, (const char *)text.data);
        bytes_free(&text);
    }
}

/* A stranger's pattern of a few bytes takes neither hours nor all memory. */
static void test_endless_ones(void **state)
{
    static const char *const patterns[] = { "((((x{1000}){1000}){1000}){1000})",
                                            "(((((){1000}){1000}){1000}){1000}){1000}y",
                                            "((((((((((((((((((((x+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)"
                                            "+)+)+)+)+" };

    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct bytes text = { .data = NULL };

        assert_int_equal(sample_pattern(span_of(patterns[i]), &text), ERR_OK);
        assert_true(text.len <= SAMPLE_MAX);
        bytes_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
                                        cmocka_unit_test(test_endless_ones) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
