/* test_port_memory.c: a port has memory while it is in use, and gives it back wiped; without memory
 * a line is refused and nothing else happens.
 */
#include "at/session.h"
#include "check.h"
#include "toy_session.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* ---- the heap ---- */

void *__real_malloc(size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void __wrap_free(void *memory);

static struct {
    bool refuses;
    long bytes;         /* that are allocated, as far as malloc() was asked */
    const char *secret; /* must not be in what is freed */
    int found;
} heap;

void *__wrap_malloc(size_t size)
{
    void *memory = heap.refuses ? NULL : calloc(1, size);

    if (memory != NULL)
        heap.bytes += (long)malloc_usable_size(memory);
    return memory;
}

void __wrap_free(void *memory)
{
    if (memory != NULL) {
        size_t size = malloc_usable_size(memory);

        heap.bytes -= (long)size;
        if (heap.secret != NULL && memmem(memory, size, heap.secret, strlen(heap.secret)) != NULL)
            heap.found++;
    }
    __real_free(memory);
}

/* ---- a port ---- */

enum { REST_MS = 2000 };

static void start(struct toy_session *toy)
{
    memset(&heap, 0, sizeof(heap));
    toy_session_init(toy, (struct at_dialect){ .prompt = "\r\n> " });
    assert_int_equal(at_deadline(toy->terminal.at), INT64_MAX);
    heap.bytes = 0;
}

static void expect(struct toy_session *toy, const char *typed, const char *heard)
{
    byte_queue_clear(&toy->heard);
    toy_type(toy, span_of(typed));
    check_bytes(typed, byte_queue_peek(&toy->heard), span_of(heard));
}

static void rest(struct toy_session *toy)
{
    toy_advance(toy, REST_MS);
    assert_int_equal(at_deadline(toy->terminal.at), INT64_MAX);
}

static void test_rests(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    expect(&toy, "AT\r", "\r\nOK\r\n");
    assert_true(heap.bytes > TOY_OUTPUT);
    toy_advance(&toy, REST_MS / 2 - 1);
    expect(&toy, "AT\r", "\r\nOK\r\n");
    toy_advance(&toy, REST_MS / 2);
    assert_true(heap.bytes > TOY_OUTPUT); /* it is in use */
    rest(&toy);
    assert_int_equal(heap.bytes, 0);
    expect(&toy, "AT+NUMBER=7\r", "\r\n+NUMBER: 7\r\n\r\nOK\r\n");
    toy_session_deinit(&toy);
}

static void test_the_last_line_stays(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    expect(&toy, "AT+NUMBER=77\r", "\r\n+NUMBER: 77\r\n\r\nOK\r\n");
    rest(&toy);
    assert_in_range(heap.bytes, 1, 32);
    expect(&toy, "A/", "\r\n+NUMBER: 77\r\n\r\nOK\r\n");
    rest(&toy);
    rest(&toy);
    expect(&toy, "A/", "\r\n+NUMBER: 77\r\n\r\nOK\r\n");
    expect(&toy, "AT\r", "\r\nOK\r\n");
    rest(&toy);
    assert_int_equal(heap.bytes, 0);
    toy_session_deinit(&toy);
}

/* What is half typed, not read, or about to be entered stays as long as it takes. */
static void test_does_not_rest(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    expect(&toy, "AT+NUMB", "");
    toy_advance(&toy, 60000);
    expect(&toy, "ER=1\r", "\r\n+NUMBER: 1\r\n\r\nOK\r\n");
    expect(&toy, "AT+ASK=5,1\r", "\r\n> ");
    expect(&toy, "abc", "");
    toy_advance(&toy, 60000);
    expect(&toy, "de", "\r\n+ASK: 0,abcde\r\n\r\nOK\r\n");
    toy_eat(&toy, 0);
    for (int i = 0; i < 8; i++)
        toy_type(&toy, span_of("AT+RUN\r"));
    toy_advance(&toy, 60000);
    assert_true(heap.bytes > TOY_OUTPUT);
    byte_queue_clear(&toy.heard);
    toy_eat(&toy, SIZE_MAX);
    assert_int_equal(byte_queue_len(&toy.heard), 8 * 17);
    rest(&toy);
    assert_in_range(heap.bytes, 1, 32); /* the last line */
    toy_session_deinit(&toy);
}

/* A little that nobody reads does not keep the port awake. */
static void test_rests_on_a_short_answer(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    toy_eat(&toy, 0);
    toy_type(&toy, span_of("AT\rAT\r"));
    rest(&toy);
    assert_int_equal(heap.bytes, 0);
    toy_type(&toy, span_of("AT\r"));
    byte_queue_clear(&toy.heard);
    toy_eat(&toy, SIZE_MAX);
    check_bytes("all", byte_queue_peek(&toy.heard), span_of("\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n"));
    toy_session_deinit(&toy);
}

static void test_what_is_given_back_is_wiped(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    heap.secret = "ecre";
    toy_type(&toy, span_of("ATE1\rAT+ASK=6,1\rsecret")); /* a payload */
    toy_type(&toy, span_of("AT+NOSUCH=\"secret\"\r"));   /* a line, and its echo */
    toy_type(&toy, span_of("AT\r"));
    rest(&toy);
    toy_type(&toy, span_of("AT+NOSUCH=\"secret\"\r")); /* kept for A/, until AT */
    rest(&toy);
    toy_type(&toy, span_of("AT\r"));
    rest(&toy);
    toy_type(&toy, span_of("AT+ASK=6,1\rsec"));
    at_reset(toy.terminal.at);
    toy_type(&toy, span_of("AT+ASK=6,17\rsecret")); /* its owner's memory is its owner's */
    assert_memory_equal(toy.memory, "secret", 6);
    toy_type(&toy, span_of("AT+NOSUCH=\"secret\"\rAT+ASK=6,1\rsecr"));
    heap.secret = NULL; /* what the host has heard */
    byte_queue_deinit(&toy.heard);
    heap.secret = "ecre";
    at_free(toy.terminal.at);
    toy.terminal.at = NULL;
    assert_int_equal(heap.found, 0);
    heap.secret = NULL;
    toy_session_deinit(&toy);
}

/* ---- no memory ---- */

static void test_a_line_without_memory(void **state)
{
    static const struct {
        const char *set, *typed, *heard;
    } rows[] = {
        { "ATE0", "AT\r", "\r\nERROR\r\n" },
        { "ATE1", "AT+RUN\r", "AT+RUN\r\r\nERROR\r\n" },
        { "ATE0V0", "AT\r", "4\r" },
        { "ATE0V1Q1", "AT\r", "" },
        { "ATE0Q0+CMEE=1", "AT+RUN\r", "\r\n+CME ERROR: 1\r\n" },
        { "AT+CMEE=2", "AT+RUN\r\n", "\r\n+CME ERROR: one\r\n" },
        { "AT+PLAIN=1", "AT+RUN\r", "\r\n+CME ERROR: one\r\n" },
        { "ATE0", "A/", "\r\n+CME ERROR: one\r\n" },
        { "ATE0", "x\r\n", "" },
    };
    struct toy_session toy;

    (void)state;
    start(&toy);
    toy.dialect.error_memory = 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        toy_type(&toy, span_of(rows[i].set));
        toy_type(&toy, span_of("\r"));
        rest(&toy);
        heap.refuses = true;
        expect(&toy, rows[i].typed, rows[i].heard);
        assert_int_equal(at_deadline(toy.terminal.at), INT64_MAX);
        heap.refuses = false;
    }
    expect(&toy, "AT+RUN\r", "\r\n+RUN: 1\r\n\r\nOK\r\n");
    rest(&toy);
    heap.refuses = true;
    expect(&toy, "AT+NUMB", ""); /* begun without, ended with memory */
    heap.refuses = false;
    expect(&toy, "ER=1\r", "\r\nERROR\r\n");
    expect(&toy, "AT+NUMBER=1\r", "\r\n+NUMBER: 1\r\n\r\nOK\r\n");
    toy_session_deinit(&toy);
}

/* The host does not read: what it types waits until there is room for the error. */
static void test_a_slow_host_without_memory(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    toy_type(&toy, span_of("ATE1\r"));
    rest(&toy);
    heap.refuses = true;
    toy_eat(&toy, 0);
    for (int i = 0; i < 20; i++)
        toy_type(&toy, span_of("AT+RUN\r"));
    assert_true(byte_queue_len(&toy.typed) > 0);
    byte_queue_clear(&toy.heard);
    toy_eat(&toy, SIZE_MAX);
    assert_int_equal(byte_queue_len(&toy.typed), 0);
    assert_int_equal(byte_queue_len(&toy.heard), 20 * (7 + 9));
    heap.refuses = false;
    expect(&toy, "AT\r", "AT\r\r\nOK\r\n");
    toy_session_deinit(&toy);
}

/* A port that could not put its last line aside stays as it is, and is asked again. */
static void test_rests_later(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    expect(&toy, "AT+NUMBER=7\r", "\r\n+NUMBER: 7\r\n\r\nOK\r\n");
    heap.refuses = true;
    toy_advance(&toy, 10000);
    assert_true(heap.bytes > TOY_OUTPUT);
    expect(&toy, "A/", "\r\n+NUMBER: 7\r\n\r\nOK\r\n");
    heap.refuses = false;
    rest(&toy);
    assert_in_range(heap.bytes, 1, 32);
    toy_session_deinit(&toy);
}

static void test_a_prompt_without_memory(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    toy.dialect.error_memory = 1;
    toy_type(&toy, span_of("AT+CMEE=1\r"));
    heap.refuses = true;
    expect(&toy, "AT+ASK=5,1\r", "\r\n+CME ERROR: 1\r\n");
    expect(&toy, "AT+ASK=5,17\r", "\r\n> "); /* brings its own */
    expect(&toy, "12345", "\r\n+ASK: 0,12345\r\n\r\nOK\r\n");
    heap.refuses = false;
    expect(&toy, "AT+ASK=5,1\r", "\r\n> ");
    expect(&toy, "12345", "\r\n+ASK: 0,12345\r\n\r\nOK\r\n");
    toy_session_deinit(&toy);
}

/* ---- unsolicited lines ---- */

#define LONG_LINE "+SAID: 0123456789012345678901234567890123456789012345678901234567890123456789"

static void expect_said(struct toy_session *toy, const char *line, const char *heard)
{
    byte_queue_clear(&toy->heard);
    at_urc(toy->terminal.at, "%s", line);
    toy_type(toy, span_of("")); /* the host reads */
    check_bytes(line, byte_queue_peek(&toy->heard), span_of(heard));
}

static void test_lines_of_a_port_at_rest(void **state)
{
    struct toy_session toy;

    (void)state;
    start(&toy);
    heap.refuses = true;
    expect_said(&toy, "+SAID: 1", "\r\n+SAID: 1\r\n");
    expect_said(&toy, "+SAID: 2", "\r\n+SAID: 2\r\n");
    assert_true(at_may_speak(toy.terminal.at));
    assert_false(at_may_speak_at_length(toy.terminal.at));
    assert_false(at_may_speak(toy.terminal.at)); /* but later again */
    assert_true(at_deadline(toy.terminal.at) < INT64_MAX);
    toy_advance(&toy, 5000);
    assert_int_equal(at_deadline(toy.terminal.at), INT64_MAX);
    assert_true(at_may_speak(toy.terminal.at));
    heap.refuses = false;
    assert_int_equal(heap.bytes, 0);
    expect_said(&toy, LONG_LINE, "\r\n" LONG_LINE "\r\n");
    rest(&toy);
    toy_eat(&toy, 0);
    for (int i = 0; i < 5; i++)
        at_urc(toy.terminal.at, "+SAID: %d", i);
    byte_queue_clear(&toy.heard);
    toy_eat(&toy, SIZE_MAX);
    check_bytes("five", byte_queue_peek(&toy.heard),
                span_of("\r\n+SAID: 0\r\n\r\n+SAID: 1\r\n\r\n+SAID: 2\r\n\r\n+SAID: 3\r\n"
                        "\r\n+SAID: 4\r\n"));
    assert_true(at_may_speak_at_length(toy.terminal.at));
    rest(&toy);
    assert_int_equal(heap.bytes, 0);
    toy_session_deinit(&toy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rests),
        cmocka_unit_test(test_the_last_line_stays),
        cmocka_unit_test(test_does_not_rest),
        cmocka_unit_test(test_rests_on_a_short_answer),
        cmocka_unit_test(test_what_is_given_back_is_wiped),
        cmocka_unit_test(test_a_line_without_memory),
        cmocka_unit_test(test_a_slow_host_without_memory),
        cmocka_unit_test(test_rests_later),
        cmocka_unit_test(test_a_prompt_without_memory),
        cmocka_unit_test(test_lines_of_a_port_at_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
