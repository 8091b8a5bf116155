/* line.c: one port of a module that is replayed. */
#include "replay/line.h"

#include "check/wire.h"
#include "iface/no_module.h"
#include "posix/loop.h"
#include "posix/port_open.h"

#include <poll.h>
#include <signal.h>

enum { LOOK_MS = 100 };

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
    is_over = number;
}

void replay_watch_signals(void)
{
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool replay_is_over(void)
{
    return is_over != 0;
}

/* ---- the terminal ---- */

static struct replay_line *of(struct terminal *base)
{
    return (struct replay_line *)base;
}

/* A host that types more than anybody expects has to wait. */
static size_t feed(struct terminal *base, struct span bytes)
{
    struct replay_line *line = of(base);
    size_t room = REPLAY_TYPED_MAX - line->typed.len;
    size_t count = bytes.len < room ? bytes.len : room;

    return bytes_add(&line->typed, span_at(bytes.data, count), REPLAY_TYPED_MAX) == ERR_OK ? count
                                                                                           : 0;
}

static struct span peek(struct terminal *base)
{
    return bytes_span(&of(base)->said);
}

static void consume(struct terminal *base, size_t count)
{
    bytes_drop(&of(base)->said, count);
}

static const struct terminal_ops ops = { .feed = feed,
                                         .peek = peek,
                                         .consume = consume,
                                         .set_dtr = terminal_leave_dtr,
                                         .abort = terminal_do_nothing,
                                         .busy = terminal_say_no,
                                         .accept_lf = terminal_do_nothing,
                                         .end_input = terminal_say_no,
                                         .online = terminal_say_no,
                                         .host_gone = terminal_do_nothing };

static void on_circuits(void *ctx, unsigned circuits)
{
    struct replay_line *line = ctx;

    line->rose |= circuits & ~line->host;
    line->fell |= line->host & ~circuits;
    line->host = circuits;
    line->shows_circuits = true;
}

enum err replay_line_open(struct replay_line *line, struct posix_loop *loop,
                          const struct port_spec *spec, struct port_failure *ret_failure)
{
    enum err err;

    *line = (struct replay_line){ .base = { &ops },
                                  .loop = loop,
                                  .echo = true,
                                  .module = LINE_DSR | LINE_CTS,
                                  .host = LINE_DTR | LINE_RTS };
    err = port_open(loop, spec, ret_failure, &line->port);
    if (err != ERR_OK)
        return err;
    port_drive(line->port, line->module);
    port_on_circuits(line->port, on_circuits, line);
    port_start(line->port, &line->base);
    return ERR_OK;
}

/* ---- time ---- */

/* Lets happen what happens until `deadline_ms` (-1: without end) or something has; in steps, since
 * a signal that comes just before the waiting does not end it.  False: it is over. */
static bool go_on(struct replay_line *line, int64_t deadline_ms)
{
    struct pollfd wanted = { .fd = posix_loop_fd(line->loop), .events = POLLIN };
    int due_ms = posix_loop_wait_ms(line->loop);
    int64_t wait_ms = due_ms >= 0 && due_ms < LOOK_MS ? due_ms : LOOK_MS;

    if (deadline_ms >= 0 && deadline_ms - wire_now_ms() < wait_ms)
        wait_ms = deadline_ms - wire_now_ms();
    if (wait_ms > 0)
        (void)poll(&wanted, 1, (int)wait_ms);
    posix_loop_step(line->loop);
    return !replay_is_over() && (deadline_ms < 0 || wire_now_ms() < deadline_ms);
}

bool replay_line_hear(struct replay_line *line, int limit_ms)
{
    int64_t deadline_ms = limit_ms < 0 ? -1 : wire_now_ms() + limit_ms;
    struct channel *channel = port_channel(line->port);
    size_t before = line->typed.len;

    if (before < REPLAY_TYPED_MAX)
        channel->ops->input_room(channel);
    while (line->typed.len == before && go_on(line, deadline_ms))
        continue;
    return line->typed.len > before;
}

bool replay_line_say(struct replay_line *line, struct span bytes)
{
    struct channel *channel = port_channel(line->port);

    if (bytes_add(&line->said, bytes, UINT32_MAX) != ERR_OK)
        return false;
    channel->ops->output_ready(channel);
    while (line->said.len > 0 && go_on(line, -1))
        continue;
    return line->said.len == 0;
}

void replay_line_drive(struct replay_line *line, enum channel_line circuit, bool on)
{
    line->module = on ? line->module | (unsigned)circuit : line->module & ~(unsigned)circuit;
    port_drive(line->port, line->module);
}

bool replay_line_await(struct replay_line *line, enum channel_line circuit, bool on)
{
    unsigned bit = circuit, *edges = on ? &line->rose : &line->fell;

    while (line->shows_circuits && ((line->host & bit) != 0) != on && (*edges & bit) == 0) {
        if (!go_on(line, -1))
            return false;
    }
    *edges &= ~bit;
    return true;
}

void replay_line_drain(struct replay_line *line, int limit_ms)
{
    int64_t deadline_ms = wire_now_ms() + limit_ms;

    while (!port_is_sent(line->port) && go_on(line, deadline_ms))
        continue;
}

void replay_line_close(struct replay_line *line)
{
    port_close(line->port);
    line->port = NULL;
    bytes_free(&line->typed);
    bytes_free(&line->said);
}
