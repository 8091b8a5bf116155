/* test_calendar.c: the module's clock: dates to seconds and back, zones, dates that are none. */
#include "check.h"
#include "module/clock.h"
#include "virtual_clock.h"

#include <stdio.h>

struct date_row {
    struct module_time time;
    int64_t utc_s; /* -1: no date of the calendar */
};

/* Seconds as `date -u -d ... +%s` has them. */
static const struct date_row date_rows[] = {
    { { 2000, 1, 1, 0, 0, 0, 0 }, 946684800 },
    { { 2000, 2, 29, 23, 59, 59, 0 }, 951868799 },
    { { 2000, 3, 1, 0, 0, 0, 0 }, 951868800 },
    { { 2001, 1, 1, 0, 0, 0, 0 }, 978307200 },
    { { 2024, 2, 29, 12, 0, 0, 0 }, 1709208000 },
    { { 2024, 12, 31, 23, 59, 59, 0 }, 1735689599 },
    { { 2025, 1, 1, 12, 0, 0, 0 }, VIRTUAL_CLOCK_UTC_S },
    { { 2038, 1, 19, 3, 14, 8, 0 }, INT64_C(2147483648) },
    { { 2099, 12, 31, 23, 59, 59, 0 }, INT64_C(4102444799) },
    { { 2025, 1, 1, 12, 0, 0, 4 }, VIRTUAL_CLOCK_UTC_S - 3600 },
    { { 2025, 1, 1, 12, 0, 0, -20 }, VIRTUAL_CLOCK_UTC_S + 18000 },
    { { 2025, 1, 1, 12, 0, 0, 23 }, VIRTUAL_CLOCK_UTC_S - 20700 },
    { { 2025, 1, 1, 0, 0, 0, 96 }, VIRTUAL_CLOCK_UTC_S - 43200 - 86400 },
    { { 2025, 1, 1, 0, 0, 0, -96 }, VIRTUAL_CLOCK_UTC_S - 43200 + 86400 },
    { { 1999, 12, 31, 0, 0, 0, 0 }, -1 },
    { { 2100, 1, 1, 0, 0, 0, 0 }, -1 },
    { { 2025, 0, 1, 0, 0, 0, 0 }, -1 },
    { { 2025, 13, 1, 0, 0, 0, 0 }, -1 },
    { { 2025, 1, 0, 0, 0, 0, 0 }, -1 },
    { { 2025, 1, 32, 0, 0, 0, 0 }, -1 },
    { { 2025, 2, 29, 0, 0, 0, 0 }, -1 },
    { { 2024, 2, 30, 0, 0, 0, 0 }, -1 },
    { { 2025, 4, 31, 0, 0, 0, 0 }, -1 },
    { { 2025, 6, 31, 0, 0, 0, 0 }, -1 },
    { { 2025, 9, 31, 0, 0, 0, 0 }, -1 },
    { { 2025, 11, 31, 0, 0, 0, 0 }, -1 },
    { { 2025, 1, 1, 24, 0, 0, 0 }, -1 },
    { { 2025, 1, 1, -1, 0, 0, 0 }, -1 },
    { { 2025, 1, 1, 0, 60, 0, 0 }, -1 },
    { { 2025, 1, 1, 0, 0, 60, 0 }, -1 },
    { { 2025, 1, 1, 0, 0, 0, 97 }, -1 },
    { { 2025, 1, 1, 0, 0, 0, -97 }, -1 },
};

struct clocks {
    struct virtual_clock virtual_clock;
    struct module_clock clock;
};

static void start(struct clocks *clocks, int zone_quarters)
{
    virtual_clock_init(&clocks->virtual_clock);
    clocks->virtual_clock.zone_quarters = zone_quarters;
    module_clock_init(&clocks->clock, virtual_clock_iface(&clocks->virtual_clock));
}

static const char *print(const struct module_time *time)
{
    static char text[64];

    snprintf(text, sizeof(text), "%d-%d-%d %d:%d:%d %+d", (int)time->year, (int)time->month,
             (int)time->day, (int)time->hour, (int)time->minute, (int)time->second,
             (int)time->zone_quarters);
    return text;
}

static void check_same(const struct module_time *got, const struct module_time *expected)
{
    char text[64];

    snprintf(text, sizeof(text), "%s", print(got));
    check_text("date", text, print(expected));
}

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(date_rows); i++) {
        const struct date_row *row = &date_rows[i];
        struct clocks clocks;
        struct module_time back;

        start(&clocks, 0);
        check_int(print(&row->time), module_clock_set(&clocks.clock, &row->time), row->utc_s >= 0);
        check_int(print(&row->time), module_clock_utc_s(&clocks.clock),
                  row->utc_s >= 0 ? row->utc_s : VIRTUAL_CLOCK_UTC_S);
        back = module_clock_get(&clocks.clock);
        if (row->utc_s >= 0)
            check_same(&back, &row->time);
    }
}

/* Every day of the century, to the calendar and back. */
static void test_every_day(void **state)
{
    struct clocks clocks;
    struct module_time before = { 1999, 12, 31, 0, 0, 0, 0 };

    (void)state;
    start(&clocks, 0);
    for (int64_t day = 10957; day < 10957 + 36525; day++) {
        struct module_time now;

        virtual_clock_set_utc(&clocks.virtual_clock, day * 86400);
        now = module_clock_get(&clocks.clock);
        assert_true(module_clock_set(&clocks.clock, &now));
        assert_int_equal(clocks.clock.offset_s, 0);
        if (now.day == 1)
            assert_true(now.month == before.month + 1 || now.year == before.year + 1);
        else
            assert_int_equal(now.day, before.day + 1);
        before = now;
    }
    check_same(&before, &(struct module_time){ 2099, 12, 31, 0, 0, 0, 0 });
}

static void test_it_goes_on(void **state)
{
    struct clocks clocks;
    struct module_time time = { 2030, 6, 1, 23, 59, 58, 8 };

    (void)state;
    start(&clocks, 0);
    assert_true(module_clock_set(&clocks.clock, &time));
    clocks.virtual_clock.now_ms += 2000;
    time = module_clock_get(&clocks.clock);
    check_same(&time, &(struct module_time){ 2030, 6, 2, 0, 0, 0, 8 });
    virtual_clock_set_utc(&clocks.virtual_clock, VIRTUAL_CLOCK_UTC_S + 2 + 3600);
    time = module_clock_get(&clocks.clock); /* the module's clock keeps its distance */
    check_same(&time, &(struct module_time){ 2030, 6, 2, 1, 0, 0, 8 });
}

static void test_zone_of_the_machine(void **state)
{
    struct clocks clocks;
    struct module_time time;

    (void)state;
    start(&clocks, -14);
    time = module_clock_get(&clocks.clock);
    check_same(&time, &(struct module_time){ 2025, 1, 1, 8, 30, 0, -14 });
}

/* A machine that has lost its time is before 2000: the module says the first moment it knows. */
static void test_a_machine_without_time(void **state)
{
    struct clocks clocks;
    struct module_time time;

    (void)state;
    start(&clocks, -4);
    virtual_clock_set_utc(&clocks.virtual_clock, 0);
    time = module_clock_get(&clocks.clock);
    check_same(&time, &(struct module_time){ 2000, 1, 1, 0, 0, 0, -4 });
}

/* One that is past 2099 still gives a date that +CCLK could take back. */
static void test_a_machine_past_the_century(void **state)
{
    struct clocks clocks;
    struct module_time time;

    (void)state;
    start(&clocks, 0);
    virtual_clock_set_utc(&clocks.virtual_clock, INT64_C(4102444800) + 86400);
    time = module_clock_get(&clocks.clock);
    assert_in_range(time.day, 1, 31);
    assert_true(module_clock_set(&clocks.clock, &time));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_it_goes_on),
        cmocka_unit_test(test_zone_of_the_machine),
        cmocka_unit_test(test_a_machine_without_time),
        cmocka_unit_test(test_a_machine_past_the_century),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
