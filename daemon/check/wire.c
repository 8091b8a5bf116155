/* wire.c: sockets and devices that are waited for, each up to a moment. */
#include "check/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A signal that comes just before poll() is seen so much later. */
enum { LOOK_MS = 200 };

static const volatile sig_atomic_t *cancelled;

const volatile sig_atomic_t *wire_cancel_by(const volatile sig_atomic_t *flag)
{
    const volatile sig_atomic_t *before = cancelled;

    cancelled = flag;
    return before;
}

bool wire_is_cancelled(void)
{
    return cancelled != NULL && *cancelled != 0;
}

int64_t wire_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool wire_wait(int fd, short events, int64_t deadline_ms)
{
    struct pollfd wanted = { .fd = fd, .events = events };

    for (;;) {
        int64_t left_ms = deadline_ms - wire_now_ms();
        int ready;

        if (wire_is_cancelled())
            return false;
        if (left_ms > LOOK_MS)
            left_ms = LOOK_MS;
        ready = poll(&wanted, 1, left_ms > 0 ? (int)left_ms : 0);
        if (ready > 0)
            return true;
        if (ready == 0 && left_ms <= 0)
            return false;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static struct addrinfo *look_up(const char *address, uint16_t port, int type)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = type };
    struct addrinfo *found = NULL;
    char service[8];

    snprintf(service, sizeof(service), "%u", (unsigned)port);
    if (getaddrinfo(address, service, &hints, &found) != 0) {
        errno = EINVAL;
        return NULL;
    }
    return found;
}

bool wire_address(const char *address, uint16_t port, struct sockaddr_storage *ret_at,
                  socklen_t *ret_len)
{
    struct addrinfo *at = look_up(address, port, SOCK_DGRAM);

    if (at == NULL)
        return false;
    memcpy(ret_at, at->ai_addr, at->ai_addrlen);
    *ret_len = at->ai_addrlen;
    freeaddrinfo(at);
    return true;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 0;
    return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                          : ((struct sockaddr_in *)&at)->sin_port);
}

static int close_for(int fd)
{
    int why = errno;

    close(fd);
    errno = why;
    return -1;
}

int wire_bind(const char *address, uint16_t port, int type, uint16_t *ret_port)
{
    struct addrinfo *at = look_up(address, port, type);
    int on = 1, fd;

    if (at == NULL)
        return -1;
    fd = socket(at->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 &&
        ((type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) ||
         bind(fd, at->ai_addr, at->ai_addrlen) != 0))
        fd = close_for(fd);
    freeaddrinfo(at);
    if (fd >= 0)
        *ret_port = port_of(fd);
    return fd;
}

/* Below the ports that systems give to connections of their own, so that no such one takes it
 * before the module does. */
enum { FREE_FIRST = 10000, FREE_COUNT = 22000, FREE_TRIES = 100 };

bool wire_free_port(const char *address, uint16_t *ret_port)
{
    for (unsigned i = 0; i < FREE_TRIES; i++) {
        uint16_t number = 0, port;
        int tcp, udp;

        if (getrandom(&number, sizeof(number), 0) != sizeof(number))
            return false;
        port = (uint16_t)(FREE_FIRST + number % FREE_COUNT);
        tcp = wire_bind(address, port, SOCK_STREAM, ret_port);
        udp = tcp >= 0 ? wire_bind(address, port, SOCK_DGRAM, ret_port) : -1;
        if (tcp >= 0)
            close_for(tcp);
        if (udp >= 0)
            close_for(udp);
        if (udp >= 0)
            return true;
        if (errno != EADDRINUSE)
            return false;
    }
    return false;
}

int wire_connect_unix(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof(at.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(at.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
                    fcntl(fd, F_SETFL, O_NONBLOCK) != 0))
        return close_for(fd);
    return fd;
}

int wire_connect(const char *address, uint16_t port, int64_t deadline_ms)
{
    struct addrinfo *at = look_up(address, port, SOCK_STREAM);
    int fd, error = 0;
    socklen_t len = sizeof(error);

    if (at == NULL)
        return -1;
    fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
        if (errno != EINPROGRESS)
            error = errno;
        else if (!wire_wait(fd, POLLOUT, deadline_ms))
            error = ETIMEDOUT;
        else
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    }
    freeaddrinfo(at);
    if (fd < 0 || error == 0)
        return fd;
    errno = error;
    return close_for(fd);
}

int wire_accept(int listener, int64_t deadline_ms)
{
    int fd = -1;

    while (fd < 0 && wire_wait(listener, POLLIN, deadline_ms)) {
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            return -1;
    }
    return fd;
}

ssize_t wire_read(int fd, void *buf, size_t cap, int64_t deadline_ms)
{
    for (;;) {
        ssize_t got;

        if (wire_is_cancelled()) {
            errno = ECANCELED;
            return -1;
        }
        got = read(fd, buf, cap);
        if (got >= 0 || (errno != EAGAIN && errno != EINTR))
            return got;
        if (!wire_wait(fd, POLLIN, deadline_ms)) {
            errno = wire_is_cancelled() ? ECANCELED : ETIMEDOUT;
            return -1;
        }
    }
}

bool wire_write(int fd, struct span bytes, int64_t deadline_ms)
{
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.data, bytes.len);

        if (done >= 0) {
            bytes = span_skip(bytes, (size_t)done);
        } else if (errno != EAGAIN && errno != EINTR) {
            return false;
        } else if (!wire_wait(fd, POLLOUT, deadline_ms)) {
            errno = ETIMEDOUT;
            return false;
        }
    }
    return true;
}

void wire_reset(int fd)
{
    struct linger at_once = { .l_onoff = 1 };

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(fd);
}
