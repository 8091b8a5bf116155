/* test_own_answers.c: answers of the operator's own: which command they are for, and what may be.
 */
#include "module/own_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void commands_fit_or_not(void **state)
{
    static const struct {
        const char *pattern, *command;
        bool fits;
    } rows[] = {
        { "AT+QSPN?", "+QSPN?", true },    { "at+qspn?", "+QSPN?", true },
        { "AT+QSPN?", "+QSPN", false },    { "AT+QSPN", "+QSPN?", false },
        { "AT+X*", "+X", true },           { "AT+X*", "+X=1,\"a\"", true },
        { "AT+X=*,2", "+X=1,2", true },    { "AT+X=*,2", "+X=1,2,3", false },
        { "AT+X=*,2*", "+X=1,2,3", true }, { "AT*", "anything", true },
        { "AT*b*b", "abab", true },        { "AT*b*b", "aba", false },
        { "AT+X=\"*\"", "+X=\"\"", true }, { "AT+X=?", "+X=1", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tlsmodem_answer list[] = { { .command = "ATnothing" },
                                                { .command = rows[i].pattern, .delay_ms = 5 } };
        struct at_own_answer answer;

        if (own_answer_find(list, 2, span_of(rows[i].command), &answer) != rows[i].fits)
            fail_msg("%s for %s", rows[i].pattern, rows[i].command);
        if (!rows[i].fits)
            continue;
        assert_string_equal(answer.result, "OK");
        assert_int_equal(answer.delay_ms, 5);
    }
}

static void what_may_not_be_is_refused(void **state)
{
    static const char *const too_long[] = { "x", "y\n" };
    static const struct tlsmodem_answer rows[] = {
        { .command = "+X" },
        { .command = "AT" },
        { .command = "AT+X;+Y" },
        { .command = "AT\r" },
        { .command = "AT+X", .result = "" },
        { .command = "AT+X", .result = "OK\r" },
        { .command = "AT+X", .delay_ms = 600001 },
        { .command = "AT+X", .lines = too_long, .line_count = 2 },
    };
    char why[300];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(tlsmodem_answer_check(&rows[i], why, sizeof(why)), ERR_INVALID);
        assert_non_null(strstr(why, "; allowed: "));
    }
    assert_int_equal(tlsmodem_answer_check(&(struct tlsmodem_answer){ .command = "AT+X",
                                                                      .result = "NO CARRIER",
                                                                      .lines = too_long,
                                                                      .line_count = 1,
                                                                      .delay_ms = 600000 },
                                           why, sizeof(why)),
                     ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_fit_or_not),
        cmocka_unit_test(what_may_not_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
