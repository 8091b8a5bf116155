/* world.c: a modem with everything around it scripted. */
#include "scripted/world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No test does so much at one moment: the modem arms a deadline again and again that has come. */
enum { PASSES_MAX = 1000000 };

static bool is_level(const char *tag)
{
    for (enum log_level level = LOG_ERROR; log_level_name(level) != NULL; level++) {
        if (strcmp(log_level_name(level), tag) == 0)
            return true;
    }
    return false;
}

static void end_at_fault(struct world *world, const char *what)
{
    (void)world;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void tell_fault(struct world *world, const char *what, const char *line)
{
    char text[WORLD_LOG_LINE + 40];

    snprintf(text, sizeof(text), "%s: %s", what, line);
    world->on_fault(world, text);
}

/* A trace of an error result: since the one before it there was a line that says why. */
static void look_for_error(struct world *world, const char *text)
{
    static const char plain[] = ": < ERROR", numbered[] = ": < +CME ERROR: ";
    const char *said = strstr(text, ": ");
    bool is_error = said != NULL && (strncmp(said, plain, sizeof(plain) - 1) == 0 ||
                                     strncmp(said, numbered, sizeof(numbered) - 1) == 0);

    if (!is_error || !log_says(&world->log, LOG_INFO))
        return;
    if (world->log_is_owed) {
        tell_fault(world, "nothing in the log says why", text);
    }
    world->log_is_owed = true;
}

/* A host may type the same words, and its line shows them: but not at this level, not as its end */
static bool is_fault(const char *level, const char *text)
{
    static const char end[] = ": refused without a reason: a fault of this program";
    size_t length = strlen(text);

    return strcmp(level, log_level_name(LOG_ERROR)) == 0 && length >= sizeof(end) - 1 &&
           strcmp(text + length - (sizeof(end) - 1), end) == 0;
}

static void count_line(void *ctx, const char *level_or_component, const char *text)
{
    struct world *world = ctx;

    if (!is_level(level_or_component)) {
        look_for_error(world, text);
        return;
    }
    world->log_lines++;
    world->log_is_owed = false;
    snprintf(world->log_line, sizeof(world->log_line), "%s", text);
    if (is_fault(level_or_component, text))
        tell_fault(world, "the log has", text);
}

bool world_counts_lines(const struct world *world)
{
    return world->log.write == count_line;
}

void world_init(struct world *world)
{
    *world = (struct world){ .on_fault = end_at_fault, .deadline_ms = CLOCK_NEVER };
    virtual_clock_init(&world->virtual_clock);
    scripted_net_init(&world->scripted_net);
    world->scripted_net.clock = &world->virtual_clock;
    scripted_calls_init(&world->scripted_calls, &world->scripted_net);
    scripted_tls_init(&world->scripted_tls);
    memory_storage_init(&world->memory_storage);
    world->clock = virtual_clock_iface(&world->virtual_clock);
    world->net = scripted_net_iface(&world->scripted_net);
    world->tls = scripted_tls_iface(&world->scripted_tls);
    world->storage = memory_storage_iface(&world->memory_storage);
    world->log.write = count_line;
    world->log.ctx = world;
    world->log.level = LOG_INFO;
    world->log_is_owed = true;
}

void world_deinit(struct world *world)
{
    world_switch_off(world);
    stack_close(&world->stack);
    scripted_net_deinit(&world->scripted_net);
    assert(world->virtual_clock.timers == NULL);
    memory_storage_deinit(&world->memory_storage);
}

/* ---- the host's side of a port ---- */

static void hear(struct world_port *port)
{
    for (;;) {
        struct span bytes = port->terminal->ops->peek(port->terminal);
        size_t part = bytes.len < port->appetite ? bytes.len : port->appetite;

        if (part == 0)
            return;
        byte_queue_put(&port->heard, span_at(bytes.data, part));
        if (port->appetite != SIZE_MAX)
            port->appetite -= part;
        port->terminal->ops->consume(port->terminal, part);
    }
}

/* input_room() may come from inside feed(), when the host has read meanwhile: once more, then. */
static void feed(struct world_port *port)
{
    if (port->feeding) {
        port->room = true;
        return;
    }
    port->feeding = true;
    do {
        struct span bytes = byte_queue_peek(&port->typed);

        port->room = false;
        if (bytes.len > 0)
            byte_queue_drop(&port->typed, port->terminal->ops->feed(port->terminal, bytes));
    } while (port->room);
    port->feeding = false;
}

static void output_ready(struct channel *channel)
{
    hear((struct world_port *)channel);
}

static void input_room(struct channel *channel)
{
    feed((struct world_port *)channel);
}

static void set_lines(struct channel *channel, unsigned lines)
{
    struct world_port *port = (struct world_port *)channel;

    port->rose |= lines & ~port->lines;
    port->fell |= port->lines & ~lines;
    port->lines = lines;
}

bool world_port_was(struct world_port *port, unsigned circuit, bool on)
{
    unsigned *edges = on ? &port->rose : &port->fell;
    bool was = ((port->lines & circuit) != 0) == on || (*edges & circuit) != 0;

    if (was)
        *edges &= ~circuit;
    return was;
}

static void set_rate(struct channel *channel, uint32_t baud)
{
    ((struct world_port *)channel)->rate = baud;
}

static const struct channel_ops channel_ops = {
    .output_ready = output_ready,
    .input_room = input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

void world_type(struct world *world, size_t port, struct span bytes)
{
    struct world_port *at = &world->ports[port];
    bool waits = byte_queue_len(&at->typed) > 0;

    byte_queue_put(&at->typed, bytes);
    if (!waits)
        feed(at);
    world_settle(world);
}

void world_type_text(struct world *world, const char *text)
{
    world_type(world, 0, span_of(text));
}

struct span world_heard(const struct world *world, size_t port)
{
    return byte_queue_peek(&world->ports[port].heard);
}

void world_forget(struct world *world, size_t port)
{
    byte_queue_clear(&world->ports[port].heard);
}

void world_set_appetite(struct world *world, size_t port, size_t bytes)
{
    world->ports[port].appetite = bytes;
    hear(&world->ports[port]);
    world_settle(world);
}

/* ---- power ---- */

void world_wrap(struct world *world, const struct stack_plan *plan)
{
    enum err err =
        stack_open(&world->stack, plan, world->net, world->clock, &world->log, &world->net);

    assert(err == ERR_OK);
    (void)err;
}

static void arm(void *ctx, int64_t deadline_ms)
{
    struct world *world = ctx;

    world->deadline_ms = deadline_ms;
}

static void attach(struct world *world, size_t index)
{
    struct world_port *port = &world->ports[index];

    *port = (struct world_port){ .base = { .ops = &channel_ops },
                                 .world = world,
                                 .terminal = tlsmodem_terminal_at(world->modem, index),
                                 .appetite = SIZE_MAX };
    tlsmodem_attach(world->modem, index, &port->base);
}

enum err world_switch_on(struct world *world, const char *model, bool keeps, size_t terminals)
{
    struct tlsmodem_config config = {
        .model = model,
        .terminals = terminals,
        .net = world->net,
        .tls = &world->tls,
        .tls_count = 1,
        .storage = keeps ? &world->storage : NULL,
        .clock = world->clock,
        .log = &world->log,
        .listening = world->listening,
        .facts = world->facts,
        .fact_count = world->fact_count,
        .identity = world->identity,
        .time = world->time,
        .send_message = world->send_message,
        .send_message_ctx = world->send_message_ctx,
        .data_calls = world->takes_calls ? &world->scripted_calls.base : NULL,
        .laboratory = world->has_laboratory ? world->clock : NULL,
        .arm = arm,
        .arm_ctx = world,
        .observer = world->observer,
    };
    enum err err;

    world_switch_off(world);
    err = tlsmodem_new(&config, &world->modem);
    if (err != ERR_OK)
        return err;
    world->port_count = terminals;
    for (size_t i = 0; i < terminals; i++)
        attach(world, i);
    world_settle(world);
    return ERR_OK;
}

void world_switch_off(struct world *world)
{
    tlsmodem_free(world->modem);
    world->modem = NULL;
    world->deadline_ms = CLOCK_NEVER;
    for (size_t i = 0; i < world->port_count; i++) {
        byte_queue_deinit(&world->ports[i].typed);
        byte_queue_deinit(&world->ports[i].heard);
    }
    world->port_count = 0;
    while (scripted_net_step(&world->scripted_net))
        continue; /* peers see what went before the end */
}

/* ---- time ---- */

static bool pass(struct world *world)
{
    bool news = scripted_net_step(&world->scripted_net);

    news = virtual_clock_step(&world->virtual_clock) || news;
    if (world->modem != NULL && world->deadline_ms <= world->virtual_clock.now_ms) {
        world->deadline_ms = CLOCK_NEVER;
        tlsmodem_tick(world->modem);
        news = true;
    }
    return news;
}

void world_settle(struct world *world)
{
    for (int i = 0; pass(world); i++) {
        if (i < PASSES_MAX)
            continue;
        world->on_fault(world, "the modem does not come to rest");
        return;
    }
}

static void move_to(struct world *world, int64_t now_ms)
{
    if (now_ms > world->virtual_clock.now_ms)
        world->virtual_clock.now_ms = now_ms;
    world_settle(world);
}

static int64_t next_deadline(const struct world *world)
{
    return time_earlier(
        time_earlier(world->deadline_ms, scripted_net_deadline(&world->scripted_net)),
        virtual_clock_deadline(&world->virtual_clock));
}

void world_advance(struct world *world, int64_t ms)
{
    int64_t end_ms = world->virtual_clock.now_ms + ms;

    world_settle(world);
    while (next_deadline(world) <= end_ms)
        move_to(world, next_deadline(world));
    move_to(world, end_ms);
}

void world_mark(struct world *world)
{
    world->seen = world->scripted_net.changes;
}

static bool has_news(const struct world *world)
{
    for (size_t i = 0; i < world->port_count; i++) {
        if (byte_queue_len(&world->ports[i].heard) > 0)
            return true;
    }
    return world->scripted_net.changes != world->seen;
}

int64_t world_await(struct world *world, int64_t ms)
{
    int64_t start_ms = world->virtual_clock.now_ms;
    int64_t end_ms = start_ms + ms;

    world_settle(world);
    while (!has_news(world) && next_deadline(world) <= end_ms)
        move_to(world, next_deadline(world));
    if (!has_news(world))
        move_to(world, end_ms);
    return world->virtual_clock.now_ms - start_ms;
}
