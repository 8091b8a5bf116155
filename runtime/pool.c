/* pool.c: the listener in its own thread, the seats each in that of its modem.
 *
 * A seat is free, or it was given to a host until the host has left.  Under the lock: who is free,
 * and the counts.  A descriptor goes to the seat's thread in a letter of the seat's own: there is
 * one host at a time. */
#include "runtime/pool.h"

#include "posix/seat.h"
#include "posix/tcp_host.h"
#include "posix/timer.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Others on the loop have their turn after so many hosts. */
enum { HOSTS_AT_ONCE = 64, RETRY_MS = 1000, SEATS_AT_FIRST = 16 };

struct pool_seat {
    struct letter letter; /* first member: brings `host_fd` */
    struct pool *pool;
    struct runtime_world *world;
    struct tlsmodem *modem;
    struct port *port;
    size_t number;
    bool is_started;
    bool host_waits; /* for that */
    int host_fd;     /* on its way; -1 when none is */
};

struct pool {
    struct runtime_world *world;
    int fd;
    struct fd_watch *watch;
    struct clock_timer *retry;
    char label[PORT_LABEL_CAP];
    pthread_mutex_t lock;
    struct pool_seat **free; /* a heap: the lowest number is the first */
    size_t free_count, cap;
    struct pool_counts counts;
};

/* ---- the free seats ---- */

static void swap(struct pool *pool, size_t a, size_t b)
{
    struct pool_seat *seat = pool->free[a];

    pool->free[a] = pool->free[b];
    pool->free[b] = seat;
}

static bool is_before(const struct pool *pool, size_t a, size_t b)
{
    return pool->free[a]->number < pool->free[b]->number;
}

static void sift_down(struct pool *pool, size_t at)
{
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < pool->free_count; child++)
            least = is_before(pool, child, least) ? child : least;
        if (least == at)
            return;
        swap(pool, at, least);
        at = least;
    }
}

static void sift_up(struct pool *pool, size_t at)
{
    while (at > 0 && is_before(pool, at, (at - 1) / 2)) {
        swap(pool, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/* There is room: pool_join() made it. */
static void put_free(struct pool *pool, struct pool_seat *seat)
{
    assert(pool->free_count < pool->cap);
    pool->free[pool->free_count] = seat;
    sift_up(pool, pool->free_count++);
}

static void take_free(struct pool *pool, size_t at)
{
    pool->free[at] = pool->free[--pool->free_count];
    if (at < pool->free_count) {
        sift_down(pool, at);
        sift_up(pool, at);
    }
}

/* Sends a host to the lowest that is free.  All under the lock: a seat that is taken out at this
 * moment either has its letter or was not found.  False: none is free. */
static bool send_to_lowest(struct pool *pool, int host_fd)
{
    bool is_free;

    pthread_mutex_lock(&pool->lock);
    is_free = pool->free_count > 0;
    if (is_free) {
        struct pool_seat *seat = pool->free[0];

        take_free(pool, 0);
        seat->host_fd = host_fd;
        pool->counts.taken++;
        pool->counts.busy++;
        posix_mailbox_post(&seat->world->mailbox, &seat->letter);
    } else {
        pool->counts.refused++;
    }
    pthread_mutex_unlock(&pool->lock);
    return is_free;
}

static void give_back(struct pool_seat *seat)
{
    struct pool *pool = seat->pool;

    pthread_mutex_lock(&pool->lock);
    put_free(pool, seat);
    pool->counts.busy--;
    pthread_mutex_unlock(&pool->lock);
}

/* ---- a host comes ---- */

/* In the seat's thread. */
static void bring(struct letter *letter)
{
    struct pool_seat *seat = (struct pool_seat *)letter;
    int fd = seat->host_fd;
    enum err err;

    seat->host_waits = !seat->is_started;
    if (seat->host_waits)
        return;
    seat->host_fd = -1;
    err = seat_take(seat->port, fd);
    if (err == ERR_OK)
        return;
    log_say(seat->world->loop.log, LOG_WARNING, "%s: hung up on a host: %s", seat->pool->label,
            err_text(err));
    give_back(seat);
}

static void pause_listening(struct pool *pool, const char *why)
{
    log_say(pool->world->loop.log, LOG_WARNING, "%s: cannot accept a host: %s; trying again",
            pool->label, why);
    fd_watch_want(pool->watch, 0);
    clock_timer_start(pool->retry, RETRY_MS);
}

static void on_retry(void *ctx)
{
    struct pool *pool = ctx;

    fd_watch_want(pool->watch, FD_READABLE);
}

static void on_knock(void *ctx, int events)
{
    struct pool *pool = ctx;

    (void)events;
    for (int i = 0; i < HOSTS_AT_ONCE; i++) {
        int fd = accept4(pool->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pause_listening(pool, strerror(errno));
            return;
        }
        if (!send_to_lowest(pool, fd)) {
            log_say(pool->world->loop.log, LOG_WARNING,
                    "%s: hung up on a host: every modem of the pool has one; raise its count",
                    pool->label);
            close(fd);
        }
    }
}

/* ---- from start to end ---- */

static enum err watch_listener(struct pool *pool)
{
    enum err err = posix_timer_new(&pool->world->loop, on_retry, pool, &pool->retry);

    if (err == ERR_OK)
        err = fd_watch_new(&pool->world->loop, pool->fd, on_knock, pool, &pool->watch);
    return err;
}

enum err pool_open(struct runtime_world *world, const struct port_spec *spec,
                   struct port_failure *ret_failure, struct pool **ret_pool)
{
    struct pool *pool = calloc(1, sizeof(*pool));
    enum err err;

    if (pool == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    pool->world = world;
    pool->fd = -1;
    pthread_mutex_init(&pool->lock, NULL);
    err = tcp_host_bind(spec, "tcp-each", pool->label, ret_failure, &pool->fd);
    if (err == ERR_OK && listen(pool->fd, SOMAXCONN) < 0)
        err = port_fail_errno(ret_failure, "cannot listen at %s", pool->label);
    if (err == ERR_OK) {
        err = watch_listener(pool);
        if (err != ERR_OK)
            port_fail(ret_failure, err, "cannot listen at %s: %s", pool->label, err_text(err));
    }
    if (err != ERR_OK) {
        pool_close(pool);
        return err;
    }
    *ret_pool = pool;
    return ERR_OK;
}

const char *pool_label(const struct pool *pool)
{
    return pool->label;
}

static void on_left(void *ctx)
{
    give_back(ctx);
}

/* Room for one more free seat. */
static bool make_room(struct pool *pool)
{
    size_t cap = pool->cap == 0 ? SEATS_AT_FIRST : 2 * pool->cap;
    struct pool_seat **list;

    if (pool->counts.seats < pool->cap)
        return true;
    list = realloc(pool->free, cap * sizeof(*list));
    if (list == NULL)
        return false;
    pool->free = list;
    pool->cap = cap;
    return true;
}

static bool add_seat(struct pool *pool, struct pool_seat *seat)
{
    bool is_room;

    pthread_mutex_lock(&pool->lock);
    is_room = make_room(pool);
    if (is_room) {
        pool->counts.seats++;
        put_free(pool, seat);
    }
    pthread_mutex_unlock(&pool->lock);
    return is_room;
}

enum err pool_join(struct pool *pool, struct runtime_world *world, struct tlsmodem *modem,
                   size_t number, struct pool_seat **ret_seat)
{
    struct pool_seat *seat = calloc(1, sizeof(*seat));

    if (seat == NULL)
        return ERR_NO_MEMORY;
    *seat = (struct pool_seat){ .letter.open = bring,
                                .pool = pool,
                                .world = world,
                                .modem = modem,
                                .number = number,
                                .host_fd = -1 };
    if (seat_open(&world->loop, pool->label, on_left, seat, &seat->port) != ERR_OK) {
        free(seat);
        return ERR_NO_MEMORY;
    }
    if (!add_seat(pool, seat)) {
        port_close(seat->port);
        free(seat);
        return ERR_NO_MEMORY;
    }
    *ret_seat = seat;
    return ERR_OK;
}

void pool_seat_start(struct pool_seat *seat, struct terminal *terminal)
{
    assert(!seat->is_started);
    tlsmodem_attach(seat->modem, 0, port_channel(seat->port));
    port_start(seat->port, terminal);
    seat->is_started = true;
    if (seat->host_waits)
        bring(&seat->letter);
}

/* From now on nobody is sent to it. */
static void remove_seat(struct pool *pool, const struct pool_seat *seat)
{
    size_t at = 0;

    pthread_mutex_lock(&pool->lock);
    while (at < pool->free_count && pool->free[at] != seat)
        at++;
    if (at < pool->free_count)
        take_free(pool, at);
    else
        pool->counts.busy--;
    pool->counts.seats--;
    pthread_mutex_unlock(&pool->lock);
}

void pool_leave(struct pool_seat *seat)
{
    if (seat == NULL)
        return;
    remove_seat(seat->pool, seat);
    posix_mailbox_withdraw(&seat->world->mailbox, &seat->letter);
    if (seat->host_fd >= 0)
        close(seat->host_fd);
    if (seat->is_started)
        tlsmodem_attach(seat->modem, 0, NULL);
    port_close(seat->port);
    free(seat);
}

void pool_start(struct pool *pool)
{
    fd_watch_want(pool->watch, FD_READABLE);
}

struct pool_counts pool_counts(struct pool *pool)
{
    struct pool_counts counts;

    pthread_mutex_lock(&pool->lock);
    counts = pool->counts;
    pthread_mutex_unlock(&pool->lock);
    return counts;
}

void pool_close(struct pool *pool)
{
    if (pool == NULL)
        return;
    assert(pool->counts.seats == 0);
    clock_timer_free(pool->retry);
    fd_watch_free(pool->watch);
    if (pool->fd >= 0)
        close(pool->fd);
    pthread_mutex_destroy(&pool->lock);
    free(pool->free);
    free(pool);
}
