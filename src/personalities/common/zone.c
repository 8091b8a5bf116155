/* zone.c: the network's time zone as reports of it have it, 27.007 8.41. */
#include "personalities/common/common.h"

#include <stdio.h>

void common_zone_text(const struct tlsmodem *modem, char text[COMMON_ZONE_CAP])
{
    snprintf(text, COMMON_ZONE_CAP, "%+03d", modem->clock.given_zone_quarters);
}
