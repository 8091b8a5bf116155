/* time_setting.c: a modem's time as its owner writes it. */
#include "base/number.h"
#include "module/clock.h"
#include "tlsmodem.h"

#include <string.h>

/* A number of `digits`, then `end` if that is not 0. */
static bool take(struct span *text, size_t digits, char end, int32_t *ret)
{
    if (text->len < digits || !number_parse(span_at(text->data, digits), ret))
        return false;
    *text = span_skip(*text, digits);
    if (end == '\0')
        return true;
    if (text->len == 0 || text->data[0] != (uint8_t)end)
        return false;
    *text = span_skip(*text, 1);
    return true;
}

/* Z, +hh:mm, +hhmm or +hh, in quarters of an hour. */
static bool take_zone(struct span text, int32_t *ret_quarters)
{
    bool ahead = text.data[0] == '+';
    int32_t hours, minutes = 0;

    *ret_quarters = 0;
    if (span_equal(text, span_of("Z")))
        return true;
    if (!ahead && text.data[0] != '-')
        return false;
    text = span_skip(text, 1);
    if (!take(&text, 2, '\0', &hours))
        return false;
    if (text.len > 0 && text.data[0] == ':')
        text = span_skip(text, 1);
    if (text.len > 0 && !take(&text, 2, '\0', &minutes))
        return false;
    if (text.len > 0 || hours > 14 || minutes % 15 != 0 || minutes > 45)
        return false;
    *ret_quarters = (ahead ? 1 : -1) * (hours * 4 + minutes / 15);
    return *ret_quarters >= -48 && *ret_quarters <= 56;
}

/* YYYY-MM-DDThh:mm:ss, and perhaps a zone. */
static bool read_iso(struct span text, int zone_quarters, struct tlsmodem_time *ret_time)
{
    struct module_time time = { .zone_quarters = zone_quarters };

    if (!take(&text, 4, '-', &time.year) || !take(&text, 2, '-', &time.month) ||
        !take(&text, 2, 'T', &time.day) || !take(&text, 2, ':', &time.hour) ||
        !take(&text, 2, ':', &time.minute) || !take(&text, 2, '\0', &time.second))
        return false;
    if (text.len > 0 && !take_zone(text, &time.zone_quarters))
        return false;
    ret_time->from = TLSMODEM_TIME_GIVEN;
    ret_time->zone_quarters = time.zone_quarters;
    return module_time_utc(&time, &ret_time->utc_s);
}

enum err tlsmodem_time_read(const char *text, int zone_quarters, struct tlsmodem_time *ret_time)
{
    *ret_time = (struct tlsmodem_time){ .from = TLSMODEM_TIME_OF_MACHINE };
    if (strcmp(text, "machine") == 0)
        return ERR_OK;
    if (strcmp(text, "manual") == 0)
        ret_time->from = TLSMODEM_TIME_BY_HAND;
    else if (!read_iso(span_of(text), zone_quarters, ret_time))
        return ERR_INVALID;
    return ERR_OK;
}
