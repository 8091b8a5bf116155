/* time_buckets.c: see time_buckets.h. */
#include "base/time_buckets.h"

#include <assert.h>

enum { TEN = 10, DIGITS_MAX = 99, A_POWER = 90 };

size_t time_bucket(uint64_t us)
{
    size_t powers = 0, index;

    if (us < TEN)
        return (size_t)us;
    for (; us > DIGITS_MAX; powers++)
        us = us / TEN + (us % TEN != 0 ? 1 : 0);
    index = TEN + powers * A_POWER + (size_t)us - TEN;
    return index < TIME_BUCKETS ? index : TIME_BUCKETS - 1;
}

uint64_t time_bucket_us(size_t index)
{
    uint64_t us;

    assert(index < TIME_BUCKETS);
    if (index == TIME_BUCKETS - 1)
        return UINT64_MAX;
    if (index < TEN)
        return index;
    us = (index - TEN) % A_POWER + TEN;
    for (size_t powers = (index - TEN) / A_POWER; powers > 0; powers--)
        us *= TEN;
    return us;
}
