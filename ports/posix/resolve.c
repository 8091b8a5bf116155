/* resolve.c: host names to addresses by getaddrinfo(), which libuv runs in one of its few threads;
 * an address as text must not wait for one. */
#include "posix/resolve.h"

#include "posix/literal.h"
#include "posix/sockaddr.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 255, ADDRESSES_MAX = 16 };

struct look_up {
    struct net_query base;
    uv_getaddrinfo_t uv; /* its `data` is the whole */
    struct posix_loop *loop;
    net_resolved_fn *on_resolved; /* NULL once cancelled */
    void *ctx;
};

static size_t take_list(const struct addrinfo *info, struct net_address *list)
{
    size_t count = 0;

    for (; info != NULL && count < ADDRESSES_MAX; info = info->ai_next)
        if (sockaddr_read(info->ai_addr, &list[count], NULL))
            count++;
    return count;
}

static void on_looked_up(uv_getaddrinfo_t *uv, int status, struct addrinfo *info)
{
    struct look_up *query = uv->data;
    net_resolved_fn *on_resolved = query->on_resolved;
    void *ctx = query->ctx;
    const struct log *log = query->loop->log;
    struct net_address list[ADDRESSES_MAX];
    size_t count = status == 0 ? take_list(info, list) : 0;

    uv_freeaddrinfo(info);
    free(query);
    if (on_resolved == NULL)
        return;
    if (count == 0)
        log_trace(log, TRACE_NET, "look-up failed: %s",
                  status < 0 ? uv_strerror(status) : "no address of a known family");
    if (count > 0)
        on_resolved(ctx, ERR_OK, list, count);
    else
        on_resolved(ctx,
                    status == UV_EAI_MEMORY || status == UV_ENOMEM ? ERR_NO_MEMORY : ERR_RESOLVE,
                    NULL, 0);
}

static void cancel(struct net_query *base)
{
    struct look_up *query = (struct look_up *)base;

    query->on_resolved = NULL;
    /* Fails when the look-up has begun; either way on_looked_up() comes and frees. */
    uv_cancel((uv_req_t *)&query->uv);
}

static const struct net_query_ops ops = { .cancel = cancel };

enum err posix_resolve(struct posix_loop *loop, const char *name, net_resolved_fn *on_resolved,
                       void *ctx, struct net_query **ret_query)
{
    static const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    size_t len = strlen(name);
    enum err err = posix_literal(loop, name, on_resolved, ctx, ret_query);
    struct look_up *query;
    int status;

    if (err != ERR_RESOLVE)
        return err;
    if (len == 0 || len > NAME_MAX_BYTES || name[0] == '[')
        return ERR_RESOLVE;
    query = calloc(1, sizeof(*query));
    if (query == NULL)
        return ERR_NO_MEMORY;
    query->base.ops = &ops;
    query->uv.data = query;
    query->loop = loop;
    query->on_resolved = on_resolved;
    query->ctx = ctx;
    status = uv_getaddrinfo(&loop->uv, &query->uv, on_looked_up, name, NULL, &hints);
    if (status < 0) {
        free(query);
        return status == UV_ENOMEM ? ERR_NO_MEMORY : ERR_RESOLVE;
    }
    *ret_query = &query->base;
    return ERR_OK;
}
