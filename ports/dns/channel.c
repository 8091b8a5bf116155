/* channel.c: c-ares on libuv. */
#include "dns/channel.h"

#include "posix/fd_watch.h"
#include "posix/timer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* A server that is silent is asked again after 2 s, and given up after 2 + 4 + 8 s. */
enum { FIRST_TRY_MS = 2000, TRIES = 3, STEP_MS = 200 };

static const char configuration[] = "/etc/resolv.conf";

/* One socket of c-ares. */
struct dns_socket {
    struct dns_socket *next;
    struct dns_channel *channel;
    ares_socket_t fd;
    struct fd_watch *watch;
};

/* All zero where there is none. */
static struct stat stamp_now(void)
{
    struct stat stamp;

    if (stat(configuration, &stamp) != 0)
        memset(&stamp, 0, sizeof(stamp));
    return stamp;
}

static bool same_stamp(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void on_time(void *ctx)
{
    struct dns_channel *channel = ctx;

    ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (channel->under_way > 0)
        clock_timer_start(channel->timer, STEP_MS);
    channel->on_rest(channel->ctx);
}

static void on_ready(void *ctx, int events)
{
    const struct dns_socket *socket = ctx;
    struct dns_channel *channel = socket->channel;
    ares_socket_t fd = socket->fd;

    /* c-ares may close the socket, and with it goes its watch. */
    ares_process_fd(channel->ares, (events & FD_READABLE) != 0 ? fd : ARES_SOCKET_BAD,
                    (events & FD_WRITABLE) != 0 ? fd : ARES_SOCKET_BAD);
    channel->on_rest(channel->ctx);
}

/* Where the watch of `fd` hangs, or would. */
static struct dns_socket **find(struct dns_channel *channel, ares_socket_t fd)
{
    struct dns_socket **link = &channel->sockets;

    while (*link != NULL && (*link)->fd != fd)
        link = &(*link)->next;
    return link;
}

static void forget(struct dns_socket **link)
{
    struct dns_socket *socket = *link;

    *link = socket->next;
    fd_watch_free(socket->watch);
    free(socket);
}

/* Without memory it is not watched: then its query ends by time. */
static void remember(struct dns_socket **link, struct dns_channel *channel, ares_socket_t fd)
{
    struct dns_socket *socket = calloc(1, sizeof(*socket));

    if (socket == NULL)
        return;
    socket->channel = channel;
    socket->fd = fd;
    if (fd_watch_new(channel->loop, fd, on_ready, socket, &socket->watch) == ERR_OK)
        *link = socket;
    else
        free(socket);
}

/* c-ares says what it waits for; nothing when it is about to close the socket. */
static void on_socket(void *ctx, ares_socket_t fd, int readable, int writable)
{
    struct dns_channel *channel = ctx;
    struct dns_socket **link = find(channel, fd);
    int events = (readable != 0 ? FD_READABLE : 0) | (writable != 0 ? FD_WRITABLE : 0);

    if (events == 0) {
        if (*link != NULL)
            forget(link);
        return;
    }
    if (*link == NULL)
        remember(link, channel, fd);
    if (*link != NULL)
        fd_watch_want((*link)->watch, events);
}

static enum err err_of_status(int status)
{
    return status == ARES_ENOMEM ? ERR_NO_MEMORY : ERR_IO;
}

static int set_servers(ares_channel ares, const struct dns_server *list, size_t count)
{
    struct ares_addr_port_node nodes[DNS_SERVERS_MAX];

    memset(nodes, 0, sizeof(nodes));
    for (size_t i = 0; i < count; i++) {
        bool four = list[i].address.family == NET_IPV4;

        nodes[i].next = i + 1 < count ? &nodes[i + 1] : NULL;
        nodes[i].family = four ? AF_INET : AF_INET6;
        memcpy(&nodes[i].addr, list[i].address.bytes, four ? 4 : 16);
        nodes[i].udp_port = nodes[i].tcp_port = list[i].port;
    }
    return ares_set_servers_ports(ares, count > 0 ? nodes : NULL);
}

/* Servers of another family cannot be asked from there; with none left, nobody answers. */
static int set_source(struct dns_channel *channel)
{
    const struct net_address *source = &channel->servers.source;
    struct dns_server list[DNS_SERVERS_MAX];
    size_t count = dns_channel_servers(channel, list, DNS_SERVERS_MAX), kept = 0;
    uint32_t four;

    if (source->family == NET_IPV4) {
        memcpy(&four, source->bytes, sizeof(four));
        ares_set_local_ip4(channel->ares, ntohl(four));
    } else {
        ares_set_local_ip6(channel->ares, source->bytes);
    }
    for (size_t i = 0; i < count; i++)
        if (list[i].address.family == source->family)
            list[kept++] = list[i];
    channel->has_no_server = kept == 0;
    return kept > 0 ? set_servers(channel->ares, list, kept) : ARES_SUCCESS;
}

/* Tells c-ares the servers that were named, and from where they are asked. */
static int name_servers(struct dns_channel *channel)
{
    const struct dns_servers *servers = &channel->servers;
    int status = ARES_SUCCESS;

    if (servers->count > 0)
        status = set_servers(channel->ares, servers->list, servers->count);
    return status == ARES_SUCCESS && servers->has_source ? set_source(channel) : status;
}

static int open_ares(struct dns_channel *channel)
{
    static char hosts_only[] = "f";
    struct ares_options options = { .timeout = FIRST_TRY_MS,
                                    .tries = TRIES,
                                    .sock_state_cb = on_socket,
                                    .sock_state_cb_data = channel };
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    int status;

    if (channel->servers.count > 0)
        mask |= ARES_OPT_DOMAINS; /* none */
#ifdef ARES_OPT_UDP_MAX_QUERIES   /* 1.20: a bad answer ends all that its socket was used for */
    mask |= ARES_OPT_UDP_MAX_QUERIES;
    options.udp_max_queries = 1;
#endif
#ifdef ARES_OPT_QUERY_CACHE /* 1.26: answers would be kept; each look-up of a module is its own */
    mask |= ARES_OPT_QUERY_CACHE;
    options.qcache_max_ttl = 0;
#endif
    status = ares_init_options(&channel->ares, &options, mask);
    if (status != ARES_SUCCESS)
        return status;
    status = name_servers(channel);
    if (status != ARES_SUCCESS || channel->has_no_server)
        ares_destroy(channel->ares);
    if (status != ARES_SUCCESS || !channel->has_no_server)
        return status;
    options.lookups = hosts_only; /* c-ares without servers leaks, or asks one of its own */
    return ares_init_options(&channel->ares, &options, mask | ARES_OPT_LOOKUPS);
}

enum err dns_channel_new(struct posix_loop *loop, const struct dns_servers *servers,
                         dns_rest_fn *on_rest, void *ctx, struct dns_channel **ret_channel)
{
    struct dns_channel *channel = calloc(1, sizeof(*channel));
    int status;

    if (channel == NULL)
        return ERR_NO_MEMORY;
    channel->loop = loop;
    channel->servers = *servers;
    channel->on_rest = on_rest;
    channel->ctx = ctx;
    if (posix_timer_new(loop, on_time, channel, &channel->timer) != ERR_OK) {
        free(channel);
        return ERR_NO_MEMORY;
    }
    channel->stamp = stamp_now();
    status = open_ares(channel);
    if (status != ARES_SUCCESS) {
        log_say(loop->log, LOG_ERROR, "cannot look names up: %s", ares_strerror(status));
        clock_timer_free(channel->timer);
        free(channel);
        return err_of_status(status);
    }
    *ret_channel = channel;
    return ERR_OK;
}

void dns_channel_free(struct dns_channel *channel)
{
    if (channel == NULL)
        return;
    ares_destroy(channel->ares);
    while (channel->sockets != NULL)
        forget(&channel->sockets);
    clock_timer_free(channel->timer);
    free(channel);
}

void dns_channel_ask(struct dns_channel *channel, const char *name,
                     ares_addrinfo_callback on_answer, void *ctx)
{
    static const struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC,
                                                      .ai_socktype = SOCK_STREAM };

    if (channel->under_way++ == 0)
        clock_timer_start(channel->timer, STEP_MS);
    ares_getaddrinfo(channel->ares, name, NULL, &hints, on_answer, ctx);
}

void dns_channel_answered(struct dns_channel *channel)
{
    channel->under_way--;
}

bool dns_channel_is_idle(const struct dns_channel *channel)
{
    return channel->under_way == 0;
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool same_servers(const struct dns_servers *a, const struct dns_servers *b)
{
    if (a->count != b->count || a->has_source != b->has_source ||
        (a->has_source && !same_address(&a->source, &b->source)))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct dns_server *one = &a->list[i], *two = &b->list[i];

        if (one->port != two->port || !same_address(&one->address, &two->address))
            return false;
    }
    return true;
}

bool dns_channel_serves(const struct dns_channel *channel, const struct dns_servers *servers)
{
    struct stat now;

    if (!same_servers(&channel->servers, servers))
        return false;
    if (servers->count > 0)
        return true;
    now = stamp_now();
    return same_stamp(&channel->stamp, &now);
}

size_t dns_channel_servers(const struct dns_channel *channel, struct dns_server *list, size_t cap)
{
    struct ares_addr_port_node *nodes = NULL;
    size_t count = 0;

    if (ares_get_servers_ports(channel->ares, &nodes) != ARES_SUCCESS)
        return 0;
    for (const struct ares_addr_port_node *node = nodes; node != NULL && count < cap;
         node = node->next) {
        struct dns_server server = { .port = node->udp_port != 0 ? (uint16_t)node->udp_port
                                                                 : DNS_PORT };
        bool four = node->family == AF_INET;

        server.address.family = four ? NET_IPV4 : NET_IPV6;
        memcpy(server.address.bytes, &node->addr, four ? 4 : 16);
        list[count++] = server;
    }
    ares_free_data(nodes);
    return count;
}
