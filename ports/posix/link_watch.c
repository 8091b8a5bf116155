/* link_watch.c: see link_watch.h.
 *
 * One socket listens to all links and addresses.  Who begins to follow asks for all that there are;
 * what changes meanwhile comes between the answers.  Where the kernel had to drop messages, all is
 * asked for again.
 */
#include "posix/link_watch.h"

#include "posix/errno_err.h"
#include "posix/fd_watch.h"
#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A dump that changes meanwhile is begun again, so often; a turn of the loop reads so much. */
enum { DUMPS_MAX = 4, READS_MAX = 64 };

struct link_follower {
    struct link_watch *watch;
    struct link_follower *next;
    struct link_state state;
    bool is_changed;
    void (*on_change)(void *ctx);
    void *ctx;
};

struct link_watch {
    struct posix_loop *loop;
    int fd;
    struct fd_watch *ready;
    struct link_follower *first;
    uint32_t here;            /* the socket's address */
    uint32_t sequence;        /* of the last question */
    struct clock_timer *late; /* news came while somebody asked */
};

/* An answer that is awaited. */
struct dump {
    struct link_follower *asks; /* who gets it; NULL: all */
    bool is_over, is_cut;       /* the last came; it changed meanwhile */
    int error;                  /* errno; 0: none */
};

static void give(struct link_follower *follower, uint16_t type, struct span body)
{
    link_state_take(&follower->state, type, body);
    follower->is_changed = true;
}

static void give_all(struct link_watch *watch, uint16_t type, struct span body)
{
    for (struct link_follower *at = watch->first; at != NULL; at = at->next)
        give(at, type, body);
}

static void end_dump(struct dump *dump, uint16_t type, struct span body)
{
    struct nlmsgerr why;

    dump->is_over = true;
    if (type != NLMSG_ERROR)
        return;
    dump->error = EIO;
    if (body.len < sizeof(why))
        return;
    memcpy(&why, body.data, sizeof(why));
    dump->error = -why.error;
}

/* One of the kernel's; `dump` may be NULL. */
static void take(struct link_watch *watch, const struct nlmsghdr *header, struct span body,
                 struct dump *dump)
{
    bool answers =
        dump != NULL && header->nlmsg_pid == watch->here && header->nlmsg_seq == watch->sequence;

    if (answers && (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        dump->is_cut = true;
    if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        if (answers)
            end_dump(dump, header->nlmsg_type, body);
    } else if (answers && dump->asks != NULL) {
        give(dump->asks, header->nlmsg_type, body);
    } else {
        give_all(watch, header->nlmsg_type, body);
    }
}

static void take_packet(struct link_watch *watch, struct span packet, struct dump *dump)
{
    struct nlmsghdr header;

    while (packet.len >= sizeof(header)) {
        size_t step;

        memcpy(&header, packet.data, sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > packet.len)
            return;
        take(watch, &header,
             span_at(packet.data + sizeof(header), header.nlmsg_len - sizeof(header)), dump);
        step = (header.nlmsg_len + (size_t)(NLMSG_ALIGNTO - 1)) & ~(size_t)(NLMSG_ALIGNTO - 1);
        packet = span_skip(packet, step < packet.len ? step : packet.len);
    }
}

/* One packet; what another program has sent does not count.  0, or errno: EAGAIN, there is none. */
static int read_packet(struct link_watch *watch, struct dump *dump)
{
    struct sockaddr_nl from = { .nl_family = AF_NETLINK };
    socklen_t len = sizeof(from);
    ssize_t got = recvfrom(watch->fd, watch->loop->scratch, sizeof(watch->loop->scratch), 0,
                           (struct sockaddr *)&from, &len);

    if (got < 0)
        return errno;
    if (from.nl_pid == 0)
        take_packet(watch, span_at(watch->loop->scratch, (size_t)got), dump);
    return 0;
}

/* ---- asking ---- */

/* All links, or all addresses; 0 or errno.  The kernel answers while it is asked. */
static int ask(struct link_watch *watch, uint16_t type, struct dump *dump)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link; /* longer than struct ifaddrmsg, which begins as it does */
    } question = { .header = { .nlmsg_len = sizeof(question),
                               .nlmsg_type = type,
                               .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

    dump->is_over = false;
    dump->error = 0;
    question.header.nlmsg_seq = ++watch->sequence;
    if (sendto(watch->fd, &question, sizeof(question), 0, (const struct sockaddr *)&kernel,
               sizeof(kernel)) < 0)
        return errno;
    while (!dump->is_over) {
        int error = read_packet(watch, dump);

        if (error != 0 && error != EINTR)
            return error;
    }
    return dump->error;
}

/* Asks anew until nothing has changed meanwhile, and nothing was dropped. */
static int ask_all(struct link_watch *watch, struct link_follower *asks)
{
    int error = 0;

    for (int i = 0; i < DUMPS_MAX; i++) {
        struct dump dump = { .asks = asks };

        for (struct link_follower *at = watch->first; at != NULL; at = at->next) {
            char name[LINK_NAME_CAP];

            if (asks != NULL && at != asks)
                continue;
            memcpy(name, at->state.name, sizeof(name));
            link_state_init(&at->state, name);
            at->is_changed = true;
        }
        error = ask(watch, RTM_GETLINK, &dump);
        if (error == 0)
            error = ask(watch, RTM_GETADDR, &dump);
        if (error == 0 && !dump.is_cut)
            return 0;
        if (error == ENOBUFS) /* news for others were lost */
            asks = NULL;
        else if (error != 0)
            return error;
    }
    return error;
}

/* ---- being told ---- */

static void tell(struct link_watch *watch)
{
    for (struct link_follower *at = watch->first; at != NULL; at = at->next) {
        if (!at->is_changed)
            continue;
        at->is_changed = false;
        at->on_change(at->ctx);
    }
}

static void on_ready(void *ctx, int events)
{
    struct link_watch *watch = ctx;
    int error = 0;

    (void)events;
    for (int i = 0; i < READS_MAX && error == 0; i++)
        error = read_packet(watch, NULL);
    if (error == ENOBUFS)
        error = ask_all(watch, NULL);
    if (error != 0 && error != EAGAIN && error != EINTR)
        log_say(watch->loop->log, LOG_WARNING,
                "what becomes of the machine's interfaces is not known: %s", strerror(error));
    tell(watch);
}

static void on_late(void *ctx)
{
    tell(ctx);
}

static int open_socket(uint32_t *ret_here)
{
    const struct sockaddr_nl here = { .nl_family = AF_NETLINK,
                                      .nl_groups =
                                          RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
    struct sockaddr_nl got;
    socklen_t len = sizeof(got);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    int error;

    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&here, sizeof(here)) == 0 &&
        getsockname(fd, (struct sockaddr *)&got, &len) == 0) {
        *ret_here = got.nl_pid;
        return fd;
    }
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

enum err link_watch_open(struct posix_loop *loop, struct link_watch **ret_watch)
{
    struct link_watch *watch = calloc(1, sizeof(*watch));
    enum err err;

    if (watch == NULL)
        return ERR_NO_MEMORY;
    watch->loop = loop;
    watch->fd = open_socket(&watch->here);
    if (watch->fd < 0)
        err = errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT ? ERR_UNSUPPORTED
                                                                : err_of_errno(errno);
    else
        err = fd_watch_new(loop, watch->fd, on_ready, watch, &watch->ready);
    if (err == ERR_OK)
        err = posix_timer_new(loop, on_late, watch, &watch->late);
    if (err != ERR_OK) {
        link_watch_close(watch);
        return err;
    }
    fd_watch_want(watch->ready, FD_READABLE);
    *ret_watch = watch;
    return ERR_OK;
}

void link_watch_close(struct link_watch *watch)
{
    if (watch == NULL)
        return;
    assert(watch->first == NULL);
    fd_watch_free(watch->ready);
    clock_timer_free(watch->late);
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch);
}

/* ---- following ---- */

static const struct link_follower *same_interface(const struct link_watch *watch, const char *name)
{
    for (const struct link_follower *at = watch->first; at != NULL; at = at->next) {
        if (strcmp(at->state.name, name) == 0)
            return at;
    }
    return NULL;
}

enum err link_watch_follow(struct link_watch *watch, const char *name, void (*on_change)(void *ctx),
                           void *ctx, struct link_follower **ret_follower)
{
    const struct link_follower *other = same_interface(watch, name);
    struct link_follower *follower = calloc(1, sizeof(*follower));
    int error = 0;

    if (follower == NULL)
        return ERR_NO_MEMORY;
    follower->watch = watch;
    follower->on_change = on_change;
    follower->ctx = ctx;
    link_state_init(&follower->state, name);
    follower->next = watch->first;
    watch->first = follower;
    if (other != NULL)
        follower->state = other->state;
    else
        error = ask_all(watch, follower);
    clock_timer_start(watch->late,
                      0); /* what was news for others meanwhile they hear in any case */
    if (error != 0) {
        link_watch_leave(follower);
        return err_of_errno(error);
    }
    *ret_follower = follower;
    return ERR_OK;
}

const struct link_state *link_follower_state(const struct link_follower *follower)
{
    return &follower->state;
}

void link_watch_leave(struct link_follower *follower)
{
    struct link_follower **link;

    if (follower == NULL)
        return;
    link = &follower->watch->first;
    while (*link != follower)
        link = &(*link)->next;
    *link = follower->next;
    free(follower);
}
