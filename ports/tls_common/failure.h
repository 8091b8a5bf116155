/* failure.h: how every provider fills in a failure. */
#ifndef TLS_COMMON_FAILURE_H
#define TLS_COMMON_FAILURE_H

#include "iface/tls.h"

/* Fills `ret_failure`, without an alert; `format` as of printf may be NULL for no detail. */
void tls_failure_set(struct tls_failure *ret_failure, enum tls_reason reason, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* A certificate that is not valid now: TLS_EXPIRED or TLS_NOT_YET_VALID.  `limit_s` is the end of
 * its validity or the beginning, `now_s` what the clock says, both in seconds since 1970 in UTC. */
struct tls_outdated {
    enum tls_reason reason;
    const char *subject;
    bool is_stored; /* among the CA certificates that count */
    bool is_owners; /* as `owners_trust` of tls_config: those are the owner's, and the clock is the
                     * machine's */
    int64_t limit_s, now_s;
};

/* Fills in the failure of such a certificate. */
void tls_failure_set_outdated(struct tls_failure *ret_failure, const struct tls_outdated *outdated);

/* TLS_UNKNOWN_CA: the last certificate of a chain says to be issued by `issuer`; `has_ca`: any CA
 * is stored. */
void tls_failure_set_issuer(struct tls_failure *ret_failure, const char *issuer, bool has_ca);

/* The certificate of `subject` ("" when nobody can tell) is why; `what` of it is a clause, or "".
 */
void tls_failure_set_certificate(struct tls_failure *ret_failure, enum tls_reason reason,
                                 const char *subject, const char *what);

/* Security data that a library could not read, with its words for that; the text of `bytes` may say
 * more: a line that is missing or misspelled.  Of a private key nothing is shown. */
void tls_failure_set_unreadable(struct tls_failure *ret_failure, enum tls_reason reason,
                                struct span bytes, const char *words);

/* One warning: so many of the CA certificates cannot be read and count for nothing; none where it
 * is 0.  `log` may be NULL. */
void tls_left_out_say(const struct log *log, size_t count);

/* One warning: the server asks for a renegotiation, and is told that there is none.  `log` may be
 * NULL. */
void tls_renegotiation_say(const struct log *log);

#endif
