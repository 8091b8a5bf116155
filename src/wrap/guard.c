/* guard.c: a network that is entered only where its owner has allowed it. */
#include "wrap/guard.h"

#include "wrap/address_words.h"
#include "wrap/guard_names.h"
#include "wrap/guard_rules.h"

#include <assert.h>
#include <stdlib.h>

enum { NAME_SERVERS_MAX = 8, NAME_PORT = 53, WORDS_CAP = 400 };

struct guard {
    struct net base;
    struct clock *clock;
    const struct log *log;
    struct guard_rules *rules;
    struct guard_names names; /* used where rules have names */
};

static void say_refused(const struct guard *guard, const struct guard_target *target,
                        const char *what, const char *why)
{
    char memory[WORDS_CAP];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    address_words_add(&text, &target->address);
    if (target->port != 0)
        text_add(&text, " port %u", (unsigned)target->port);
    if (target->name != NULL &&
        !address_words_read(span_of(target->name), &(struct net_address){ 0 }))
        text_add(&text, " (%s)", target->name);
    log_say(guard->log, LOG_WARNING, "%s to %s refused by the rules of where it may go: %s", what,
            memory, why);
}

static bool allows(const struct guard *guard, const struct net_address *address, uint16_t port,
                   const char *what)
{
    struct guard_target target = { .address = *address,
                                   .port = port,
                                   .name = guard_names_of(&guard->names, address),
                                   .is_own = net_is_own(guard->base.inner, address) };
    const char *why;

    if (guard_rules_allow(guard->rules, &target, &why))
        return true;
    say_refused(guard, &target, what, why);
    return false;
}

/* ---- names, and echo requests that go nowhere ---- */

struct guard_query {
    struct net_query base;
    struct guard *guard;
    struct net_query *inner;   /* of a name; else NULL */
    struct clock_timer *timer; /* of an echo request; else NULL */
    net_resolved_fn *on_resolved;
    net_echo_fn *on_echo;
    void *ctx;
    char name[]; /* of a look-up */
};

static void release(struct guard_query *query)
{
    clock_timer_free(query->timer);
    free(query);
}

static void cancel(struct net_query *base)
{
    struct guard_query *query = (struct guard_query *)base;

    if (query->inner != NULL)
        net_cancel(query->inner);
    release(query);
}

static const struct net_query_ops query_ops = { .cancel = cancel };

static struct guard_query *new_query(struct guard *guard, const char *name, void *ctx)
{
    size_t size = strlen(name) + 1;
    struct guard_query *query = malloc(sizeof(*query) + size);

    if (query == NULL)
        return NULL;
    *query = (struct guard_query){ .base.ops = &query_ops, .guard = guard, .ctx = ctx };
    memcpy(query->name, name, size);
    return query;
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct guard_query *query = ctx;
    net_resolved_fn *fn = query->on_resolved;
    void *owner = query->ctx;

    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        if (!guard_names_note(&query->guard->names, query->name, &list[i]))
            err = ERR_NO_MEMORY;
    }
    release(query);
    fn(owner, err, err == ERR_OK ? list : NULL, err == ERR_OK ? count : 0);
}

static enum err resolve(struct net *base, const char *name, net_resolved_fn *fn, void *ctx,
                        struct net_query **ret_query)
{
    struct guard *guard = (struct guard *)base;
    struct guard_query *query;
    enum err err;

    if (!guard_rules_have_names(guard->rules))
        return net_resolve(base->inner, name, fn, ctx, ret_query);
    query = new_query(guard, name, ctx);
    if (query == NULL)
        return ERR_NO_MEMORY;
    query->on_resolved = fn;
    err = net_resolve(base->inner, name, on_resolved, query, &query->inner);
    if (err != ERR_OK) {
        free(query);
        return err;
    }
    *ret_query = &query->base;
    return ERR_OK;
}

static void on_time(void *ctx)
{
    struct guard_query *query = ctx;
    net_echo_fn *fn = query->on_echo;
    void *owner = query->ctx;

    release(query);
    fn(owner, ERR_UNREACHABLE, 0, 0);
}

static enum err start_echo(struct net *base, const struct net_echo *echo, net_echo_fn *fn,
                           void *ctx, struct net_query **ret_query)
{
    struct guard *guard = (struct guard *)base;
    struct guard_query *query;

    if (allows(guard, &echo->to, 0, "an echo request"))
        return net_start_echo(base->inner, echo, fn, ctx, ret_query);
    query = new_query(guard, "", ctx);
    if (query == NULL)
        return ERR_NO_MEMORY;
    query->on_echo = fn;
    if (clock_new_timer(guard->clock, on_time, query, &query->timer) != ERR_OK) {
        free(query);
        return ERR_NO_MEMORY;
    }
    clock_timer_start(query->timer, 0);
    *ret_query = &query->base;
    return ERR_OK;
}

/* ---- connections, and the servers that are asked for names ---- */

static enum err connect_to(struct net *base, const struct net_target *to, net_event_fn *fn,
                           void *ctx, struct net_stream **ret_stream)
{
    const struct guard *guard = (const struct guard *)base;

    if (!allows(guard, &to->address, to->port,
                to->transport == NET_TCP ? "a connection" : "a datagram"))
        return ERR_UNREACHABLE;
    return net_connect(base->inner, to, fn, ctx, ret_stream);
}

/* In the place of a server that is refused stands an address that no socket of ours is let go to:
 * one that does not answer, but at once. */
static void set_name_servers(struct net *base, const struct net_address *list, size_t count)
{
    static const struct net_address nobody = { .family = NET_IPV4,
                                               .bytes = { 255, 255, 255, 255 } };
    const struct guard *guard = (const struct guard *)base;
    struct net_address kept[NAME_SERVERS_MAX];

    count = count < NAME_SERVERS_MAX ? count : NAME_SERVERS_MAX;
    for (size_t i = 0; i < count; i++)
        kept[i] = allows(guard, &list[i], NAME_PORT, "a question for names") ? list[i] : nobody;
    net_set_name_servers(base->inner, kept, count);
}

/* ---- the network ---- */

static const struct net_ops ops = { .resolve = resolve,
                                    .connect = connect_to,
                                    .echo = start_echo,
                                    .set_name_servers = set_name_servers };

static enum err open_by_words(struct net *inner, struct clock *clock, const struct log *log,
                              struct span words, struct net **ret_net)
{
    struct guard *guard = calloc(1, sizeof(*guard));

    assert(inner != NULL && clock != NULL);
    if (guard == NULL)
        return ERR_NO_MEMORY;
    guard->base = (struct net){ .ops = &ops, .inner = inner };
    guard->clock = clock;
    guard->log = log;
    guard->rules = guard_rules_new(words);
    if (guard->rules == NULL) {
        free(guard);
        return ERR_NO_MEMORY;
    }
    *ret_net = &guard->base;
    return ERR_OK;
}

static void close_net(struct net *net)
{
    struct guard *guard = (struct guard *)net;

    guard_names_clear(&guard->names);
    free(guard->rules);
    free(guard);
}

const struct wrapper guard_wrapper = {
    .option = "--guard",
    .value = "allow=PLACE|deny=PLACE,...",
    .help = "where connections may go, asked when the address is known: PLACE is local (this "
            "machine, its link, a cloud's metadata), private, an address, ADDRESS/BITS, * or a "
            "name, with :PORT behind it; the narrowest rule counts",
    .check = guard_rules_check,
    .open = open_by_words,
    .close = close_net,
};
