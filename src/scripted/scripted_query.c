/* scripted_query.c: the scripted network's names and echo requests. */
#include "scripted/scripted_query.h"

#include "scripted/address_literal.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { USUAL_ECHO_MS = 1, USUAL_TTL = 64 };

static void cancel(struct net_query *base)
{
    struct scripted_query *query = (struct scripted_query *)base;
    struct scripted_query **link = &query->net->queries;

    while (*link != query)
        link = &(*link)->next;
    *link = query->next;
    free(query);
}

static const struct net_query_ops ops = { .cancel = cancel };

static struct scripted_query *append_query(struct scripted_net *net, void *ctx)
{
    struct scripted_query **link = &net->queries;
    struct scripted_query *query = calloc(1, sizeof(*query));

    if (query == NULL)
        return NULL;
    query->base.ops = &ops;
    query->net = net;
    query->ctx = ctx;
    while (*link != NULL)
        link = &(*link)->next;
    *link = query;
    return query;
}

/* ---- names ---- */

enum err scripted_resolve(struct net *net, const char *name, net_resolved_fn *on_resolved,
                          void *ctx, struct net_query **ret_query)
{
    struct scripted_query *query = append_query((struct scripted_net *)net, ctx);

    if (query == NULL)
        return ERR_NO_MEMORY;
    snprintf(query->name, sizeof(query->name), "%s", name);
    query->on_resolved = on_resolved;
    query->net->departures++;
    *ret_query = &query->base;
    return ERR_OK;
}

static enum name_answer answer_of(struct scripted_net *net, const char *text,
                                  struct net_address *list, size_t *ret_count)
{
    const struct scripted_name *name = net->names;

    while (name != NULL && strcmp(name->name, text) != 0)
        name = name->next;
    *ret_count = 0;
    if (name != NULL) {
        memcpy(list, name->list, sizeof(name->list));
        *ret_count = name->count;
        return name->answer;
    }
    if (!address_literal(strcmp(text, "localhost") == 0 ? "127.0.0.1" : text, &list[0]))
        return NAME_FAILS;
    *ret_count = 1;
    return NAME_ADDRESSES;
}

static bool answer_name(struct scripted_query *query)
{
    struct scripted_query copy = *query;
    struct net_address list[NAME_ADDRESSES_MAX];
    size_t count;
    enum name_answer answer = answer_of(query->net, query->name, list, &count);

    if (answer == NAME_HANGS)
        return false;
    cancel(&query->base);
    copy.on_resolved(copy.ctx, answer == NAME_FAILS ? ERR_RESOLVE : ERR_OK, list, count);
    return true;
}

/* ---- echo requests ---- */

static bool same_address(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_loopback(const struct net_address *address)
{
    struct net_address loopback6;

    return (address->family == NET_IPV4 && address->bytes[0] == 127) ||
           (address_literal("::1", &loopback6) && same_address(address, &loopback6));
}

static struct scripted_echo echo_answer(const struct scripted_net *net,
                                        const struct net_address *to)
{
    for (const struct scripted_echo *echo = net->echoes; echo != NULL; echo = echo->next) {
        if (same_address(&echo->address, to))
            return *echo;
    }
    return (struct scripted_echo){ .err = is_loopback(to) ? ERR_OK : ERR_TIMEOUT,
                                   .after_ms = USUAL_ECHO_MS,
                                   .ttl = USUAL_TTL };
}

static int64_t now_ms(const struct scripted_net *net)
{
    return net->clock != NULL ? net->clock->now_ms : 0;
}

enum err scripted_echo_start(struct net *base, const struct net_echo *echo, net_echo_fn *on_echo,
                             void *ctx, struct net_query **ret_query)
{
    struct scripted_net *net = (struct scripted_net *)base;
    struct scripted_echo answer = echo_answer(net, &echo->to);
    struct scripted_query *query;

    if (echo->bytes > NET_ECHO_MAX || echo->ttl < 0 || echo->ttl > UINT8_MAX)
        return ERR_INVALID;
    if (answer.err == ERR_DENIED)
        return ERR_DENIED;
    query = append_query(net, ctx);
    if (query == NULL)
        return ERR_NO_MEMORY;
    if (answer.err == ERR_TIMEOUT || answer.after_ms > echo->timeout_ms)
        answer = (struct scripted_echo){ .err = ERR_TIMEOUT, .after_ms = echo->timeout_ms };
    query->on_echo = on_echo;
    query->echo = *echo;
    query->answer = answer;
    query->due_ms = now_ms(net) + answer.after_ms;
    net->departures++;
    *ret_query = &query->base;
    return ERR_OK;
}

static bool answer_echo(struct scripted_query *query)
{
    struct scripted_query copy = *query;
    bool good = query->answer.err == ERR_OK;

    if (query->due_ms > now_ms(query->net))
        return false;
    cancel(&query->base);
    copy.on_echo(copy.ctx, copy.answer.err, good ? copy.answer.after_ms : 0,
                 good ? copy.answer.ttl : 0);
    return true;
}

int64_t scripted_net_deadline(const struct scripted_net *net)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (const struct scripted_query *query = net->queries; query != NULL; query = query->next) {
        if (query->on_resolved == NULL)
            deadline_ms = time_earlier(deadline_ms, query->due_ms);
    }
    return deadline_ms;
}

bool scripted_step_queries(struct scripted_net *net)
{
    for (struct scripted_query *query = net->queries; query != NULL; query = query->next) {
        if (query->on_resolved != NULL ? answer_name(query) : answer_echo(query))
            return true;
    }
    return false;
}
