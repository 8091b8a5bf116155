/* port.c: a terminal's side towards the port that holds it. */
#include "module/terminal.h"

#include "at/session.h"
#include "module/flow.h"
#include "module/keep.h"
#include "module/laboratory.h"
#include "module/module.h"
#include "module/multiplex.h"
#include "module/own_answers.h"
#include "module/part.h"
#include "module/sim.h"

#include <assert.h>
#include <stdlib.h>

static struct module_terminal *terminal_from(struct terminal *base)
{
    return (struct module_terminal *)base;
}

static void note_bytes(const struct tlsmodem *modem, size_t from_host, size_t to_host)
{
    modem->config.observer->on_bytes(modem->config.observer->ctx, from_host, to_host);
}

static size_t feed_plain(struct module_terminal *terminal, struct span bytes)
{
    if (terminal->flow != NULL)
        return flow_feed(terminal->flow, module_now(terminal->modem), bytes);
    return at_feed(terminal->at, bytes);
}

/* Behind the line that starts the multiplexer, frames follow. */
static size_t feed_on(struct module_terminal *terminal, struct span bytes)
{
    size_t taken = terminal->multiplex == NULL ? feed_plain(terminal, bytes) : 0;

    if (terminal->multiplex != NULL)
        taken += multiplex_feed(terminal, span_skip(bytes, taken));
    return taken;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct module_terminal *terminal = terminal_from(base);
    size_t taken = bytes.len;

    module_enter(terminal->modem);
    if (terminal->modem->on)
        taken = feed_on(terminal, bytes);
    terminal->refused = taken < bytes.len;
    if (terminal->modem->config.observer != NULL)
        note_bytes(terminal->modem, taken, 0);
    module_leave(terminal->modem);
    return taken;
}

static struct span peek(struct terminal *base)
{
    struct module_terminal *terminal = terminal_from(base);

    return terminal->multiplex != NULL ? multiplex_peek(terminal) : terminal_plain_peek(terminal);
}

static void consume(struct terminal *base, size_t count)
{
    struct module_terminal *terminal = terminal_from(base);

    module_enter(terminal->modem);
    if (terminal->multiplex != NULL)
        multiplex_consume(terminal, count);
    else
        terminal_plain_consume(terminal, count);
    terminal->announced = terminal_output_waiting(terminal); /* the port asks again by itself */
    if (terminal->modem->config.observer != NULL)
        note_bytes(terminal->modem, 0, count);
    module_leave(terminal->modem);
}

/* &D1: back to command mode.  &D2: what a host waits for ends, too (V.250 6.2.9). */
enum { DTR_ENDS_ALL = 2 };

static void set_dtr(struct terminal *base, bool on)
{
    struct module_terminal *terminal = terminal_from(base);

    module_enter(terminal->modem);
    if (terminal->dtr && !on && terminal->settings.dtr != 0)
        parts_on_dtr_drop(terminal);
    if (terminal->dtr && !on && terminal->settings.dtr == DTR_ENDS_ALL)
        at_abort(terminal->at);
    terminal->dtr = on;
    module_leave(terminal->modem);
}

static void abort_command(struct terminal *base)
{
    struct module_terminal *terminal = terminal_from(base);

    module_enter(terminal->modem);
    if (terminal->multiplex != NULL)
        multiplex_abort(terminal);
    else
        at_abort(terminal->at);
    module_leave(terminal->modem);
}

static void accept_lf(struct terminal *base)
{
    at_accept_lf(terminal_from(base)->at);
}

static bool end_input(struct terminal *base)
{
    struct module_terminal *terminal = terminal_from(base);
    bool begun;

    if (terminal->multiplex != NULL)
        return false;
    module_enter(terminal->modem);
    if (terminal->flow != NULL)
        flow_end_input(terminal->flow);
    begun =
        (terminal->flow == NULL || !flow_is_waiting(terminal->flow)) && at_end_input(terminal->at);
    module_leave(terminal->modem);
    return begun;
}

static bool is_busy(struct terminal *base)
{
    const struct module_terminal *terminal = terminal_from(base);

    if (terminal->multiplex != NULL)
        return multiplex_is_busy(terminal) || parts_owe(terminal->modem);
    return at_is_engaged(terminal->at) || at_has_queued(terminal->at) ||
           (terminal->flow != NULL && flow_is_waiting(terminal->flow)) ||
           parts_owe(terminal->modem);
}

static bool is_online(struct terminal *base)
{
    return terminal_from(base)->multiplex != NULL || at_is_online(terminal_from(base)->at);
}

static void host_gone(struct terminal *base)
{
    struct module_terminal *terminal = terminal_from(base);

    module_enter(terminal->modem);
    multiplex_free(terminal->multiplex);
    if (terminal->flow != NULL)
        flow_host_gone(terminal->flow);
    do {
        at_host_gone(terminal->at);
    } while (terminal->flow != NULL && flow_pass(terminal->flow));
    if (terminal->announced > terminal_output_waiting(terminal))
        terminal->announced = terminal_output_waiting(terminal);
    module_leave(terminal->modem);
}

static const struct terminal_ops terminal_ops = {
    .feed = feed,
    .peek = peek,
    .consume = consume,
    .set_dtr = set_dtr,
    .abort = abort_command,
    .accept_lf = accept_lf,
    .end_input = end_input,
    .busy = is_busy,
    .online = is_online,
    .host_gone = host_gone,
};

static int64_t now_ms(void *owner)
{
    struct module_terminal *terminal = owner;

    return module_now(terminal->modem);
}

static bool sees_late(void *owner)
{
    const struct module_terminal *terminal = owner;

    return terminal->channel != NULL && terminal->channel->sees_late;
}

static void on_quiet(struct at_session *at)
{
    parts_on_quiet(terminal_of(at));
}

static size_t port_number(const void *owner)
{
    const struct module_terminal *terminal = owner;

    return terminal->index + 1;
}

static uint64_t unsafe(const void *owner)
{
    const struct module_terminal *terminal = owner;
    const struct storage *storage = terminal->modem->config.storage;

    return storage != NULL && storage->ops->unsafe != NULL ? storage->ops->unsafe(storage->impl)
                                                           : 0;
}

static bool own_answer(void *owner, struct span command, struct at_own_answer *ret_answer)
{
    const struct module_terminal *terminal = owner;
    const struct tlsmodem_config *config = &terminal->modem->config;

    return own_answer_find(config->answers, config->answer_count, command, ret_answer);
}

static bool is_observed(const struct tlsmodem *modem)
{
    return modem->config.observer != NULL && modem->config.observer->on_line != NULL;
}

static void on_observed_line(void *owner, struct span line)
{
    struct module_terminal *terminal = owner;
    const struct tlsmodem_observer *observer = terminal->modem->config.observer;

    (void)line;
    terminal->runs_line = true;
    observer->on_line(observer->ctx, terminal->index);
}

static void on_line_end(void *owner, enum at_ending ending)
{
    static const enum tlsmodem_result results[] = {
        [AT_ENDED_OK] = TLSMODEM_RESULT_OK,
        [AT_ENDED_CONNECT] = TLSMODEM_RESULT_CONNECT,
        [AT_ENDED_NO_CARRIER] = TLSMODEM_RESULT_NO_CARRIER,
        [AT_ENDED_ERROR] = TLSMODEM_RESULT_ERROR,
        [AT_ENDED_CME_ERROR] = TLSMODEM_RESULT_CME_ERROR,
        [AT_ENDED_CMS_ERROR] = TLSMODEM_RESULT_CMS_ERROR,
        [AT_ENDED_OTHERWISE] = TLSMODEM_RESULT_OTHER,
    };
    struct module_terminal *terminal = owner;
    const struct tlsmodem_observer *observer = terminal->modem->config.observer;

    if (observer == NULL)
        return;
    if (is_observed(terminal->modem) && !terminal->runs_line) /* refused as it stood */
        observer->on_line(observer->ctx, terminal->index);
    terminal->runs_line = false;
    observer->on_result(observer->ctx, results[ending]);
    if (observer->on_line_end != NULL)
        observer->on_line_end(observer->ctx, terminal->index);
}

/* What a session asks of its owner, with a laboratory or without. */
#define OWNER_OPS(line, line_end, may_run)                                                         \
    {                                                                                              \
        .on_line = (line), .on_line_end = (line_end), .own_answer = own_answer,                    \
        .allows = (may_run), .now_ms = now_ms, .on_quiet = on_quiet, .sees_late = sees_late,       \
        .keep = keep_row, .reload = keep_reload, .unsafe = unsafe, .port = port_number             \
    }

static const struct at_owner_ops owner_ops = OWNER_OPS(NULL, on_line_end, sim_allows);

/* ---- with somebody who is told of lines ---- */

static const struct at_owner_ops observed_ops =
    OWNER_OPS(on_observed_line, on_line_end, sim_allows);

/* ---- with a laboratory ---- */

static void on_line_in_laboratory(void *owner, struct span line)
{
    const struct module_terminal *terminal = owner;

    laboratory_on_line(terminal->modem, terminal->index, line);
    if (is_observed(terminal->modem))
        on_observed_line(owner, line);
}

static void on_line_end_in_laboratory(void *owner, enum at_ending ending)
{
    const struct module_terminal *terminal = owner;

    laboratory_on_line_end(terminal->modem, terminal->index);
    on_line_end(owner, ending);
}

static enum at_status allows_in_laboratory(struct at_session *at, const struct at_command *row)
{
    int32_t code = 0;

    if (laboratory_refuses(module_of(at), &code))
        return at_refuse(at, code, "a fault of the laboratory");
    return sim_allows(at, row);
}

static const struct at_owner_ops laboratory_ops =
    OWNER_OPS(on_line_in_laboratory, on_line_end_in_laboratory, allows_in_laboratory);

/* ---- making ---- */

static const struct at_owner_ops *ops_of(const struct tlsmodem *modem)
{
    if (modem->laboratory != NULL)
        return &laboratory_ops;
    return is_observed(modem) ? &observed_ops : &owner_ops;
}

static struct module_terminal *terminal_new(struct tlsmodem *modem, size_t index)
{
    struct module_terminal *terminal = calloc(1, sizeof(*terminal));
    const struct personality *personality = modem->personality;
    struct at_config config = {
        .dialect = personality->dialect,
        .commands = personality->commands,
        .index = personality->index,
        .model = modem->model->at,
        .owner_ops = ops_of(modem),
        .owner = terminal,
        .log = modem->config.log,
        .payload_max = modem->model->payload_max,
        .output_cap = personality->output_bytes,
    };

    if (terminal == NULL)
        return NULL;
    config.model.facts = &modem->facts;
    *terminal = (struct module_terminal){
        .base = { &terminal_ops }, .modem = modem, .index = index, .dtr = true
    };
    if (at_new(&config, &terminal->at) == ERR_OK)
        return terminal;
    free(terminal);
    return NULL;
}

/* A place for each; those that are there stay. */
static struct module_terminal **make_list(struct tlsmodem *modem, size_t count)
{
    struct module_terminal **owned = modem->terminals != &modem->only ? modem->terminals : NULL;
    struct module_terminal **list = &modem->only;

    if (count > 1)
        list = realloc(owned, count * sizeof(*list));
    if (list != NULL && owned == NULL && modem->terminal_count > 0)
        list[0] = modem->only;
    if (list != NULL)
        modem->terminals = list;
    return list;
}

enum err terminals_add(struct tlsmodem *modem, size_t count)
{
    struct module_terminal **list;

    assert(modem->terminal_count + count <= MODULE_TERMINALS_MAX);
    list = make_list(modem, modem->terminal_count + count);
    if (list == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct module_terminal *terminal = terminal_new(modem, modem->terminal_count);

        if (terminal == NULL)
            return ERR_NO_MEMORY;
        list[modem->terminal_count++] = terminal;
    }
    return ERR_OK;
}

void terminal_free(struct module_terminal *terminal)
{
    multiplex_free(terminal->multiplex);
    flow_free(terminal->flow);
    at_free(terminal->at);
    free(terminal);
}
