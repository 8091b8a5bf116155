/* host_end.c: the host's end of one port of a module. */
#include "check/host_end.h"

#include "check/wire.h"
#include "posix/uart_device.h"
#include "posix/uart_lines.h"
#include "transcript/circuit.h"
#include "transcript/stage.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK = 4096, BETWEEN_BYTES_US = 200, CONNECT_MS = 60000, CIRCUIT_MS = 5 };

static int connect_to(const struct port_spec *spec)
{
    return spec->kind == PORT_TCP
               ? wire_connect(spec->where, spec->tcp_port, wire_now_ms() + CONNECT_MS)
               : wire_connect_unix(spec->where);
}

enum err host_end_open(struct host_end *end, const struct port_spec *spec, struct report *why)
{
    struct port_failure failure;
    int fd = -1;

    assert(spec->kind == PORT_UART || spec->kind == PORT_TCP || spec->kind == PORT_UNIX);
    if (spec->kind == PORT_UART) {
        if (uart_device_open(spec->where, &spec->line, &failure, &fd) != ERR_OK) {
            report_add(why, "%s\n", failure.text);
            return ERR_IO;
        }
    } else if ((fd = connect_to(spec)) < 0) {
        report_add(why, "%s %s", spec->kind == PORT_TCP ? "tcp" : "unix", spec->where);
        if (spec->kind == PORT_TCP)
            report_add(why, " port %u", (unsigned)spec->tcp_port);
        report_add(why, ": cannot connect: %s\n", strerror(errno));
        return ERR_IO;
    }
    host_end_take(end, fd, fd);
    return ERR_OK;
}

void host_end_take(struct host_end *end, int in, int out)
{
    end->in = in;
    end->out = out;
    end->gone = false;
}

bool host_end_is_open(const struct host_end *end)
{
    return end->in >= 0;
}

bool host_end_hear(struct host_end *end, int64_t deadline_ms)
{
    uint8_t chunk[CHUNK];
    ssize_t got;

    if (end->gone) {
        while (wire_now_ms() < deadline_ms && !wire_is_cancelled())
            usleep(1000);
        return false;
    }
    got = wire_read(end->in, chunk, sizeof(chunk), deadline_ms);
    if (got > 0)
        return bytes_add(&end->heard, span_at(chunk, (size_t)got), UINT32_MAX) == ERR_OK;
    end->gone = got == 0 || errno != ETIMEDOUT;
    return false;
}

/* Whether there is room for more, or something to hear first. */
static bool wait_for_room(const struct host_end *end, int64_t deadline_ms)
{
    struct pollfd wanted[] = { { .fd = end->out, .events = POLLOUT },
                               { .fd = end->in, .events = POLLIN } };
    int64_t left_ms = deadline_ms - wire_now_ms();

    return left_ms > 0 && !wire_is_cancelled() &&
           (poll(wanted, 2, (int)left_ms) > 0 || errno == EINTR);
}

static bool type_piece(struct host_end *end, struct span bytes)
{
    int64_t deadline_ms = wire_now_ms() + STAGE_ANSWER_MS;

    while (bytes.len > 0) {
        ssize_t done = end->gone ? -1 : write(end->out, bytes.data, bytes.len);

        if (done >= 0)
            bytes = span_skip(bytes, (size_t)done);
        else if (end->gone || (errno != EAGAIN && errno != EINTR) ||
                 !wait_for_room(end, deadline_ms))
            return false;
        else
            (void)host_end_hear(end, wire_now_ms());
    }
    return true;
}

bool host_end_type(struct host_end *end, struct span bytes, bool byte_by_byte, struct report *why)
{
    size_t piece = byte_by_byte ? 1 : bytes.len;

    for (; bytes.len > 0; bytes = span_skip(bytes, piece)) {
        if (!type_piece(end, span_at(bytes.data, piece))) {
            report_add(why, "  cannot type: the port %s\n",
                       end->gone ? "is gone" : "takes nothing any more");
            return false;
        }
        if (byte_by_byte)
            usleep(BETWEEN_BYTES_US);
    }
    return true;
}

enum err host_end_circuit(struct host_end *end, enum channel_line circuit, bool on,
                          int64_t deadline_ms)
{
    struct uart_lines lines;
    unsigned news, bit = circuit;

    uart_lines_init(&lines, &uart_line_ioctls, UART_FAR_MODULE);
    lines.fd = end->in;
    if (circuit_is_of_host(circuit))
        return uart_lines_turn(&lines, bit, on);
    while (!end->gone && uart_lines_look(&lines, &news) == ERR_OK) {
        if (((lines.far_on & bit) != 0) == on)
            return ERR_OK;
        if (wire_now_ms() >= deadline_ms || wire_is_cancelled())
            return ERR_TIMEOUT;
        (void)host_end_hear(end, wire_now_ms() + CIRCUIT_MS);
    }
    return ERR_UNSUPPORTED;
}

void host_end_drain(struct host_end *end)
{
    if (!end->gone)
        (void)tcdrain(end->out);
}

void host_end_forget(struct host_end *end)
{
    (void)tcflush(end->in, TCIFLUSH);
}

void host_end_close(struct host_end *end)
{
    if (!host_end_is_open(end))
        return;
    close(end->in);
    if (end->out != end->in)
        close(end->out);
    end->in = end->out = -1;
}
