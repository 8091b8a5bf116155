/* date.c: the date behind a count of seconds, in the proleptic Gregorian calendar. */
#include "base/date.h"

#include <assert.h>
#include <stdio.h>

enum {
    SECONDS_A_DAY = 86400,
    SECONDS_A_QUARTER = 900,
    DAYS_TO_1970 = 719468, /* from 0000-03-01: years that begin in March end with the leap day */
    DAYS_400_YEARS = 146097
};

void date_text(int64_t utc_s, int zone_quarters, char *text, size_t cap)
{
    static const char *const weekdays[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t local_s = utc_s + (int64_t)zone_quarters * SECONDS_A_QUARTER;
    int64_t days = local_s / SECONDS_A_DAY - (local_s % SECONDS_A_DAY < 0);
    int rest = (int)(local_s - days * SECONDS_A_DAY);
    int64_t since = days + DAYS_TO_1970;
    int64_t era = since / DAYS_400_YEARS;
    int of_era = (int)(since % DAYS_400_YEARS);
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153; /* 0 is March */
    int day = of_year - (153 * month + 2) / 5 + 1;
    int minutes = (zone_quarters < 0 ? -zone_quarters : zone_quarters) * 15;

    assert(text != NULL && cap > 0);
    year += (int)(era * 400) + (month >= 10);
    snprintf(text, cap, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d", weekdays[(days % 7 + 7) % 7],
             day, months[(month + 2) % 12], year, rest / 3600, rest / 60 % 60, rest % 60,
             zone_quarters < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
