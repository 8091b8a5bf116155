/* fault_storage.c: non-volatile memory that is full, worn or slow when a fault says so. */
#include "wrap/fault_storage.h"

static enum err load(void *impl, const char *key, bool secret, void *buf, size_t cap,
                     size_t *ret_len)
{
    struct fault_storage *storage = impl;

    if (fault_set_strikes(storage->set, FAULT_STORE_WORN, true) != NULL)
        return ERR_IO;
    return storage->inner->ops->load(storage->inner->impl, key, secret, buf, cap, ret_len);
}

static bool is_unsafe_below(const struct fault_storage *storage)
{
    const struct storage_ops *ops = storage->inner->ops;

    return ops->unsafe != NULL && ops->unsafe(storage->inner->impl) > 0;
}

static enum err apply(void *impl, const struct storage_change *changes, size_t count)
{
    struct fault_storage *storage = impl;
    const struct fault *slow;
    enum err err;

    if (fault_set_strikes(storage->set, FAULT_STORE_FULL, true) != NULL)
        return ERR_FULL;
    if (fault_set_strikes(storage->set, FAULT_STORE_WORN, true) != NULL)
        return ERR_IO;
    err = storage->inner->ops->apply(storage->inner->impl, changes, count);
    if (err != ERR_OK)
        return err;
    storage->applied++;
    slow = fault_set_strikes(storage->set, FAULT_STORE_SLOW, true);
    if (slow == NULL)
        return ERR_OK;
    storage->slow_until_ms = clock_now_ms(storage->clock) + slow->attributes[0];
    clock_timer_start(storage->timer, slow->attributes[0]);
    return ERR_OK;
}

/* Where any is unsafe, the newest is said to be. */
static uint64_t unsafe(const void *impl)
{
    const struct fault_storage *storage = impl;

    return storage->slow_until_ms != CLOCK_NEVER || is_unsafe_below(storage) ? storage->applied : 0;
}

static void settle(struct fault_storage *storage, enum err err)
{
    if (storage->on_settled != NULL)
        storage->on_settled(storage->ctx, err);
}

/* An error is told at once: what was slow was lost with it. */
static void on_settled_below(void *ctx, enum err err)
{
    struct fault_storage *storage = ctx;

    if (err == ERR_OK && storage->slow_until_ms != CLOCK_NEVER)
        return;
    clock_timer_cancel(storage->timer);
    storage->slow_until_ms = CLOCK_NEVER;
    settle(storage, err);
}

static void on_time(void *ctx)
{
    struct fault_storage *storage = ctx;

    storage->slow_until_ms = CLOCK_NEVER;
    if (!is_unsafe_below(storage))
        settle(storage, ERR_OK);
}

static void watch(void *impl, void (*on_settled)(void *ctx, enum err err), void *ctx)
{
    struct fault_storage *storage = impl;
    const struct storage_ops *ops = storage->inner->ops;

    storage->on_settled = on_settled;
    storage->ctx = ctx;
    if (ops->watch != NULL)
        ops->watch(storage->inner->impl, on_settled != NULL ? on_settled_below : NULL, storage);
}

static const struct storage_ops ops = {
    .load = load, .apply = apply, .unsafe = unsafe, .watch = watch
};

enum err fault_storage_init(struct fault_storage *storage, const struct storage *inner,
                            struct fault_set *set, struct clock *clock)
{
    *storage = (struct fault_storage){ .base = { &ops, storage },
                                       .inner = inner,
                                       .set = set,
                                       .clock = clock,
                                       .slow_until_ms = CLOCK_NEVER };
    return clock_new_timer(clock, on_time, storage, &storage->timer);
}

void fault_storage_deinit(struct fault_storage *storage)
{
    clock_timer_free(storage->timer);
    storage->timer = NULL;
}
