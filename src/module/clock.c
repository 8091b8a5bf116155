/* clock.c: the real-time clock of a module, and the calendar that it needs. */
#include "module/clock.h"

#include "base/number.h"
#include "base/text.h"

#include <assert.h>

enum {
    SECONDS_A_DAY = 86400,
    SECONDS_A_QUARTER = 900,
    YEAR_MIN = 2000,
    YEAR_MAX = 2099,
    DAYS_1970_TO_2000 = 10957,
    ZONE_MAX = 96
};

void module_clock_init(struct module_clock *clock, const struct clock *machine)
{
    assert(machine != NULL);
    *clock = (struct module_clock){ .machine = machine };
    clock->zone_quarters = clock_zone_quarters(machine);
}

int64_t module_clock_utc_s(const struct module_clock *clock)
{
    return clock_utc_s(clock->machine) + clock->offset_s;
}

void module_clock_set_utc(struct module_clock *clock, int64_t utc_s)
{
    clock->offset_s += utc_s - module_clock_utc_s(clock);
}

/* Every fourth year of 2000 to 2099 is a leap year. */
static int32_t days_of_year(int32_t year)
{
    return year % 4 == 0 ? 366 : 365;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
    static const int32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && year % 4 == 0 ? 29 : days[month - 1];
}

static bool is_date(const struct module_time *time)
{
    return time->year >= YEAR_MIN && time->year <= YEAR_MAX && time->month >= 1 &&
           time->month <= 12 && time->day >= 1 &&
           time->day <= days_of_month(time->year, time->month) && time->hour >= 0 &&
           time->hour <= 23 && time->minute >= 0 && time->minute <= 59 && time->second >= 0 &&
           time->second <= 59 && time->zone_quarters >= -ZONE_MAX &&
           time->zone_quarters <= ZONE_MAX;
}

bool module_time_utc(const struct module_time *time, int64_t *ret_utc_s)
{
    int64_t days = DAYS_1970_TO_2000;
    int64_t local_s;

    if (!is_date(time))
        return false;
    for (int32_t year = YEAR_MIN; year < time->year; year++)
        days += days_of_year(year);
    for (int32_t month = 1; month < time->month; month++)
        days += days_of_month(time->year, month);
    days += time->day - 1;
    local_s = days * SECONDS_A_DAY + time->hour * 3600 + time->minute * 60 + time->second;
    *ret_utc_s = local_s - (int64_t)time->zone_quarters * SECONDS_A_QUARTER;
    return true;
}

bool module_clock_set(struct module_clock *clock, const struct module_time *time)
{
    int64_t utc_s;

    if (!module_time_utc(time, &utc_s))
        return false;
    clock->zone_quarters = time->zone_quarters;
    module_clock_set_utc(clock, utc_s);
    return true;
}

/* Two digits at `*at`, then `end` if that is not 0. */
static bool two_digits(struct span *text, char end, int32_t *ret)
{
    if (text->len < 2 || !number_parse(span_at(text->data, 2), ret))
        return false;
    *text = span_skip(*text, 2);
    if (end == '\0')
        return true;
    if (text->len < 1 || text->data[0] != (uint8_t)end)
        return false;
    *text = span_skip(*text, 1);
    return true;
}

bool module_time_read(struct span text, struct module_time *ret)
{
    int sign;

    if (!two_digits(&text, '/', &ret->year) || !two_digits(&text, '/', &ret->month) ||
        !two_digits(&text, ',', &ret->day) || !two_digits(&text, ':', &ret->hour) ||
        !two_digits(&text, ':', &ret->minute) || !two_digits(&text, '\0', &ret->second))
        return false;
    ret->year += YEAR_MIN;
    if (text.len == 0)
        return true;
    if (text.data[0] != '+' && text.data[0] != '-')
        return false;
    sign = text.data[0] == '-' ? -1 : 1;
    text = span_skip(text, 1);
    if (!two_digits(&text, '\0', &ret->zone_quarters))
        return false;
    ret->zone_quarters *= sign;
    return text.len == 0;
}

void module_time_text(const struct module_time *time, char text[MODULE_TIME_CAP])
{
    int zone = time->zone_quarters;
    struct text out;

    text_init(&out, text, MODULE_TIME_CAP);
    text_add(&out, "%02d/%02d/%02d,%02d:%02d:%02d%c%02d", (int)(time->year % 100), (int)time->month,
             (int)time->day, (int)time->hour, (int)time->minute, (int)time->second,
             zone < 0 ? '-' : '+', zone < 0 ? -zone : zone);
}

struct module_time module_clock_get(const struct module_clock *clock)
{
    return module_time_of(module_clock_utc_s(clock), clock->zone_quarters);
}

struct module_time module_clock_shown(const struct module_clock *clock)
{
    struct module_time time;

    if (!clock->shows_utc)
        return module_clock_get(clock);
    time = module_time_of(module_clock_utc_s(clock), 0);
    time.zone_quarters = clock->zone_quarters;
    return time;
}

struct module_time module_time_of(int64_t utc_s, int zone_quarters)
{
    struct module_time time = { .year = YEAR_MIN, .month = 1, .zone_quarters = zone_quarters };
    int64_t local_s = utc_s + (int64_t)zone_quarters * SECONDS_A_QUARTER;
    int64_t days = local_s / SECONDS_A_DAY - DAYS_1970_TO_2000;
    int64_t rest = local_s % SECONDS_A_DAY;

    if (days < 0) {
        days = 0;
        rest = 0;
    }
    while (time.year < YEAR_MAX && days >= days_of_year(time.year))
        days -= days_of_year(time.year++);
    if (days >= days_of_year(time.year)) { /* past the calendar: its last second */
        days = days_of_year(time.year) - 1;
        rest = SECONDS_A_DAY - 1;
    }
    while (time.month < 12 && days >= days_of_month(time.year, time.month))
        days -= days_of_month(time.year, time.month++);
    time.day = (int32_t)days + 1;
    time.hour = (int32_t)(rest / 3600);
    time.minute = (int32_t)(rest / 60 % 60);
    time.second = (int32_t)(rest % 60);
    return time;
}
