/* lookup.c: names on their way. */
#include "dns/lookup.h"

#include "posix/sockaddr.h"
#include "posix/timer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MAX = 255, ADDRESSES_MAX = 16 };

/* Who asked. */
struct dns_query {
    struct net_query base;
    TAILQ_ENTRY(dns_query) of_lookup;
    struct dns_lookup *lookup;
    net_resolved_fn *on_resolved;
    void *ctx;
};

/* A name that c-ares looks up, for all who asked for it meanwhile, or for nobody any more: c-ares
 * cannot forget a single name. */
struct dns_lookup {
    TAILQ_ENTRY(dns_lookup) of_dns;
    TAILQ_HEAD(, dns_query) queries;
    struct dns *dns;
    struct dns_channel *channel;
    int status; /* of c-ares */
    size_t count;
    struct net_address list[ADDRESSES_MAX];
    char name[];
};

/* ---- telling ---- */

static enum err err_of(const struct dns_lookup *lookup)
{
    if (lookup->count > 0)
        return ERR_OK;
    switch (lookup->status) {
    case ARES_ENOMEM:
        return ERR_NO_MEMORY;
    case ARES_ETIMEOUT:
    case ARES_ECONNREFUSED: /* also what a server cannot tell, before c-ares 1.20 */
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
    case ARES_EREFUSED:
        return ERR_NO_NAME_SERVER;
    default:
        return ERR_RESOLVE;
    }
}

static void tell(struct dns_lookup *lookup)
{
    struct dns_query *query;

    if (lookup->count == 0)
        log_trace(lookup->dns->loop->log, TRACE_NET, "look-up failed: %s",
                  lookup->status != ARES_SUCCESS ? ares_strerror(lookup->status)
                                                 : "no address of a known family");
    while ((query = TAILQ_FIRST(&lookup->queries)) != NULL) {
        net_resolved_fn *on_resolved = query->on_resolved;
        void *ctx = query->ctx;

        TAILQ_REMOVE(&lookup->queries, query, of_lookup);
        free(query);
        on_resolved(ctx, err_of(lookup), lookup->list, lookup->count);
    }
}

/* Those that nobody asks now, but the one of the machine's servers, which costs time to make. */
static void drop_idle_channels(struct dns *dns)
{
    struct dns_channel *channel = TAILQ_FIRST(&dns->channels);

    while (channel != NULL) {
        struct dns_channel *next = TAILQ_NEXT(channel, of_dns);

        if (dns_channel_is_idle(channel) && !dns_channel_serves(channel, &dns->servers)) {
            TAILQ_REMOVE(&dns->channels, channel, of_dns);
            dns_channel_free(channel);
        }
        channel = next;
    }
}

/* What ends while this runs is told in the loop's next turn. */
static void tell_all(void *ctx)
{
    struct dns *dns = ctx;
    struct dns_lookup_list ready = TAILQ_HEAD_INITIALIZER(ready);
    struct dns_lookup *lookup;

    TAILQ_CONCAT(&ready, &dns->done, of_dns);
    while ((lookup = TAILQ_FIRST(&ready)) != NULL) {
        TAILQ_REMOVE(&ready, lookup, of_dns);
        tell(lookup);
        free(lookup);
    }
    drop_idle_channels(dns);
}

/* ---- asking ---- */

enum err dns_channel_for(struct dns *dns, const struct dns_servers *servers,
                         struct dns_channel **ret_channel)
{
    enum err err;

    TAILQ_FOREACH(*ret_channel, &dns->channels, of_dns)
    {
        if (dns_channel_serves(*ret_channel, servers))
            return ERR_OK;
    }
    err = dns_channel_new(dns->loop, servers, tell_all, dns, ret_channel);
    if (err == ERR_OK)
        TAILQ_INSERT_HEAD(&dns->channels, *ret_channel, of_dns);
    return err;
}

static void take_addresses(struct dns_lookup *lookup, const struct ares_addrinfo *info)
{
    const struct ares_addrinfo_node *node = info->nodes;

    for (; node != NULL && lookup->count < ADDRESSES_MAX; node = node->ai_next) {
        if (sockaddr_read(node->ai_addr, &lookup->list[lookup->count], NULL))
            lookup->count++;
    }
}

/* From inside c-ares. */
static void on_answer(void *ctx, int status, int timeouts, struct ares_addrinfo *info)
{
    struct dns_lookup *lookup = ctx;
    struct dns *dns = lookup->dns;

    (void)timeouts;
    lookup->status = status;
    if (lookup->channel->has_no_server && status != ARES_SUCCESS && status != ARES_ENOMEM)
        lookup->status = ARES_ECONNREFUSED;
    if (status == ARES_SUCCESS && info != NULL)
        take_addresses(lookup, info);
    ares_freeaddrinfo(info);
    dns_channel_answered(lookup->channel);
    TAILQ_REMOVE(&dns->under_way, lookup, of_dns);
    TAILQ_INSERT_TAIL(&dns->done, lookup, of_dns);
}

static struct dns_lookup *find(struct dns *dns, const struct dns_channel *channel, const char *name)
{
    struct dns_lookup *lookup;

    TAILQ_FOREACH(lookup, &dns->under_way, of_dns)
    {
        if (lookup->channel == channel && strcmp(lookup->name, name) == 0)
            break;
    }
    return lookup;
}

/* A look-up that is not begun; NULL: no memory. */
static struct dns_lookup *make(struct dns *dns, struct dns_channel *channel, const char *name)
{
    struct dns_lookup *lookup = calloc(1, sizeof(*lookup) + strlen(name) + 1);

    if (lookup == NULL)
        return NULL;
    TAILQ_INIT(&lookup->queries);
    lookup->dns = dns;
    lookup->channel = channel;
    strcpy(lookup->name, name);
    return lookup;
}

/* What c-ares knows without asking, it says at once, which is too early for who asks. */
static void begin(struct dns *dns, struct dns_lookup *lookup)
{
    TAILQ_INSERT_TAIL(&dns->under_way, lookup, of_dns);
    dns_channel_ask(lookup->channel, lookup->name, on_answer, lookup);
    if (!TAILQ_EMPTY(&dns->done))
        clock_timer_start(dns->bell, 0);
}

static void cancel(struct net_query *base)
{
    struct dns_query *query = (struct dns_query *)base;

    TAILQ_REMOVE(&query->lookup->queries, query, of_lookup);
    free(query);
}

static const struct net_query_ops ops = { .cancel = cancel };

static bool may_be_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= NAME_BYTES_MAX;
}

enum err dns_look_up(struct dns *dns, const struct dns_servers *servers, const char *name,
                     net_resolved_fn *on_resolved, void *ctx, struct net_query **ret_query)
{
    struct dns_channel *channel;
    struct dns_lookup *lookup;
    struct dns_query *query;
    enum err err;

    if (!may_be_name(name))
        return ERR_RESOLVE;
    err = dns_channel_for(dns, servers, &channel);
    if (err != ERR_OK)
        return err == ERR_NO_MEMORY ? err : ERR_RESOLVE;
    query = calloc(1, sizeof(*query));
    if (query == NULL)
        return ERR_NO_MEMORY;
    lookup = find(dns, channel, name);
    if (lookup == NULL) {
        lookup = make(dns, channel, name);
        if (lookup == NULL) {
            free(query);
            return ERR_NO_MEMORY;
        }
        begin(dns, lookup);
    }
    *query = (struct dns_query){
        .base.ops = &ops, .lookup = lookup, .on_resolved = on_resolved, .ctx = ctx
    };
    TAILQ_INSERT_TAIL(&lookup->queries, query, of_lookup);
    *ret_query = &query->base;
    return ERR_OK;
}

enum err dns_lookups_init(struct dns *dns)
{
    TAILQ_INIT(&dns->channels);
    TAILQ_INIT(&dns->under_way);
    TAILQ_INIT(&dns->done);
    return posix_timer_new(dns->loop, tell_all, dns, &dns->bell);
}

void dns_lookups_deinit(struct dns *dns)
{
    struct dns_channel *channel;
    struct dns_lookup *lookup;

    while ((channel = TAILQ_FIRST(&dns->channels)) != NULL) {
        TAILQ_REMOVE(&dns->channels, channel, of_dns);
        dns_channel_free(channel);
    }
    assert(TAILQ_EMPTY(&dns->under_way));
    while ((lookup = TAILQ_FIRST(&dns->done)) != NULL) {
        assert(TAILQ_EMPTY(&lookup->queries));
        TAILQ_REMOVE(&dns->done, lookup, of_dns);
        free(lookup);
    }
    clock_timer_free(dns->bell);
}
