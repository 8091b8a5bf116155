/* seat.c: see seat.h. */
#include "posix/seat.h"

#include "posix/tcp_host.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct seat {
    struct port base;
    struct http_guard guard;
    int host_fd; /* -1: nobody is there */
    void (*on_left)(void *ctx);
    void *ctx;
};

static void drop_host(struct seat *seat)
{
    fd_channel_leave(&seat->base.channel);
    if (seat->host_fd >= 0)
        close(seat->host_fd);
    seat->host_fd = -1;
}

static void on_hangup(void *owner)
{
    struct seat *seat = owner;

    if (seat->host_fd < 0)
        return;
    if (!fd_channel_is_over(&seat->base.channel)) {
        if (seat->base.channel.left)
            fd_channel_hurry(&seat->base.channel);
        return;
    }
    log_trace(seat->base.loop->log, TRACE_PORT, "%s: the host has left", seat->base.label);
    drop_host(seat);
    fd_channel_farewell(&seat->base.channel);
    seat->on_left(seat->ctx);
}

static bool refuses(void *owner, struct span bytes)
{
    struct seat *seat = owner;

    return tcp_host_refuses(&seat->base, &seat->guard, bytes);
}

static void close_seat(struct port *port)
{
    drop_host((struct seat *)port);
    fd_channel_deinit(&port->channel);
    free(port);
}

static const struct port_ops seat_ops = { .close = close_seat };

enum err seat_open(struct posix_loop *loop, const char *label, void (*on_left)(void *ctx),
                   void *ctx, struct port **ret_port)
{
    struct seat *seat = calloc(1, sizeof(*seat));

    assert(on_left != NULL);
    if (seat == NULL)
        return ERR_NO_MEMORY;
    seat->base.ops = &seat_ops;
    seat->base.loop = loop;
    seat->host_fd = -1;
    seat->on_left = on_left;
    seat->ctx = ctx;
    snprintf(seat->base.label, sizeof(seat->base.label), "%s", label);
    fd_channel_init(&seat->base.channel, &fd_channel_ops, loop, on_hangup, seat);
    seat->base.channel.refuses = refuses;
    *ret_port = &seat->base;
    return ERR_OK;
}

enum err seat_take(struct port *port, int host_fd)
{
    struct seat *seat = (struct seat *)port;
    enum err err;

    assert(port->ops == &seat_ops && seat->host_fd < 0 && host_fd >= 0);
    tcp_host_prepare(host_fd);
    http_guard_init(&seat->guard);
    log_trace(port->loop->log, TRACE_PORT, "%s: a host has come", port->label);
    seat->host_fd = host_fd;
    err = fd_channel_join(&port->channel, host_fd, host_fd);
    if (err != ERR_OK)
        drop_host(seat);
    return err;
}
