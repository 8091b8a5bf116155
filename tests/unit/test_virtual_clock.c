/* test_virtual_clock.c: the tests' own clock keeps to iface/clock.h, and clocks stack. */
#include "virtual_clock.h"

#include "check.h"

#include <string.h>

struct alarm {
    struct clock_timer *timer;
    char name;
    char *story; /* the names, in the order in which they rang */
    bool again, ends;
};

static void on_time(void *ctx)
{
    struct alarm *alarm = ctx;
    size_t len = strlen(alarm->story);

    alarm->story[len] = alarm->name;
    alarm->story[len + 1] = '\0';
    if (alarm->again)
        clock_timer_start(alarm->timer, 0);
    if (alarm->ends)
        clock_timer_free(alarm->timer);
}

static void set(struct alarm *alarm, struct clock *clock, int64_t delay_ms)
{
    assert_int_equal(clock_new_timer(clock, on_time, alarm, &alarm->timer), ERR_OK);
    clock_timer_start(alarm->timer, delay_ms);
}

static void timers_ring_in_order(void **state)
{
    struct virtual_clock virtual_clock;
    struct clock *clock = virtual_clock_iface(&virtual_clock);
    char story[20] = "";
    struct alarm late = { .name = 'l', .story = story }, first = { .name = 'f', .story = story },
                 second = { .name = 's', .story = story }, ended = { .name = 'e', .story = story };

    (void)state;
    virtual_clock_init(&virtual_clock);
    assert_true(virtual_clock_deadline(&virtual_clock) == CLOCK_NEVER);
    set(&late, clock, 10);
    set(&first, clock, 5);
    set(&second, clock, 5);
    set(&ended, clock, 5);
    clock_timer_cancel(ended.timer);
    assert_false(virtual_clock_step(&virtual_clock));
    assert_true(virtual_clock_deadline(&virtual_clock) == clock_now_ms(clock) + 5);
    virtual_clock.now_ms += 10;
    assert_true(virtual_clock_step(&virtual_clock));
    assert_string_equal(story, "fsl");
    assert_false(virtual_clock_step(&virtual_clock));
    clock_timer_free(late.timer);
    clock_timer_free(first.timer);
    clock_timer_free(second.timer);
    clock_timer_free(ended.timer);
    assert_null(virtual_clock.timers);
}

static void a_timer_may_start_or_end_itself(void **state)
{
    struct virtual_clock virtual_clock;
    struct clock *clock = virtual_clock_iface(&virtual_clock);
    char story[20] = "";
    struct alarm again = { .name = 'a', .story = story, .again = true },
                 ends = { .name = 'e', .story = story, .ends = true };

    (void)state;
    virtual_clock_init(&virtual_clock);
    set(&again, clock, -1);
    set(&ends, clock, 0);
    assert_true(virtual_clock_step(&virtual_clock));
    assert_string_equal(story, "ae"); /* the second ring is for the next step */
    assert_true(virtual_clock_step(&virtual_clock));
    assert_string_equal(story, "aea");
    clock_timer_free(again.timer);
    assert_null(virtual_clock.timers);
}

/* A clock an hour ahead: what it does not care about is the inner one's. */
static int64_t utc_ahead(const struct clock *clock)
{
    return clock_utc_s(clock->inner) + 3600;
}

static void clocks_stack(void **state)
{
    static const struct clock_ops ops = { .utc_s = utc_ahead };
    struct virtual_clock virtual_clock;
    struct clock one = { &ops, virtual_clock_iface(&virtual_clock) }, two = { &ops, &one };
    char story[20] = "";
    struct alarm alarm = { .name = 'a', .story = story, .ends = true };

    (void)state;
    virtual_clock_init(&virtual_clock);
    virtual_clock.zone_quarters = 8;
    assert_true(clock_now_ms(&two) == virtual_clock.now_ms);
    assert_true(clock_utc_s(&two) == VIRTUAL_CLOCK_UTC_S + 7200);
    assert_int_equal(clock_zone_quarters(&two), 8);
    set(&alarm, &two, 0);
    assert_true(virtual_clock_step(&virtual_clock));
    assert_string_equal(story, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_ring_in_order),
        cmocka_unit_test(a_timer_may_start_or_end_itself),
        cmocka_unit_test(clocks_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
