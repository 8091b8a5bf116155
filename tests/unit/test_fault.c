/* test_fault.c: faults as text, and which of what fits they strike. */
#include "base/fault.h"
#include "check.h"
#include "iface/tls.h"

#include <stdio.h>
#include <string.h>

enum { WHY_CAP = 600 };

static struct fault read_well(const char *words)
{
    char why[WHY_CAP] = "";
    struct fault fault;

    if (!fault_read(span_of(words), &fault, why, sizeof(why)))
        fail_msg("%s: %s", words, why);
    return fault;
}

static void assert_refused(const char *words, const char *reason)
{
    char why[WHY_CAP] = "";
    struct fault fault;

    if (fault_read(span_of(words), &fault, why, sizeof(why)))
        fail_msg("%s was taken", words);
    if (strstr(why, reason) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", words, why, reason);
}

static void test_members_are_read(void **state)
{
    struct fault fault =
        read_well("latency latency=2000 jitter=10 socket=1 phase=data toxicity=0.25 "
                  "stream=upstream command=\"AT+QSSLOPEN=1, *\" after=2 count=1 "
                  "every=3 seed=7");

    (void)state;
    assert_int_equal(fault.type, FAULT_LATENCY);
    assert_int_equal(fault.attributes[0], 2000);
    assert_int_equal(fault.attributes[1], 10);
    assert_int_equal(fault.socket, 1);
    assert_int_equal(fault.phase, FAULT_DATA);
    assert_int_equal(fault.toxicity, 250000);
    assert_int_equal(fault.stream, FAULT_UPSTREAM);
    assert_string_equal(fault.command, "AT+QSSLOPEN=1, *");
    assert_int_equal(fault.after, 2);
    assert_int_equal(fault.count, 1);
    assert_int_equal(fault.every, 3);
    assert_int_equal(fault.seed, 7);
}

static void test_what_is_not_said_is_preset(void **state)
{
    struct fault fault = read_well("  latency   latency=5 ");

    (void)state;
    assert_int_equal(fault.attributes[1], 0);
    assert_int_equal(fault.socket, FAULT_ANY_SOCKET);
    assert_int_equal(fault.phase, FAULT_ANY_PHASE);
    assert_int_equal(fault.toxicity, FAULT_CERTAIN);
    assert_int_equal(fault.stream, FAULT_DOWNSTREAM);
    assert_int_equal(fault.count, 0);
    assert_int_equal(fault.every, 1);
}

static void test_mistakes_are_told(void **state)
{
    (void)state;
    assert_refused("", "allowed: latency, bandwidth");
    assert_refused("latencies", "allowed: latency, bandwidth");
    assert_refused("latency", "needs latency");
    assert_refused("latency latency", "no NAME=VALUE");
    assert_refused("latency =1", "no NAME=VALUE");
    assert_refused("latency latency=1 latency=2", "said twice");
    assert_refused("latency latency=3600001", "0 to 3600000 ms");
    assert_refused("latency latency=-1", "0 to 3600000 ms");
    assert_refused("latency latency=1s", "0 to 3600000 ms");
    assert_refused("latency latency=1 rate=2", "allowed: toxicity, after");
    assert_refused("latency latency=1 toxicity=1.1", "0 to 1");
    assert_refused("latency latency=1 toxicity=0.1234567", "0 to 1");
    assert_refused("latency latency=1 toxicity=", "0 to 1");
    assert_refused("latency latency=1 stream=sideways", "downstream, upstream");
    assert_refused("latency latency=1 socket=256", "0 to 255");
    assert_refused("latency latency=1 phase=later", "client-hello");
    assert_refused("latency latency=1 phase=resolve", "allowed: any, client-hello");
    assert_refused("name_silent phase=data", "allowed: any, resolve");
    assert_refused("refused phase=data", "allowed: any, connect");
    assert_refused("refused stream=upstream", "allowed: toxicity");
    assert_refused("latency latency=1 every=0", "1 to 2147483647");
    assert_refused("latency latency=1 command=\"AT", "no NAME=VALUE");
    assert_refused("urc moment=answer", "needs text");
    assert_refused("urc text=RING moment=never", "answer, inside, prompt");
    assert_refused("tls", "needs reason");
    assert_refused("tls reason=TLS_FINE", "TLS_UNKNOWN_CA");
}

/* Each type, with all of its members at another value than the preset. */
static void say_all(const struct fault_kind *kind, char *words, size_t cap)
{
    int len = snprintf(words, cap, "%s", kind->name);

    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        const struct fault_attribute *attribute = &kind->attributes[i];

        if (attribute->words == NULL)
            len += snprintf(words + len, cap - (size_t)len, " %s=%d", attribute->name,
                            (int)attribute->max);
        else if (attribute->words[0] == '\0')
            len += snprintf(words + len, cap - (size_t)len, " %s=\"+CREG: 2\"", attribute->name);
        else
            len += snprintf(words + len, cap - (size_t)len, " %s=%.*s", attribute->name,
                            (int)fault_word_at(attribute->words, 1).len,
                            (const char *)fault_word_at(attribute->words, 1).data);
    }
    snprintf(words + len, cap - (size_t)len,
             "%s toxicity=0.000001%s%s after=4 count=5 every=6 seed=7",
             (kind->has & FAULT_HAS_STREAM) != 0 ? " stream=upstream" : "",
             (kind->has & FAULT_HAS_COMMAND) != 0 ? " command=\"AT+X=1, *\"" : "",
             (kind->has & FAULT_HAS_SOCKET) != 0 ? " socket=3" : "");
}

static void test_each_type_is_written_as_it_is_read(void **state)
{
    (void)state;
    for (size_t type = 0; fault_kind_at(type) != NULL; type++) {
        char said[WHY_CAP], written[FAULT_WORDS_MAX];
        struct fault fault;

        say_all(fault_kind_at(type), said, sizeof(said));
        fault = read_well(said);
        assert_int_equal(fault.type, type);
        fault_write(&fault, written);
        assert_string_equal(written, said);
    }
    assert_null(fault_kind_at(FAULT_TYPE_COUNT));
}

static void test_reasons_are_those_of_tls(void **state)
{
    static const char *const names[] = {
#define REASON_NAME(name, text) #name,
        TLS_REASONS(REASON_NAME)
#undef REASON_NAME
    };
    const char *list = fault_kind_at(FAULT_TLS)->attributes[0].words;

    (void)state;
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(fault_word_place(list, span_of(names[i])), i - 1);
    assert_int_equal(fault_word_place(list, span_of("TLS_INTERNAL")),
                     sizeof(names) / sizeof(names[0]) - 2);
}

/* Which of the first 12 it strikes, as a text of 0 and 1. */
static const char *strikes(const char *words)
{
    static char text[13];
    struct fault fault = read_well(words);
    uint64_t struck = 0;

    for (uint64_t i = 0; i < 12; i++) {
        text[i] = fault_strikes(&fault, i, struck) ? '1' : '0';
        struck += text[i] == '1';
    }
    return text;
}

static void test_numbers_say_which_are_struck(void **state)
{
    (void)state;
    assert_string_equal(strikes("refused"), "111111111111");
    assert_string_equal(strikes("refused after=2"), "001111111111");
    assert_string_equal(strikes("refused after=2 count=3"), "001110000000");
    assert_string_equal(strikes("refused after=1 every=4"), "010001000100");
    assert_string_equal(strikes("refused after=1 every=4 count=2"), "010001000000");
    assert_string_equal(strikes("refused toxicity=0"), "000000000000");
    /* These are promises: a seed gives the same in each version. */
    assert_string_equal(strikes("refused toxicity=0.5 seed=7"), "101101111001");
    assert_string_equal(strikes("refused toxicity=0.5 seed=8"), "001101000001");
}

static void test_toxicity_is_how_often(void **state)
{
    struct fault fault = read_well("lose toxicity=0.01 seed=3");
    unsigned struck = 0;

    (void)state;
    for (uint64_t i = 0; i < 100000; i++)
        struck += fault_strikes(&fault, i, 0);
    assert_in_range(struck, 850, 1150);
}

static void test_command_lines_fit(void **state)
{
    struct fault fault = read_well("refused command=at+qssl*=1,*");
    char line[FAULT_LINE_MAX + 50];

    (void)state;
    assert_true(fault_fits_line(&fault, span_of("AT+QSSLOPEN=1,0")));
    assert_false(fault_fits_line(&fault, span_of("AT+QIOPEN=1,0")));
    fault = read_well("refused");
    assert_true(fault_fits_line(&fault, span_of("")));
    fault = read_well("refused command=at*x");
    memset(line, 'x', sizeof(line));
    memcpy(line, "AT", 2);
    line[sizeof(line) - 1] = 'y'; /* beyond what is looked at */
    assert_true(fault_fits_line(&fault, span_at(line, sizeof(line))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_read),
        cmocka_unit_test(test_what_is_not_said_is_preset),
        cmocka_unit_test(test_mistakes_are_told),
        cmocka_unit_test(test_each_type_is_written_as_it_is_read),
        cmocka_unit_test(test_reasons_are_those_of_tls),
        cmocka_unit_test(test_numbers_say_which_are_struck),
        cmocka_unit_test(test_toxicity_is_how_often),
        cmocka_unit_test(test_command_lines_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
