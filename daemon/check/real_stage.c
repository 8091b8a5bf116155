/* real_stage.c: a real module as a stage. */
#include "check/real_stage.h"

#include "check/real_peer.h"
#include "check/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SETTLE_MS = 50,
    QUIET_MS = 300,
    LAST_WORDS_MS = 3000,
    READ_MS = 5000, /* for a module to read what was typed, if it does so at all */
    LOOK_US = 5000
};

struct real_stage {
    struct stage base;
    struct real_stage_config config;
    struct host_end ends[SCRIPT_PORTS_MAX];
    unsigned port; /* from 0 */
    struct real_peer *peers[SCRIPT_PEERS_MAX];
    uint16_t free_ports[SCRIPT_ENTRIES_MAX];
    int64_t start_ms, typed_ms;
    uint64_t typed, read_before; /* bytes since the program last spoke, and what it had read then */
};

static struct real_stage *of(struct stage *base)
{
    return (struct real_stage *)base;
}

static struct host_end *selected(struct stage *base)
{
    return &of(base)->ends[of(base)->port];
}

/* ---- hosts ---- */

static bool hear(struct stage *base, int64_t deadline_ms)
{
    bool heard = host_end_hear(selected(base), deadline_ms);

    of(base)->typed = heard ? 0 : of(base)->typed;
    return heard;
}

static void select_port(struct stage *base, unsigned port)
{
    assert(port >= 1 && port <= of(base)->config.header->ports);
    of(base)->port = port - 1;
    of(base)->typed = 0;
}

static bool type(struct stage *base, struct span bytes, struct report *why)
{
    struct real_stage *stage = of(base);

    stage->typed_ms = wire_now_ms();
    if (stage->config.program != NULL && stage->typed == 0)
        (void)program_bytes_read(stage->config.program, &stage->read_before);
    stage->typed += bytes.len;
    return host_end_type(selected(base), bytes, stage->config.single_bytes, why);
}

static struct span pending(struct stage *base)
{
    return bytes_span(&selected(base)->heard);
}

static void drop(struct stage *base, size_t count)
{
    bytes_drop(&selected(base)->heard, count);
}

/* From a port that is gone nothing can come any more. */
static int64_t receive(struct stage *base, int64_t limit_ms)
{
    int64_t start_ms = wire_now_ms();

    if (selected(base)->gone)
        return limit_ms;
    (void)hear(base, start_ms + limit_ms);
    return wire_now_ms() - start_ms;
}

static void hear_until(struct stage *base, int64_t deadline_ms)
{
    do
        (void)hear(base, deadline_ms);
    while (wire_now_ms() < deadline_ms && !wire_is_cancelled());
}

static void wait(struct stage *base, int64_t ms)
{
    hear_until(base, wire_now_ms() + ms);
}

/* A program that is busy reads late, and a silence begins for it only then. */
static void wait_until_read(struct real_stage *stage)
{
    int64_t deadline_ms = wire_now_ms() + READ_MS;
    uint64_t read;

    host_end_drain(selected(&stage->base));
    while (stage->config.program != NULL && wire_now_ms() < deadline_ms &&
           program_bytes_read(stage->config.program, &read) &&
           read < stage->read_before + stage->typed)
        usleep(LOOK_US);
}

/* What is seen only after that time, by a machine that was busy, may have come after it. */
static bool is_quiet(struct stage *base, int64_t ms, enum stage_since since, int64_t *ret_ms)
{
    int64_t start_ms;

    if (since == STAGE_SINCE_READ)
        wait_until_read(of(base));
    start_ms = since == STAGE_SINCE_TYPED ? of(base)->typed_ms : wire_now_ms();
    *ret_ms = wire_now_ms() - start_ms;
    while (pending(base).len == 0 && *ret_ms < ms && !wire_is_cancelled()) {
        (void)hear(base, start_ms + ms);
        *ret_ms = wire_now_ms() - start_ms;
        if (*ret_ms >= ms)
            return true;
    }
    return pending(base).len == 0;
}

static void settle(struct stage *base)
{
    hear_until(base, wire_now_ms() + SETTLE_MS);
}

static bool circuit(struct stage *base, enum channel_line circuit, bool on, int64_t limit_ms,
                    struct report *why)
{
    enum err err = host_end_circuit(selected(base), circuit, on, wire_now_ms() + limit_ms);

    base->cannot = base->cannot || err == ERR_UNSUPPORTED;
    if (err == ERR_UNSUPPORTED)
        report_add(why, "  this port has no circuits\n");
    return err == ERR_OK;
}

static int64_t elapsed_ms(struct stage *base)
{
    return wire_now_ms() - of(base)->start_ms;
}

/* When a real module looks nobody can tell. */
static void hold(struct stage *base)
{
    (void)base;
}

/* ---- the module ---- */

static void hang_up(struct real_stage *stage)
{
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        host_end_close(&stage->ends[i]);
}

static bool start(struct real_stage *stage, struct report *why)
{
    stage->typed = 0;
    return program_start(stage->config.program, stage->ends, why);
}

static bool stop(struct real_stage *stage, struct report *why)
{
    bool stopped;

    if (!program_ends_with_host(stage->config.program))
        hang_up(stage);
    stopped = program_stop(stage->config.program, why);
    hang_up(stage);
    return stopped;
}

/* Off and on is the program's end, and that it is started again. */
static bool cycle(struct stage *base, struct report *why)
{
    struct real_stage *stage = of(base);

    if (stage->config.program != NULL)
        return stop(stage, why) && start(stage, why);
    base->cannot = true;
    report_add(why, "  nobody here can switch a real module off and on\n");
    return false;
}

static bool change(struct stage *base, const struct script_step *step, struct span first,
                   struct span second, struct report *why)
{
    (void)step;
    (void)first;
    (void)second;
    base->cannot = true;
    report_add(why, "  nobody here can do this to a real module\n");
    return false;
}

static bool has_fault(struct stage *base, struct report *why)
{
    struct program *program = of(base)->config.program;

    return program != NULL && program_has_ended(program, why);
}

static void show_log(struct stage *base, const char *indent, struct report *report)
{
    if (of(base)->config.program != NULL)
        program_show_log(of(base)->config.program, indent, report);
    else
        report_add(report, "%s(a real module shows none)\n", indent);
}

/* ---- peers ---- */

static uint16_t peer_port(struct stage *base, size_t peer)
{
    return real_peer_port(of(base)->peers[peer]);
}

static uint16_t free_port(struct stage *base, size_t index)
{
    return of(base)->free_ports[index];
}

static bool order(struct stage *base, const struct stage_order *order, struct report *why)
{
    if (order->verb == SCRIPT_GETS_ALERT || order->verb == SCRIPT_GETS_RENEGOTIATION) {
        base->cannot = true;
        report_add(why, "  only a fault has the module say this\n");
        return false;
    }
    return real_peer_order(of(base)->peers[order->peer], order, why);
}

static bool peer_line(struct stage *base, size_t peer, struct span *ret_line, struct report *why)
{
    return real_peer_line(of(base)->peers[peer], ret_line, why);
}

static bool peer_offer(struct stage *base, size_t peer, struct span *ret_words, struct report *why)
{
    return real_peer_offer(of(base)->peers[peer], ret_words, why);
}

static bool peer_from(struct stage *base, size_t peer, uint16_t *ret_port, struct report *why)
{
    return real_peer_from(of(base)->peers[peer], ret_port, why);
}

static struct span peer_unread(struct stage *base, size_t peer)
{
    return real_peer_unread(of(base)->peers[peer]);
}

static const struct stage_ops ops = {
    .select = select_port,
    .type = type,
    .pending = pending,
    .drop = drop,
    .receive = receive,
    .hold = hold,
    .wait = wait,
    .is_quiet = is_quiet,
    .settle = settle,
    .circuit = circuit,
    .elapsed_ms = elapsed_ms,
    .cycle = cycle,
    .change = change,
    .has_fault = has_fault,
    .show_log = show_log,
    .peer_port = peer_port,
    .free_port = free_port,
    .order = order,
    .peer_line = peer_line,
    .peer_offer = peer_offer,
    .peer_from = peer_from,
    .peer_unread = peer_unread,
};

/* ---- opening and closing ---- */

static enum err open_ports(struct real_stage *stage, struct report *why)
{
    const struct real_stage_config *config = &stage->config;

    if (config->header->ports > config->port_count) {
        report_add_text(why, span_of(config->header->ports_file));
        report_add(why,
                   ":%u: port %u wants a --uart of its own, and there %s %zu; allowed: a "
                   "--uart, --tcp or --unix for each port\n",
                   (unsigned)config->header->ports_line, config->header->ports,
                   config->port_count == 1 ? "is" : "are", config->port_count);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < config->header->ports; i++) {
        if (host_end_open(&stage->ends[i], &config->ports[i], why) != ERR_OK)
            return ERR_IO;
        if (config->forgets_old)
            host_end_forget(&stage->ends[i]);
    }
    return ERR_OK;
}

/* A peer before this one at the same port; NULL: there is none. */
static const struct real_peer *beside(const struct real_stage *stage, size_t index)
{
    const struct script_peer *peers = stage->config.header->peers;

    for (size_t i = 0; i < index && peers[index].port > 0; i++) {
        if (peers[i].port == peers[index].port &&
            (peers[i].kind == SCRIPT_PEER_UDP) == (peers[index].kind == SCRIPT_PEER_UDP))
            return stage->peers[i];
    }
    return NULL;
}

static enum err open_peers(struct real_stage *stage, struct report *why)
{
    const struct real_stage_config *config = &stage->config;

    if (config->header->dial_count > 0) {
        report_add(why, "peer: dial: which of several connections finds nobody is the engine's to "
                        "say\n");
        return ERR_UNSUPPORTED;
    }
    for (size_t i = 0; i < config->header->peer_count; i++) {
        stage->peers[i] = real_peer_open(&config->header->peers[i], config->address,
                                         config->authority, beside(stage, i), why);
        if (stage->peers[i] == NULL)
            return ERR_UNSUPPORTED;
        if (config->patience_ms > 0)
            real_peer_wait_for(stage->peers[i], config->patience_ms);
    }
    for (size_t i = 0; i < config->header->free_port_count; i++) {
        if (!wire_free_port(config->address, &stage->free_ports[i])) {
            report_add(why, "no free port at %s: %s\n", config->address, strerror(errno));
            return ERR_UNSUPPORTED;
        }
    }
    return ERR_OK;
}

enum err real_stage_open(const struct real_stage_config *config, struct report *why,
                         struct real_stage **ret_stage)
{
    struct real_stage *stage = calloc(1, sizeof(*stage));
    enum err err = ERR_OK;

    if (stage == NULL)
        return ERR_NO_MEMORY;
    stage->base.ops = &ops;
    stage->config = *config;
    stage->start_ms = wire_now_ms();
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        stage->ends[i].in = stage->ends[i].out = -1;
    if (config->program == NULL)
        err = open_ports(stage, why);
    if (err == ERR_OK)
        err = open_peers(stage, why);
    if (err == ERR_OK && config->program != NULL && !start(stage, why))
        err = ERR_IO;
    if (err == ERR_OK)
        *ret_stage = stage;
    else
        real_stage_close(stage);
    return err;
}

struct stage *real_stage_iface(struct real_stage *stage)
{
    return &stage->base;
}

bool real_stage_end(struct real_stage *stage, struct report *why)
{
    struct report words = { .cut = false };
    bool ended;

    if (stage->config.program == NULL)
        return true;
    ended = stop(stage, &words);
    if (!ended) {
        report_add(why, "at the end:\n");
        report_add_span(why, bytes_span(&words.text));
        report_add(why, "  its log:\n");
        program_show_log(stage->config.program, "    ", why);
    }
    report_free(&words);
    return ended;
}

/* What the module says when its peers are gone is none of the next play. */
static void hear_last_words(struct host_end *end)
{
    int64_t end_ms = wire_now_ms() + LAST_WORDS_MS;

    while (wire_now_ms() < end_ms && host_end_hear(end, wire_now_ms() + QUIET_MS))
        bytes_free(&end->heard);
}

void real_stage_close(struct real_stage *stage)
{
    if (stage == NULL)
        return;
    for (size_t i = 0; i < SCRIPT_PEERS_MAX; i++)
        real_peer_close(stage->peers[i]);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (host_end_is_open(&stage->ends[i]) && stage->config.program == NULL &&
            stage->config.header->peer_count > 0)
            hear_last_words(&stage->ends[i]);
        host_end_close(&stage->ends[i]);
        bytes_free(&stage->ends[i].heard);
    }
    free(stage);
}
