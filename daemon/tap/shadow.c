/* shadow.c: a module of ours that is fed what the host types to the real one. */
#include "tap/shadow.h"

#include "iface/no_circuits.h"

#include <stdlib.h>

enum { WAITING_MAX = 16777216 };

struct shadow {
    struct channel base;
    struct shadow_config config;
    struct runtime_modem *modem;
    struct terminal *terminal;
    struct bytes waiting; /* typed, and not taken */
    uint64_t taken, limit;
    unsigned circuits;
    bool feeding, room;
};

static struct shadow *of(struct channel *base)
{
    return (struct shadow *)base;
}

static void hear(struct channel *base)
{
    struct shadow *shadow = of(base);
    struct span said;

    while ((said = shadow->terminal->ops->peek(shadow->terminal)).len > 0) {
        if (shadow->config.on_said != NULL)
            shadow->config.on_said(shadow->config.ctx, said);
        shadow->terminal->ops->consume(shadow->terminal, said.len);
    }
}

/* What it says meanwhile it says to all of them. */
static size_t feed_now(struct shadow *shadow, size_t count)
{
    size_t taken;

    shadow->taken += count;
    taken = shadow->terminal->ops->feed(shadow->terminal, span_at(shadow->waiting.data, count));
    shadow->taken -= count - taken;
    return taken;
}

static void offer(struct shadow *shadow)
{
    shadow->feeding = true;
    do {
        uint64_t may = shadow->limit > shadow->taken ? shadow->limit - shadow->taken : 0;
        size_t count = shadow->waiting.len < may ? shadow->waiting.len : (size_t)may;

        shadow->room = false;
        if (count > 0)
            count = feed_now(shadow, count);
        bytes_drop(&shadow->waiting, count);
        shadow->room = shadow->room || count > 0;
    } while (shadow->room && shadow->waiting.len > 0);
    shadow->feeding = false;
}

static void take_more(struct channel *base)
{
    struct shadow *shadow = of(base);

    shadow->room = true;
    if (!shadow->feeding)
        offer(shadow);
}

static void set_lines(struct channel *base, unsigned lines)
{
    struct shadow *shadow = of(base);

    shadow->circuits = lines;
    if (shadow->config.on_circuits != NULL)
        shadow->config.on_circuits(shadow->config.ctx, lines);
}

static const struct channel_ops channel_ops = { .output_ready = hear,
                                                .input_room = take_more,
                                                .set_lines = set_lines,
                                                .set_rate = channel_no_rate };

enum err shadow_open(struct runtime_world *world, const struct shadow_config *config,
                     struct port_failure *ret_failure, struct shadow **ret_shadow)
{
    struct runtime_modem_config modem = { .model = config->model,
                                          .net = config->net,
                                          .tls = config->providers->list,
                                          .tls_count = config->providers->count,
                                          .log = config->log,
                                          .terminals = 1 };
    struct shadow *shadow = calloc(1, sizeof(*shadow));
    enum err err;

    if (shadow == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    shadow->base = (struct channel){ .ops = &channel_ops, .sees_late = true };
    shadow->config = *config;
    shadow->limit = UINT64_MAX;
    err = runtime_modem_open(world, &modem, ret_failure, &shadow->modem);
    if (err != ERR_OK) {
        free(shadow);
        return err;
    }
    shadow->terminal = runtime_modem_terminal(shadow->modem, 0);
    tlsmodem_attach(runtime_modem_engine(shadow->modem), 0, &shadow->base);
    runtime_modem_start(shadow->modem, NULL, NULL);
    *ret_shadow = shadow;
    return ERR_OK;
}

bool shadow_feed(struct shadow *shadow, struct span bytes)
{
    if (bytes_add(&shadow->waiting, bytes, WAITING_MAX) != ERR_OK)
        return false;
    if (!shadow->feeding)
        offer(shadow);
    return true;
}

void shadow_limit(struct shadow *shadow, uint64_t count)
{
    shadow->limit = count;
    if (!shadow->feeding)
        offer(shadow);
}

void shadow_set_dtr(struct shadow *shadow, bool on)
{
    shadow->terminal->ops->set_dtr(shadow->terminal, on);
}

unsigned shadow_circuits(const struct shadow *shadow)
{
    return shadow->circuits;
}

uint64_t shadow_taken(const struct shadow *shadow)
{
    return shadow->taken;
}

const struct tlsmodem *shadow_engine(const struct shadow *shadow)
{
    return runtime_modem_engine(shadow->modem);
}

void shadow_close(struct shadow *shadow)
{
    if (shadow == NULL)
        return;
    tlsmodem_attach(runtime_modem_engine(shadow->modem), 0, NULL);
    runtime_modem_close(shadow->modem);
    bytes_free(&shadow->waiting);
    free(shadow);
}
