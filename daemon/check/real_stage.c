/* real_stage.c: a real module on serial devices as a stage. */
#include "check/real_stage.h"

#include "check/real_peer.h"
#include "check/wire.h"
#include "posix/uart_device.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK = 4096, SETTLE_MS = 50, BETWEEN_BYTES_US = 200, QUIET_MS = 300, LAST_WORDS_MS = 3000 };

struct device {
    int fd; /* -1: not open */
    bool gone;
    struct bytes heard; /* that nobody has dropped */
};

struct real_stage {
    struct stage base;
    struct real_stage_config config;
    struct device devices[SCRIPT_PORTS_MAX];
    unsigned port; /* from 0 */
    struct real_peer *peers[SCRIPT_PEERS_MAX];
    uint16_t free_ports[SCRIPT_ENTRIES_MAX];
    int64_t start_ms, typed_ms;
};

static struct real_stage *of(struct stage *base)
{
    return (struct real_stage *)base;
}

static struct device *selected(struct stage *base)
{
    return &of(base)->devices[of(base)->port];
}

/* ---- hosts ---- */

/* Takes what comes until `deadline_ms`, or the first of it; true when there was any. */
static bool hear(struct device *device, int64_t deadline_ms)
{
    uint8_t chunk[CHUNK];
    ssize_t got;

    if (device->gone) {
        while (wire_now_ms() < deadline_ms)
            usleep(1000);
        return false;
    }
    got = wire_read(device->fd, chunk, sizeof(chunk), deadline_ms);
    if (got > 0)
        return bytes_add(&device->heard, span_at(chunk, (size_t)got), UINT32_MAX) == ERR_OK;
    device->gone = got == 0 || errno != ETIMEDOUT;
    return false;
}

static void select_port(struct stage *base, unsigned port)
{
    assert(port >= 1 && port <= of(base)->config.header->ports);
    of(base)->port = port - 1;
}

/* Types all of it, and hears meanwhile what comes: a module that cannot speak may not listen. */
static bool type_piece(struct device *device, struct span bytes)
{
    int64_t deadline_ms = wire_now_ms() + STAGE_ANSWER_MS;

    while (bytes.len > 0) {
        ssize_t done = device->gone ? -1 : write(device->fd, bytes.data, bytes.len);

        if (done >= 0)
            bytes = span_skip(bytes, (size_t)done);
        else if (device->gone || (errno != EAGAIN && errno != EINTR) ||
                 !wire_wait(device->fd, POLLIN | POLLOUT, deadline_ms))
            return false;
        else
            (void)hear(device, wire_now_ms());
    }
    return true;
}

static bool type(struct stage *base, struct span bytes, struct report *why)
{
    struct real_stage *stage = of(base);
    struct device *device = selected(base);
    size_t piece = stage->config.single_bytes ? 1 : bytes.len;

    stage->typed_ms = wire_now_ms();
    for (; bytes.len > 0; bytes = span_skip(bytes, piece)) {
        if (!type_piece(device, span_at(bytes.data, piece))) {
            report_add(why, "  cannot type: the port %s\n",
                       device->gone ? "is gone" : "takes nothing any more");
            return false;
        }
        if (stage->config.single_bytes)
            usleep(BETWEEN_BYTES_US);
    }
    return true;
}

static struct span pending(struct stage *base)
{
    return bytes_span(&selected(base)->heard);
}

static void drop(struct stage *base, size_t count)
{
    bytes_drop(&selected(base)->heard, count);
}

static int64_t receive(struct stage *base, int64_t limit_ms)
{
    int64_t start_ms = wire_now_ms();

    (void)hear(selected(base), start_ms + limit_ms);
    return wire_now_ms() - start_ms;
}

static void hear_until(struct stage *base, int64_t deadline_ms)
{
    do
        (void)hear(selected(base), deadline_ms);
    while (wire_now_ms() < deadline_ms);
}

static void wait(struct stage *base, int64_t ms)
{
    hear_until(base, wire_now_ms() + ms);
}

static bool is_quiet(struct stage *base, int64_t ms, enum stage_since since, int64_t *ret_ms)
{
    int64_t start_ms;

    if (since == STAGE_SINCE_READ && !selected(base)->gone)
        (void)tcdrain(selected(base)->fd);
    start_ms = since == STAGE_SINCE_TYPED ? of(base)->typed_ms : wire_now_ms();
    while (pending(base).len == 0 && wire_now_ms() < start_ms + ms)
        (void)hear(selected(base), start_ms + ms);
    *ret_ms = wire_now_ms() - start_ms;
    return pending(base).len == 0;
}

static void settle(struct stage *base)
{
    hear_until(base, wire_now_ms() + SETTLE_MS);
}

static int64_t elapsed_ms(struct stage *base)
{
    return wire_now_ms() - of(base)->start_ms;
}

/* ---- what cannot be done to a real module ---- */

static bool cycle(struct stage *base, struct report *why)
{
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
    (void)base;
    (void)why;
    return false;
}

static void show_log(struct stage *base, const char *indent, struct report *report)
{
    (void)base;
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
    .wait = wait,
    .is_quiet = is_quiet,
    .settle = settle,
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

static enum err open_devices(struct real_stage *stage, struct report *why)
{
    const struct real_stage_config *config = &stage->config;

    if (config->header->ports > config->device_count) {
        report_add_text(why, span_of(config->header->ports_file));
        report_add(why,
                   ":%u: port %u wants a --uart of its own, and there %s %zu; allowed: a "
                   "--uart for each port\n",
                   (unsigned)config->header->ports_line, config->header->ports,
                   config->device_count == 1 ? "is" : "are", config->device_count);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < config->header->ports; i++) {
        const struct port_spec *spec = &config->devices[i];
        struct port_failure failure;

        if (uart_device_open(spec->where, spec->baud, spec->rtscts, &failure,
                             &stage->devices[i].fd) != ERR_OK) {
            report_add(why, "%s\n", failure.text);
            return ERR_IO;
        }
        if (config->forgets_old)
            (void)tcflush(stage->devices[i].fd, TCIFLUSH);
    }
    return ERR_OK;
}

static enum err open_peers(struct real_stage *stage, struct report *why)
{
    const struct real_stage_config *config = &stage->config;

    for (size_t i = 0; i < config->header->peer_count; i++) {
        stage->peers[i] =
            real_peer_open(&config->header->peers[i], config->address, config->authority, why);
        if (stage->peers[i] == NULL)
            return ERR_UNSUPPORTED;
    }
    for (size_t i = 0; i < config->header->free_port_count; i++) {
        int fd = wire_bind(config->address, 0, SOCK_STREAM, &stage->free_ports[i]);

        if (fd < 0) {
            report_add(why, "no free port at %s: %s\n", config->address, strerror(errno));
            return ERR_UNSUPPORTED;
        }
        close(fd);
    }
    return ERR_OK;
}

enum err real_stage_open(const struct real_stage_config *config, struct report *why,
                         struct real_stage **ret_stage)
{
    struct real_stage *stage = calloc(1, sizeof(*stage));
    enum err err;

    if (stage == NULL)
        return ERR_NO_MEMORY;
    stage->base.ops = &ops;
    stage->config = *config;
    stage->start_ms = wire_now_ms();
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        stage->devices[i].fd = -1;
    err = open_devices(stage, why);
    if (err == ERR_OK)
        err = open_peers(stage, why);
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

/* What the module says when its peers are gone is none of the next play. */
static void hear_last_words(struct device *device)
{
    int64_t end_ms = wire_now_ms() + LAST_WORDS_MS;

    while (wire_now_ms() < end_ms && hear(device, wire_now_ms() + QUIET_MS))
        bytes_free(&device->heard);
}

void real_stage_close(struct real_stage *stage)
{
    if (stage == NULL)
        return;
    for (size_t i = 0; i < SCRIPT_PEERS_MAX; i++)
        real_peer_close(stage->peers[i]);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (stage->devices[i].fd >= 0 && stage->config.header->peer_count > 0)
            hear_last_words(&stage->devices[i]);
        if (stage->devices[i].fd >= 0)
            close(stage->devices[i].fd);
        bytes_free(&stage->devices[i].heard);
    }
    free(stage);
}
