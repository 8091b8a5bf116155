/* modem_json.h: a modem as control shows it. */
#ifndef CONTROL_MODEM_JSON_H
#define CONTROL_MODEM_JSON_H

#include "control/house.h"

#include <jansson.h>

/* All of it at once; the master waits for the modem's thread.  The caller's. */
json_t *modem_json(const struct house *house, const struct house_modem *modem);

#endif
