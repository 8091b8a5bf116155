/* tls_source.h: where a service gets its TLS settings when it needs them. */
#ifndef SERVICES_TLS_SOURCE_H
#define SERVICES_TLS_SOURCE_H

#include "iface/tls.h"

struct tls_source {
    /* Loads certificates and settings, calls `use` with them, wipes them, and returns what `use`
     * has returned.  When there is nothing to lend it says so in the log and returns
     * ERR_NOT_FOUND, ERR_CREDENTIALS, ERR_UNSUPPORTED. */
    enum err (*lend)(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx);
    void *ctx;
};

#endif
