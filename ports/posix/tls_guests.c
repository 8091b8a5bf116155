/* tls_guests.c: see tls_guests.h. */
#include "posix/tls_guests.h"

#include "posix/linger.h"
#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SHAKE_MS = 15000 };

struct guest {
    struct tls_guests *owner;
    struct guest *next; /* who came later */
    struct tls_host *host;
    struct fd_watch *watch;
    struct clock_timer *limit;
    int fd;
};

struct tls_guests {
    struct posix_loop *loop;
    const struct tls_door *door;
    const char *label;
    tls_guests_admit_fn *admit;
    void *ctx;
    bool has_room;
    struct guest *first; /* the oldest */
    size_t count;
    struct clock_timer *soon;
    struct linger_list leaving;
};

static void free_guest(struct guest *guest)
{
    clock_timer_free(guest->limit);
    tls_host_free(guest->host);
    free(guest);
}

static void unlink_guest(struct guest *guest)
{
    struct guest **link = &guest->owner->first;

    while (*link != guest)
        link = &(*link)->next;
    *link = guest->next;
    guest->owner->count--;
}

/* What it was told last, an alert perhaps, arrives. */
static void hang_up(struct guest *guest)
{
    struct tls_guests *guests = guest->owner;

    unlink_guest(guest);
    linger_close(&guests->leaving, guests->loop, guest->fd, guest->watch);
    free_guest(guest);
}

static void hang_up_because(struct guest *guest, const char *why)
{
    log_say(guest->owner->loop->log, LOG_WARNING, "%s: a host is hung up on: %s",
            guest->owner->label, why);
    hang_up(guest);
}

static bool is_shaking(const struct guest *guest)
{
    return tls_host_state(guest->host) == TLS_HOST_SHAKING;
}

static bool is_good(const struct guest *guest)
{
    return tls_host_state(guest->host) == TLS_HOST_IN;
}

/* False: the connection is gone. */
static bool say(struct guest *guest)
{
    struct bytes *out = tls_host_out(guest->host);

    while (out->len > 0) {
        ssize_t sent = send(guest->fd, out->data, out->len, MSG_NOSIGNAL);

        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        bytes_drop(out, (size_t)sent);
    }
    return true;
}

/* Only what belongs to the handshake is taken from the kernel: the rest is the port's to read.
 * False: the guest is gone. */
static bool hear(struct guest *guest)
{
    struct posix_loop *loop = guest->owner->loop;
    ssize_t got = recv(guest->fd, loop->scratch, sizeof(loop->scratch), MSG_PEEK);
    struct span bytes;

    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    bytes = span_at(loop->scratch, (size_t)got);
    tls_host_shake(guest->host, &bytes);
    return recv(guest->fd, loop->scratch, (size_t)got - bytes.len, 0) >= 0;
}

static void look_soon(struct tls_guests *guests)
{
    clock_timer_start(guests->soon, 0);
}

static void on_ready(void *ctx, int events)
{
    struct guest *guest = ctx;
    bool there = (events & FD_READABLE) == 0 || hear(guest);

    there = say(guest) && there;
    if (tls_host_state(guest->host) == TLS_HOST_FAILED) {
        hang_up_because(guest, tls_host_words(guest->host));
    } else if (!there) {
        hang_up(guest);
    } else if (is_good(guest)) {
        clock_timer_cancel(guest->limit);
        fd_watch_want(guest->watch, 0);
        look_soon(guest->owner);
    } else {
        fd_watch_want(guest->watch,
                      FD_READABLE | (tls_host_out(guest->host)->len > 0 ? FD_WRITABLE : 0));
    }
}

static void on_limit(void *ctx)
{
    struct guest *guest = ctx;
    char why[40];

    assert(is_shaking(guest));
    snprintf(why, sizeof(why), "no TLS after %d s", SHAKE_MS / 1000);
    hang_up_because(guest, why);
}

/* The port watches the descriptor itself. */
static void hand_over(struct guest *guest)
{
    struct tls_guests *guests = guest->owner;
    struct tls_host *host = guest->host;
    int fd = guest->fd;

    unlink_guest(guest);
    fd_watch_free(guest->watch);
    guest->host = NULL;
    free_guest(guest);
    guests->has_room = false;
    guests->admit(guests->ctx, fd, host);
}

static void on_soon(void *ctx)
{
    struct tls_guests *guests = ctx;
    struct guest *guest = guests->first;

    while (guest != NULL && !is_good(guest))
        guest = guest->next;
    if (guest != NULL && guests->has_room)
        hand_over(guest);
}

enum err tls_guests_open(struct posix_loop *loop, const struct tls_door *door, const char *label,
                         tls_guests_admit_fn *admit, void *ctx, struct tls_guests **ret_guests)
{
    struct tls_guests *guests = calloc(1, sizeof(*guests));

    if (guests == NULL)
        return ERR_NO_MEMORY;
    *guests = (struct tls_guests){
        .loop = loop, .door = door, .label = label, .admit = admit, .ctx = ctx, .has_room = true
    };
    if (posix_timer_new(loop, on_soon, guests, &guests->soon) != ERR_OK) {
        free(guests);
        return ERR_NO_MEMORY;
    }
    *ret_guests = guests;
    return ERR_OK;
}

static enum err prepare(struct tls_guests *guests, struct guest *guest, int fd)
{
    enum err err = tls_host_new(guests->door, &guest->host);

    *guest = (struct guest){ .owner = guests, .host = guest->host, .fd = fd };
    if (err == ERR_OK)
        err = posix_timer_new(guests->loop, on_limit, guest, &guest->limit);
    return err == ERR_OK ? fd_watch_new(guests->loop, fd, on_ready, guest, &guest->watch) : err;
}

static void append(struct tls_guests *guests, struct guest *guest)
{
    struct guest **link = &guests->first;

    while (*link != NULL)
        link = &(*link)->next;
    *link = guest;
    guests->count++;
}

/* Who waits for room has a good certificate, and goes before others as late as can be. */
static void make_place(struct tls_guests *guests)
{
    struct guest *oldest = guests->first;

    while (oldest->next != NULL && !is_shaking(oldest))
        oldest = oldest->next;
    hang_up_because(oldest, "others have come since, and its handshake is not over");
}

enum err tls_guests_take(struct tls_guests *guests, int fd)
{
    struct guest *guest = calloc(1, sizeof(*guest));
    enum err err = guest != NULL ? prepare(guests, guest, fd) : ERR_NO_MEMORY;

    assert(fd >= 0);
    if (err != ERR_OK) {
        if (guest != NULL)
            free_guest(guest);
        close(fd);
        return err;
    }
    if (guests->count == TLS_GUESTS_MAX)
        make_place(guests);
    append(guests, guest);
    clock_timer_start(guest->limit, SHAKE_MS);
    fd_watch_want(guest->watch, FD_READABLE);
    return ERR_OK;
}

void tls_guests_let_in(struct tls_guests *guests)
{
    guests->has_room = true;
    look_soon(guests);
}

void tls_guests_close(struct tls_guests *guests)
{
    if (guests == NULL)
        return;
    while (guests->first != NULL)
        hang_up(guests->first);
    linger_end_all(&guests->leaving);
    clock_timer_free(guests->soon);
    free(guests);
}
