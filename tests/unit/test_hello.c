/* test_hello.c: what a ClientHello says. */
#include "check.h"

#include "check/hello.h"

enum { WORDS_CAP = 200 };

static const uint8_t whole[] = {
    3,  1,                                                                        /* TLS 1.0 */
    0,  1,    2,    3,    4,  5,    6,  7,    8,    9,    10, 11, 12, 13, 14, 15, /* random */
    16, 17,   18,   19,   20, 21,   22, 23,   24,   25,   26, 27, 28, 29, 30, 31,
    2,  0xAA, 0xBB,                                          /* session */
    0,  8,    0,    0x35, 0,  0xFF, 0,  0x2F, 0x56, 0x00,    /* suites, two of which signal */
    1,  0,                                                   /* compression */
    0,  9,    0,    0,    0,  5,    0,  3,    0,    0,    0, /* server_name */
};

static void check_words(const char *row, size_t len, const char *expected)
{
    char memory[WORDS_CAP];
    struct text words;

    text_init(&words, memory, sizeof(memory));
    hello_describe(span_at(whole, len), &words);
    check_text(row, memory, expected);
}

static void a_hello_is_described(void **state)
{
    (void)state;
    check_words("whole", sizeof(whole), "max=0301 sni=1 suites=0035,002f");
    check_words("without extensions", sizeof(whole) - 11, "max=0301 sni=0 suites=0035,002f");
}

static void one_that_is_cut_off_says_nothing_wrong(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(whole) - 11; len++)
        check_words("cut", len, "");
    for (size_t len = sizeof(whole) - 11; len < sizeof(whole); len++)
        check_words("cut in the extensions", len, "max=0301 sni=0 suites=0035,002f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_is_described),
        cmocka_unit_test(one_that_is_cut_off_says_nothing_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
