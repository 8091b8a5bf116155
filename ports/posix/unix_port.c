/* unix_port.c: a port that hosts reach over a Unix socket, QEMU's -serial unix:PATH among them. */
#include "posix/listener.h"
#include "posix/port_kinds.h"
#include "posix/unix_socket.h"

#include <stdio.h>
#include <stdlib.h>

struct unix_port {
    struct listener base;
    char path[PORT_WHERE_CAP];
    struct unix_socket_file file;
};

static void close_unix(struct port *port)
{
    struct unix_port *self = (struct unix_port *)port;

    unix_socket_remove(self->path, &self->file);
    listener_deinit(&self->base);
    free(self);
}

static const struct port_ops unix_ops = { .close = close_unix };

static enum err listen_at(struct unix_port *self, struct port_failure *ret_failure)
{
    int fd;
    enum err err = unix_socket_bind(self->path, ret_failure, &fd, &self->file);

    if (err != ERR_OK)
        return err;
    err = listener_start(&self->base, fd);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot listen at %s: %s", self->path, err_text(err));
    return ERR_OK;
}

enum err unix_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port)
{
    struct unix_port *self = calloc(1, sizeof(*self));
    enum err err;

    if (self == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    self->base.base.ops = &unix_ops;
    listener_init(&self->base, loop, NULL);
    snprintf(self->path, sizeof(self->path), "%s", spec->where);
    snprintf(self->base.base.label, sizeof(self->base.base.label), "unix %s", spec->where);
    err = listen_at(self, ret_failure);
    if (err != ERR_OK) {
        close_unix(&self->base.base);
        return err;
    }
    *ret_port = &self->base.base;
    return ERR_OK;
}
