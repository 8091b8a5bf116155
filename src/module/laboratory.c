/* laboratory.c: what goes wrong on demand with a modem. */
#include "module/laboratory.h"

#include "at/session.h"
#include "base/time.h"
#include "module/facts.h"
#include "module/laboratory_state.h"
#include "module/network_time.h"

#include <assert.h>
#include <stdlib.h>

/* ---- around what the config has ---- */

static void on_phase(void *ctx, const struct fault_session *session, bool ends)
{
    const struct laboratory *laboratory = ctx;

    fault_net_note(laboratory->net, session, ends);
}

static enum err put_around_network(struct tlsmodem *modem)
{
    struct tlsmodem_config *config = &modem->config;
    struct laboratory *laboratory = modem->laboratory;
    enum err err;

    laboratory->talk = (struct fault_talk){ .set = &laboratory->faults };
    err = fault_net_open(config->net, config->laboratory, &laboratory->faults, &laboratory->talk,
                         &laboratory->net);
    laboratory->tls = calloc(config->tls_count + 1, sizeof(laboratory->tls[0]));
    if (err != ERR_OK || laboratory->tls == NULL)
        return ERR_NO_MEMORY;
    laboratory->talk.on_phase = on_phase;
    laboratory->talk.ctx = laboratory;
    config->net = laboratory->net;
    for (size_t i = 0; i < config->tls_count; i++) {
        fault_tls_init(&laboratory->providers[i], config->tls[i], &laboratory->talk);
        laboratory->tls[i] = &laboratory->providers[i].base;
    }
    config->tls = laboratory->tls;
    return ERR_OK;
}

static enum err put_around_storage(struct tlsmodem *modem)
{
    struct laboratory *laboratory = modem->laboratory;
    enum err err;

    if (modem->config.storage == NULL)
        return ERR_OK;
    err = fault_storage_init(&laboratory->storage, modem->config.storage, &laboratory->faults,
                             modem->config.laboratory);
    if (err == ERR_OK)
        modem->config.storage = &laboratory->storage.base;
    return err;
}

/* ---- the module ---- */

static void restart(void *ctx)
{
    struct tlsmodem *modem = ctx;

    module_enter(modem);
    if (modem->on)
        module_power_cycle(modem, module_fact(modem, modem->personality->restart_off_ms));
    module_leave(modem);
}

static void set_clock(struct tlsmodem *modem, int64_t by_s)
{
    module_clock_set_utc(&modem->clock, module_clock_utc_s(&modem->clock) + by_s);
}

/* A second of error comes each million seconds by the ppm. */
static void start_drift(struct tlsmodem *modem)
{
    const struct laboratory *laboratory = modem->laboratory;

    if (laboratory->drift_ppm == 0)
        clock_timer_cancel(laboratory->drift);
    else
        clock_timer_start(laboratory->drift, INT64_C(1000000000) / abs(laboratory->drift_ppm));
}

static void on_drift(void *ctx)
{
    struct tlsmodem *modem = ctx;

    set_clock(modem, modem->laboratory->drift_ppm > 0 ? 1 : -1);
    start_drift(modem);
}

enum err laboratory_open(struct tlsmodem *modem)
{
    const struct tlsmodem_config *config = &modem->config;
    struct laboratory *laboratory =
        calloc(1, sizeof(*laboratory) + config->tls_count * sizeof(laboratory->providers[0]));
    enum err err;

    assert(config->laboratory != NULL && modem->laboratory == NULL);
    if (laboratory == NULL)
        return ERR_NO_MEMORY;
    modem->laboratory = laboratory;
    laboratory->faults.log = config->log;
    laboratory->faults.scene.socket = FAULT_ANY_SOCKET;
    err = put_around_network(modem);
    if (err == ERR_OK)
        err = put_around_storage(modem);
    if (err == ERR_OK)
        err = clock_new_timer(config->laboratory, restart, modem, &laboratory->restart);
    if (err == ERR_OK)
        err = clock_new_timer(config->laboratory, on_drift, modem, &laboratory->drift);
    return err;
}

void laboratory_close(struct tlsmodem *modem)
{
    struct laboratory *laboratory = modem->laboratory;

    if (laboratory == NULL)
        return;
    for (size_t i = 0; i < MODULE_TERMINALS_MAX; i++)
        fault_port_free(laboratory->ports[i]);
    clock_timer_free(laboratory->restart);
    clock_timer_free(laboratory->drift);
    fault_storage_deinit(&laboratory->storage);
    fault_net_close(laboratory->net);
    fault_set_remove(&laboratory->faults, 0);
    free(laboratory->tls);
    free(laboratory);
    modem->laboratory = NULL;
}

int32_t *laboratory_whose(struct tlsmodem *modem)
{
    return &modem->laboratory->faults.scene.socket;
}

/* ---- ports ---- */

static bool in_prompt(void *ctx)
{
    const struct module_terminal *terminal = ctx;

    return at_in_prompt(terminal->at);
}

/* Without memory the port is as it is, and nothing of it goes wrong. */
static struct fault_port *port_at(struct tlsmodem *modem, size_t index)
{
    struct laboratory *laboratory = modem->laboratory;
    const struct fault_port_config config = { .inner = &modem->terminals[index]->base,
                                              .clock = modem->config.laboratory,
                                              .set = &laboratory->faults,
                                              .in_prompt = in_prompt,
                                              .ctx = modem->terminals[index] };

    if (laboratory->ports[index] == NULL &&
        fault_port_new(&config, &laboratory->ports[index]) != ERR_OK)
        log_say(modem->config.log, LOG_ERROR, "out of memory: no fault strikes port %zu",
                index + 1);
    return laboratory->ports[index];
}

struct terminal *laboratory_terminal(struct tlsmodem *modem, size_t index)
{
    struct fault_port *port = port_at(modem, index);

    return port != NULL ? fault_port_terminal(port) : &modem->terminals[index]->base;
}

struct channel *laboratory_attach(struct tlsmodem *modem, size_t index, struct channel *channel)
{
    struct fault_port *port = port_at(modem, index);

    return port != NULL ? fault_port_attach(port, channel) : channel;
}

void laboratory_on_line(struct tlsmodem *modem, size_t index, struct span line)
{
    struct laboratory *laboratory = modem->laboratory;
    struct fault_set *faults = &laboratory->faults;
    const struct fault *fault;

    fault_set_line(faults, line);
    faults->scene.socket = FAULT_ANY_SOCKET;
    if (faults->first == NULL)
        return;
    if (laboratory->ports[index] != NULL)
        fault_port_line_begins(laboratory->ports[index],
                               terminal_output_waiting(modem->terminals[index]));
    fault = fault_set_strikes(faults, FAULT_RESTART, true);
    if (fault != NULL)
        clock_timer_start(laboratory->restart, fault->attributes[0]);
    fault = fault_set_strikes(faults, FAULT_CLOCK_JUMP, true);
    if (fault != NULL)
        set_clock(modem, fault->attributes[0]);
}

bool laboratory_refuses(struct tlsmodem *modem, int32_t *ret_code)
{
    const struct fault *fault = fault_set_strikes(&modem->laboratory->faults, FAULT_ERROR, true);

    if (fault != NULL)
        *ret_code = fault->attributes[0];
    return fault != NULL;
}

void laboratory_on_line_end(struct tlsmodem *modem, size_t index)
{
    struct fault_port *port = modem->laboratory->ports[index];

    if (port != NULL)
        fault_port_line_ends(port, terminal_output_waiting(modem->terminals[index]));
}

void laboratory_on_power(struct tlsmodem *modem)
{
    const struct fault *noise = fault_set_strikes(&modem->laboratory->faults, FAULT_NOISE, true);

    for (size_t i = 0; i < modem->terminal_count; i++) {
        if (modem->laboratory->ports[i] == NULL)
            continue;
        laboratory_on_line_end(modem, i); /* one that the power went under */
        if (noise != NULL)
            fault_port_noise(modem->laboratory->ports[i], noise, i);
    }
}

/* ---- what holds while a fault is there ---- */

void laboratory_refresh(struct tlsmodem *modem)
{
    struct laboratory *laboratory = modem->laboratory;
    const struct fault_entry *entry;
    int32_t drift_ppm = 0;
    bool unset = false;

    fault_net_refresh(laboratory->net);
    for (entry = laboratory->faults.first; entry != NULL; entry = entry->next) {
        if (entry->fault.type == FAULT_CLOCK_DRIFT)
            drift_ppm += entry->fault.attributes[0];
        unset = unset || entry->fault.type == FAULT_CLOCK_UNSET;
    }
    if (drift_ppm != laboratory->drift_ppm) {
        laboratory->drift_ppm = drift_ppm;
        start_drift(modem);
    }
    if (unset && !modem->clock.unset)
        network_time_unset(modem);
    modem->clock.unset = unset;
}
