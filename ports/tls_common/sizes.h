/* sizes.h: how long a server's certificates may be. */
#ifndef TLS_COMMON_SIZES_H
#define TLS_COMMON_SIZES_H

#include "iface/tls.h"

/* Of a config, which see. */
struct tls_sizes {
    size_t max, slow;
    const char *slow_advice;
};

/* What `config` says of them. */
struct tls_sizes tls_sizes_of(const struct tls_config *config);

/* The longest certificate of a chain has so many bytes: false when that is too many, with
 * `ret_failure`; where it is many, `log`, which may be NULL, has a warning. */
bool tls_sizes_fit(const struct tls_sizes *sizes, size_t longest, const struct log *log,
                   struct tls_failure *ret_failure);

#endif
