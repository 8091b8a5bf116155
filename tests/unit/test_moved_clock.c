/* test_moved_clock.c: a clock that is put on takes its timers along, in order, each at its moment.
 */
#include "check.h"
#include "virtual_clock.h"
#include "wrap/moved_clock.h"

enum { CALLS_MAX = 64 };

struct rig;

struct alarm_clock {
    struct rig *rig;
    struct clock_timer *timer;
    int64_t again_ms; /* starts itself once more; 0: does not */
    int left;
    bool frees_itself;
};

struct rig {
    struct virtual_clock machine;
    struct moved_clock clock;
    struct alarm_clock alarms[3];
    struct {
        ptrdiff_t alarm;
        int64_t at_ms;
    } calls[CALLS_MAX];
    size_t count;
};

static int64_t now(const struct rig *rig)
{
    return clock_now_ms(&rig->clock.base);
}

static void on_time(void *ctx)
{
    struct alarm_clock *alarm = ctx;
    struct rig *rig = alarm->rig;

    assert_true(rig->count < CALLS_MAX);
    rig->calls[rig->count].alarm = alarm - rig->alarms;
    rig->calls[rig->count++].at_ms = now(rig);
    if (alarm->frees_itself)
        clock_timer_free(alarm->timer);
    else if (alarm->left-- > 0)
        clock_timer_start(alarm->timer, alarm->again_ms);
    if (alarm->frees_itself)
        alarm->timer = NULL;
}

static void open_rig(struct rig *rig)
{
    *rig = (struct rig){ .count = 0 };
    virtual_clock_init(&rig->machine);
    moved_clock_init(&rig->clock, virtual_clock_iface(&rig->machine));
    for (size_t i = 0; i < 3; i++) {
        rig->alarms[i].rig = rig;
        assert_int_equal(
            clock_new_timer(&rig->clock.base, on_time, &rig->alarms[i], &rig->alarms[i].timer),
            ERR_OK);
    }
}

static void close_rig(struct rig *rig)
{
    for (size_t i = 0; i < 3; i++)
        clock_timer_free(rig->alarms[i].timer);
}

static void called(const struct rig *rig, size_t call, ptrdiff_t alarm, int64_t at_ms)
{
    assert_true(call < rig->count);
    assert_int_equal(rig->calls[call].alarm, alarm);
    assert_int_equal(rig->calls[call].at_ms, at_ms);
}

static void timers_come_in_order_at_their_moments(void **state)
{
    struct rig rig;
    int64_t start_ms;

    (void)state;
    open_rig(&rig);
    start_ms = now(&rig);
    rig.alarms[0].again_ms = 5000;
    rig.alarms[0].left = 100;
    clock_timer_start(rig.alarms[0].timer, 5000);
    clock_timer_start(rig.alarms[1].timer, 7000);
    clock_timer_start(rig.alarms[2].timer, 16000);
    moved_clock_advance(&rig.clock, 15000);
    assert_int_equal(rig.count, 4);
    called(&rig, 0, 0, start_ms + 5000);
    called(&rig, 1, 1, start_ms + 7000);
    called(&rig, 2, 0, start_ms + 10000);
    called(&rig, 3, 0, start_ms + 15000);
    assert_int_equal(now(&rig), start_ms + 15000);
    assert_int_equal(moved_clock_ahead_ms(&rig.clock), 15000);
    assert_int_equal(clock_utc_s(&rig.clock.base), VIRTUAL_CLOCK_UTC_S + 15);
    close_rig(&rig);
}

static void what_is_left_comes_by_the_machine(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig);
    clock_timer_start(rig.alarms[0].timer, 5000);
    clock_timer_start(rig.alarms[1].timer, 6000);
    clock_timer_cancel(rig.alarms[1].timer);
    moved_clock_advance(&rig.clock, 4000);
    assert_int_equal(rig.count, 0);
    assert_int_equal(virtual_clock_deadline(&rig.machine), rig.machine.now_ms + 1000);
    rig.machine.now_ms += 1000;
    assert_true(virtual_clock_step(&rig.machine));
    assert_int_equal(rig.count, 1);
    moved_clock_advance(&rig.clock, 100000);
    assert_int_equal(rig.count, 1);
    close_rig(&rig);
}

static void a_timer_may_free_itself(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig);
    rig.alarms[1].frees_itself = true;
    clock_timer_start(rig.alarms[0].timer, 10);
    clock_timer_start(rig.alarms[1].timer, 10);
    clock_timer_start(rig.alarms[2].timer, 10);
    moved_clock_advance(&rig.clock, 10);
    assert_int_equal(rig.count, 3);
    close_rig(&rig);
}

static void no_timer_keeps_it_for_ever(void **state)
{
    struct rig rig;
    struct alarm_clock *alarm;

    (void)state;
    open_rig(&rig);
    alarm = &rig.alarms[0];
    alarm->left = CALLS_MAX - 2; /* each at once: the rest is the loop's */
    clock_timer_start(alarm->timer, 10);
    moved_clock_advance(&rig.clock, 20);
    assert_int_equal(rig.count, CALLS_MAX - 1);
    assert_int_equal(moved_clock_ahead_ms(&rig.clock), 20);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_come_in_order_at_their_moments),
        cmocka_unit_test(what_is_left_comes_by_the_machine),
        cmocka_unit_test(a_timer_may_free_itself),
        cmocka_unit_test(no_timer_keeps_it_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
