/* count_sums.c: see count_sums.h. */
#include "wrap/count_sums.h"

#include <assert.h>
#include <string.h>

void count_time(struct count_times *times, uint64_t us)
{
    count_add(&times->buckets[time_bucket(us)], 1);
    count_add(&times->sum_us, us);
    if (us > count_read(&times->max_us))
        atomic_store_explicit(&times->max_us, us, memory_order_relaxed);
}

const char *count_reason_name(size_t reason, char ret_name[COUNT_REASON_CAP])
{
    static const char *const names[COUNT_REASONS] = {
#define REASON_NAME(name, words) #name,
        TLS_REASONS(REASON_NAME)
#undef REASON_NAME
    };
    const char *name = names[reason];
    size_t len = strlen(name);

    assert(len < COUNT_REASON_CAP);
    for (size_t i = 0; i <= len; i++)
        ret_name[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    return ret_name;
}
