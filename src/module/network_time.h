/* network_time.h: where the module's clock has its time from: the network, a host, a time server,
 * or what was stored; and how it goes on while the program is off. */
#ifndef MODULE_NETWORK_TIME_H
#define MODULE_NETWORK_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct tlsmodem;

/* What a maker's settings say of the network's time. */
enum network_time_wish {
    NETWORK_TIME_REFUSED, /* a host does not want it */
    NETWORK_TIME_UNASKED, /* no host has said anything */
    NETWORK_TIME_ASKED
};

/* The program starts: the clock goes on as it was stored, or begins as the config has it. */
void network_time_start(struct tlsmodem *modem);

/* Power was lost, and there is no battery: the clock begins anew. */
void network_time_begin(struct tlsmodem *modem);

/* The clock is as it comes from the factory. */
void network_time_unset(struct tlsmodem *modem);

/* The network has taken the module in, and gives its time where the config and the host want it:
 * then true, and the clock goes by it unless a host has set it and has not asked. */
bool network_time_arrive(struct tlsmodem *modem, enum network_time_wish wish);

/* The network's time goes on from this moment: seconds since 1970-01-01T00:00:00Z, and quarters of
 * an hour; until the modem is freed. */
void network_time_replace(struct tlsmodem *modem, int64_t utc_s, int zone_quarters);

/* Takes over its zone alone, as in +CTZU; for who does not want its time. */
void network_time_take_zone(struct tlsmodem *modem);

/* The network's idea of daylight saving time: hours, 0 to 2. */
int network_time_daylight_hours(const struct tlsmodem *modem);

/* What the clock says is shown, or decides: notes the fact that it may rest on. */
void network_time_note(const struct tlsmodem *modem);

/* A host or a time server has set the clock. */
void network_time_by_hand(struct tlsmodem *modem);

#endif
