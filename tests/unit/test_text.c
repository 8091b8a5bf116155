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

/* Says what the C library says, in memory of any size. */
__attribute__((format(printf, 1, 2))) static void check_format(const char *format, ...)
{
    char expected[64], memory[64];
    va_list values;

    for (size_t cap = 1; cap <= sizeof(memory); cap++) {
        struct text text;
        int need;

        va_start(values, format);
        need = vsnprintf(expected, cap, format, values);
        va_end(values);
        text_init(&text, memory, cap);
        va_start(values, format);
        text_add_list(&text, format, values);
        va_end(values);
        check_text(format, text.at, expected);
        check_int(format, (int)text.len, (int)strlen(expected));
        check_int(format, text.cut, need >= (int)cap);
    }
}

static void test_formats(void **state)
{
    (void)state;
    check_format("+CREG: %d,%d", 0, 1);
    check_format("%d %d %d", INT32_MAX, INT32_MIN, -1);
    check_format("%u %u", 0U, UINT32_MAX);
    check_format("%zu %zu", (size_t)0, SIZE_MAX);
    check_format("%s: \"%s\"", "#SSLCFG", "");
    check_format("%c%c", 'a', '%');
    check_format("100%% of %d", 7);
    check_format("%.*s|%.*s|%.*s", 3, "abcdef", 9, "abc", 0, "abc");
    check_format("%.*s", -1, "abc");
    check_format("%02d:%02d", 7, 12);
    check_format("%s \"%04X\",\"%08lX\",%d", "2", 0xABU, 0xCDEFUL, 7);
    check_format("%lld %5d|%-5d|%s", -5000000000LL, 42, 42, "end");
}

struct digits_row {
    int32_t number;
    unsigned digits;
    const char *expected;
};

static const struct digits_row digits_rows[] = {
    { 0, 0, "0" },    { 7, 1, "7" },       { 7, 3, "007" },
    { -7, 3, "-07" }, { 1234, 3, "1234" }, { INT32_MIN, 0, "-2147483648" },
};

static void test_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(digits_rows); i++) {
        char memory[16];
        struct text text;

        text_init(&text, memory, sizeof(memory));
        text_add_number(&text, digits_rows[i].number, digits_rows[i].digits);
        check_text(digits_rows[i].expected, text.at, digits_rows[i].expected);
    }
}

static void test_characters(void **state)
{
    char memory[3];
    struct text text;

    (void)state;
    text_init(&text, memory, sizeof(memory));
    text_add_char(&text, 'a');
    text_add_char(&text, 'b');
    assert_false(text.cut);
    text_add_char(&text, 'c');
    assert_string_equal(memory, "ab");
    assert_true(text.cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing_is_written_past_the_memory),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
