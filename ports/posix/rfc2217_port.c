/* rfc2217_port.c: a port that hosts reach over TCP as a serial port with its circuits (RFC 2217).
 *
 * Telnet stands between the channel, which carries what is on the wire, and the terminal, which
 * hears data only.  A host's DTR is on from when it comes to when it leaves, as that of a serial
 * port is while it is open.
 */
#include "posix/com_port.h"
#include "posix/listener.h"
#include "posix/port_kinds.h"
#include "posix/tcp_host.h"
#include "posix/telnet.h"
#include "wrap/around.h"

#include <stdlib.h>

struct rfc2217_port {
    struct listener base;
    struct around wire; /* what the channel drives */
    struct http_guard guard;
    struct telnet telnet;
    struct com_port com;
    uint8_t lines; /* COM_PORT_CTS to COM_PORT_DCD */
    bool dtr;      /* as the module has heard it */
    bool keeps;    /* the line stays as it is set when another host comes */
};

static struct rfc2217_port *of_wire(struct terminal *wire)
{
    return (struct rfc2217_port *)((char *)wire - offsetof(struct rfc2217_port, wire.base));
}

static void flush(struct rfc2217_port *self)
{
    fd_channel_output_ready(&self->base.base.channel.base);
}

/* What a serial port asks and is told. */

static void tell_circuits(struct rfc2217_port *self)
{
    unsigned circuits = (self->dtr ? LINE_DTR : 0U) | (self->com.rts ? LINE_RTS : 0U);

    port_tell_circuits(&self->base.base, circuits);
}

static void tell_dtr(void *ctx, bool on)
{
    struct rfc2217_port *self = ctx;

    if (self->dtr == on || self->wire.inner == NULL)
        return;
    self->dtr = on;
    self->wire.inner->ops->set_dtr(self->wire.inner, on);
    tell_circuits(self);
}

static void reply(void *ctx, uint8_t command, struct span value)
{
    telnet_say_sub(&((struct rfc2217_port *)ctx)->telnet, command, value);
}

/* No manual gives a break a meaning. */
static void note_break(void *ctx, bool on)
{
    const struct rfc2217_port *self = ctx;

    log_trace(self->base.base.loop->log, TRACE_PORT, "%s: break %s, which says nothing to a module",
              self->base.base.label, on ? "begins" : "ends");
}

static void purge(void *ctx)
{
    struct terminal *module = ((struct rfc2217_port *)ctx)->wire.inner;
    size_t len;

    while ((len = module->ops->peek(module).len) > 0)
        module->ops->consume(module, len);
}

/* Who feeds flushes after it. */
static void note_flow(void *ctx)
{
    tell_circuits(ctx);
}

static const struct com_port_ops com_ops = {
    .reply = reply, .set_dtr = tell_dtr, .set_break = note_break, .purge = purge, .flow = note_flow
};

static size_t hear_data(void *ctx, struct span bytes)
{
    struct terminal *module = ((struct rfc2217_port *)ctx)->wire.inner;

    return module->ops->feed(module, bytes);
}

/* A host may wait for the lines before it does anything. */
static void begin_serial(void *ctx)
{
    struct rfc2217_port *self = ctx;

    com_port_notify(&self->com, self->lines, true);
}

static void hear_sub(void *ctx, struct span value)
{
    com_port_take(&((struct rfc2217_port *)ctx)->com, value);
}

static const struct telnet_ops telnet_ops = { .data = hear_data,
                                              .com_port = begin_serial,
                                              .sub = hear_sub };

/* The terminal that the channel has. */

static size_t feed(struct terminal *wire, struct span bytes)
{
    struct rfc2217_port *self = of_wire(wire);
    size_t taken = telnet_feed(&self->telnet, bytes);

    flush(self);
    return taken;
}

static struct span peek(struct terminal *wire)
{
    struct rfc2217_port *self = of_wire(wire);
    struct span waiting = telnet_peek(&self->telnet);
    struct terminal *module = self->wire.inner;

    if (waiting.len == 0 && !com_port_holds(&self->com)) {
        size_t taken = telnet_say(&self->telnet, module->ops->peek(module));

        if (taken > 0)
            module->ops->consume(module, taken);
        waiting = telnet_peek(&self->telnet);
    }
    return waiting;
}

static void consume(struct terminal *wire, size_t count)
{
    struct rfc2217_port *self = of_wire(wire);

    if (telnet_consume(&self->telnet, count))
        fd_channel_input_room(&self->base.base.channel.base);
}

static void set_dtr(struct terminal *wire, bool on)
{
    tell_dtr(of_wire(wire), on);
}

/* One that never spoke of its lines has left as one of a TCP port does. */
static void host_gone(struct terminal *wire)
{
    struct rfc2217_port *self = of_wire(wire);

    if (self->telnet.serial) {
        self->com.rts = false;
        tell_dtr(self, false);
    }
    self->wire.inner->ops->host_gone(self->wire.inner);
}

static const struct terminal_ops wire_ops = {
    .feed = feed, .peek = peek, .consume = consume, .set_dtr = set_dtr, .host_gone = host_gone
};

static struct terminal *dress(struct port *port, struct terminal *module)
{
    struct rfc2217_port *self = (struct rfc2217_port *)port;

    around_init(&self->wire, &wire_ops, module);
    return &self->wire.base;
}

/* The channel that the module has. */

static void drive(struct port *port, unsigned circuits)
{
    struct rfc2217_port *self = (struct rfc2217_port *)port;

    self->lines = 0;
    if ((circuits & LINE_CTS) != 0)
        self->lines |= COM_PORT_CTS;
    if ((circuits & LINE_DSR) != 0)
        self->lines |= COM_PORT_DSR;
    if ((circuits & LINE_RI) != 0)
        self->lines |= COM_PORT_RI;
    if ((circuits & LINE_DCD) != 0)
        self->lines |= COM_PORT_DCD;
    if (self->base.host_fd < 0 || !self->telnet.serial)
        return;
    com_port_notify(&self->com, self->lines, false);
    flush(self);
}

/* A module of ours always takes bytes. */
static void set_lines(struct channel *channel, unsigned lines)
{
    drive(((struct fd_channel *)channel)->owner, lines | LINE_CTS);
}

/* There is no wire to be faster or slower; who asks hears it. */
static void set_rate(struct channel *channel, uint32_t baud)
{
    struct rfc2217_port *self = ((struct fd_channel *)channel)->owner;

    if (baud != 0)
        self->com.baud = baud;
}

static const struct channel_ops wire_channel_ops = {
    .output_ready = fd_channel_output_ready,
    .input_room = fd_channel_input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

static void prepare(struct listener *listener, int host_fd)
{
    struct rfc2217_port *self = (struct rfc2217_port *)listener;
    struct serial_format line;

    com_port_format(&self->com, &line);
    tcp_host_prepare(host_fd);
    fd_channel_forget(&listener->base.channel); /* half a command of Telnet's, too */
    http_guard_init(&self->guard);
    com_port_begin(&self->com, &com_ops, self);
    if (self->keeps)
        com_port_set_format(&self->com, &line);
    telnet_begin(&self->telnet, &telnet_ops, self);
    tell_dtr(self, true);
}

static bool refuses(void *owner, struct span bytes)
{
    struct rfc2217_port *self = owner;

    return tcp_host_refuses(&self->base.base, &self->guard, bytes);
}

static void close_rfc2217(struct port *port)
{
    listener_deinit((struct listener *)port);
    free(port);
}

/* A host that speaks of no lines says nothing of its own. */
static bool host_format(const struct port *port, struct serial_format *ret_format)
{
    const struct rfc2217_port *self = (const struct rfc2217_port *)port;

    if (self->base.host_fd < 0 || !self->telnet.serial)
        return false;
    com_port_format(&self->com, ret_format);
    return true;
}

static const struct port_ops rfc2217_ops = {
    .close = close_rfc2217, .dress = dress, .host_format = host_format, .drive = drive
};

enum err rfc2217_port_open(struct posix_loop *loop, const struct port_spec *spec,
                           struct port_failure *ret_failure, struct port **ret_port)
{
    struct rfc2217_port *self = calloc(1, sizeof(*self));
    struct listener *listener;
    enum err err;

    if (self == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    listener = &self->base;
    listener->base.ops = &rfc2217_ops;
    listener_init(listener, loop, prepare);
    listener->base.channel.base.ops = &wire_channel_ops;
    listener->base.channel.refuses = refuses;
    self->lines = COM_PORT_CTS | COM_PORT_DSR;
    self->dtr = true;
    self->keeps = spec->line.baud != 0;
    com_port_begin(&self->com, &com_ops, self);
    if (self->keeps)
        com_port_set_format(&self->com, &spec->line);
    err = tcp_host_listen(listener, spec, "rfc2217", ret_failure);
    if (err != ERR_OK) {
        close_rfc2217(&listener->base);
        return err;
    }
    *ret_port = &listener->base;
    return ERR_OK;
}
