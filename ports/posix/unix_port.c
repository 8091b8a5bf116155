/* unix_port.c: a port that hosts reach over a Unix socket, QEMU's -serial unix:PATH among them. */
#include "posix/listener.h"
#include "posix/port_kinds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct unix_port {
    struct listener base;
    char path[PORT_WHERE_CAP];
    struct stat made; /* the socket file, once `bound` */
    bool bound;
};

/* May the file at the address go?  Only when it is a socket that nobody listens at. */
static enum err check_stale(const struct sockaddr_un *at, struct port_failure *ret_failure)
{
    struct stat st;
    int fd;
    bool refused;

    if (lstat(at->sun_path, &st) < 0)
        return errno == ENOENT ? ERR_OK
                               : port_fail_errno(ret_failure, "cannot look at %s", at->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot listen at %s: something else has that name; remove it or choose "
                         "another path",
                         at->sun_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    refused = connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 && errno == ECONNREFUSED;
    close(fd);
    if (!refused)
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot listen at %s: another process does; choose another path",
                         at->sun_path);
    return ERR_OK;
}

/* Binds `fd`, in place of a stale socket if need be. */
static enum err bind_path(int fd, const struct sockaddr_un *at, struct port_failure *ret_failure)
{
    enum err err;

    /* The file gets the mode of the socket: nobody else can connect, at no moment. */
    fchmod(fd, S_IRUSR | S_IWUSR);
    if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
        return ERR_OK;
    if (errno != EADDRINUSE)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    err = check_stale(at, ret_failure);
    if (err != ERR_OK)
        return err;
    unlink(at->sun_path);
    if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    return ERR_OK;
}

static void close_unix(struct port *port)
{
    struct unix_port *self = (struct unix_port *)port;
    struct stat now;

    if (self->bound && lstat(self->path, &now) == 0 && now.st_dev == self->made.st_dev &&
        now.st_ino == self->made.st_ino)
        unlink(self->path);
    listener_deinit(&self->base);
    free(self);
}

static const struct port_ops unix_ops = { .close = close_unix };

static enum err listen_at(struct unix_port *self, struct port_failure *ret_failure)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd;
    enum err err;

    if (strlen(self->path) >= sizeof(at.sun_path))
        return port_fail(ret_failure, ERR_INVALID,
                         "cannot listen at %s: the path is longer than %zu bytes", self->path,
                         sizeof(at.sun_path) - 1);
    strcpy(at.sun_path, self->path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", self->path);
    err = bind_path(fd, &at, ret_failure);
    if (err != ERR_OK) {
        close(fd);
        return err;
    }
    self->bound = lstat(self->path, &self->made) == 0;
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
