/* tcp_port.c: a port that hosts reach over TCP. */
#include "posix/http_guard.h"
#include "posix/listener.h"
#include "posix/port_kinds.h"
#include "posix/tcp_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A host that vanished without a word frees the port after a minute and a half. */
enum { KEEP_IDLE_S = 60, KEEP_INTERVAL_S = 10, KEEP_PROBES = 3 };

struct tcp_port {
    struct listener base;
    struct http_guard guard; /* of the host that is there */
};

static void prepare(struct listener *listener, int host_fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        { IPPROTO_TCP, TCP_NODELAY, 1 },
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S },
        { IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S },
        { IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES },
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        setsockopt(host_fd, options[i].level, options[i].name, &options[i].value,
                   sizeof(options[i].value));
    http_guard_init(&((struct tcp_port *)listener)->guard);
}

/* Who comes back to a port that is online speaks to its peer, in HTTP perhaps. */
static bool refuses(void *owner, struct span bytes)
{
    struct tcp_port *self = owner;
    const struct port *port = &self->base.base;
    struct terminal *terminal = port->channel.terminal;

    if (terminal->ops->online(terminal))
        http_guard_stop(&self->guard);
    if (!http_guard_refuses(&self->guard, bytes))
        return false;
    log_say(port->loop->log, LOG_WARNING,
            "%s: hung up: that was an HTTP request, which any web page in a browser can send here; "
            "nobody but you reaches a port of --unix",
            port->label);
    return true;
}

/* A socket bound to `at`, or -1 and errno. */
static int bind_socket(const struct sockaddr_storage *at, socklen_t len)
{
    int fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    int error;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)at, len) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

static uint16_t actual_port(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(fd, (struct sockaddr *)&at, &len) < 0)
        return 0;
    return ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
                                         : ((struct sockaddr_in6 *)&at)->sin6_port);
}

static void set_label(struct port *port, const struct port_spec *spec, uint16_t number)
{
    bool brackets = strchr(spec->where, ':') != NULL;

    snprintf(port->label, sizeof(port->label), brackets ? "tcp [%s]:%u" : "tcp %s:%u", spec->where,
             (unsigned)number);
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
    struct sockaddr_storage at;
    socklen_t len;
    int fd;
    enum err err;

    set_label(&listener->base, spec, spec->tcp_port);
    if (!tcp_address_read(spec->where, spec->tcp_port, &at, &len))
        return port_fail(ret_failure, ERR_INVALID, "%s: not an IP address", spec->where);
    fd = bind_socket(&at, len);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", listener->base.label);
    err = listener_start(listener, fd);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot listen at %s: %s", listener->base.label,
                         err_text(err));
    set_label(&listener->base, spec, actual_port(fd));
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
