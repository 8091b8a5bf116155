/* scripted_tls.h: iface/tls.h without cryptography: toy records to and from a scripted peer. */
#ifndef SCRIPTED_TLS_H
#define SCRIPTED_TLS_H

#include "iface/tls.h"

struct scripted_tls {
    struct tls base;
    enum tls_version min_version, max_version; /* that it supports */
    bool cannot_say_lists;                     /* it offers parts of one suite each */
    size_t sessions;                           /* that are open */
    size_t tickets;                            /* that were not freed */
    int64_t last_utc_s;                        /* what the clock of the last config said */
};

/* All versions, no session. */
void scripted_tls_init(struct scripted_tls *tls);

/* What the engine is given; borrows `tls`. */
struct tls *scripted_tls_iface(struct scripted_tls *tls);

#endif
