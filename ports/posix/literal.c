/* literal.c: addresses as text. */
#include "posix/literal.h"

#include "posix/sockaddr.h"
#include "posix/timer.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum { LITERAL_CAP = 80 }; /* an IPv6 address, an interface, brackets */

struct literal {
    struct net_query base;
    struct clock_timer *timer;
    struct net_address address;
    net_resolved_fn *on_resolved;
    void *ctx;
};

/* Copies `text`, without the brackets around an IPv6 address; false when it is too long. */
static bool copy_plain(const char *text, char ret_plain[LITERAL_CAP])
{
    size_t len = strlen(text);

    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    if (len >= LITERAL_CAP)
        return false;
    memcpy(ret_plain, text, len);
    ret_plain[len] = '\0';
    return true;
}

/* With AI_NUMERICHOST getaddrinfo() asks nobody: it knows each form of an address, and zones. */
bool posix_literal_read(const char *text, struct net_address *ret_address)
{
    static const struct addrinfo hints = { .ai_family = AF_UNSPEC,
                                           .ai_socktype = SOCK_STREAM,
                                           .ai_flags = AI_NUMERICHOST };
    char plain[LITERAL_CAP];
    struct addrinfo *info;
    bool known;

    if (!copy_plain(text, plain) || getaddrinfo(plain, NULL, &hints, &info) != 0)
        return false;
    known = sockaddr_read(info->ai_addr, ret_address, NULL);
    freeaddrinfo(info);
    return known;
}

static void release(struct literal *query)
{
    clock_timer_free(query->timer);
    free(query);
}

static void cancel(struct net_query *base)
{
    release((struct literal *)base);
}

static const struct net_query_ops ops = { .cancel = cancel };

static void on_turn(void *ctx)
{
    struct literal copy = *(const struct literal *)ctx;

    release(ctx);
    copy.on_resolved(copy.ctx, ERR_OK, &copy.address, 1);
}

enum err posix_literal(struct posix_loop *loop, const char *text, net_resolved_fn *on_resolved,
                       void *ctx, struct net_query **ret_query)
{
    struct net_address address;
    struct literal *query;

    if (!posix_literal_read(text, &address))
        return ERR_RESOLVE;
    query = calloc(1, sizeof(*query));
    if (query == NULL)
        return ERR_NO_MEMORY;
    query->base.ops = &ops;
    query->address = address;
    query->on_resolved = on_resolved;
    query->ctx = ctx;
    if (posix_timer_new(loop, on_turn, query, &query->timer) != ERR_OK) {
        free(query);
        return ERR_NO_MEMORY;
    }
    clock_timer_start(query->timer, 0);
    *ret_query = &query->base;
    return ERR_OK;
}
