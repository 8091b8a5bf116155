/* modem.c: what an embedding program calls: a modem is made, ticks, and goes. */
#include "at/session.h"
#include "module/control.h"
#include "module/facts.h"
#include "module/identity.h"
#include "module/laboratory.h"
#include "module/messages.h"
#include "module/module.h"
#include "module/network_time.h"
#include "module/part.h"
#include "module/power.h"
#include "module/sim.h"

#include <assert.h>
#include <stdlib.h>

enum { WHY_CAP = 300 };

const struct tlsmodem_model *tlsmodem_model_at(size_t index)
{
    const struct module_model *model = module_model_at(index);

    return model != NULL ? &model->identity : NULL;
}

static void switch_on_again(struct tlsmodem *modem)
{
    enum err err = power_on(modem);

    if (err == ERR_OK && modem->laboratory != NULL)
        laboratory_on_power(modem);
    if (err == ERR_OK)
        return;
    log_say(modem->config.log, LOG_ERROR, "cannot switch on again: %s; trying later",
            err_text(err));
    power_off(modem);
    modem->power_on_ms = module_now(modem) + modem->off_ms;
}

void tlsmodem_tick(struct tlsmodem *modem)
{
    module_enter(modem);
    modem->armed_ms = -1;
    if (modem->on) {
        for (size_t i = 0; i < modem->terminal_count; i++)
            terminal_tick(modem->terminals[i]);
        parts_tick(modem);
    } else if (module_now(modem) >= modem->power_on_ms) {
        switch_on_again(modem);
    }
    module_leave(modem);
}

static int64_t world_now(void *ctx)
{
    return module_now(ctx);
}

static int64_t world_utc(void *ctx)
{
    struct tlsmodem *modem = ctx;

    network_time_note(modem);
    return module_clock_utc_s(&modem->clock);
}

static void world_enter(void *ctx)
{
    module_enter(ctx);
}

static void world_leave(void *ctx)
{
    module_leave(ctx);
}

static void on_settled(void *ctx, enum err err)
{
    struct tlsmodem *modem = ctx;

    module_enter(modem);
    if (err != ERR_OK && modem->on)
        parts_on_storage_lost(modem);
    if (err != ERR_OK)
        messages_load(modem);
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_settled(modem->terminals[i]->at, err);
    module_leave(modem);
}

static void watch_storage(const struct tlsmodem *modem, void (*call)(void *ctx, enum err err),
                          void *ctx)
{
    const struct storage *storage = modem->config.storage;

    if (storage != NULL && storage->ops->watch != NULL)
        storage->ops->watch(storage->impl, call, ctx);
}

static void init_world(struct tlsmodem *modem)
{
    modem->world = (struct connection_world){
        .net = modem->config.net,
        .tls = modem->config.tls,
        .tls_count = modem->config.tls_count,
        .log = modem->config.log,
        .now_ms = world_now,
        .utc_s = world_utc,
        .enter = world_enter,
        .leave = world_leave,
        .ctx = modem,
    };
    if (modem->laboratory != NULL)
        modem->world.whose = laboratory_whose(modem);
}

static enum err build(struct tlsmodem *modem)
{
    enum err err;

    err = module_facts_init(modem);
    if (err == ERR_OK && modem->config.laboratory != NULL)
        err = laboratory_open(modem);
    if (err != ERR_OK)
        return err;
    modem->maker_size = modem->personality->state_size(modem);
    modem->maker = calloc(1, modem->maker_size);
    if (modem->maker == NULL)
        return ERR_NO_MEMORY;
    err = terminals_add(modem, modem->config.terminals);
    if (err != ERR_OK)
        return err;
    init_world(modem);
    network_time_start(modem);
    messages_load(modem);
    sim_init(modem);
    return power_on(modem);
}

static enum err check_answers(const struct tlsmodem *modem)
{
    char why[WHY_CAP];

    for (size_t i = 0; i < modem->config.answer_count; i++) {
        if (tlsmodem_answer_check(&modem->config.answers[i], why, sizeof(why)) != ERR_OK) {
            log_say(modem->config.log, LOG_ERROR, "answer %zu: %s", i + 1, why);
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

enum err tlsmodem_new(const struct tlsmodem_config *config, struct tlsmodem **ret_modem)
{
    const struct module_model *model = module_model_named(config->model);
    struct tlsmodem *modem;
    enum err err;

    assert(config->model != NULL && config->net != NULL && config->clock != NULL &&
           config->arm != NULL);
    assert(config->tls != NULL || config->tls_count == 0);
    assert(config->facts != NULL || config->fact_count == 0);
    assert(config->answers != NULL || config->answer_count == 0);
    if (model == NULL)
        return ERR_NOT_FOUND;
    if (config->terminals < 1 || config->terminals > TLSMODEM_TERMINALS_MAX)
        return ERR_INVALID;
    modem = calloc(1, sizeof(*modem));
    if (modem == NULL)
        return ERR_NO_MEMORY;
    modem->config = *config;
    modem->model = model;
    modem->personality = model->personality;
    modem->armed_ms = CLOCK_NEVER;
    module_enter(modem);
    err = identity_check(modem);
    if (err == ERR_OK)
        err = check_answers(modem);
    if (err == ERR_OK)
        err = build(modem);
    if (err != ERR_OK) {
        tlsmodem_free(modem);
        return err;
    }
    watch_storage(modem, on_settled, modem);
    module_leave(modem);
    *ret_modem = modem;
    return ERR_OK;
}

void tlsmodem_free(struct tlsmodem *modem)
{
    if (modem == NULL)
        return;
    module_enter(modem); /* no leave: nobody is told anything any more */
    watch_storage(modem, NULL, NULL);
    power_off(modem);
    for (size_t i = 0; i < modem->terminal_count; i++)
        terminal_free(modem->terminals[i]);
    messages_deinit(modem);
    control_deinit(modem);
    laboratory_close(modem);
    if (modem->terminals != &modem->only)
        free(modem->terminals);
    free(modem->maker);
    module_facts_deinit(modem);
    free(modem);
}

struct terminal *tlsmodem_terminal_at(struct tlsmodem *modem, size_t index)
{
    assert(index < modem->terminal_count);
    return modem->laboratory != NULL ? laboratory_terminal(modem, index)
                                     : &modem->terminals[index]->base;
}

void tlsmodem_attach(struct tlsmodem *modem, size_t index, struct channel *channel)
{
    assert(index < modem->terminal_count);
    module_enter(modem);
    modem->terminals[index]->channel =
        modem->laboratory != NULL ? laboratory_attach(modem, index, channel) : channel;
    modem->terminals[index]->announced = 0;
    modem->terminals[index]->lines = 0;
    module_leave(modem);
}
