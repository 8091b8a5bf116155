/* test_log_repeats.c: lines of the log that repeat, in virtual time. */
#include "base/log_repeats.h"
#include "check.h"

#include <stdio.h>

enum { WRITTEN_MAX = 40 };

static int64_t now;
static char written[WRITTEN_MAX][LOG_REPEATS_LINE_MAX + 80];
static size_t written_count;

static int64_t now_ms(void)
{
    return now;
}

static void write_line(void *ctx, const char *tag, const char *text)
{
    assert_ptr_equal(ctx, &now);
    assert_true(written_count < WRITTEN_MAX);
    snprintf(written[written_count++], sizeof(written[0]), "%s: %s", tag, text);
}

static void start(struct log_repeats *repeats)
{
    now = 5000;
    written_count = 0;
    log_repeats_init(repeats, write_line, &now, now_ms);
}

/* Time goes on, as a timer would have it. */
static void advance(struct log_repeats *repeats, int64_t ms)
{
    int64_t until = now + ms;

    while (log_repeats_deadline(repeats) <= until) {
        now = log_repeats_deadline(repeats);
        log_repeats_tick(repeats);
    }
    now = until;
}

/* What has been written since the last time is these lines. */
static void expect(const char *const *lines, size_t count)
{
    check_int("lines", (intmax_t)written_count, (intmax_t)count);
    for (size_t i = 0; i < count; i++)
        check_text("line", written[i], lines[i]);
    written_count = 0;
}

#define EXPECT(...)                                                                                \
    expect((const char *const[]){ __VA_ARGS__ },                                                   \
           sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void test_a_line_that_repeats_is_counted(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    for (int i = 0; i < 12; i++) {
        log_repeats_write(&repeats, "warning", "no");
        advance(&repeats, 5000);
        if (i < 11)
            check_int("one", (intmax_t)written_count, 1);
    }
    EXPECT("warning: no", "warning: no (12 times in 60 s)");
}

/* It goes on: one line a minute, and the first after a minute of silence is written at once. */
static void test_it_goes_on_minute_by_minute(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    for (int i = 0; i < 18; i++) {
        log_repeats_write(&repeats, "warning", "no");
        advance(&repeats, 10000);
    }
    EXPECT("warning: no", "warning: no (6 times in 60 s)", "warning: no (6 times in 60 s)",
           "warning: no (6 times in 60 s)");
    advance(&repeats, 120000);
    assert_int_equal(written_count, 0);
    assert_true(log_repeats_deadline(&repeats) == CLOCK_NEVER);
    log_repeats_write(&repeats, "warning", "no");
    EXPECT("warning: no");
}

/* What does not repeat asks for no time, and comes again after its minute. */
static void test_a_single_line_asks_for_nothing(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    log_repeats_write(&repeats, "warning", "no");
    assert_true(log_repeats_deadline(&repeats) == CLOCK_NEVER);
    now += LOG_REPEATS_WINDOW_MS;
    log_repeats_write(&repeats, "warning", "no");
    EXPECT("warning: no", "warning: no");
}

/* Another line, or another level, has nothing to do with it. */
static void test_lines_are_counted_side_by_side(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    for (int i = 0; i < 3; i++) {
        log_repeats_write(&repeats, "warning", "a");
        log_repeats_write(&repeats, "info", "a");
        log_repeats_write(&repeats, "warning", "b");
    }
    EXPECT("warning: a", "info: a", "warning: b");
    advance(&repeats, LOG_REPEATS_WINDOW_MS);
    EXPECT("warning: a (3 times in 60 s)", "info: a (3 times in 60 s)",
           "warning: b (3 times in 60 s)");
}

/* More lines than are counted: none is lost. */
static void test_the_oldest_makes_room(void **state)
{
    struct log_repeats repeats;
    char text[20];

    (void)state;
    start(&repeats);
    for (int i = 0; i <= LOG_REPEATS_LINES; i++) {
        snprintf(text, sizeof(text), "%d", i);
        log_repeats_write(&repeats, "info", text);
        if (i == 0)
            log_repeats_write(&repeats, "info", text);
        now += 1000;
    }
    assert_int_equal(written_count, LOG_REPEATS_LINES + 2);
    check_text("told", written[LOG_REPEATS_LINES], "info: 0 (2 times in 16 s)");
}

static void test_the_end_tells_what_is_left(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    log_repeats_write(&repeats, "info", "a");
    log_repeats_write(&repeats, "info", "b");
    now += 1500;
    log_repeats_write(&repeats, "info", "a");
    log_repeats_flush(&repeats);
    EXPECT("info: a", "info: b", "info: a (2 times in 2 s)");
    log_repeats_flush(&repeats);
    assert_int_equal(written_count, 0);
}

/* In a fleet the same of many modems is one line. */
static void test_names_do_not_count_among_many(void **state)
{
    struct log_repeats repeats;

    (void)state;
    start(&repeats);
    log_repeats_of_many(&repeats);
    log_repeats_write(&repeats, "warning", "m-1: no: why");
    log_repeats_write(&repeats, "warning", "m-2: no: why");
    log_repeats_write(&repeats, "warning", "m-1: no: other");
    log_repeats_write(&repeats, "warning", "m-1: no: other");
    log_repeats_write(&repeats, "error", "m-3: no: why");
    EXPECT("warning: m-1: no: why", "warning: m-1: no: other", "error: m-3: no: why");
    log_repeats_flush(&repeats);
    EXPECT("warning: m-1: no: why (2 times in 0 s, others too)",
           "warning: m-1: no: other (2 times in 0 s)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_do_not_count_among_many),
        cmocka_unit_test(test_a_line_that_repeats_is_counted),
        cmocka_unit_test(test_it_goes_on_minute_by_minute),
        cmocka_unit_test(test_a_single_line_asks_for_nothing),
        cmocka_unit_test(test_lines_are_counted_side_by_side),
        cmocka_unit_test(test_the_oldest_makes_room),
        cmocka_unit_test(test_the_end_tells_what_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
