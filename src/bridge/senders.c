/* senders.c: see senders.h. */
#include "bridge/senders.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MS_IN_S = 1000 };

static struct senders *of(struct net_stream *base)
{
    return (struct senders *)base;
}

/* ---- who there is ---- */

static struct sender *find(const struct senders *senders, const struct net_address *address,
                           uint16_t port)
{
    size_t len = address->family == NET_IPV4 ? 4 : 16;
    struct sender *sender = senders->first;

    while (sender != NULL && (sender->port != port || sender->address.family != address->family ||
                              sender->address.scope != address->scope ||
                              memcmp(sender->address.bytes, address->bytes, len) != 0))
        sender = sender->next;
    return sender;
}

static struct sender *find_number(const struct senders *senders, uint16_t number)
{
    struct sender *sender = senders->first;

    while (sender != NULL && sender->number != number)
        sender = sender->next;
    return sender;
}

static void unlink_sender(struct sender *sender)
{
    struct sender **at = &sender->all->first;

    while (*at != sender)
        at = &(*at)->next;
    *at = sender->next;
}

static void link_last(struct sender *sender)
{
    struct sender **at = &sender->all->first;

    while (*at != NULL)
        at = &(*at)->next;
    *at = sender;
    sender->next = NULL;
}

static void move_last(struct sender *sender)
{
    unlink_sender(sender);
    link_last(sender);
}

static void drop_stream(struct sender *sender)
{
    if (sender->stream != NULL)
        net_stream_close(sender->stream);
    sender->stream = NULL;
    sender->connecting = false;
}

static void forget(struct sender *sender)
{
    struct senders *senders = sender->all;

    unlink_sender(sender);
    drop_stream(sender);
    if (senders->facing == sender)
        senders->facing = NULL;
    if (senders->to == sender)
        senders->to = NULL;
    if (senders->from == sender)
        senders->from = NULL;
    senders->count--;
    free(sender);
}

static void forget_all(struct senders *senders)
{
    while (senders->first != NULL)
        forget(senders->first);
}

static int64_t now_ms(const struct senders *senders)
{
    return senders->world->now_ms(senders->world->ctx);
}

/* A link may have lost the first datagram of one who never sends another. */
static bool is_awaited(const struct sender *sender)
{
    return sender->stream != NULL && now_ms(sender->all) < sender->awaited_until_ms;
}

static bool is_needed(const struct sender *sender)
{
    return sender->waiting > 0 || sender == sender->all->facing || sender == sender->all->to ||
           is_awaited(sender);
}

/* Who was not heard of for the longest time makes room for another; false: nobody may go.  While it
 * is full, datagrams of each may wait that were not received. */
static bool make_room(struct senders *senders)
{
    struct sender *sender = senders->first;

    if (senders->count < SENDERS_MAX)
        return true;
    if (senders->is_full)
        return false;
    while (sender != NULL && is_needed(sender))
        sender = sender->next;
    if (sender == NULL)
        return false;
    if (sender->stream != NULL && sender->awaited_until_ms > 0)
        log_say(senders->world->log, LOG_WARNING, "a datagram is lost: it has not come in %d s",
                SENDERS_FIRST_MS / MS_IN_S);
    forget(sender);
    return true;
}

static uint16_t new_number(struct senders *senders)
{
    do
        senders->last_number++;
    while (senders->last_number == 0 || find_number(senders, senders->last_number) != NULL);
    return senders->last_number;
}

/* ERR_FULL, ERR_NO_MEMORY. */
static enum err new_sender(struct senders *senders, const struct net_address *address,
                           uint16_t port, struct sender **ret_sender)
{
    struct sender *sender;

    if (!make_room(senders))
        return ERR_FULL;
    sender = malloc(sizeof(*sender));
    if (sender == NULL)
        return ERR_NO_MEMORY;
    *sender = (struct sender){
        .address = *address, .port = port, .number = new_number(senders), .all = senders
    };
    link_last(sender);
    senders->count++;
    *ret_sender = sender;
    return ERR_OK;
}

/* ---- events ---- */

static void want_of(const struct sender *sender)
{
    const struct senders *senders = sender->all;
    unsigned events = senders->wanted;

    if (sender->stream == NULL || sender->connecting)
        return;
    if (senders->is_full)
        events &= ~(unsigned)NET_WANT_READ;
    if (senders->to != sender)
        events &= ~(unsigned)NET_WANT_WRITE;
    net_stream_want(sender->stream, events);
}

static void want_of_all(const struct senders *senders)
{
    for (const struct sender *sender = senders->first; sender != NULL; sender = sender->next)
        want_of(sender);
}

static void set_full(struct senders *senders, bool is_full)
{
    if (senders->is_full == is_full)
        return;
    senders->is_full = is_full;
    want_of_all(senders);
}

static void set_to(struct senders *senders, struct sender *sender)
{
    struct sender *before = senders->to;

    if (before == sender)
        return;
    senders->to = sender;
    if (before != NULL)
        want_of(before);
    if (sender != NULL)
        want_of(sender);
}

/* Who waits to send is told, and finds out. */
static void fail(struct sender *sender, enum err err)
{
    struct senders *senders = sender->all;

    drop_stream(sender);
    sender->failed = err;
    if (senders->to == sender && (senders->wanted & NET_WANT_WRITE) != 0)
        senders->on_event(senders->ctx, NET_WRITABLE, ERR_OK);
}

static void on_stream(void *ctx, enum net_event event, enum err err)
{
    struct sender *sender = ctx;
    struct senders *senders = sender->all;

    switch (event) {
    case NET_CONNECTED:
        sender->connecting = false;
        want_of(sender);
        break;
    case NET_FAILED:
        fail(sender, err);
        break;
    case NET_READABLE:
    case NET_WRITABLE:
        senders->on_event(senders->ctx, event, err);
        break;
    }
}

/* ---- as one stream ---- */

/* One datagram of anybody, who is `from` then. */
static ptrdiff_t receive(struct net_stream *base, void *buf, size_t cap)
{
    struct senders *senders = of(base);

    for (struct sender *sender = senders->first; sender != NULL; sender = sender->next) {
        ptrdiff_t got = sender->stream != NULL && !sender->connecting
                            ? net_stream_recv(sender->stream, buf, cap)
                            : -ERR_AGAIN;

        if (got > 0) {
            move_last(sender);
            sender->awaited_until_ms = 0;
            senders->from = sender;
            return got;
        }
        if (got != -ERR_AGAIN) {
            drop_stream(sender);
            sender->failed = got < 0 ? (enum err) - got : ERR_CLOSED;
        }
    }
    return -ERR_AGAIN;
}

/* To nobody it is lost, as on the way. */
static ptrdiff_t transmit(struct net_stream *base, const void *data, size_t len)
{
    const struct sender *to = of(base)->to;

    if (to == NULL || to->failed != ERR_OK)
        return (ptrdiff_t)len;
    return to->connecting ? -ERR_AGAIN : net_stream_send(to->stream, data, len);
}

static void want(struct net_stream *base, unsigned events)
{
    of(base)->wanted = events;
    want_of_all(of(base));
}

static void close_all(struct net_stream *base)
{
    of(base)->wanted = 0;
    forget_all(of(base));
}

static enum err local(struct net_stream *base, struct net_address *ret_address, uint16_t *ret_port)
{
    const struct sender *to = of(base)->to;

    return to != NULL && to->stream != NULL ? net_stream_local(to->stream, ret_address, ret_port)
                                            : ERR_UNREACHABLE;
}

static void bind_to(struct net_stream *base, net_event_fn *on_event, void *ctx)
{
    of(base)->on_event = on_event;
    of(base)->ctx = ctx;
}

static const struct net_stream_ops ops = { .recv = receive,
                                           .send = transmit,
                                           .want = want,
                                           .close = close_all,
                                           .local = local,
                                           .bind = bind_to };

struct senders *senders_new(const struct connection_world *world)
{
    struct senders *senders = calloc(1, sizeof(*senders));

    if (senders == NULL)
        return NULL;
    senders->base.ops = &ops;
    senders->world = world;
    return senders;
}

void senders_free(struct senders *senders)
{
    if (senders != NULL)
        forget_all(senders);
    free(senders);
}

/* ---- what comes ---- */

bool senders_add(struct senders *senders, struct net_stream *stream, const struct net_address *from,
                 uint16_t port)
{
    struct sender *sender = find(senders, from, port);
    enum err err = ERR_OK;

    assert(senders->on_event != NULL);
    if (sender == NULL)
        err = new_sender(senders, from, port, &sender);
    if (err != ERR_OK) {
        /* A line that says the same each time is counted. */
        if (err == ERR_FULL)
            log_say(senders->world->log, LOG_WARNING, "a datagram is lost: those of %d others wait",
                    SENDERS_MAX);
        else
            log_say(senders->world->log, LOG_WARNING, "a datagram is lost: %s", err_text(err));
        return false;
    }
    drop_stream(sender); /* of one that was sent to, and comes by another */
    sender->stream = stream;
    sender->failed = ERR_OK;
    sender->awaited_until_ms = now_ms(senders) + SENDERS_FIRST_MS;
    net_stream_bind(stream, on_stream, sender);
    want_of(sender);
    return true;
}

/* As connection_read(), also before a connection has it. */
static size_t read_one(struct senders *senders, struct connection *connection, uint8_t *buf,
                       size_t cap)
{
    ptrdiff_t got;

    if (connection_is_open(connection))
        return connection_read(connection, buf, cap);
    got = receive(&senders->base, buf, cap);
    if (got > (ptrdiff_t)cap)
        connection_lose(connection, (size_t)got, cap);
    if (got <= 0)
        return 0;
    return (size_t)got < cap ? (size_t)got : cap;
}

bool senders_collect(struct senders *senders, struct datagrams *datagrams, size_t cap,
                     struct connection *connection, senders_admit_fn *admit, void *ctx)
{
    uint8_t datagram[DATAGRAM_MOST];

    while (datagrams_have_room(datagrams, cap)) {
        size_t len;

        set_full(senders, false);
        len = read_one(senders, connection, datagram, sizeof(datagram));
        if (len == 0)
            return true;
        if (admit(ctx, &senders->from->address) &&
            datagrams_put(datagrams, cap, senders->from->number, span_at(datagram, len)))
            senders->from->waiting++;
        wipe(datagram, len);
    }
    set_full(senders, true);
    return false;
}

void senders_aim_back(struct senders *senders)
{
    set_to(senders, senders->facing);
}

const struct sender *senders_of_first(const struct senders *senders,
                                      const struct datagrams *datagrams)
{
    const struct sender *sender = find_number(senders, datagrams_from(datagrams));

    assert(sender != NULL);
    return sender;
}

const struct sender *senders_face_first(struct senders *senders, const struct datagrams *datagrams)
{
    senders->facing = find_number(senders, datagrams_from(datagrams));
    assert(senders->facing != NULL);
    senders_aim_back(senders);
    return senders->facing;
}

const struct sender *senders_turn(struct senders *senders, const struct datagrams *datagrams)
{
    struct sender *sender = find_number(senders, datagrams_from(datagrams));

    assert(sender != NULL && sender->waiting > 0 && datagrams->rest == 0);
    sender->waiting--;
    senders->facing = sender;
    return sender;
}

/* ---- what goes ---- */

static enum err reach(struct sender *sender, struct connection *connection, struct net_listener *by)
{
    const struct connection_world *world = connection->world;
    const struct net_target to = {
        .transport = NET_UDP, .address = sender->address, .port = sender->port, .by = by
    };
    enum err err;

    if (world->whose != NULL)
        *world->whose = connection->id;
    err = net_connect(world->net, &to, on_stream, sender, &sender->stream);
    sender->connecting = err == ERR_OK;
    sender->failed = err;
    if (err != ERR_OK)
        sender->stream = NULL;
    return err;
}

enum err senders_aim(struct senders *senders, struct connection *connection,
                     struct net_listener *by, const struct net_address *address, uint16_t port)
{
    struct sender *sender = find(senders, address, port);
    bool is_known = sender != NULL;
    enum err err = ERR_OK;

    if (!is_known || sender->stream == NULL) {
        if (by == NULL)
            return ERR_STATE;
        if (!is_known)
            err = new_sender(senders, address, port, &sender);
        if (err == ERR_OK)
            err = reach(sender, connection, by);
        if (err != ERR_OK && !is_known && sender != NULL)
            forget(sender);
        if (err != ERR_OK)
            return err;
    }
    move_last(sender);
    set_to(senders, sender);
    return ERR_OK;
}

enum err senders_failure(const struct senders *senders)
{
    return senders->to != NULL ? senders->to->failed : ERR_STATE;
}

void senders_give_up(struct senders *senders)
{
    for (struct sender *sender = senders->first; sender != NULL; sender = sender->next) {
        if (sender->connecting) {
            drop_stream(sender);
            sender->failed = ERR_STATE;
        }
    }
}
