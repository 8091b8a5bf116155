/* count_calls.h: data calls that are counted. */
#ifndef WRAP_COUNT_CALLS_H
#define WRAP_COUNT_CALLS_H

#include "iface/data_call.h"
#include "wrap/count_sums.h"

struct count_calls {
    struct data_calls base; /* first */
    struct count_sums *sums;
};

/* Stands around `inner` and adds to `sums`; both are borrowed as long as it is used. */
void count_calls_init(struct count_calls *calls, struct data_calls *inner, struct count_sums *sums);

#endif
