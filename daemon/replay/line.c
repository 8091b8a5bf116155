/* line.c: one port of a module that is replayed. */
#include "replay/line.h"

#include "check/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { CHUNK = 4096, LOOK_MS = 100, TYPED_MAX = 16777216 };

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

enum err replay_line_open(struct replay_line *line, const char *path,
                          struct port_failure *ret_failure)
{
    enum err err;

    *line = (struct replay_line){ .echo = true };
    err = pty_pair_open(&line->pair, path, ret_failure);
    if (err == ERR_OK)
        err = pty_pair_link(&line->pair, ret_failure);
    if (err != ERR_OK)
        pty_pair_close(&line->pair);
    return err;
}

/* In steps, since a signal that comes just before the waiting does not end it. */
static bool wait_for(int fd, short events, int64_t deadline_ms)
{
    struct pollfd wanted = { .fd = fd, .events = events };

    while (!replay_is_over()) {
        int64_t left_ms = deadline_ms < 0 ? LOOK_MS : deadline_ms - wire_now_ms();

        if (left_ms <= 0)
            return poll(&wanted, 1, 0) > 0;
        if (poll(&wanted, 1, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS) > 0)
            return true;
    }
    return false;
}

bool replay_line_hear(struct replay_line *line, int limit_ms)
{
    int64_t deadline_ms = limit_ms < 0 ? -1 : wire_now_ms() + limit_ms;
    uint8_t chunk[CHUNK];
    ssize_t count;

    if (!wait_for(line->pair.master_fd, POLLIN, deadline_ms))
        return false;
    count = read(line->pair.master_fd, chunk, sizeof(chunk));
    return count > 0 && bytes_add(&line->typed, span_at(chunk, (size_t)count), TYPED_MAX) == ERR_OK;
}

bool replay_line_say(struct replay_line *line, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(line->pair.master_fd, bytes.data, bytes.len);

        if (count >= 0)
            bytes = span_skip(bytes, (size_t)count);
        else if ((errno != EAGAIN && errno != EINTR) ||
                 !wait_for(line->pair.master_fd, POLLOUT, -1))
            return false;
    }
    return true;
}

void replay_line_drain(struct replay_line *line, int limit_ms)
{
    int64_t deadline_ms = wire_now_ms() + limit_ms;

    while (pty_pair_unread(&line->pair) > 0 && wire_now_ms() < deadline_ms && !replay_is_over())
        usleep(LOOK_MS * 100);
}

void replay_line_close(struct replay_line *line)
{
    pty_pair_close(&line->pair);
    bytes_free(&line->typed);
}
