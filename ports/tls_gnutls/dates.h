/* dates.h: whether certificates that lie in files are valid at a time. */
#ifndef TLS_GNUTLS_DATES_H
#define TLS_GNUTLS_DATES_H

#include "base/span.h"
#include "iface/tls.h"

enum tls_dates {
    TLS_DATES_ALL,      /* all are valid; or nobody can tell, since they cannot be read */
    TLS_DATES_SOME,     /* at least one is, at least one is not */
    TLS_DATES_NONE_YET, /* none is, but one will be */
    TLS_DATES_NONE_MORE /* all have expired */
};

/* How the dates of `certificates`, PEM or DER, stand at `now_s`, seconds since 1970 in UTC by the
 * machine's clock.  Where it is not TLS_DATES_ALL `ret_outdated` is the failure of one of them: of
 * some the first that is not valid, of none the first to begin, or the last that ended.  Any
 * thread. */
enum tls_dates tls_gnutls_dates(struct span certificates, int64_t now_s,
                                struct tls_failure *ret_outdated);

#endif
