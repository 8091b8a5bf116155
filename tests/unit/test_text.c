/* test_text.c: texts in memory of fixed size. */
#include "base/text.h"
#include "check.h"

#include <stdio.h>

struct text_row {
    size_t cap;
    const char *first, *second; /* by text_add(), by text_add_span() */
    const char *expected;
    bool cut;
};

static const struct text_row rows[] = {
    { 8, "", "", "", false },
    { 8, "abc", "def", "abcdef", false },
    { 8, "abc", "defg", "abcdefg", false },
    { 8, "abc", "defgh", "abcdefg", true },
    { 8, "abcdefg", "", "abcdefg", false },
    { 8, "abcdefgh", "", "abcdefg", true },
    { 8, "abcdefgh", "x", "abcdefg", true },
    { 1, "", "", "", false },
    { 1, "a", "", "", true },
    { 1, "", "a", "", true },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char memory[16] = "unterminated...", name[32];
        struct text text;

        snprintf(name, sizeof(name), "row %zu", i);
        text_init(&text, memory, rows[i].cap);
        text_add(&text, "%s", rows[i].first);
        text_add_span(&text, span_of(rows[i].second));
        check_text(name, text.at, rows[i].expected);
        check_bytes(name, text_span(&text), span_of(rows[i].expected));
        check_int(name, text.cut, rows[i].cut);
    }
}

static void test_nothing_is_written_past_the_memory(void **state)
{
    char memory[8];
    struct text text;

    (void)state;
    memset(memory, '#', sizeof(memory));
    text_init(&text, memory, 4);
    text_add(&text, "%d", 123456);
    text_add_span(&text, span_of("more"));
    text_add(&text, "more");
    assert_string_equal(memory, "123");
    assert_memory_equal(memory + 4, "####", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing_is_written_past_the_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
