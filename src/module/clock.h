/* clock.h: the real-time clock of a module: it goes as the machine's does, at a distance. */
#ifndef MODULE_CLOCK_H
#define MODULE_CLOCK_H

#include "iface/clock.h"
#include "base/span.h"

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
    bool begun;     /* it goes from the module's own first moment: nobody has told it the time */
    bool by_hand;   /* a host or a time server has set it, and the network not since */
    bool stored;    /* there is an entry of it in the storage */
    bool given;     /* by the network, since power-on, see below */
    bool shows_utc; /* what hosts hear is UTC, with the zone behind it */
    /* The network has another time than the config says: this zone, and `replaced_offset_s` */
    bool replaced;
    bool unset; /* a laboratory keeps the network from giving its time */
    int8_t replaced_zone_quarters;
    int64_t given_utc_s;
    int given_zone_quarters;
    int64_t network_offset_s; /* of the network's UTC from the machine's */
    int64_t replaced_offset_s;
};

enum { MODULE_TIME_CAP = 24 }; /* "yy/MM/dd,hh:mm:ss+zz" and its end */

/* The machine's time, and its zone. */
void module_clock_init(struct module_clock *clock, const struct clock *machine);

/* The module's own idea of now, in seconds since 1970-01-01T00:00:00Z. */
int64_t module_clock_utc_s(const struct module_clock *clock);

/* Local time; past the calendar its last second. */
struct module_time module_clock_get(const struct module_clock *clock);

/* What hosts hear: the same, or UTC with the local zone behind it. */
struct module_time module_clock_shown(const struct module_clock *clock);

/* The same of any moment in any zone. */
struct module_time module_time_of(int64_t utc_s, int zone_quarters);

/* Its UTC, seconds since 1970-01-01T00:00:00Z; false when it is no date of the calendar. */
bool module_time_utc(const struct module_time *time, int64_t *ret_utc_s);

/* "yy/MM/dd,hh:mm:ss+zz" (27.007 8.15). */
void module_time_text(const struct module_time *time, char text[MODULE_TIME_CAP]);

/* Reads the same; the zone may lack, and then stays what it is in `ret_time`.  False: it is no such
 * text; whether there is such a date, module_clock_set() says. */
bool module_time_read(struct span text, struct module_time *ret_time);

/* Sets UTC, seconds since 1970-01-01T00:00:00Z; the local zone stays as it is. */
void module_clock_set_utc(struct module_clock *clock, int64_t utc_s);

/* Sets the clock; false when it is no date of the calendar. */
bool module_clock_set(struct module_clock *clock, const struct module_time *time);

#endif
