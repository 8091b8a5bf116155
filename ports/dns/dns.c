/* dns.c: networks that know names. */
#include "dns/dns.h"

#include "dns/lookup.h"

#include <stdlib.h>

/* One modem's. */
struct own_net {
    struct net base;
    struct dns *dns;
    struct dns_servers servers; /* none: those of `dns`, but from the source of these */
};

/* Addresses are the inner network's business. */
static enum err resolve(struct dns *dns, const struct dns_servers *servers, const char *name,
                        net_resolved_fn *on_resolved, void *ctx, struct net_query **ret_query)
{
    enum err err = net_resolve(dns->base.inner, name, on_resolved, ctx, ret_query);

    return err == ERR_RESOLVE ? dns_look_up(dns, servers, name, on_resolved, ctx, ret_query) : err;
}

static enum err dns_resolve(struct net *base, const char *name, net_resolved_fn *on_resolved,
                            void *ctx, struct net_query **ret_query)
{
    struct dns *dns = (struct dns *)base;

    return resolve(dns, &dns->servers, name, on_resolved, ctx, ret_query);
}

static enum err own_resolve(struct net *base, const char *name, net_resolved_fn *on_resolved,
                            void *ctx, struct net_query **ret_query)
{
    struct own_net *own = (struct own_net *)base;
    struct dns_servers servers = own->servers.count > 0 ? own->servers : own->dns->servers;

    servers.has_source = own->servers.has_source;
    servers.source = own->servers.source;
    return resolve(own->dns, &servers, name, on_resolved, ctx, ret_query);
}

static size_t dns_name_servers(struct net *base, struct net_address *list, size_t cap)
{
    struct dns *dns = (struct dns *)base;
    struct dns_server servers[DNS_SERVERS_MAX];
    struct dns_channel *channel;
    size_t count = 0;

    if (dns_channel_for(dns, &dns->servers, &channel) == ERR_OK)
        count = dns_channel_servers(channel, servers, DNS_SERVERS_MAX);
    for (size_t i = 0; i < count && i < cap; i++)
        list[i] = servers[i].address;
    return count < cap ? count : cap;
}

static void own_set_name_servers(struct net *base, const struct net_address *list, size_t count)
{
    struct own_net *own = (struct own_net *)base;

    own->servers.count = 0;
    for (size_t i = 0; i < count && i < DNS_SERVERS_MAX; i++)
        own->servers.list[own->servers.count++] =
            (struct dns_server){ .address = list[i], .port = DNS_PORT };
}

static const struct net_ops dns_ops = { .resolve = dns_resolve, .name_servers = dns_name_servers };
static const struct net_ops own_ops = { .resolve = own_resolve,
                                        .set_name_servers = own_set_name_servers };

static void init_library(void)
{
    ares_library_init(ARES_LIB_INIT_ALL);
}

enum err dns_open(struct posix_loop *loop, struct net *inner, struct dns **ret_dns)
{
    static uv_once_t once = UV_ONCE_INIT;
    struct dns *dns = calloc(1, sizeof(*dns));
    enum err err;

    if (dns == NULL)
        return ERR_NO_MEMORY;
    uv_once(&once, init_library);
    dns->base = (struct net){ .ops = &dns_ops, .inner = inner };
    dns->loop = loop;
    err = dns_lookups_init(dns);
    if (err == ERR_OK)
        *ret_dns = dns;
    else
        free(dns);
    return err;
}

void dns_ask(struct dns *dns, const struct dns_servers *servers)
{
    dns->servers = *servers;
}

void dns_close(struct dns *dns)
{
    if (dns == NULL)
        return;
    dns_lookups_deinit(dns);
    free(dns);
}

struct net *dns_net(struct dns *dns)
{
    return &dns->base;
}

enum err dns_own_open(struct dns *dns, const struct net_address *source, struct net **ret_net)
{
    struct own_net *own = calloc(1, sizeof(*own));

    if (own == NULL)
        return ERR_NO_MEMORY;
    own->base = (struct net){ .ops = &own_ops, .inner = &dns->base };
    own->dns = dns;
    own->servers.has_source = source != NULL;
    if (source != NULL)
        own->servers.source = *source;
    *ret_net = &own->base;
    return ERR_OK;
}

void dns_own_close(struct net *net)
{
    free(net);
}

const char *dns_library_version(void)
{
    return ares_version(NULL);
}
