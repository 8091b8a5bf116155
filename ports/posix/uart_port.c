/* uart_port.c: a port on a serial device, in the place of a real module, or of its host.
 *
 * The device may vanish (a USB adapter that is pulled) and come back: the port waits for it, and
 * says so once, and again only where something else keeps it from opening.
 */
#include "posix/uart_port.h"

#include "posix/timer.h"
#include "posix/uart_device.h"
#include "posix/uart_rate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REOPEN_MS = 2000, LINES_MS = 100, LISTEN_MS = 20, DRAIN_MS = 5, FIFO_BITS = 64 * 10 };

struct uart_port {
    struct port base;
    char path[PORT_WHERE_CAP];
    int fd; /* -1 while the device is away */
    struct serial_format format, wanted;
    bool is_changing; /* to `wanted` */
    bool quiet;       /* the kernel had nothing to send when we last looked */
    struct uart_lines lines;
    enum err last_err; /* why it was not opened when we last tried */
    struct clock_timer *reopen, *look, *drain;
};

static void close_uart(struct port *port)
{
    struct uart_port *uart = (struct uart_port *)port;

    fd_channel_deinit(&uart->base.channel);
    clock_timer_free(uart->reopen);
    clock_timer_free(uart->look);
    clock_timer_free(uart->drain);
    if (uart->fd >= 0)
        close(uart->fd);
    free(uart);
}

static void await_device(struct uart_port *uart)
{
    uart->last_err = ERR_NOT_FOUND;
    clock_timer_start(uart->reopen, REOPEN_MS);
    port_set_away(&uart->base, true);
}

static void tell_news(struct uart_port *uart, unsigned news)
{
    struct terminal *terminal = uart->base.channel.terminal;

    if ((news & LINE_DTR) != 0 && terminal != NULL)
        terminal->ops->set_dtr(terminal, (uart->lines.far_on & LINE_DTR) != 0);
    if (news != 0)
        port_tell_circuits(&uart->base, uart_lines_far(&uart->lines));
}

static void lose_device(struct uart_port *uart)
{
    log_say(uart->base.loop->log, LOG_WARNING, "%s: the device is gone; waiting for it",
            uart->base.label);
    fd_channel_leave(&uart->base.channel);
    close(uart->fd);
    uart->fd = -1;
    tell_news(uart, uart_lines_end(&uart->lines));
    await_device(uart);
}

static void on_hangup(void *owner)
{
    struct uart_port *uart = owner;

    if (uart->fd >= 0)
        lose_device(uart);
}

static void on_look(void *ctx)
{
    struct uart_port *uart = ctx;
    int64_t again_ms = uart->base.on_circuits != NULL ? LISTEN_MS : LINES_MS;
    unsigned news = 0;
    enum err err;

    if (uart->fd < 0)
        return;
    if (uart->base.channel.terminal == NULL) { /* nobody could be told yet */
        clock_timer_start(uart->look, again_ms);
        return;
    }
    err = uart_lines_look(&uart->lines, &news);
    if (err == ERR_UNSUPPORTED)
        return;
    if (err != ERR_OK) {
        lose_device(uart);
        return;
    }
    clock_timer_start(uart->look, again_ms);
    tell_news(uart, news);
}

static enum err open_device(struct uart_port *uart, struct port_failure *ret_failure)
{
    enum err err = uart_device_open(uart->path, &uart->format, ret_failure, &uart->fd);

    if (err != ERR_OK)
        return err;
    err = fd_channel_join(&uart->base.channel, uart->fd, uart->fd);
    if (err != ERR_OK) {
        close(uart->fd);
        uart->fd = -1;
        return port_fail(ret_failure, err, "%s: cannot watch it: %s", uart->base.label,
                         err_text(err));
    }
    uart_lines_begin(&uart->lines, uart->fd);
    clock_timer_start(uart->look, LISTEN_MS);
    return ERR_OK;
}

static void on_reopen(void *ctx)
{
    struct uart_port *uart = ctx;
    struct port_failure failure;
    enum err err = open_device(uart, &failure);

    if (err == ERR_OK) {
        log_say(uart->base.loop->log, LOG_INFO, "%s: the device is there", uart->base.label);
        port_set_away(&uart->base, false);
        return;
    }
    if (err != ERR_NOT_FOUND && err != uart->last_err)
        log_say(uart->base.loop->log, LOG_WARNING, "%s; trying again", failure.text);
    uart->last_err = err;
    clock_timer_start(uart->reopen, REOPEN_MS);
}

/* A module of ours always takes bytes. */
static void set_lines(struct channel *channel, unsigned lines)
{
    struct uart_port *uart = ((struct fd_channel *)channel)->owner;

    uart_lines_drive(&uart->lines, lines | LINE_CTS);
}

static void drive(struct port *port, unsigned circuits)
{
    uart_lines_drive(&((struct uart_port *)port)->lines, circuits);
}

/* RTS is the kernel's from now on where it says who may send, and begins on; else ours again. */
static void take_rts(struct uart_port *uart)
{
    unsigned circuits = uart->lines.circuits;

    if (uart->format.rtscts && !uart->lines.owns_rts)
        uart_lines_drive(&uart->lines, circuits | LINE_RTS | LINE_CTS);
    uart->lines.owns_rts = uart->format.rtscts;
    uart_lines_drive(&uart->lines, circuits);
}

static void apply_format(struct uart_port *uart)
{
    enum err err = uart->fd < 0 ? ERR_OK : uart_device_set(uart->fd, &uart->wanted);
    char text[SERIAL_FORMAT_CAP];

    uart->is_changing = false;
    serial_format_write(&uart->wanted, text);
    if (err != ERR_OK) {
        log_say(uart->base.loop->log, LOG_WARNING, "%s: cannot be set to %s: %s", uart->base.label,
                text, err_text(err));
        return;
    }
    uart->format = uart->wanted;
    take_rts(uart);
}

static bool has_to_say(const struct uart_port *uart)
{
    struct terminal *terminal = uart->base.channel.terminal;

    return terminal != NULL && terminal->ops->peek(terminal).len > 0;
}

/* The answer to the command that changes the rate still goes out at the old one: wait until the
 * kernel has sent it, and then for as long as the hardware's queue may take. */
static void on_drain(void *ctx)
{
    struct uart_port *uart = ctx;

    if (uart->fd >= 0 && (has_to_say(uart) || !uart_device_is_drained(uart->fd))) {
        uart->quiet = false;
        clock_timer_start(uart->drain, DRAIN_MS);
    } else if (uart->fd >= 0 && !uart->quiet) {
        uart->quiet = true;
        clock_timer_start(uart->drain, 1 + FIFO_BITS * 1000 / (int64_t)uart->format.baud);
    } else {
        apply_format(uart);
    }
}

static void set_format(struct port *port, const struct serial_format *format)
{
    struct uart_port *uart = (struct uart_port *)port;

    uart->wanted = *format;
    uart->is_changing = true;
    uart->quiet = false;
    clock_timer_start(uart->drain, DRAIN_MS);
}

static void get_format(const struct port *port, struct serial_format *ret_format)
{
    *ret_format = ((const struct uart_port *)port)->format;
}

static bool is_changing(const struct port *port)
{
    return ((const struct uart_port *)port)->is_changing;
}

static void set_rate(struct channel *channel, uint32_t baud)
{
    struct uart_port *uart = ((struct fd_channel *)channel)->owner;
    struct serial_format format = uart->format;
    speed_t code;

    if (baud == 0) /* automatic: a UART of ours cannot guess, it stays */
        return;
    if (!uart_rate_code(baud, &code)) {
        log_say(uart->base.loop->log, LOG_WARNING, "%s: no rate of %u; it stays at %u",
                uart->base.label, (unsigned)baud, (unsigned)uart->format.baud);
        return;
    }
    format.baud = baud;
    set_format(&uart->base, &format);
}

static bool is_sent(const struct port *port)
{
    const struct uart_port *uart = (const struct uart_port *)port;

    return uart->fd < 0 || uart_device_is_drained(uart->fd);
}

static const struct port_ops uart_ops = { .close = close_uart,
                                          .drive = drive,
                                          .set_format = set_format,
                                          .get_format = get_format,
                                          .is_changing = is_changing,
                                          .is_sent = is_sent };

static const struct channel_ops uart_channel_ops = {
    .output_ready = fd_channel_output_ready,
    .input_room = fd_channel_input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

static enum err make_timers(struct uart_port *uart)
{
    struct posix_loop *loop = uart->base.loop;

    if (posix_timer_new(loop, on_reopen, uart, &uart->reopen) != ERR_OK ||
        posix_timer_new(loop, on_look, uart, &uart->look) != ERR_OK ||
        posix_timer_new(loop, on_drain, uart, &uart->drain) != ERR_OK)
        return ERR_NO_MEMORY;
    return ERR_OK;
}

static enum err open_or_await(struct uart_port *uart, bool may_await,
                              struct port_failure *ret_failure)
{
    enum err err = open_device(uart, ret_failure);

    if (err != ERR_NOT_FOUND || !may_await)
        return err;
    log_say(uart->base.loop->log, LOG_WARNING, "%s; waiting for it", ret_failure->text);
    await_device(uart);
    return ERR_OK;
}

enum err uart_port_open_with(struct posix_loop *loop, const struct port_spec *spec,
                             const struct uart_line_ops *ops, struct port_failure *ret_failure,
                             struct port **ret_port)
{
    struct uart_port *uart = calloc(1, sizeof(*uart));
    enum err err;

    if (uart == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    uart->base.ops = &uart_ops;
    uart->base.loop = loop;
    uart->fd = -1;
    uart->format = spec->line;
    uart_lines_init(&uart->lines, ops, spec->is_host ? UART_FAR_MODULE : UART_FAR_HOST);
    uart->lines.owns_rts = spec->line.rtscts;
    snprintf(uart->path, sizeof(uart->path), "%s", spec->where);
    snprintf(uart->base.label, sizeof(uart->base.label), "uart %s", spec->where);
    fd_channel_init(&uart->base.channel, &uart_channel_ops, loop, on_hangup, uart);
    err = make_timers(uart);
    if (err != ERR_OK)
        port_fail(ret_failure, err, "out of memory");
    else
        err = open_or_await(uart, spec->awaits, ret_failure);
    if (err != ERR_OK) {
        close_uart(&uart->base);
        return err;
    }
    *ret_port = &uart->base;
    return ERR_OK;
}

enum err uart_port_open(struct posix_loop *loop, const struct port_spec *spec,
                        struct port_failure *ret_failure, struct port **ret_port)
{
    return uart_port_open_with(loop, spec, &uart_line_ioctls, ret_failure, ret_port);
}
