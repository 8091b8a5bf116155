/* tls_port.c: a port that hosts reach by TLS over TCP, with a certificate of their own.
 *
 * TLS stands between the channel, which carries records, and the module's terminal.  Until the
 * handshake is over a host is a guest, of whom the module hears nothing, not even that it has gone.
 */
#include "base/wipe.h"
#include "iface/no_circuits.h"
#include "posix/listener.h"
#include "posix/port_kinds.h"
#include "posix/tcp_host.h"
#include "posix/tls_guests.h"
#include "wrap/around.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { CLEAR_CAP = 16384 };

struct tls_port {
    struct listener base;
    struct around wire; /* what the channel drives */
    struct tls_door *door;
    struct tls_host *host; /* NULL: nobody is there */
    struct tls_guests *guests;
    struct http_guard guard;
    bool offering, again; /* while the module is given what is clear; it has room again */
    bool over;            /* the host is hung up on */
    size_t clear_at, clear_len;
    uint8_t clear[CLEAR_CAP];
};

static struct tls_port *of_wire(struct terminal *wire)
{
    return (struct tls_port *)((char *)wire - offsetof(struct tls_port, wire.base));
}

static struct fd_channel *channel_of(struct tls_port *self)
{
    return &self->base.base.channel;
}

static void forget_clear(struct tls_port *self)
{
    wipe(self->clear, sizeof(self->clear));
    self->clear_at = self->clear_len = 0;
}

/* The channel sees the end at its next read, and what was said before has gone out. */
static void hang_up(struct tls_port *self)
{
    if (self->over)
        return;
    self->over = true;
    fd_channel_output_ready(&channel_of(self)->base);
    if (self->base.host_fd >= 0)
        shutdown(self->base.host_fd, SHUT_RDWR);
}

/* Gives the module what is in clear; true when all is taken. */
static bool offer_clear(struct tls_port *self)
{
    struct terminal *module = self->wire.inner;

    if (self->clear_len == 0)
        return true;
    self->offering = true;
    do {
        self->again = false;
        self->clear_at += module->ops->feed(
            module, span_at(self->clear + self->clear_at, self->clear_len - self->clear_at));
    } while (self->clear_at < self->clear_len && self->again);
    self->offering = false;
    if (self->clear_at < self->clear_len)
        return false;
    forget_clear(self);
    return true;
}

static void note_state(struct tls_port *self, enum tls_host_state before)
{
    enum tls_host_state state = tls_host_state(self->host);

    if (state != before && state == TLS_HOST_FAILED)
        log_say(self->base.base.loop->log, LOG_WARNING, "%s: a host is hung up on: %s",
                self->base.base.label, tls_host_words(self->host));
}

/* Reads on until the module takes no more, or there is nothing. */
static void hear(struct tls_port *self, struct span *bytes)
{
    for (;;) {
        enum tls_host_state before = tls_host_state(self->host);

        self->clear_len = tls_host_hear(self->host, bytes, self->clear, sizeof(self->clear));
        note_state(self, before);
        if (self->clear_len == 0)
            return;
        if (tcp_host_refuses(&self->base.base, &self->guard,
                             span_at(self->clear, self->clear_len))) {
            forget_clear(self);
            hang_up(self);
            return;
        }
        if (!offer_clear(self))
            return;
    }
}

static size_t feed(struct terminal *wire, struct span bytes)
{
    struct tls_port *self = of_wire(wire);
    size_t len = bytes.len;

    if (self->host == NULL || self->over)
        return len;
    if (!offer_clear(self))
        return 0;
    hear(self, &bytes);
    fd_channel_output_ready(&channel_of(self)->base);
    if (tls_host_state(self->host) >= TLS_HOST_LEFT && self->clear_len == 0)
        hang_up(self);
    return self->over ? len : len - bytes.len;
}

static struct span peek(struct terminal *wire)
{
    struct tls_port *self = of_wire(wire);
    struct terminal *module = self->wire.inner;
    struct bytes *out;

    if (self->host == NULL)
        return (struct span){ NULL, 0 };
    out = tls_host_out(self->host);
    if (out->len == 0 && !self->over && tls_host_state(self->host) == TLS_HOST_IN) {
        size_t said = tls_host_say(self->host, module->ops->peek(module));

        if (said > 0)
            module->ops->consume(module, said);
        note_state(self, TLS_HOST_IN);
        if (tls_host_state(self->host) == TLS_HOST_FAILED)
            hang_up(self);
    }
    return bytes_span(out);
}

static void consume(struct terminal *wire, size_t count)
{
    bytes_drop(tls_host_out(of_wire(wire)->host), count);
}

/* What is left of it when the module waits for something: nobody awaits that any more. */
static void end_host(struct tls_port *self)
{
    struct terminal *module = self->wire.inner;
    struct span rest = bytes_span(&channel_of(self)->kept);
    size_t before, left = 0;

    do {
        before = left;
        module->ops->host_gone(module);
        if (offer_clear(self))
            hear(self, &rest);
        left = rest.len + self->clear_len - self->clear_at;
    } while (left > 0 && left != before);
}

static void host_gone(struct terminal *wire)
{
    struct tls_port *self = of_wire(wire);

    if (self->host != NULL)
        end_host(self);
    forget_clear(self);
    tls_host_free(self->host);
    self->host = NULL;
}

static const struct terminal_ops wire_ops = {
    .feed = feed, .peek = peek, .consume = consume, .host_gone = host_gone
};

static struct terminal *dress(struct port *port, struct terminal *module)
{
    struct tls_port *self = (struct tls_port *)port;

    around_init(&self->wire, &wire_ops, module);
    return &self->wire.base;
}

static void input_room(struct channel *channel)
{
    struct tls_port *self = ((struct fd_channel *)channel)->owner;

    if (self->offering) {
        self->again = true;
        return;
    }
    if (offer_clear(self))
        fd_channel_input_room(channel);
    if (self->host != NULL && tls_host_state(self->host) >= TLS_HOST_LEFT && self->clear_len == 0)
        hang_up(self);
}

static const struct channel_ops wire_channel_ops = {
    .output_ready = fd_channel_output_ready,
    .input_room = input_room,
    .set_lines = channel_no_lines,
    .set_rate = channel_no_rate,
};

/* Records that the host before has left unread belong to its session. */
static void forget_last(struct tls_port *self)
{
    struct fd_channel *channel = channel_of(self);

    fd_channel_forget(channel);
    tls_host_free(self->host);
    self->host = NULL;
    forget_clear(self);
}

static void greet(struct listener *listener, int host_fd)
{
    struct tls_port *self = (struct tls_port *)listener;
    const struct log *log = listener->base.loop->log;
    enum err err;

    tcp_host_prepare(host_fd);
    tls_door_renew(self->door, log, listener->base.label);
    err = tls_guests_take(self->guests, host_fd);
    if (err != ERR_OK)
        log_say(log, LOG_WARNING, "%s: a host is hung up on: %s", listener->base.label,
                err_text(err));
}

static void admit(void *ctx, int fd, struct tls_host *host)
{
    struct tls_port *self = ctx;

    forget_last(self);
    http_guard_init(&self->guard);
    self->over = false;
    self->host = host;
    log_say(self->base.base.loop->log, LOG_INFO, "%s: a host is in: %s", self->base.base.label,
            tls_host_words(host));
    if (listener_seat(&self->base, fd) != ERR_OK) {
        forget_last(self);
        tls_guests_let_in(self->guests);
    }
}

static void on_left(struct listener *listener)
{
    tls_guests_let_in(((struct tls_port *)listener)->guests);
}

static void close_tls(struct port *port)
{
    struct tls_port *self = (struct tls_port *)port;

    if (self->host != NULL && self->wire.inner != NULL) {
        tls_host_bye(self->host);
        self->over = true; /* the module is not asked any more */
        fd_channel_output_ready(&channel_of(self)->base);
    }
    listener_deinit(&self->base);
    tls_guests_close(self->guests);
    tls_host_free(self->host);
    tls_door_close(self->door);
    wipe(self->clear, sizeof(self->clear));
    free(self);
}

static const struct port_ops tls_ops = { .close = close_tls, .dress = dress };

static enum err open_door(struct tls_port *self, const struct port_spec *spec,
                          struct port_failure *ret_failure)
{
    struct port_failure why;
    enum tls_door_file file;
    enum err err = tls_door_open(&spec->tls, &file, &why, &self->door);

    if (err != ERR_OK)
        return port_fail(ret_failure, err, "tcp-tls: %s: %s", tls_door_path(&spec->tls, file),
                         why.text);
    if (tls_guests_open(self->base.base.loop, self->door, self->base.base.label, admit, self,
                        &self->guests) != ERR_OK)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    return tcp_host_listen(&self->base, spec, "tcp-tls", ret_failure);
}

enum err tls_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port)
{
    struct tls_port *self = calloc(1, sizeof(*self));
    struct listener *listener;
    enum err err;

    if (self == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    listener = &self->base;
    listener->base.ops = &tls_ops;
    listener_init(listener, loop, NULL);
    listener->greet = greet;
    listener->on_left = on_left;
    listener->base.channel.base.ops = &wire_channel_ops;
    err = open_door(self, spec, ret_failure);
    if (err != ERR_OK) {
        close_tls(&listener->base);
        return err;
    }
    *ret_port = &listener->base;
    return ERR_OK;
}
