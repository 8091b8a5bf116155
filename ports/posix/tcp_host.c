/* tcp_host.c: see tcp_host.h. */
#include "posix/tcp_host.h"

#include "posix/sockaddr.h"
#include "posix/tcp_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEEP_IDLE_S = 60, KEEP_SPREAD_S = 60, KEEP_INTERVAL_S = 10, KEEP_PROBES = 3 };

/* When a quiet connection is asked for the first time.  Thousands of hosts that came at once would
 * be asked at once, and the queue of the loopback interface drops what is over a thousand packets:
 * three times, and a host that lives is given up.  Their ports differ. */
static int keep_idle_s(int host_fd)
{
    struct sockaddr_storage host;
    socklen_t len = sizeof(host);
    struct net_address address;
    uint16_t port;

    if (getpeername(host_fd, (struct sockaddr *)&host, &len) != 0 ||
        !sockaddr_read((const struct sockaddr *)&host, &address, &port))
        return KEEP_IDLE_S;
    return KEEP_IDLE_S + port % KEEP_SPREAD_S;
}

void tcp_host_prepare(int host_fd)
{
    const struct {
        int level, name, value;
    } options[] = {
        { IPPROTO_TCP, TCP_NODELAY, 1 },
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, keep_idle_s(host_fd) },
        { IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S },
        { IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES },
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        setsockopt(host_fd, options[i].level, options[i].name, &options[i].value,
                   sizeof(options[i].value));
}

/* Who comes back to a port that is online speaks to its peer, in HTTP perhaps. */
bool tcp_host_refuses(const struct port *port, struct http_guard *guard, struct span bytes)
{
    struct terminal *terminal = port->channel.terminal;

    if (terminal->ops->online(terminal))
        http_guard_stop(guard);
    if (!http_guard_refuses(guard, bytes))
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
    int fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
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

static void set_label(char label[PORT_LABEL_CAP], const char *kind, const struct port_spec *spec,
                      uint16_t number)
{
    bool brackets = strchr(spec->where, ':') != NULL;

    snprintf(label, PORT_LABEL_CAP, brackets ? "%s [%s]:%u" : "%s %s:%u", kind, spec->where,
             (unsigned)number);
}

enum err tcp_host_bind(const struct port_spec *spec, const char *kind,
                       char ret_label[PORT_LABEL_CAP], struct port_failure *ret_failure,
                       int *ret_fd)
{
    struct sockaddr_storage at;
    socklen_t len;
    int fd;

    set_label(ret_label, kind, spec, spec->tcp_port);
    if (!tcp_address_read(spec->where, spec->tcp_port, &at, &len))
        return port_fail(ret_failure, ERR_INVALID, "%s: not an IP address", spec->where);
    fd = bind_socket(&at, len);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", ret_label);
    set_label(ret_label, kind, spec, actual_port(fd));
    *ret_fd = fd;
    return ERR_OK;
}

enum err tcp_host_listen(struct listener *listener, const struct port_spec *spec, const char *kind,
                         struct port_failure *ret_failure)
{
    int fd;
    enum err err = tcp_host_bind(spec, kind, listener->base.label, ret_failure, &fd);

    if (err != ERR_OK)
        return err;
    err = listener_start(listener, fd);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot listen at %s: %s", listener->base.label,
                         err_text(err));
    return ERR_OK;
}
