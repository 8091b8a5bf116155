/* channel.h: one resolver of c-ares on the loop: its sockets, its time.
 *
 * c-ares may report from inside any call into it.  So what is looked up here is told later, by
 * `on_rest`, when c-ares has returned.
 */
#ifndef DNS_CHANNEL_H
#define DNS_CHANNEL_H

#include "dns/servers.h"
#include "posix/loop.h"

#include <ares.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <sys/stat.h>

/* c-ares has worked, and is at rest: the end of look-ups that it has reported may be told. */
typedef void dns_rest_fn(void *ctx);

struct dns_socket;

/* Its members are channel.c's, but for `of_dns`. */
struct dns_channel {
    TAILQ_ENTRY(dns_channel) of_dns;
    struct posix_loop *loop;
    ares_channel ares;
    struct dns_servers servers;
    struct stat stamp; /* of /etc/resolv.conf, when it was read */
    struct dns_socket *sockets;
    struct clock_timer *timer; /* runs while something is under way */
    size_t under_way;
    bool
        has_no_server; /* none can be asked from the source: only what the machine knows is found */
    dns_rest_fn *on_rest;
    void *ctx;
};

/* Makes one for these servers.  It takes some 75 kB.  ERR_NO_MEMORY, ERR_IO. */
enum err dns_channel_new(struct posix_loop *loop, const struct dns_servers *servers,
                         dns_rest_fn *on_rest, void *ctx, struct dns_channel **ret_channel);

/* Frees it; what is under way is reported with ARES_EDESTRUCTION.  Not from inside c-ares.  NULL is
 * nothing. */
void dns_channel_free(struct dns_channel *channel);

/* Starts to look `name` up; on_answer() comes once, perhaps before this returns. */
void dns_channel_ask(struct dns_channel *channel, const char *name,
                     ares_addrinfo_callback on_answer, void *ctx);

/* on_answer() has come. */
void dns_channel_answered(struct dns_channel *channel);

/* True when nothing is under way. */
bool dns_channel_is_idle(const struct dns_channel *channel);

/* True when it asks these servers, and knows what /etc/resolv.conf says now. */
bool dns_channel_serves(const struct dns_channel *channel, const struct dns_servers *servers);

/* The servers that it asks, at most `cap`; how many. */
size_t dns_channel_servers(const struct dns_channel *channel, struct dns_server *list, size_t cap);

#endif
