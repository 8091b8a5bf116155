/* engine_stage.c: the engine in virtual time as a stage: hosts, time, the log. */
#include "transcript/engine_stage.h"

#include "scripted/address_literal.h"
#include "transcript/engine_peer.h"
#include "transcript/engine_state.h"
#include "transcript/engine_world.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_PORT = 44330, /* five digits, as real ones have */ WORD_MAX = 255 };

static struct engine_stage *of(struct stage *base)
{
    return (struct engine_stage *)base;
}

/* ---- hosts and time ---- */

static void select_port(struct stage *base, unsigned port)
{
    struct engine_stage *stage = of(base);

    assert(port >= 1 && port <= stage->config.header->ports);
    stage->port = port - 1;
    engine_stage_take(stage);
}

static bool type(struct stage *base, struct span bytes, struct report *why)
{
    struct engine_stage *stage = of(base);
    size_t piece = stage->config.single_bytes ? 1 : bytes.len;

    if (stage->world.modem == NULL) {
        report_add(why, "  the module is off\n");
        return false;
    }
    stage->is_held = false;
    for (; bytes.len > 0; bytes = span_skip(bytes, piece)) {
        world_type(&stage->world, stage->port, span_at(bytes.data, piece));
        engine_stage_settle(stage);
    }
    engine_stage_take(stage);
    return true;
}

static void drop(struct stage *base, size_t count)
{
    struct engine_stage *stage = of(base);

    byte_queue_drop(&stage->pending[stage->port], count);
}

static void hold(struct stage *base)
{
    of(base)->is_held = true;
}

static void wait(struct stage *base, int64_t ms)
{
    struct engine_stage *stage = of(base);

    world_advance(&stage->world, ms);
    engine_stage_take(stage);
}

/* From when makes no difference: no time goes by in between. */
static bool is_quiet(struct stage *base, int64_t ms, enum stage_since since, int64_t *ret_ms)
{
    int64_t left_us = ms * 1000;

    (void)since;
    while (engine_stage_pending(base).len == 0 && left_us > 0) {
        int64_t passed_ms = engine_stage_receive(base, (left_us + 500) / 1000);

        left_us -= passed_ms > 0 ? passed_ms * 1000 : 100;
    }
    *ret_ms = (ms * 1000 - left_us) / 1000;
    return engine_stage_pending(base).len == 0;
}

static void settle(struct stage *base)
{
    engine_stage_take(of(base));
}

/* Of the engine RTS is not heard, and CTS is on. */
static bool circuit(struct stage *base, enum channel_line circuit, bool on, int64_t limit_ms,
                    struct report *why)
{
    struct engine_stage *stage = of(base);
    struct world_port *port = &stage->world.ports[stage->port];

    if (circuit == LINE_RTS) {
        base->cannot = true;
        report_add(why, "  the engine has no circuit 105 (RTS)\n");
        return false;
    }
    if (circuit == LINE_DTR) {
        if (stage->world.modem != NULL)
            port->terminal->ops->set_dtr(port->terminal, on);
        engine_stage_take(stage);
        return true;
    }
    if (circuit == LINE_CTS)
        return on;
    for (; !world_port_was(port, circuit, on) && limit_ms > 0; limit_ms--)
        wait(base, 1);
    return limit_ms > 0;
}

static int64_t elapsed_ms(struct stage *base)
{
    struct engine_stage *stage = of(base);

    return stage->world.virtual_clock.now_ms - stage->start_ms;
}

/* ---- the module ---- */

static enum err switch_on(struct engine_stage *stage)
{
    const struct script_header *header = stage->config.header;
    enum err err =
        world_switch_on(&stage->world, stage->config.model, header->keeps_state, header->ports);

    for (size_t i = 0; i < header->ports; i++)
        byte_queue_clear(&stage->pending[i]);
    if (err == ERR_OK)
        engine_stage_take(stage);
    return err;
}

static bool cycle(struct stage *base, struct report *why)
{
    enum err err = switch_on(of(base));

    if (err != ERR_OK)
        report_add(why, "  %s\n", err_text(err));
    return err == ERR_OK;
}

/* ---- what it logs ---- */

static void log_line(void *ctx, const char *level_or_component, const char *text)
{
    struct engine_stage *stage = ctx;

    snprintf(stage->log[stage->logged++ % ENGINE_LOG_LINES], ENGINE_LOG_LINE, "%s: %s",
             level_or_component, text);
}

static void on_fault(struct world *world, const char *what)
{
    struct engine_stage *stage =
        (struct engine_stage *)((char *)world - offsetof(struct engine_stage, world));

    snprintf(stage->fault, sizeof(stage->fault), "%s", what);
}

static bool has_fault(struct stage *base, struct report *why)
{
    struct engine_stage *stage = of(base);

    if (stage->fault[0] != '\0')
        report_add(why, "  a fault of this program: %s\n", stage->fault);
    else if (stage->misstep[0] != '\0')
        report_add(why, "  the scenario: %s\n", stage->misstep);
    return stage->fault[0] != '\0' || stage->misstep[0] != '\0';
}

static void show_log(struct stage *base, const char *indent, struct report *report)
{
    struct engine_stage *stage = of(base);
    uint64_t first = stage->logged > ENGINE_LOG_LINES ? stage->logged - ENGINE_LOG_LINES : 0;

    for (uint64_t i = first; i < stage->logged; i++)
        report_add(report, "%s%s\n", indent, stage->log[i % ENGINE_LOG_LINES]);
}

/* ---- ports ---- */

static uint16_t peer_port(struct stage *base, size_t peer)
{
    return of(base)->peers[peer].port;
}

static uint16_t free_port(struct stage *base, size_t index)
{
    return (uint16_t)(FIRST_PORT + of(base)->config.header->peer_count + index);
}

static const struct stage_ops ops = {
    .is_virtual = true,
    .select = select_port,
    .type = type,
    .pending = engine_stage_pending,
    .drop = drop,
    .receive = engine_stage_receive,
    .wait = wait,
    .hold = hold,
    .is_quiet = is_quiet,
    .settle = settle,
    .circuit = circuit,
    .elapsed_ms = elapsed_ms,
    .cycle = cycle,
    .change = engine_world_change,
    .has_fault = has_fault,
    .show_log = show_log,
    .peer_port = peer_port,
    .free_port = free_port,
    .order = engine_peer_order,
    .peer_line = engine_peer_line,
    .peer_offer = engine_peer_offer,
    .peer_from = engine_peer_from,
    .peer_unread = engine_peer_unread,
};

/* ---- the header ---- */

/* A C string of a word; false: it is too long. */
static bool read_word(struct span word, char ret_text[WORD_MAX + 1])
{
    if (word.len > WORD_MAX)
        return false;
    if (word.len > 0)
        memcpy(ret_text, word.data, word.len);
    ret_text[word.len] = '\0';
    return true;
}

static bool refuse(struct report *why, const char *line, const struct script_pair *pair,
                   const char *reason)
{
    report_add(why, "%s ", line);
    report_add_text(why, pair->name);
    report_add(why, pair->value.len > 0 ? " " : "");
    report_add_text(why, pair->value);
    report_add(why, ": %s\n", reason);
    return false;
}

static bool set_name(struct scripted_net *net, const struct script_pair *pair, struct report *why)
{
    char name[WORD_MAX + 1], answer[WORD_MAX + 1];
    struct net_address address;

    if (!read_word(pair->name, name) || !read_word(pair->value, answer))
        return refuse(why, "name", pair, "too long; allowed: 255 characters");
    if (strcmp(answer, "fail") == 0)
        scripted_net_name(net, name, NAME_FAILS, NULL, 0);
    else if (strcmp(answer, "hang") == 0)
        scripted_net_name(net, name, NAME_HANGS, NULL, 0);
    else if (address_literal(answer, &address))
        scripted_net_name(net, name, NAME_ADDRESSES, &address, 1);
    else
        return refuse(why, "name", pair, "no answer; allowed: an address, fail, hang");
    return true;
}

static bool set_ping(struct scripted_net *net, const struct script_pair *pair, struct report *why)
{
    char address[WORD_MAX + 1], answer[WORD_MAX + 1];
    struct scripted_echo echo = { .err = ERR_OK, .after_ms = 1, .ttl = 64 };
    char *end;

    if (!read_word(pair->name, address) || !read_word(pair->value, answer) ||
        !address_literal(address, &echo.address))
        return refuse(why, "ping", pair, "no address; allowed: one of IPv4 or IPv6");
    if (strcmp(answer, "timeout") == 0) {
        echo.err = ERR_TIMEOUT;
    } else if (strcmp(answer, "unreachable") == 0) {
        echo.err = ERR_UNREACHABLE;
    } else if (strcmp(answer, "denied") == 0) {
        echo.err = ERR_DENIED;
    } else {
        unsigned long ms = strtoul(answer, &end, 10);
        unsigned long ttl = *end == ' ' ? strtoul(end + 1, &end, 10) : 64;

        if (*end != '\0' || answer[0] == '\0' || ms > INT32_MAX || ttl > UINT8_MAX)
            return refuse(why, "ping", pair,
                          "no answer; allowed: MS [TTL of 0 to 255], timeout, unreachable, denied");
        echo.after_ms = (uint32_t)ms;
        echo.ttl = (int)ttl;
    }
    scripted_net_echo(net, &echo);
    return true;
}

/* Puts the wrappers of the script, and those of the config that it has no own of, in front. */
static bool wrap(struct engine_stage *stage, struct report *why)
{
    const struct script_header *header = stage->config.header;
    char names[STACK_MAX][WORD_MAX + 1], words[STACK_MAX][WORD_MAX + 1], memory[REPORT_LINE_MAX];
    struct stack_plan plan = { { NULL } };
    struct text error;

    text_init(&error, memory, sizeof(memory));
    for (size_t i = 0; i < header->wrap_count; i++) {
        const struct script_pair *pair = &header->wraps[i];

        if (i == STACK_MAX || !read_word(pair->name, names[i]) || !read_word(pair->value, words[i]))
            return refuse(why, "wrap", pair, "too many or too long");
        if (!stack_plan_add(&plan, names[i], words[i], &error))
            return refuse(why, "wrap", pair, memory);
    }
    for (size_t i = 0; i < STACK_MAX && stage->config.wrapped != NULL; i++) {
        if (plan.words[i] == NULL)
            plan.words[i] = stage->config.wrapped->words[i];
    }
    world_wrap(&stage->world, &plan);
    return true;
}

static bool set_clock(struct engine_stage *stage, struct report *why)
{
    struct script_pair clock = { .name = stage->config.header->clock };
    char text[WORD_MAX + 1];

    if (clock.name.len == 0 ||
        (read_word(clock.name, text) && tlsmodem_time_read(text, 0, &stage->world.time) == ERR_OK))
        return true;
    return refuse(why, "clock", &clock,
                  "no time; allowed: machine, manual, or one like 2026-05-01T12:00:00Z");
}

static bool set_network(struct engine_stage *stage, struct report *why)
{
    const struct script_header *header = stage->config.header;
    struct scripted_net *net = &stage->world.scripted_net;

    for (size_t i = 0; i < header->name_count; i++) {
        if (!set_name(net, &header->names[i], why))
            return false;
    }
    for (size_t i = 0; i < header->ping_count; i++) {
        if (!set_ping(net, &header->pings[i], why))
            return false;
    }
    return true;
}

/* Single connections that find nobody. */
static void set_dials(struct engine_stage *stage)
{
    const struct script_header *header = stage->config.header;

    for (size_t i = 0; i < header->dial_count; i++)
        scripted_net_dial(&stage->world.scripted_net, stage->peers[header->dials[i].peer].port,
                          header->dials[i].number,
                          header->dials[i].kind == SCRIPT_PEER_HANG ? PEER_HANGS : PEER_REFUSES);
}

static void set_peers(struct engine_stage *stage)
{
    const struct script_header *header = stage->config.header;

    for (size_t i = 0; i < header->peer_count; i++) {
        enum script_peer_kind kind = header->peers[i].kind;
        struct engine_peer *peer = &stage->peers[i];

        peer->port = header->peers[i].port > 0 ? header->peers[i].port : (uint16_t)(FIRST_PORT + i);
        peer->is_udp = kind == SCRIPT_PEER_UDP;
        for (size_t k = 0; k < i; k++)
            peer->nth +=
                stage->peers[k].port == peer->port && stage->peers[k].is_udp == peer->is_udp;
        if (peer->nth > 0)
            (void)scripted_net_nth_peer(&stage->world.scripted_net,
                                        peer->is_udp ? NET_UDP : NET_TCP, peer->port, peer->nth);
        if (kind == SCRIPT_PEER_REFUSE)
            scripted_net_listen(&stage->world.scripted_net, peer->port, PEER_REFUSES);
        else if (kind == SCRIPT_PEER_HANG)
            scripted_net_listen(&stage->world.scripted_net, peer->port, PEER_HANGS);
        else if (!peer->is_udp)
            scripted_net_listen(&stage->world.scripted_net, peer->port, PEER_ACCEPTS);
        if (kind == SCRIPT_PEER_PPP) {
            stage->world.takes_calls = true;
            stage->world.scripted_calls.port = peer->port;
        }
    }
}

/* ---- opening and closing ---- */

static struct tlsmodem *modem_of(void *ctx)
{
    return ((struct engine_stage *)ctx)->world.modem;
}

static void say_step(void *ctx, bool is_error, const char *text)
{
    struct engine_stage *stage = ctx;

    if (is_error && stage->misstep[0] == '\0')
        snprintf(stage->misstep, sizeof(stage->misstep), "%s", text);
    log_line(stage, "scenario", text);
}

static enum err begin_scenario(struct engine_stage *stage)
{
    const struct scenario_play_config config = { .scenario = stage->config.scenario,
                                                 .clock = stage->world.clock,
                                                 .modem = modem_of,
                                                 .terminals = stage->config.header->ports,
                                                 .variables = stage->config.scenario_variables,
                                                 .say = say_step,
                                                 .ctx = stage };

    return config.scenario != NULL ? scenario_play_begin(&config, &stage->scenario) : ERR_OK;
}

static enum err open(struct engine_stage *stage, struct report *why)
{
    enum err err;

    if (!wrap(stage, why) || !set_clock(stage, why) || !set_network(stage, why))
        return ERR_INVALID;
    set_peers(stage);
    set_dials(stage);
    stage->start_ms = stage->world.virtual_clock.now_ms;
    err = switch_on(stage);
    if (err != ERR_OK)
        report_add(why, "cannot switch on a %s: %s\n", stage->config.model, err_text(err));
    return err == ERR_OK ? begin_scenario(stage) : err;
}

enum err engine_stage_open(const struct engine_stage_config *config, struct report *why,
                           struct engine_stage **ret_stage)
{
    struct engine_stage *stage = calloc(1, sizeof(*stage));
    struct engine_peer *peers = calloc(config->header->peer_count + 1, sizeof(peers[0]));
    enum err err;

    if (stage == NULL || peers == NULL) {
        free(stage);
        free(peers);
        return ERR_NO_MEMORY;
    }
    stage->base.ops = &ops;
    stage->config = *config;
    stage->peers = peers;
    world_init(&stage->world);
    stage->world.on_fault = on_fault;
    stage->world.has_laboratory = true;
    stage->world.log = (struct log){
        .write = log_line, .ctx = stage, .level = LOG_DEBUG, .traced = UINT32_C(1) << TRACE_AT
    };
    err = open(stage, why);
    if (err == ERR_OK)
        *ret_stage = stage;
    else
        engine_stage_close(stage);
    return err;
}

struct stage *engine_stage_iface(struct engine_stage *stage)
{
    return &stage->base;
}

size_t engine_stage_left(const struct engine_stage *stage)
{
    return stage->scenario != NULL ? scenario_play_left(stage->scenario) : 0;
}

void engine_stage_close(struct engine_stage *stage)
{
    if (stage == NULL)
        return;
    scenario_play_end(stage->scenario);
    world_deinit(&stage->world);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        byte_queue_deinit(&stage->pending[i]);
    for (size_t i = 0; i < stage->config.header->peer_count; i++) {
        byte_queue_deinit(&stage->peers[i].got);
        byte_queue_deinit(&stage->peers[i].last);
    }
    free(stage->peers);
    free(stage);
}
