/* tcp_port.c: a port that hosts reach over TCP. */
#include "posix/listener.h"
#include "posix/port_kinds.h"
#include "posix/tcp_host.h"

#include <stdlib.h>

struct tcp_port {
    struct listener base;
    struct http_guard guard; /* of the host that is there */
};

static void prepare(struct listener *listener, int host_fd)
{
    tcp_host_prepare(host_fd);
    http_guard_init(&((struct tcp_port *)listener)->guard);
}

static bool refuses(void *owner, struct span bytes)
{
    struct tcp_port *self = owner;

    return tcp_host_refuses(&self->base.base, &self->guard, bytes);
}

static void close_tcp(struct port *port)
{
    listener_deinit((struct listener *)port);
    free(port);
}

static const struct port_ops tcp_ops = { .close = close_tcp };

enum err tcp_port_open(struct posix_loop *loop, const struct port_spec *spec,
                       struct port_failure *ret_failure, struct port **ret_port)
{
    struct tcp_port *self = calloc(1, sizeof(*self));
    struct listener *listener;
    enum err err;

    if (self == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    listener = &self->base;
    listener->base.ops = &tcp_ops;
    listener_init(listener, loop, prepare);
    listener->base.channel.refuses = refuses;
    err = tcp_host_listen(listener, spec, "tcp", ret_failure);
    if (err != ERR_OK) {
        close_tcp(&listener->base);
        return err;
    }
    *ret_port = &listener->base;
    return ERR_OK;
}
