/* test_number.c: numbers that strangers wrote, and sets of ours. */
#include "base/hex.h"
#include "base/number.h"
#include "check.h"

struct number_row {
    const char *digits;
    int32_t value; /* -1: refused */
};

static const struct number_row number_rows[] = {
    { "0", 0 },
    { "7", 7 },
    { "007", 7 },
    { "0000000000000005", 5 },
    { "2147483647", INT32_MAX },
    { "2147483648", -1 },
    { "4294967296", -1 },
    { "4294967297", -1 },
    { "18446744073709551617", -1 },
    { "99999999999999999999999999999999999999999999", -1 },
    { "", -1 },
    { " 1", -1 },
    { "1 ", -1 },
    { "+1", -1 },
    { "-1", -1 },
    { "1x", -1 },
    { "0x10", -1 },
    { "1.0", -1 },
    { "\xB2", -1 },
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(number_rows); i++) {
        const struct number_row *row = &number_rows[i];
        int32_t value = -5;
        bool good = number_parse(span_of(row->digits), &value);

        check_int(row->digits, good, row->value >= 0);
        check_int(row->digits, value, good ? row->value : -5);
    }
    assert_false(number_parse(span_at(NULL, 0), &(int32_t){ 0 }));
    assert_false(number_parse(span_at("1\0002", 3), &(int32_t){ 0 }));
}

struct set_row {
    const char *set;
    int32_t value;
    bool in;
};

static const struct set_row set_rows[] = {
    { "0-2,7,10-12", 0, true },
    { "0-2,7,10-12", 2, true },
    { "0-2,7,10-12", 3, false },
    { "0-2,7,10-12", 7, true },
    { "0-2,7,10-12", 9, false },
    { "0-2,7,10-12", 12, true },
    { "0-2,7,10-12", 13, false },
    { "5", 5, true },
    { "5", 4, false },
    { "5", 50, false },
    { "0,300,115200", 115200, true },
    { "0,300,115200", 0, true },
    { "0,300,115200", 1, false },
    { "", 0, false },
};

static void test_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(set_rows); i++)
        check_int(set_rows[i].set, number_in_set(set_rows[i].value, set_rows[i].set),
                  set_rows[i].in);
}

static void test_digits(void **state)
{
    static const char digits[] = "0123456789abcdefABCDEF";

    (void)state;
    for (int c = 0; c <= UINT8_MAX; c++) {
        const char *found = c != 0 ? strchr(digits, c) : NULL;
        int place = found != NULL ? (int)(found - digits) : -1;

        assert_int_equal(hex_digit((uint8_t)c), place > 15 ? place - 6 : place);
    }
}

static void test_pairs_of_digits(void **state)
{
    static const char *const bad[] = { "0", "012", "0g", "g0", "4 ", "0x" };
    static const uint8_t expected[] = { 0x00, 0x7f, 0xaB, 0xFF };
    uint8_t bytes[sizeof(expected)];

    (void)state;
    assert_true(hex_read(span_of("007faBfF"), bytes));
    assert_memory_equal(bytes, expected, sizeof(expected));
    assert_true(hex_read(span_of(""), bytes));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (hex_read(span_of(bad[i]), bytes))
            fail_msg("%s is taken", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_pairs_of_digits),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
