/* modem.c: a modem as it runs: its ports, its timer, its place in the store, its name in the log.
 */
#include "runtime/modem.h"

#include "base/fault.h"
#include "posix/data_program.h"
#include "runtime/at_start.h"
#include "runtime/message_command.h"
#include "runtime/owner_tls.h"
#include "runtime/tally.h"
#include "runtime/uplink.h"
#include "runtime/volatile_store.h"
#include "tlsmodem_control.h"
#include "wrap/source.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct runtime_port {
    struct runtime_modem *modem;
    struct port *port;
};

/* Who looks on and acts beside its hosts; most modems of a fleet have nobody. */
struct company {
    const struct tlsmodem_observer *observer; /* the config's; NULL: none */
    struct tlsmodem_observer both;            /* that and the tally's */
    void (*on_message)(void *ctx, const struct tlsmodem_sending *message, enum tlsmodem_sent sent);
    void *message_ctx;
    const struct runtime_companion *companion; /* NULL: nobody acts on it */
    void *companion_ctx;
    void *companion_given;           /* what it gave; NULL: none */
    const struct runtime_host *host; /* NULL: none */
    void *host_ctx;
    void *host_given;
    struct uplink *uplink; /* its radio; NULL: none of its own */
    size_t terminals;
};

struct runtime_modem {
    struct message_command messages; /* its command may be NULL */
    struct data_programs *programs;  /* of data calls; NULL: nobody takes them */
    struct runtime_world *world;
    struct clock *clock; /* the world's, or its own */
    struct log log;
    struct clock_timer *timer;
    struct net *names;               /* NULL: the world's */
    struct tally_modem *tally;       /* NULL: nobody counts */
    struct company *company;         /* owned; NULL: nobody is beside it */
    struct net *source;              /* in front of it; NULL: none */
    struct stack stack;              /* in front of that */
    struct net *network;             /* the outermost of them */
    struct owner_tls *owner;         /* the policy of its TLS; NULL: none */
    const struct runtime_taps *taps; /* NULL: nobody looks on */
    struct storage storage;
    struct volatile_store memory; /* behind `storage` where there is no store */
    bool stored;                  /* `storage` is a handle of the store */
    struct letter settle;         /* from the store's writer */
    bool started;
    struct tlsmodem *engine;
    const char *const *first_lines; /* the config's at_start */
    size_t first_count;
    struct at_start *first; /* NULL: they do not run */
    void (*on_started)(void *ctx, struct runtime_modem *modem);
    void *started_ctx;
    void (*on_port_end)(void *ctx, size_t index);
    void (*on_port_away)(void *ctx, size_t index, bool is_away);
    void *ctx;
    size_t port_count;
    struct runtime_port ports[]; /* of the config's `ports` */
};

static const struct log *log_of(const struct runtime_modem *modem)
{
    return modem->log.write != NULL ? &modem->log : NULL;
}

static void on_time(void *ctx)
{
    struct runtime_modem *modem = ctx;

    tlsmodem_tick(modem->engine);
}

static void arm(void *ctx, int64_t deadline_ms)
{
    struct runtime_modem *modem = ctx;

    clock_timer_at(modem->clock, modem->timer, deadline_ms);
}

/* In the writer's thread. */
static void wake(void *ctx)
{
    struct runtime_modem *modem = ctx;

    posix_mailbox_post(&modem->world->mailbox, &modem->settle);
}

static void settle(struct letter *letter)
{
    struct runtime_modem *modem =
        (struct runtime_modem *)((char *)letter - offsetof(struct runtime_modem, settle));

    nvm_modem_settle(&modem->storage);
}

/* Without memory for a thread each change is written at once. */
static enum err open_storage(struct runtime_modem *modem, struct nvm *nvm)
{
    enum err err = nvm_modem(nvm, modem->log.name, log_of(modem), &modem->storage);

    if (err != ERR_OK)
        return err;
    modem->stored = true;
    modem->settle.open = settle;
    nvm_modem_share_writes(&modem->storage, wake, modem);
    return ERR_OK;
}

static void close_storage(struct runtime_modem *modem)
{
    if (modem->stored)
        nvm_modem_release(&modem->storage);
    posix_mailbox_withdraw(&modem->world->mailbox, &modem->settle);
    volatile_store_clear(&modem->memory);
}

static void on_message_decided(void *ctx, uint32_t ticket, bool accepted)
{
    struct runtime_modem *modem = ctx;

    tlsmodem_message_decided(modem->engine, ticket, accepted);
}

static void on_port_end(void *ctx)
{
    const struct runtime_port *port = ctx;
    struct runtime_modem *modem = port->modem;

    if (modem->on_port_end != NULL)
        modem->on_port_end(modem->ctx, (size_t)(port - modem->ports));
}

static void on_port_away(void *ctx, bool is_away)
{
    const struct runtime_port *port = ctx;
    struct runtime_modem *modem = port->modem;

    if (modem->on_port_away != NULL)
        modem->on_port_away(modem->ctx, (size_t)(port - modem->ports), is_away);
}

/* ERR_OK, or the line that says what could not be made. */
static enum err check(enum err err, const char *what, struct port_failure *ret_failure)
{
    return err == ERR_OK ? err : port_fail(ret_failure, err, "%s: %s", what, err_text(err));
}

static bool has_uplink(const struct runtime_modem_config *config)
{
    return config->follows != NULL || config->signal_command != NULL;
}

static struct uplink *uplink_of(const struct runtime_modem *modem)
{
    return modem->company != NULL ? modem->company->uplink : NULL;
}

static enum err open_uplink(struct runtime_modem *modem, const struct runtime_modem_config *config,
                            struct port_failure *ret_failure)
{
    const struct uplink_config uplink = { .interface = config->follows,
                                          .signal_command = config->signal_command,
                                          .name = modem->log.name,
                                          .log = log_of(modem),
                                          .registration = config->identity.registration };

    return uplink_open(modem->world, &uplink, &modem->network, ret_failure,
                       &modem->company->uplink);
}

/* The world's network, or another, with what stands in front of it. */
static enum err open_network(struct runtime_modem *modem, const struct runtime_modem_config *config,
                             struct port_failure *ret_failure)
{
    enum err err = ERR_OK;

    modem->network = config->net != NULL ? config->net : modem->world->network;
    if (config->asks_own_servers && config->net == NULL) {
        err = dns_own_open(modem->world->dns, config->source, &modem->names);
        if (err != ERR_OK)
            return check(err, "cannot look names up", ret_failure);
        modem->network = modem->names;
    }
    if (modem->world->tally != NULL) {
        err = tally_join(modem->world->tally, modem->log.name, &modem->network, config->tls,
                         config->tls_count, &modem->tally);
        if (err != ERR_OK)
            return check(err, "cannot count what it does", ret_failure);
    }
    if (config->source != NULL) {
        err = source_open(modem->network, config->source, &modem->source);
        if (err != ERR_OK)
            return check(err, "cannot have an address to come from", ret_failure);
        modem->network = modem->source;
    }
    if (has_uplink(config)) {
        err = open_uplink(modem, config, ret_failure);
        if (err != ERR_OK)
            return err;
    }
    if (config->in_front != NULL)
        err = stack_open(&modem->stack, config->in_front, modem->network, modem->clock,
                         log_of(modem), &modem->network);
    if (err == ERR_OK && modem->taps != NULL)
        modem->network = modem->taps->net(modem->taps->ctx, modem->clock, modem->network);
    return check(err, "cannot put anything in front of the network", ret_failure);
}

static enum err open_around(struct runtime_modem *modem, const struct runtime_modem_config *config,
                            struct port_failure *ret_failure)
{
    enum err err = clock_new_timer(modem->clock, on_time, modem, &modem->timer);

    if (err != ERR_OK)
        return check(err, "cannot make a timer", ret_failure);
    if (config->data_command != NULL) {
        modem->programs = data_programs_open(&modem->world->loop, config->data_command,
                                             modem->log.name, log_of(modem));
        if (modem->programs == NULL)
            return check(ERR_NO_MEMORY, "cannot take data calls", ret_failure);
    }
    if (config->nvm != NULL) {
        err = open_storage(modem, config->nvm);
        if (err != ERR_OK)
            return check(err, "cannot use the modem's memory", ret_failure);
    } else {
        modem->storage = volatile_store_iface(&modem->memory);
    }
    return open_network(modem, config, ret_failure);
}

static enum err open_ports(struct runtime_modem *modem, const struct runtime_modem_config *config,
                           struct port_failure *ret_failure)
{
    while (config->ports != NULL && modem->port_count < config->terminals) {
        struct runtime_port *port = &modem->ports[modem->port_count];
        enum err err = port_open(&modem->world->loop, &config->ports[modem->port_count],
                                 ret_failure, &port->port);

        if (err != ERR_OK)
            return err;
        port->modem = modem;
        port_on_end(port->port, on_port_end, port);
        port_on_away(port->port, on_port_away, port);
        if (port_is_away(port->port))
            on_port_away(port, true);
        modem->port_count++;
    }
    return ERR_OK;
}

/* As who counts, the owner and `taps` have them; NULL: no memory. */
static struct tls *const *providers_of(struct runtime_modem *modem,
                                       const struct runtime_modem_config *config)
{
    struct tls *const *list = modem->tally != NULL ? tally_modem_tls(modem->tally) : config->tls;

    if (owner_tls_open(config->policy, config->in_front, &modem->world->clock.base, list,
                       config->tls_count, &modem->owner) != ERR_OK)
        return NULL;
    if (modem->owner != NULL)
        list = owner_tls_list(modem->owner);
    return modem->taps != NULL ? modem->taps->tls(modem->taps->ctx, list, config->tls_count) : list;
}

/* Who takes data calls, as who counts and `taps` have it; NULL: nobody does. */
static struct data_calls *calls_of(struct runtime_modem *modem)
{
    struct data_calls *calls;

    if (modem->programs == NULL)
        return NULL;
    calls = data_programs_iface(modem->programs);
    if (modem->tally != NULL)
        calls = tally_modem_calls(modem->tally, calls);
    return modem->taps != NULL ? modem->taps->calls(modem->taps->ctx, calls) : calls;
}

static size_t index_of_model(const char *name)
{
    size_t index = 0;

    while (strcmp(tlsmodem_model_at(index)->name, name) != 0)
        index++;
    return index;
}

/* ---- who observes ---- */

static enum err open_company(struct runtime_modem *modem, const struct runtime_modem_config *config,
                             struct port_failure *ret_failure)
{
    if (config->observer == NULL && config->on_message == NULL && config->companion == NULL &&
        config->host == NULL && !has_uplink(config))
        return ERR_OK;
    modem->company = malloc(sizeof(*modem->company));
    if (modem->company == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    *modem->company = (struct company){ .observer = config->observer,
                                        .on_message = config->on_message,
                                        .message_ctx = config->message_ctx,
                                        .companion = config->companion,
                                        .companion_ctx = config->companion_ctx,
                                        .host = config->host,
                                        .host_ctx = config->host_ctx,
                                        .terminals = config->terminals };
    return ERR_OK;
}

static void on_result(void *ctx, enum tlsmodem_result result)
{
    const struct runtime_modem *modem = ctx;
    const struct tlsmodem_observer *tally = tally_modem_observer(modem->tally);

    tally->on_result(tally->ctx, result);
    modem->company->observer->on_result(modem->company->observer->ctx, result);
}

static void on_bytes(void *ctx, size_t from_host, size_t to_host)
{
    const struct runtime_modem *modem = ctx;
    const struct tlsmodem_observer *tally = tally_modem_observer(modem->tally);

    tally->on_bytes(tally->ctx, from_host, to_host);
    modem->company->observer->on_bytes(modem->company->observer->ctx, from_host, to_host);
}

static void on_line(void *ctx, size_t terminal)
{
    const struct tlsmodem_observer *tally =
        tally_modem_observer(((const struct runtime_modem *)ctx)->tally);

    tally->on_line(tally->ctx, terminal);
}

static void on_line_end(void *ctx, size_t terminal)
{
    const struct tlsmodem_observer *tally =
        tally_modem_observer(((const struct runtime_modem *)ctx)->tally);

    tally->on_line_end(tally->ctx, terminal);
}

static const struct tlsmodem_observer *observer_of(struct runtime_modem *modem)
{
    struct company *company = modem->company;

    if (company == NULL || company->observer == NULL)
        return modem->tally != NULL ? tally_modem_observer(modem->tally) : NULL;
    if (modem->tally == NULL)
        return company->observer;
    company->both = (struct tlsmodem_observer){ .on_result = on_result,
                                                .on_bytes = on_bytes,
                                                .ctx = modem,
                                                .on_line = on_line,
                                                .on_line_end = on_line_end };
    return &company->both;
}

static enum tlsmodem_sent send_message(void *ctx, const struct tlsmodem_sending *message)
{
    struct runtime_modem *modem = ctx;
    enum tlsmodem_sent sent = TLSMODEM_REFUSED;

    if (modem->messages.command != NULL)
        sent = message_command_send(&modem->messages, message);
    if (modem->company != NULL && modem->company->on_message != NULL)
        modem->company->on_message(modem->company->message_ctx, message, sent);
    return sent;
}

static enum err open_engine(struct runtime_modem *modem, const struct runtime_modem_config *config,
                            struct port_failure *ret_failure)
{
    struct tlsmodem_config engine = {
        .model = config->model,
        .terminals = config->terminals,
        .net = modem->network,
        .listening = config->listening,
        .tls = providers_of(modem, config),
        .tls_count = config->tls_count,
        .storage = &modem->storage,
        .clock = modem->clock,
        .log = log_of(modem),
        .identity = config->identity,
        .time = config->time,
        .facts = config->facts,
        .fact_count = config->fact_count,
        .answers = config->answers,
        .answer_count = config->answer_count,
        .observer = observer_of(modem),
        .send_message =
            config->message_command != NULL || config->on_message != NULL ? send_message : NULL,
        .send_message_ctx = modem,
        .data_calls = calls_of(modem),
        .laboratory = config->laboratory ? modem->clock : NULL,
        .arm = arm,
        .arm_ctx = modem,
    };
    enum err err = ERR_NO_MEMORY;

    modem->messages = (struct message_command){ .loop = &modem->world->loop,
                                                .command = config->message_command,
                                                .name = modem->log.name,
                                                .log = log_of(modem),
                                                .on_decided = on_message_decided,
                                                .ctx = modem };
    if (uplink_of(modem) != NULL)
        engine.identity.registration = uplink_registration(uplink_of(modem));
    if (engine.tls != NULL || config->tls_count == 0)
        err = tlsmodem_new(&engine, &modem->engine);
    if (err == ERR_OK && modem->tally != NULL)
        tally_modem_is(modem->tally, index_of_model(config->model), modem->engine);
    if (err == ERR_OK && modem->taps != NULL)
        modem->taps->attach(modem->taps->ctx, modem->engine);
    if (err != ERR_OK)
        return check(err, "cannot switch the modem on", ret_failure);
    for (size_t i = 0; i < config->credential_count && err == ERR_OK; i++)
        err = runtime_credential_put(modem->engine, &config->credentials[i], ret_failure);
    return err;
}

enum { FAULT_WHY_CAP = 1200 };

/* They strike from its first line on. */
static enum err add_faults(struct runtime_modem *modem, const struct runtime_modem_config *config,
                           struct port_failure *ret_failure)
{
    enum err err = ERR_OK;

    assert(config->fault_count == 0 || config->laboratory);
    for (size_t i = 0; i < config->fault_count && err == ERR_OK; i++) {
        char why[FAULT_WHY_CAP];
        struct fault fault;
        uint32_t number;
        bool passed = fault_read(span_of(config->faults[i]), &fault, why, sizeof(why));

        assert(passed);
        (void)passed;
        err = tlsmodem_add_fault(modem->engine, &fault, &number);
    }
    return check(err, "cannot add a fault", ret_failure);
}

enum err runtime_modem_open(struct runtime_world *world, const struct runtime_modem_config *config,
                            struct port_failure *ret_failure, struct runtime_modem **ret_modem)
{
    size_t ports = config->ports != NULL ? config->terminals : 0;
    struct runtime_modem *modem;
    enum err err;

    assert(config->terminals >= 1 && config->terminals <= TLSMODEM_TERMINALS_MAX);
    assert(config->host == NULL || config->ports == NULL);
    modem = calloc(1, sizeof(*modem) + ports * sizeof(modem->ports[0]));
    if (modem == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    modem->world = world;
    modem->taps = config->taps;
    modem->first_lines = config->at_start;
    modem->first_count = config->at_start_count;
    modem->on_port_end = config->on_port_end;
    modem->on_port_away = config->on_port_away;
    modem->ctx = config->ctx;
    modem->clock = &world->clock.base;
    if (config->clock != NULL) {
        moved_clock_init(config->clock, modem->clock);
        modem->clock = &config->clock->base;
    }
    if (config->log != NULL)
        modem->log = *config->log;
    modem->log.name = config->name != NULL ? config->name : config->model;
    err = open_company(modem, config, ret_failure);
    if (err == ERR_OK)
        err = open_around(modem, config, ret_failure);
    if (err == ERR_OK)
        err = open_ports(modem, config, ret_failure);
    if (err == ERR_OK)
        err = open_engine(modem, config, ret_failure);
    if (err == ERR_OK)
        err = add_faults(modem, config, ret_failure);
    if (err != ERR_OK) {
        runtime_modem_close(modem);
        return err;
    }
    *ret_modem = modem;
    return ERR_OK;
}

struct terminal *runtime_modem_terminal(struct runtime_modem *modem, size_t index)
{
    struct terminal *terminal = tlsmodem_terminal_at(modem->engine, index);

    return modem->taps != NULL ? modem->taps->terminal(modem->taps->ctx, index, terminal)
                               : terminal;
}

static void begin_host(struct runtime_modem *modem)
{
    struct company *company = modem->company;
    struct channel *channel;

    company->host_given = company->host->begin(company->host_ctx, runtime_modem_terminal(modem, 0),
                                               modem->clock, log_of(modem), &channel);
    if (company->host_given != NULL)
        tlsmodem_attach(modem->engine, 0, channel);
}

static void end_host(struct runtime_modem *modem)
{
    struct company *company = modem->company;

    if (company == NULL || company->host_given == NULL)
        return;
    tlsmodem_attach(modem->engine, 0, NULL);
    company->host->end(company->host_given);
}

static void start_ports(void *ctx)
{
    struct runtime_modem *modem = ctx;
    struct company *company = modem->company;

    at_start_free(modem->first);
    modem->first = NULL;
    for (size_t i = 0; i < modem->port_count; i++) {
        tlsmodem_attach(modem->engine, i, port_channel(modem->ports[i].port));
        port_start(modem->ports[i].port, runtime_modem_terminal(modem, i));
    }
    if (modem->on_started != NULL)
        modem->on_started(modem->started_ctx, modem);
    if (company != NULL && company->companion != NULL)
        company->companion_given = company->companion->begin(
            company->companion_ctx, modem->engine, company->terminals, modem->clock, log_of(modem));
    if (company != NULL && company->host != NULL)
        begin_host(modem);
}

void runtime_modem_start(struct runtime_modem *modem,
                         void (*on_started)(void *ctx, struct runtime_modem *modem), void *ctx)
{
    const struct at_start_config first = { .clock = modem->clock,
                                           .log = modem->log.write != NULL ? &modem->log : NULL,
                                           .lines = modem->first_lines,
                                           .count = modem->first_count,
                                           .on_done = start_ports,
                                           .ctx = modem };

    assert(!modem->started);
    modem->started = true;
    modem->on_started = on_started;
    modem->started_ctx = ctx;
    if (uplink_of(modem) != NULL)
        uplink_start(uplink_of(modem), modem->engine);
    if (first.count == 0) {
        start_ports(modem);
    } else if (at_start_new(&first, modem->engine, &modem->first) != ERR_OK) {
        log_say(log_of(modem), LOG_ERROR, "at-start: out of memory: nothing of it was run");
        start_ports(modem);
    }
}

void runtime_modem_close(struct runtime_modem *modem)
{
    if (modem == NULL)
        return;
    if (modem->company != NULL && modem->company->companion_given != NULL)
        modem->company->companion->end(modem->company->companion_given);
    end_host(modem);
    if (uplink_of(modem) != NULL)
        uplink_stop(uplink_of(modem));
    if (modem->taps != NULL)
        modem->taps->stop(modem->taps->ctx);
    if (modem->tally != NULL)
        tally_modem_ends(modem->tally);
    at_start_free(modem->first);
    for (size_t i = 0; i < modem->port_count && modem->engine != NULL; i++)
        tlsmodem_attach(modem->engine, i, NULL);
    for (size_t i = 0; i < modem->port_count; i++)
        port_close(modem->ports[i].port);
    message_command_close(&modem->messages);
    tlsmodem_free(modem->engine);
    data_programs_close(modem->programs);
    stack_close(&modem->stack);
    owner_tls_close(modem->owner);
    uplink_close(uplink_of(modem));
    source_close(modem->source);
    tally_leave(modem->tally);
    dns_own_close(modem->names);
    close_storage(modem);
    clock_timer_free(modem->timer);
    free(modem->company);
    free(modem);
}

struct tlsmodem *runtime_modem_engine(struct runtime_modem *modem)
{
    return modem->engine;
}

const char *runtime_modem_port_label(const struct runtime_modem *modem, size_t index)
{
    assert(index < modem->port_count);
    return port_label(modem->ports[index].port);
}

bool runtime_modem_follows(const struct runtime_modem *modem,
                           enum tlsmodem_registration *ret_registration)
{
    const struct uplink *uplink = uplink_of(modem);

    if (uplink == NULL || !uplink_has_interface(uplink))
        return false;
    *ret_registration = uplink_registration(uplink);
    return true;
}
