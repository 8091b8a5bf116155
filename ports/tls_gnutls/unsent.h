/* unsent.h: records that GnuTLS has made and the stream below has not taken. */
#ifndef TLS_GNUTLS_UNSENT_H
#define TLS_GNUTLS_UNSENT_H

#include "tls_gnutls/state.h"

/* Whether a result says no more than: later. */
static inline bool gtls_is_postponed(ptrdiff_t result)
{
    return result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED;
}

/* Goes on with what is left over of a session that is open: as of gnutls_record_send().  Before it
 * is away nothing new may be given to GnuTLS, which answers for the old record whatever it is asked
 * to send. */
ptrdiff_t gtls_send_unsent(struct gtls_session *session);

/* Sends an alert behind which nothing is left over, or which is then.  False: the stream is gone.
 */
bool gtls_send_alert(struct gtls_session *session, gnutls_alert_level_t level, int alert);

#endif
