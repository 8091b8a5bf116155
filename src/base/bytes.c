/* bytes.c: owned bytes that grow, and are wiped wherever they leave memory. */
#include "base/bytes.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>

enum { GROWTH_MIN = 4096 };

static void put(struct bytes *bytes, struct span more)
{
    if (more.len > 0)
        memcpy(bytes->data + bytes->len, more.data, more.len);
    bytes->len += (uint32_t)more.len;
}

/* Other memory, in which those that count fit: realloc() would leave them in the old one. */
static enum err move(struct bytes *bytes, size_t cap)
{
    struct bytes other = { .data = cap <= UINT32_MAX ? malloc(cap) : NULL, .cap = (uint32_t)cap };

    if (other.data == NULL)
        return ERR_NO_MEMORY;
    put(&other, bytes_span(bytes));
    bytes_free(bytes);
    *bytes = other;
    return ERR_OK;
}

enum err bytes_reserve(struct bytes *bytes, size_t cap)
{
    assert(cap > 0);
    return cap > bytes->cap ? move(bytes, cap) : ERR_OK;
}

void bytes_commit(struct bytes *bytes, size_t count)
{
    assert(count <= bytes->cap - bytes->len);
    bytes->len += (uint32_t)count;
}

/* How much memory to have for `need` bytes. */
static size_t grown(const struct bytes *bytes, size_t need, size_t max)
{
    size_t cap = bytes->cap < GROWTH_MIN ? GROWTH_MIN : bytes->cap;

    while (cap < need)
        cap *= 2;
    return cap < max ? cap : max;
}

enum err bytes_add(struct bytes *bytes, struct span more, size_t max)
{
    enum err err = ERR_OK;

    assert(bytes->len <= bytes->cap);
    if (bytes->len > max || more.len > max - bytes->len)
        return ERR_FULL;
    if (more.len > bytes->cap - bytes->len)
        err = move(bytes, grown(bytes, bytes->len + more.len, max));
    if (err == ERR_OK)
        put(bytes, more);
    return err;
}

enum err bytes_copy(struct bytes *bytes, struct span from)
{
    struct bytes other = { .data = NULL };
    enum err err = bytes_reserve(&other, from.len > 0 ? from.len : 1);

    if (err != ERR_OK)
        return err;
    put(&other, from);
    bytes_free(bytes);
    *bytes = other;
    return ERR_OK;
}

void bytes_drop(struct bytes *bytes, size_t count)
{
    assert(count <= bytes->len);
    if (count == 0)
        return;
    bytes->len -= (uint32_t)count;
    memmove(bytes->data, bytes->data + count, bytes->len);
    wipe(bytes->data + bytes->len, count);
}

void bytes_trim(struct bytes *bytes)
{
    if (bytes->len == 0)
        bytes_free(bytes);
    else if (bytes->len < bytes->cap)
        (void)move(bytes, bytes->len);
}

struct bytes bytes_take(struct bytes *from)
{
    struct bytes taken = *from;

    *from = (struct bytes){ .data = NULL };
    return taken;
}

void bytes_free(struct bytes *bytes)
{
    if (bytes->data != NULL)
        wipe(bytes->data, bytes->cap);
    free(bytes->data);
    *bytes = (struct bytes){ .data = NULL };
}
