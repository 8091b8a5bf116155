/* count_tls.h: a TLS provider that counts handshakes, and how long they take. */
#ifndef WRAP_COUNT_TLS_H
#define WRAP_COUNT_TLS_H

#include "iface/clock.h"
#include "iface/tls.h"
#include "wrap/count_sums.h"

/* The caller's; its members are of this header's functions. */
struct count_tls {
    struct tls base;
    const struct clock *clock;
    struct count_sums *sums;
    count_sum *success_s;
};

/* Makes a provider that is `inner`, and adds to `sums` what comes of its handshakes; `success_s` is
 * when the last was done: seconds since 1970-01-01T00:00:00Z.  All is borrowed for as long as there
 * are sessions of it, which live in the thread of the sums. */
void count_tls_init(struct count_tls *tls, struct tls *inner, const struct clock *clock,
                    struct count_sums *sums, count_sum *success_s);

#endif
