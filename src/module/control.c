/* control.c: a laboratory changes what a modem finds: network, clock, power (tlsmodem_control.h).
 */
#include "module/control.h"

#include "at/session.h"
#include "module/facts.h"
#include "module/identity.h"
#include "module/laboratory.h"
#include "module/messages.h"
#include "module/module.h"
#include "module/network_time.h"
#include "module/part.h"
#include "module/phone_ops.h"
#include "module/power.h"
#include "module/sim.h"
#include "tlsmodem_control.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Texts that the config points to once a laboratory has changed them. */
struct control {
    char operator_name[TLSMODEM_OPERATOR_MAX + 1];
    char operator_code[7];
};

void control_deinit(struct tlsmodem *modem)
{
    free(modem->control);
    modem->control = NULL;
}

static void begin(struct tlsmodem *modem)
{
    assert(modem->depth == 0 && !modem->settling);
    module_enter(modem);
}

/* ---- the network ---- */

enum err tlsmodem_set_registration(struct tlsmodem *modem, enum tlsmodem_registration registration)
{
    if ((unsigned)registration > TLSMODEM_LOST)
        return ERR_INVALID;
    begin(modem);
    modem->config.identity.registration = registration;
    modem->network.registration = registration;
    if (modem->on)
        network_update(modem);
    module_leave(modem);
    return ERR_OK;
}

/* Takes over what identity.h allows. */
static enum err set_identity(struct tlsmodem *modem, const struct tlsmodem_identity *identity)
{
    if (identity_fault(identity) != NULL)
        return ERR_INVALID;
    modem->config.identity = *identity;
    return ERR_OK;
}

enum err tlsmodem_set_signal(struct tlsmodem *modem, int signal)
{
    struct tlsmodem_identity identity = modem->config.identity;

    assert(modem->depth == 0);
    identity.has_signal = true;
    identity.signal = signal;
    return set_identity(modem, &identity);
}

/* The config's texts are copies from now on, which may be what is copied. */
static enum err own_texts(struct tlsmodem *modem)
{
    struct tlsmodem_identity *identity = &modem->config.identity;

    if (modem->control != NULL)
        return ERR_OK;
    modem->control = calloc(1, sizeof(*modem->control));
    if (modem->control == NULL)
        return ERR_NO_MEMORY;
    if (identity->operator_name != NULL) {
        memcpy(modem->control->operator_name, identity->operator_name,
               strlen(identity->operator_name));
        identity->operator_name = modem->control->operator_name;
    }
    if (identity->operator_code != NULL) {
        memcpy(modem->control->operator_code, identity->operator_code,
               strlen(identity->operator_code));
        identity->operator_code = modem->control->operator_code;
    }
    return ERR_OK;
}

enum err tlsmodem_set_operator(struct tlsmodem *modem, const char *name, const char *code)
{
    struct tlsmodem_identity identity = modem->config.identity;
    enum err err;

    assert(modem->depth == 0);
    if (name != NULL)
        identity.operator_name = name;
    if (code != NULL)
        identity.operator_code = code;
    if (identity_fault(&identity) != NULL)
        return ERR_INVALID;
    err = own_texts(modem);
    if (err != ERR_OK)
        return err;
    if (name != NULL) {
        memmove(modem->control->operator_name, name, strlen(name) + 1);
        modem->config.identity.operator_name = modem->control->operator_name;
    }
    if (code != NULL) {
        memmove(modem->control->operator_code, code, strlen(code) + 1);
        modem->config.identity.operator_code = modem->control->operator_code;
    }
    return ERR_OK;
}

enum err tlsmodem_set_cell(struct tlsmodem *modem, uint16_t area_code, uint32_t cell)
{
    struct tlsmodem_identity identity = modem->config.identity;
    enum err err;

    begin(modem);
    identity.area_code = area_code;
    identity.cell = cell;
    err = set_identity(modem, &identity);
    if (err == ERR_OK && modem->on)
        network_moved(modem);
    module_leave(modem);
    return err;
}

enum err tlsmodem_set_attached(struct tlsmodem *modem, bool attached)
{
    enum err err = ERR_STATE;

    begin(modem);
    if (modem->on && network_is_registered(&modem->network)) {
        modem->network.attached = attached;
        network_update(modem);
        err = ERR_OK;
    }
    module_leave(modem);
    return err;
}

enum err tlsmodem_lose_context(struct tlsmodem *modem, size_t cid)
{
    size_t last = cid == 0 ? modem->network.context_count : cid;
    enum err err = ERR_STATE;

    if (network_context(&modem->network, last) == NULL)
        return ERR_INVALID;
    begin(modem);
    for (size_t i = cid == 0 ? 1 : cid; i <= last && modem->on; i++) {
        if (!network_context(&modem->network, i)->active)
            continue;
        network_deactivate(modem, i);
        err = ERR_OK;
    }
    module_leave(modem);
    return err;
}

/* ---- the clock ---- */

/* 2000-01-01 to the end of 2099 */
static bool is_time(int64_t utc_s, int zone_quarters)
{
    enum { ZONE_MIN = -48, ZONE_MAX = 56 };

    return utc_s >= INT64_C(946684800) && utc_s < INT64_C(4102444800) &&
           zone_quarters >= ZONE_MIN && zone_quarters <= ZONE_MAX;
}

enum err tlsmodem_give_time(struct tlsmodem *modem, int64_t utc_s, int zone_quarters)
{
    if (!is_time(utc_s, zone_quarters))
        return ERR_INVALID;
    begin(modem);
    network_time_replace(modem, utc_s, zone_quarters);
    if (modem->on && network_is_registered(&modem->network))
        parts_on_registered(modem);
    module_leave(modem);
    return ERR_OK;
}

enum err tlsmodem_set_clock(struct tlsmodem *modem, int64_t utc_s, int zone_quarters)
{
    if (!is_time(utc_s, zone_quarters))
        return ERR_INVALID;
    begin(modem);
    module_clock_set_utc(&modem->clock, utc_s);
    modem->clock.zone_quarters = zone_quarters;
    network_time_by_hand(modem);
    module_leave(modem);
    return ERR_OK;
}

/* ---- power ---- */

static enum err switch_on(struct tlsmodem *modem)
{
    enum err err;

    if (modem->on)
        return ERR_OK;
    err = power_on(modem);
    if (err == ERR_OK && modem->laboratory != NULL)
        laboratory_on_power(modem);
    if (err != ERR_OK)
        power_off(modem);
    return err;
}

/* Once the ports have what was said before. */
static enum err switch_off(struct tlsmodem *modem, int64_t off_ms)
{
    if (!modem->on)
        return off_ms == CLOCK_NEVER ? ERR_OK : ERR_STATE;
    module_power_cycle(modem, off_ms);
    return ERR_OK;
}

static enum err change_power(struct tlsmodem *modem, enum tlsmodem_power power)
{
    int64_t restart_ms = module_fact(modem, modem->personality->restart_off_ms);

    switch (power) {
    case TLSMODEM_POWER_OFF:
        modem->power_on_ms = CLOCK_NEVER;
        return switch_off(modem, CLOCK_NEVER);
    case TLSMODEM_POWER_ON:
        return switch_on(modem);
    case TLSMODEM_POWER_RESET:
        return switch_off(modem, restart_ms);
    case TLSMODEM_POWER_BROWN_OUT:
        if (modem->on)
            parts_on_low_voltage(modem);
        return switch_off(modem, restart_ms);
    }
    return ERR_INVALID;
}

enum err tlsmodem_set_power(struct tlsmodem *modem, enum tlsmodem_power power)
{
    enum err err;

    begin(modem);
    err = change_power(modem, power);
    module_leave(modem);
    return err;
}

/* ---- ports ---- */

void tlsmodem_set_dtr(struct tlsmodem *modem, size_t index, bool on)
{
    struct terminal *terminal;

    assert(modem->depth == 0 && index < modem->terminal_count);
    terminal = &modem->terminals[index]->base;
    terminal->ops->set_dtr(terminal, on);
}

unsigned tlsmodem_circuits(const struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return modem->terminals[index]->lines | (modem->terminals[index]->dtr ? LINE_DTR : 0);
}

/* ---- the SIM ---- */

enum err tlsmodem_set_sim(struct tlsmodem *modem, enum tlsmodem_sim sim)
{
    if ((unsigned)sim > TLSMODEM_SIM_ABSENT)
        return ERR_INVALID;
    begin(modem);
    sim_set(modem, (uint8_t)sim);
    module_leave(modem);
    return ERR_OK;
}

/* ---- calls ---- */

static bool is_number(const char *number)
{
    size_t from = number[0] == '+' ? 1 : 0, count = strspn(number + from, "0123456789");

    return count > 0 && count <= TLSMODEM_NUMBER_MAX && number[from + count] == '\0';
}

/* What comes from the network finds the module there. */
static bool is_reached(const struct tlsmodem *modem)
{
    return modem->on && network_is_registered(&modem->network);
}

enum err tlsmodem_ring(struct tlsmodem *modem, const char *caller)
{
    enum err err = ERR_STATE;

    if (caller != NULL && !is_number(caller))
        return ERR_INVALID;
    begin(modem);
    if (is_reached(modem))
        err = modem->personality->phone->ring(modem, caller);
    module_leave(modem);
    return err;
}

enum err tlsmodem_ring_end(struct tlsmodem *modem)
{
    enum err err = ERR_STATE;

    begin(modem);
    if (modem->on)
        err = modem->personality->phone->ring_end(modem);
    module_leave(modem);
    return err;
}

/* ---- messages ---- */

/* 23.040 9.2.3.11: semi-octets, local time, and the zone with its sign. */
static void stamp_now(const struct tlsmodem *modem, uint8_t stamp[SMS_STAMP_SIZE])
{
    struct module_time time = module_clock_get(&modem->clock);
    const int fields[] = {
        time.year % 100,        time.month, time.day, time.hour, time.minute, time.second,
        abs(time.zone_quarters)
    };

    for (size_t i = 0; i < SMS_STAMP_SIZE; i++)
        stamp[i] = (uint8_t)(fields[i] % 10 << 4 | fields[i] / 10);
    if (time.zone_quarters < 0)
        stamp[SMS_STAMP_SIZE - 1] |= 0x08;
}

static bool make_sms(const struct tlsmodem *modem, const struct tlsmodem_message *message,
                     struct sms *ret_sms)
{
    uint16_t characters[SMS_TEXT_MAX];
    uint8_t stamp[SMS_STAMP_SIZE];
    struct sms_header header;
    size_t count;

    if (message->pdu != NULL)
        return sms_read_hex(span_of(message->pdu), ret_sms) && sms_read(ret_sms, &header) &&
               !header.submit;
    assert(message->from != NULL && message->text != NULL);
    count = charset_read_utf8(span_of(message->text), characters, SMS_TEXT_MAX);
    stamp_now(modem, stamp);
    return is_number(message->from) && count != SIZE_MAX &&
           sms_deliver(span_of(message->from), stamp, characters, count, ret_sms);
}

enum err tlsmodem_receive_message(struct tlsmodem *modem, const struct tlsmodem_message *message)
{
    enum err err = ERR_STATE;
    struct sms sms;

    if (!make_sms(modem, message, &sms))
        return ERR_INVALID;
    begin(modem);
    if (is_reached(modem))
        err = modem->personality->phone->receive(modem, &sms);
    module_leave(modem);
    return err;
}

enum err tlsmodem_message_decided(struct tlsmodem *modem, uint32_t ticket, bool accepted)
{
    enum err err = ERR_NOT_FOUND;

    begin(modem);
    if (modem->on)
        err = modem->personality->phone->decided(modem, ticket, accepted);
    module_leave(modem);
    return err;
}

/* ---- how things are ---- */

static size_t unread(const struct tlsmodem *modem)
{
    size_t count = 0;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        const struct message *message = messages_at(modem, place);

        count += message != NULL && message->state == MESSAGE_UNREAD;
    }
    return count;
}

void tlsmodem_get_status(const struct tlsmodem *modem, struct tlsmodem_status *ret_status)
{
    const struct at_session *at = modem->terminals[0]->at;
    const struct module_network *network = &modem->network;

    *ret_status = (struct tlsmodem_status){
        .on = modem->on,
        .registered = modem->on && network_is_registered(network),
        .registration = modem->config.identity.registration,
        .signal = identity_signal(at),
        .operator_name = identity_operator_name(at),
        .operator_code = identity_operator_code(at),
        .area_code = (uint16_t)identity_area_code(at),
        .cell = (uint32_t)identity_cell(at),
        .sim = (enum tlsmodem_sim)modem->sim.state,
        .messages = messages_count(modem),
        .unread = unread(modem),
        .utc_s = module_clock_utc_s(&modem->clock),
        .zone_quarters = modem->clock.zone_quarters,
    };
    if (modem->on)
        ret_status->call =
            (enum tlsmodem_call)modem->personality->phone->call(modem, &ret_status->caller);
    ret_status->attached = ret_status->registered && network->attached;
    for (size_t cid = 1; modem->on && cid <= network->context_count; cid++)
        ret_status->contexts |= (network_context(network, cid)->active ? 1U : 0U) << (cid - 1);
}
