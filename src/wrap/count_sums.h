/* count_sums.h: what is counted of a network and of TLS: the sums of one thread.
 *
 * That thread alone adds; any other may read at any time, and sees each number by itself.
 */
#ifndef WRAP_COUNT_SUMS_H
#define WRAP_COUNT_SUMS_H

#include "base/time_buckets.h"
#include "base/tls_suites.h"
#include "iface/tls.h"

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t count_sum;

#define COUNT_ONE(...) +1
enum {
    COUNT_VERSIONS = 5, /* TLS_SSL_3_0 to TLS_1_3 */
    COUNT_SUITES = 0 TLS_SUITES(COUNT_ONE),
    COUNT_REASONS = 0 TLS_REASONS(COUNT_ONE),
};
#undef COUNT_ONE

/* How long things took. */
struct count_times {
    count_sum buckets[TIME_BUCKETS]; /* each without those before it */
    count_sum sum_us, max_us;
};

/* What came of a look-up. */
enum count_lookup {
    COUNT_FOUND,
    COUNT_NOT_FOUND,
    COUNT_NO_SERVER, /* none has answered */
    COUNT_LOOKUP_FAILED,
    COUNT_LOOKUP_GIVEN_UP, /* by who asked */
    COUNT_LOOKUPS
};

/* Why a connection was not made. */
enum count_dial_failure {
    COUNT_DIAL_REFUSED,
    COUNT_DIAL_UNREACHABLE,
    COUNT_DIAL_TIMEOUT,
    COUNT_DIAL_RESET,
    COUNT_DIAL_FAILED,   /* for another reason */
    COUNT_DIAL_GIVEN_UP, /* by who asked */
    COUNT_DIAL_FAILURES
};

/* Sockets as they are now. */
enum count_socket {
    COUNT_LISTENING,
    COUNT_CONNECTING,
    COUNT_CONNECTED,   /* of the network; some of them carry TLS */
    COUNT_HANDSHAKING, /* sessions of TLS on those */
    COUNT_SECURE,
    COUNT_SOCKETS
};

struct count_sums {
    count_sum lookups[COUNT_LOOKUPS];
    count_sum sockets[COUNT_SOCKETS];
    count_sum calls;                             /* data calls that there are */
    count_sum calls_made[2];                     /* that were asked for: they were made, or not */
    count_sum received, sent;                    /* bytes */
    struct count_times dials;                    /* of TCP, until connected; only those that were */
    struct count_times shakes;                   /* of TLS, until done; only those that were */
    count_sum failed_dials[COUNT_DIAL_FAILURES]; /* of TCP and UDP */
    /* Handshakes: done by version and suite, the last being those of no row; the others by the
     * newest version that was offered. */
    count_sum done[COUNT_VERSIONS][COUNT_SUITES + 1];
    count_sum failed[COUNT_VERSIONS][COUNT_REASONS];
    count_sum given_up[COUNT_VERSIONS];
};

/* Adds to a sum, in its thread. */
static inline void count_add(count_sum *sum, uint64_t more)
{
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

/* Takes 1 from a sum that is a number of things that there are, in its thread. */
static inline void count_remove(count_sum *sum)
{
    count_add(sum, UINT64_MAX);
}

/* Any thread. */
static inline uint64_t count_read(const count_sum *sum)
{
    return atomic_load_explicit(sum, memory_order_relaxed);
}

enum { COUNT_REASON_CAP = 40 };

/* "tls_unknown_ca" of TLS_UNKNOWN_CA, in `ret_name`, which is returned; `reason` is below
 * COUNT_REASONS. */
const char *count_reason_name(size_t reason, char ret_name[COUNT_REASON_CAP]);

/* Something took so long; in the thread of the sums. */
void count_time(struct count_times *times, uint64_t us);

#endif
