/* clock.h: the real-time clock of a module: the machine's time until a host sets another. */
#ifndef MODULE_CLOCK_H
#define MODULE_CLOCK_H

#include "iface/clock.h"

#include <stdbool.h>

/* Local time as +CCLK gives it. */
struct module_time {
    int32_t year; /* 2000 to 2099 */
    int32_t month, day, hour, minute, second;
    int32_t zone_quarters; /* local minus UTC in quarters of an hour, -96 to 96 */
};

struct module_clock {
    const struct clock *machine;
    int64_t offset_s; /* of the module's UTC from the machine's */
    int zone_quarters;
};

/* Follows the machine's clock and zone. */
void module_clock_init(struct module_clock *clock, const struct clock *machine);

/* The module's own idea of now, in seconds since 1970-01-01T00:00:00Z. */
int64_t module_clock_utc_s(const struct module_clock *clock);

/* Local time; past the calendar its last second. */
struct module_time module_clock_get(const struct module_clock *clock);

/* Sets UTC, seconds since 1970-01-01T00:00:00Z; the local zone stays as it is. */
void module_clock_set_utc(struct module_clock *clock, int64_t utc_s);

/* Sets the clock; false when it is no date of the calendar. */
bool module_clock_set(struct module_clock *clock, const struct module_time *time);

#endif
