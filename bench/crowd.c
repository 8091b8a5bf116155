/* crowd.c: the hosts of a fleet, each with a modem of a pool: crowd MODEL COUNT POOL CA TLS.
 *
 * COUNT connections to port POOL of this machine; the TLS server is at port TLS.  Does what the
 * lines of standard input say, all hosts at once, and answers each with the line and the seconds
 * that it took:
 *
 *   prepare   as rig_models.h has it
 *   dial      the secure socket
 *   hang-up
 *   store     AT&W, which every module keeps
 *
 * An answer that does not come within a minute ends the program, as an error does.
 */
#include "rig_models.h"
#include "rig_steps.h"
#include "tool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TAIL_MAX = 128, EVENTS = 256, PATIENCE_MS = 60000 };

enum { MODEL = 1, COUNT, POOL, CA, TLS, ARGUMENTS };

struct host {
    int fd;
    const struct rig_step *step; /* whose answer it waits for; NULL: it is done */
    char tail[TAIL_MAX + 1];     /* what was heard last since it typed */
    size_t len;
};

struct crowd {
    const struct rig_model *model;
    struct rig_servers servers;
    struct host *hosts;
    size_t count, undone;
    int epoll;
};

static const struct rig_step store[] = { { "AT&W\r", "\r\nOK\r\n" }, { NULL, NULL } };
static const struct rig_step greet[] = { { "AT\r", "\r\nOK\r\n" }, { NULL, NULL } };

static void write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, text, len);

        if (put < 0)
            fail("crowd: write: %s", strerror(errno));
        text += put;
        len -= (size_t)put;
    }
}

static void type(struct crowd *crowd, struct host *host)
{
    char text[RIG_TEXT_MAX];

    rig_fill_in(text, host->step->text, &crowd->servers);
    host->len = 0;
    host->tail[0] = '\0';
    write_all(host->fd, text, strlen(text));
}

static void begin(struct crowd *crowd, struct host *host, const struct rig_step *steps)
{
    host->step = steps;
    type(crowd, host);
}

static void keep_tail(struct host *host, const char *bytes, size_t len)
{
    size_t keep;

    if (len > TAIL_MAX) {
        bytes += len - TAIL_MAX;
        len = TAIL_MAX;
    }
    keep = host->len + len > TAIL_MAX ? TAIL_MAX - len : host->len;
    memmove(host->tail, host->tail + host->len - keep, keep);
    memcpy(host->tail + keep, bytes, len);
    host->len = keep + len;
    host->tail[host->len] = '\0';
}

static void go_on(struct crowd *crowd, struct host *host)
{
    if (host->step == NULL)
        return;
    if (strstr(host->tail, host->step->heard) == NULL) {
        if (strstr(host->tail, "ERROR") != NULL)
            fail("crowd: %.40s was answered with \"%s\"", host->step->text, host->tail);
        return;
    }
    host->step++;
    if (host->step->text != NULL) {
        type(crowd, host);
        return;
    }
    host->step = NULL;
    crowd->undone--;
}

static void hear(struct crowd *crowd, struct host *host)
{
    char bytes[4096];
    ssize_t got = recv(host->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        fail("crowd: a modem hung up");
    keep_tail(host, bytes, (size_t)got);
    go_on(crowd, host);
}

static void finish(struct crowd *crowd)
{
    struct epoll_event events[EVENTS];

    while (crowd->undone > 0) {
        int count = epoll_wait(crowd->epoll, events, EVENTS, PATIENCE_MS);

        if (count == 0)
            fail("crowd: %zu of %zu modems do not answer", crowd->undone, crowd->count);
        for (int i = 0; i < count; i++)
            hear(crowd, events[i].data.ptr);
    }
}

static void do_all(struct crowd *crowd, const struct rig_step *steps)
{
    crowd->undone = crowd->count;
    for (size_t i = 0; i < crowd->count; i++)
        begin(crowd, &crowd->hosts[i], steps);
    finish(crowd);
}

static void connect_all(struct crowd *crowd, uint16_t port)
{
    for (size_t i = 0; i < crowd->count; i++) {
        struct host *host = &crowd->hosts[i];
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = host };

        host->fd = connect_to_loopback(port);
        if (epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, host->fd, &event) != 0)
            fail("crowd: epoll: %s", strerror(errno));
    }
    do_all(crowd, greet);
}

static const struct rig_step *steps_of(const struct crowd *crowd, const char *line)
{
    if (strcmp(line, "prepare") == 0)
        return crowd->model->prepare;
    if (strcmp(line, "dial") == 0)
        return crowd->model->dial;
    if (strcmp(line, "hang-up") == 0)
        return crowd->model->hang_up;
    if (strcmp(line, "store") == 0)
        return store;
    fail("crowd: no such word: %s", line);
}

static void obey(struct crowd *crowd)
{
    char line[64];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        uint64_t start_ns = now_ns();

        line[strcspn(line, "\n")] = '\0';
        do_all(crowd, steps_of(crowd, line));
        printf("%s %.6f\n", line, seconds_since(start_ns));
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    struct crowd crowd = { .model = NULL };

    if (argc != ARGUMENTS)
        fail("usage: crowd MODEL COUNT POOL CA TLS");
    crowd.model = rig_model_of(argv[MODEL]);
    if (crowd.model == NULL)
        fail("%s is no model that the rig knows", argv[MODEL]);
    crowd.count = (size_t)count_of(argv[COUNT]);
    crowd.servers = (struct rig_servers){ .ca = text_of_file(argv[CA]), .tls = port_of(argv[TLS]) };
    crowd.hosts = calloc(crowd.count, sizeof(crowd.hosts[0]));
    raise_file_limit();
    crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (crowd.hosts == NULL || crowd.epoll < 0)
        fail("crowd: out of memory");
    connect_all(&crowd, port_of(argv[POOL]));
    printf("connected\n");
    fflush(stdout);
    obey(&crowd);
    free(crowd.hosts);
    return 0;
}
