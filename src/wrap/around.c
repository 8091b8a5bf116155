/* around.c: see around.h. */
#include "wrap/around.h"

#include <assert.h>

static struct around *of(struct terminal *base)
{
    return (struct around *)base;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct around *around = of(base);

    if (around->own->feed != NULL)
        return around->own->feed(base, bytes);
    return around->inner->ops->feed(around->inner, bytes);
}

static struct span peek(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->peek != NULL)
        return around->own->peek(base);
    return around->inner->ops->peek(around->inner);
}

static void consume(struct terminal *base, size_t count)
{
    struct around *around = of(base);

    if (around->own->consume != NULL)
        around->own->consume(base, count);
    else
        around->inner->ops->consume(around->inner, count);
}

static void set_dtr(struct terminal *base, bool on)
{
    struct around *around = of(base);

    if (around->own->set_dtr != NULL)
        around->own->set_dtr(base, on);
    else
        around->inner->ops->set_dtr(around->inner, on);
}

static void abort_command(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->abort != NULL)
        around->own->abort(base);
    else
        around->inner->ops->abort(around->inner);
}

static bool busy(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->busy != NULL)
        return around->own->busy(base);
    return around->inner->ops->busy(around->inner);
}

static void accept_lf(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->accept_lf != NULL)
        around->own->accept_lf(base);
    else
        around->inner->ops->accept_lf(around->inner);
}

static bool end_input(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->end_input != NULL)
        return around->own->end_input(base);
    return around->inner->ops->end_input(around->inner);
}

static bool online(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->online != NULL)
        return around->own->online(base);
    return around->inner->ops->online(around->inner);
}

static void host_gone(struct terminal *base)
{
    struct around *around = of(base);

    if (around->own->host_gone != NULL)
        around->own->host_gone(base);
    else
        around->inner->ops->host_gone(around->inner);
}

static const struct terminal_ops ops = { .feed = feed,
                                         .peek = peek,
                                         .consume = consume,
                                         .set_dtr = set_dtr,
                                         .abort = abort_command,
                                         .busy = busy,
                                         .accept_lf = accept_lf,
                                         .end_input = end_input,
                                         .online = online,
                                         .host_gone = host_gone };

void around_init(struct around *around, const struct terminal_ops *own, struct terminal *inner)
{
    assert(own != NULL);
    *around = (struct around){ .base = { &ops }, .own = own, .inner = inner };
}
