/* network_time.c: where the module's clock has its time from. */
#include "module/network_time.h"

#include "base/text.h"
#include "module/facts.h"
#include "module/module.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char key[] = "clock";

/* What is stored: numbers with a blank between, in this order. */
enum field { FROM, GIVEN_UTC_S, BY_HAND, OFFSET_S, ZONE_QUARTERS, NETWORK_OFFSET_S, FIELDS };
enum { FIELDS_CAP = 160, ZONE_MAX = 96 };
static const int64_t offset_max_s = INT64_C(100) * 366 * 86400;

/* ---- storing ---- */

static enum err change(const struct tlsmodem *modem, const struct storage_change *change)
{
    const struct storage *storage = modem->config.storage;
    enum err err = storage->ops->apply(storage->impl, change, 1);

    if (err != ERR_OK)
        log_say(modem->config.log, LOG_WARNING, "the clock is not stored: %s", err_text(err));
    return err;
}

/* One that only has the network's time again at the next start needs no memory. */
static void keep(struct tlsmodem *modem)
{
    struct module_clock *clock = &modem->clock;
    const struct tlsmodem_time *config = &modem->config.time;
    bool needed = config->from != TLSMODEM_TIME_OF_MACHINE || clock->by_hand;
    struct storage_change stored = { .key = key, .remove = !needed };
    char values[FIELDS_CAP];
    struct text text;

    if (modem->config.storage == NULL || (!needed && !clock->stored))
        return;
    text_init(&text, values, sizeof(values));
    text_add(&text, "%d %lld %d %lld %d %lld", (int)config->from, (long long)config->utc_s,
             clock->by_hand ? 1 : 0, (long long)clock->offset_s, clock->zone_quarters,
             (long long)clock->network_offset_s);
    stored.value = text_span(&text);
    if (change(modem, &stored) == ERR_OK)
        clock->stored = needed;
}

static bool read_fields(const char *at, int64_t fields[FIELDS])
{
    for (int i = 0; i < FIELDS; i++) {
        char *end;

        fields[i] = strtoll(at, &end, 10);
        if (end == at || *end != (i + 1 < FIELDS ? ' ' : '\0'))
            return false;
        at = end + 1;
    }
    return llabs(fields[OFFSET_S]) <= offset_max_s &&
           llabs(fields[NETWORK_OFFSET_S]) <= offset_max_s &&
           llabs(fields[ZONE_QUARTERS]) <= ZONE_MAX;
}

/* False: nothing was stored under this config. */
static bool restore(struct tlsmodem *modem)
{
    const struct storage *storage = modem->config.storage;
    const struct tlsmodem_time *config = &modem->config.time;
    int64_t fields[FIELDS];
    char values[FIELDS_CAP];
    size_t len = 0;
    enum err err;

    if (storage == NULL)
        return false;
    err = storage->ops->load(storage->impl, key, false, values, sizeof(values) - 1, &len);
    if (err == ERR_NOT_FOUND)
        return false;
    modem->clock.stored = true;
    values[err == ERR_OK ? len : 0] = '\0';
    if (!read_fields(values, fields)) {
        log_say(modem->config.log, LOG_WARNING, "the stored clock is %s: it begins anew",
                err_text(err != ERR_OK ? err : ERR_INVALID));
        return false;
    }
    if (fields[FROM] != (int64_t)config->from || fields[GIVEN_UTC_S] != config->utc_s)
        return false;
    modem->clock.by_hand = fields[BY_HAND] != 0;
    modem->clock.begun = !modem->clock.by_hand && config->from == TLSMODEM_TIME_BY_HAND;
    modem->clock.offset_s = fields[OFFSET_S];
    modem->clock.zone_quarters = (int)fields[ZONE_QUARTERS];
    modem->clock.network_offset_s = fields[NETWORK_OFFSET_S];
    return true;
}

/* ---- the clock ---- */

void network_time_unset(struct tlsmodem *modem)
{
    struct module_clock *clock = &modem->clock;
    struct module_time first = { .zone_quarters = 0 };
    bool is_date = module_time_read(
        span_of(fact_text(&modem->facts, modem->personality->clock_start)), &first);

    clock->by_hand = false;
    clock->begun = true;
    if (!is_date || !module_clock_set(clock, &first))
        log_say(modem->config.log, LOG_WARNING, "clock-start is no time of +CCLK");
}

void network_time_begin(struct tlsmodem *modem)
{
    struct module_clock *clock = &modem->clock;

    if (modem->config.time.from != TLSMODEM_TIME_GIVEN || clock->unset) {
        network_time_unset(modem);
    } else {
        clock->by_hand = clock->begun = false;
        clock->offset_s = clock->network_offset_s;
        clock->zone_quarters = modem->config.time.zone_quarters;
    }
    keep(modem);
}

void network_time_start(struct tlsmodem *modem)
{
    struct module_clock *clock = &modem->clock;

    module_clock_init(clock, modem->config.clock);
    if (restore(modem))
        return;
    if (modem->config.time.from == TLSMODEM_TIME_GIVEN)
        clock->network_offset_s = modem->config.time.utc_s - clock_utc_s(clock->machine);
    network_time_begin(modem);
}

void network_time_replace(struct tlsmodem *modem, int64_t utc_s, int zone_quarters)
{
    struct module_clock *clock = &modem->clock;

    clock->replaced = true;
    clock->replaced_offset_s = utc_s - clock_utc_s(clock->machine);
    clock->replaced_zone_quarters = (int8_t)zone_quarters;
}

static int64_t network_offset_s(const struct module_clock *clock)
{
    return clock->replaced ? clock->replaced_offset_s : clock->network_offset_s;
}

static int network_zone(const struct tlsmodem *modem)
{
    if (modem->clock.replaced)
        return modem->clock.replaced_zone_quarters;
    return modem->config.time.from == TLSMODEM_TIME_GIVEN
               ? modem->config.time.zone_quarters
               : clock_zone_quarters(modem->config.clock);
}

void network_time_take_zone(struct tlsmodem *modem)
{
    modem->clock.zone_quarters = network_zone(modem);
    keep(modem);
}

bool network_time_arrive(struct tlsmodem *modem, enum network_time_wish wish)
{
    struct module_clock *clock = &modem->clock;
    const struct tlsmodem_time *config = &modem->config.time;

    if (wish == NETWORK_TIME_REFUSED || clock->unset ||
        (wish == NETWORK_TIME_UNASKED && config->from == TLSMODEM_TIME_BY_HAND))
        return false;
    clock->given = true;
    clock->given_utc_s = clock_utc_s(clock->machine) + network_offset_s(clock);
    clock->given_zone_quarters = network_zone(modem);
    if (wish == NETWORK_TIME_UNASKED && clock->by_hand)
        return true;
    clock->by_hand = clock->begun = false;
    clock->offset_s = network_offset_s(clock);
    clock->zone_quarters = clock->given_zone_quarters;
    keep(modem);
    return true;
}

int network_time_daylight_hours(const struct tlsmodem *modem)
{
    return modem->config.time.from == TLSMODEM_TIME_GIVEN || modem->clock.replaced
               ? 0
               : clock_daylight_hours(modem->config.clock);
}

void network_time_note(const struct tlsmodem *modem)
{
    if (modem->clock.begun)
        module_note_fact(modem, modem->personality->clock_start);
}

void network_time_by_hand(struct tlsmodem *modem)
{
    modem->clock.begun = false;
    modem->clock.by_hand = true;
    keep(modem);
}
