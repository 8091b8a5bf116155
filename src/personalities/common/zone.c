/* zone.c: the report of the network's time zone, 27.007 8.41. */
#include "personalities/common/common.h"

#include <stdio.h>

void common_zone_text(const struct tlsmodem *modem, char text[COMMON_ZONE_CAP])
{
    snprintf(text, COMMON_ZONE_CAP, "%+03d", modem->clock.given_zone_quarters);
}

bool common_report_zone(struct tlsmodem *modem, const char *text)
{
    bool told = false;

    for (size_t i = 0; i < modem->terminal_count; i++) {
        if (modem->terminals[i].settings.zone_report == 0)
            continue;
        at_urc(modem->terminals[i].at, "+CTZV: %s", text);
        told = true;
    }
    return told;
}
