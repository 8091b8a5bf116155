/* unsent.c: see unsent.h. */
#include "tls_gnutls/unsent.h"

#include <assert.h>

ptrdiff_t gtls_send_unsent(struct gtls_session *session)
{
    ptrdiff_t result = gnutls_record_send(session->gnutls, NULL, 0);

    if (!gtls_is_postponed(result))
        session->unsent = UNSENT_NOTHING;
    return result;
}

bool gtls_send_alert(struct gtls_session *session, gnutls_alert_level_t level, int alert)
{
    int result;

    assert(session->unsent == UNSENT_NOTHING);
    result = gnutls_alert_send(session->gnutls, level, (gnutls_alert_description_t)alert);
    if (gtls_is_postponed(result))
        session->unsent = UNSENT_ALERT;
    return result >= 0 || gtls_is_postponed(result);
}
