/* stray.c: see stray.h. */
#include "tls_gnutls/stray.h"

#include "base/tls_alerts.h"
#include "tls_common/failure.h"
#include "tls_gnutls/failure.h"
#include "tls_gnutls/renegotiation.h"
#include "tls_gnutls/session.h"
#include "tls_gnutls/unsent.h"

static enum err take_alert(struct gtls_session *session, const struct tls_stray *stray)
{
    if (stray->alert == ALERT_CLOSE_NOTIFY && session->setup != NULL) {
        tls_failure_set(&session->failure, TLS_PEER_CLOSED, "by close_notify");
    } else if (stray->alert == ALERT_CLOSE_NOTIFY && !session->has_refused) {
        session->ended = true;
        session->end = TLS_END_NOTIFIED;
    } else if (stray->alert == ALERT_CLOSE_NOTIFY || stray->kind == TLS_STRAY_FATAL) {
        gtls_fail_by_alert(session, stray->alert);
    }
    return ERR_OK;
}

static enum err take(struct gtls_session *session, const struct tls_stray *stray)
{
    if (gtls_pending(&session->base) > 0)
        return ERR_AGAIN;
    if (stray->kind != TLS_STRAY_RENEGOTIATION)
        return take_alert(session, stray);
    if (session->setup != NULL)
        return ERR_STATE;
    if (session->info.version == TLS_1_3)
        return ERR_UNSUPPORTED;
    gtls_note_renegotiation(session);
    gtls_refuse_renegotiation(session);
    return ERR_OK;
}

enum err gtls_stray(struct tls_session *base, const struct tls_stray *stray)
{
    struct gtls_session *session = (struct gtls_session *)base;

    if (session->failure.reason != TLS_FINE || session->ended)
        return ERR_STATE;
    if (stray->is_received)
        return take(session, stray);
    if (session->unsent != UNSENT_NOTHING && gtls_is_postponed(gtls_send_unsent(session)))
        return ERR_AGAIN;
    if (stray->kind == TLS_STRAY_RENEGOTIATION)
        return session->setup != NULL ? ERR_STATE : gtls_begin_again(session);
    return gtls_send_alert(session,
                           stray->kind == TLS_STRAY_FATAL ? GNUTLS_AL_FATAL : GNUTLS_AL_WARNING,
                           stray->alert)
               ? ERR_OK
               : ERR_RESET;
}
