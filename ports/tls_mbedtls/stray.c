/* stray.c: see stray.h. */
#include "tls_mbedtls/stray.h"

#include "base/tls_alerts.h"
#include "tls_common/failure.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/session.h"
#include "tls_mbedtls/transport.h"

static enum err take(struct mtls_session *session, const struct tls_stray *stray)
{
    if (mtls_pending(&session->base) > 0)
        return ERR_AGAIN;
    if (stray->kind == TLS_STRAY_RENEGOTIATION && session->setup != NULL)
        return ERR_STATE;
    if (stray->kind == TLS_STRAY_RENEGOTIATION) {
        mtls_fail_renegotiation(session, MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE);
    } else if (stray->alert == ALERT_CLOSE_NOTIFY && session->setup != NULL) {
        tls_failure_set(&session->failure, TLS_PEER_CLOSED, "by close_notify");
    } else if (stray->alert == ALERT_CLOSE_NOTIFY) {
        session->ended = true;
        session->end = TLS_END_NOTIFIED;
    } else if (stray->kind == TLS_STRAY_FATAL) {
        mtls_fail_by_alert(session, stray->alert);
    }
    return ERR_OK;
}

enum err mtls_stray(struct tls_session *base, const struct tls_stray *stray)
{
    struct mtls_session *session = (struct mtls_session *)base;
    enum err err = ERR_OK;
    int result;

    if (session->failure.reason != TLS_FINE || session->ended)
        return ERR_STATE;
    if (stray->is_received)
        return take(session, stray);
    if (stray->kind == TLS_STRAY_RENEGOTIATION)
        return ERR_UNSUPPORTED;
    if (session->setup == NULL)
        err = mtls_flush(base);
    if (err != ERR_OK)
        return err == ERR_AGAIN ? err : ERR_RESET;
    result = mbedtls_ssl_send_alert_message(&session->mbedtls,
                                            stray->kind == TLS_STRAY_FATAL
                                                ? MBEDTLS_SSL_ALERT_LEVEL_FATAL
                                                : MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                            stray->alert);
    /* Where it waits it is made all the same, and leaves with what comes next. */
    if (result != 0 && result != MBEDTLS_ERR_SSL_WANT_WRITE)
        return ERR_RESET;
    return mtls_transport_flush(session) == ERR_RESET ? ERR_RESET : ERR_OK;
}
