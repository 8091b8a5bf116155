/* trace.h: what every provider says in the trace about a session. */
#ifndef TLS_COMMON_TRACE_H
#define TLS_COMMON_TRACE_H

#include "iface/tls.h"

/* What a session is about to offer. */
void tls_trace_offer(const struct tls_config *config);

/* What its handshake came to. */
void tls_trace_done(const struct log *log, const struct tls_info *info);

#endif
