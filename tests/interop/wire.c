/* wire.c: see wire.h. */
#include "wire.h"

#include "server_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_put_off(struct wire *wire)
{
    return wire->again_every != 0 && ++wire->calls % wire->again_every == 0;
}

static size_t cut(const struct wire *wire, size_t len)
{
    return wire->chunk != 0 && wire->chunk < len ? wire->chunk : len;
}

static ptrdiff_t from_errno(void)
{
    return errno == EAGAIN || errno == EINTR ? -ERR_AGAIN : -ERR_RESET;
}

static ptrdiff_t read_script(struct wire *wire, void *buf, size_t cap)
{
    size_t len = cut(wire, cap < wire->script.len ? cap : wire->script.len);

    if (len == 0)
        return wire->end == WIRE_CLOSES ? 0 : wire->end == WIRE_RESETS ? -ERR_RESET : -ERR_AGAIN;
    memcpy(buf, wire->script.data, len);
    wire->script = span_skip(wire->script, len);
    return (ptrdiff_t)len;
}

static ptrdiff_t wire_recv(void *ctx, void *buf, size_t cap)
{
    struct wire *wire = ctx;
    ssize_t len;

    if (is_put_off(wire))
        return -ERR_AGAIN;
    if (wire->fd < 0)
        return read_script(wire, buf, cap);
    len = recv(wire->fd, buf, cut(wire, cap), 0);
    /* A record's header is read on its own, in five bytes, and stays as it is. */
    if (wire->corrupts && len > 5)
        ((uint8_t *)buf)[len - 1] ^= 1;
    return len >= 0 ? len : from_errno();
}

static void keep(struct wire *wire, const void *data, size_t len)
{
    size_t room = sizeof(wire->sent) - wire->sent_len;

    memcpy(wire->sent + wire->sent_len, data, len < room ? len : room);
    wire->sent_len += len < room ? len : room;
}

static ptrdiff_t wire_send(void *ctx, const void *data, size_t len)
{
    struct wire *wire = ctx;
    ssize_t sent;

    if (is_put_off(wire))
        return -ERR_AGAIN;
    sent = (ssize_t)cut(wire, len);
    if (wire->fd >= 0)
        sent = send(wire->fd, data, (size_t)sent, MSG_NOSIGNAL);
    if (sent < 0)
        return from_errno();
    keep(wire, data, (size_t)sent);
    return sent;
}

struct tls_lower wire_lower(struct wire *wire)
{
    return (struct tls_lower){ wire_recv, wire_send, wire };
}

void wire_connect(struct wire *wire, uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    wire->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(wire->fd >= 0);
    assert_int_equal(connect(wire->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(fcntl(wire->fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(wire->fd, F_SETFD, FD_CLOEXEC), 0);
}

bool wire_wait(const struct wire *wire, enum tls_step step, int64_t deadline_ms)
{
    struct pollfd poll_fd = { wire->fd, step == TLS_WANT_WRITE ? POLLOUT : POLLIN, 0 };
    int64_t left_ms = deadline_ms - now_ms();

    if (left_ms <= 0)
        return false;
    return wire->fd < 0 || poll(&poll_fd, 1, (int)left_ms) > 0;
}

void wire_close(struct wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}

/* RFC 5246, 7.4.1.2: record header 5, message header 4, version 2, random 32, then the session. */
size_t wire_offered(const struct wire *wire, tls_suite *suites, size_t cap)
{
    const uint8_t *at = wire->sent + 43;
    size_t count;

    assert_true(wire->sent_len > 50);
    assert_int_equal(wire->sent[0], 22);
    assert_int_equal(wire->sent[5], 1);
    at += 1 + at[0];
    count = (size_t)(at[0] << 8 | at[1]) / 2;
    assert_true(count <= cap);
    for (size_t i = 0; i < count; i++)
        suites[i] = (tls_suite)(at[2 + 2 * i] << 8 | at[3 + 2 * i]);
    return count;
}
