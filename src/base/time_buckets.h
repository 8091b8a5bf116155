/* time_buckets.h: times sorted into buckets that all threads, runs and machines share, so that what
 * they have counted adds up.
 *
 * A bucket ends with a number of microseconds of which one or two digits count (0, 7, 42, 150,
 * 2300) and begins behind the one before: decimal log-linear, as OpenHistogram has them.  So none
 * is wider than a tenth of what it ends with, and those of Prometheus (1 ms, 2.5 ms …) are sums of
 * them.
 */
#ifndef BASE_TIME_BUCKETS_H
#define BASE_TIME_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

/* 0 to 9 µs, then 90 for each power of ten, to 99 * 10^9 µs (27.5 hours); the last has no end. */
enum { TIME_BUCKETS = 10 + 10 * 90 + 1 };

/* The bucket of a time. */
size_t time_bucket(uint64_t us);

/* The longest time of a bucket, below TIME_BUCKETS; UINT64_MAX of the last. */
uint64_t time_bucket_us(size_t index);

#endif
