/* count_sums.c: see count_sums.h. */
#include "wrap/count_sums.h"

#include <assert.h>

/* From a server next door to a dial over a slow radio, where the modules give up. */
static const int64_t bucket_ms[COUNT_BUCKETS] = { 1,   2,   5,    10,   25,    50,    100,
                                                  250, 500, 1000, 5000, 15000, 60000, 150000 };

int64_t count_bucket_ms(size_t index)
{
    assert(index < COUNT_BUCKETS);
    return bucket_ms[index];
}

void count_time(struct count_times *times, int64_t ms)
{
    size_t index = 0;

    assert(ms >= 0);
    while (index < COUNT_BUCKETS && ms > bucket_ms[index])
        index++;
    count_add(&times->buckets[index], 1);
    count_add(&times->sum_ms, (uint64_t)ms);
}
