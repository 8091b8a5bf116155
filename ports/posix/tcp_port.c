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

static enum err listen_at(struct listener *listener, const struct port_spec *spec,
                          struct port_failure *ret_failure)
{
    int fd;
    enum err err = tcp_host_bind(spec, "tcp", listener->base.label, ret_failure, &fd);

    if (err != ERR_OK)
        return err;
    err = listener_start(listener, fd);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot listen at %s: %s", listener->base.label,
                         err_text(err));
    return ERR_OK;
}

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
    err = listen_at(listener, spec, ret_failure);
    if (err != ERR_OK) {
        close_tcp(&listener->base);
        return err;
    }
    *ret_port = &listener->base;
    return ERR_OK;
}
