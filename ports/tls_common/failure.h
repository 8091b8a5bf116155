/* failure.h: how every provider fills in a failure. */
#ifndef TLS_COMMON_FAILURE_H
#define TLS_COMMON_FAILURE_H

#include "iface/tls.h"

/* Fills `ret_failure`, without an alert; `format` as of printf may be NULL for no detail. */
void tls_failure_set(struct tls_failure *ret_failure, enum tls_reason reason, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* One warning: so many of the CA certificates cannot be read and count for nothing; none where it
 * is 0.  `log` may be NULL. */
void tls_left_out_say(const struct log *log, size_t count);

/* One warning: the server asks for a renegotiation, and is told that there is none.  `log` may be
 * NULL. */
void tls_renegotiation_say(const struct log *log);

#endif
