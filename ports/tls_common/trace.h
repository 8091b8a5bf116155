/* trace.h: what every provider says in the trace about a session. */
#ifndef TLS_COMMON_TRACE_H
#define TLS_COMMON_TRACE_H

#include "iface/tls.h"

/* What a session is about to offer. */
void tls_trace_offer(const struct tls_config *config);

enum { TLS_TRACE_NAME_CAP = 160 };

/* A certificate of the server's chain, whose own is the first. */
struct tls_trace_certificate {
    size_t index, count; /* from 1 */
    char subject[TLS_TRACE_NAME_CAP], issuer[TLS_TRACE_NAME_CAP];
    int64_t from_s, until_s; /* seconds since 1970-01-01T00:00:00Z */
};

/* What the server has shown. */
void tls_trace_certificate(const struct log *log, const struct tls_trace_certificate *certificate);

/* What its handshake came to. */
void tls_trace_done(const struct log *log, const struct tls_info *info);

#endif
