/* renegotiation.c: see renegotiation.h. */
#include "tls_gnutls/renegotiation.h"

#include "base/tls_suites.h"
#include "tls_common/failure.h"
#include "tls_common/trace.h"
#include "tls_gnutls/unsent.h"
#include "tls_gnutls/version.h"

void gtls_note_renegotiation(struct gtls_session *session)
{
    if (!session->has_refused)
        tls_renegotiation_say(session->log);
    session->has_refused = true;
    session->owes_refusal = true;
}

void gtls_refuse_renegotiation(struct gtls_session *session)
{
    if (session->unsent == UNSENT_ALERT)
        gtls_send_unsent(session);
    if (!session->owes_refusal || session->unsent != UNSENT_NOTHING)
        return;
    session->owes_refusal = false;
    gtls_send_alert(session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
}

/* ---- one that the laboratory wants ---- */

void gtls_end_again(struct gtls_session *session)
{
    if (session->again == NULL)
        return;
    gnutls_credentials_clear(session->gnutls);
    gnutls_certificate_free_credentials(session->again);
    session->again = NULL;
}

static void note_agreement(struct gtls_session *session)
{
    const char *name = gnutls_ciphersuite_get(session->gnutls);
    const struct tls_suite_info *suite = name != NULL ? tls_suite_by_name(name) : NULL;

    if (suite != NULL)
        session->info =
            (struct tls_info){ gtls_version_negotiated(session->gnutls), suite->code, false };
    log_say(session->log, LOG_INFO, "the server has renegotiated");
    tls_trace_done(session->log, &session->info);
}

/* One step: GNUTLS_E_AGAIN where there is nothing to tell, also at its end. */
static int go_on(struct gtls_session *session)
{
    int result = gnutls_handshake(session->gnutls);

    if (gtls_is_postponed(result) && gnutls_record_get_direction(session->gnutls) == 1)
        session->unsent = UNSENT_DATA;
    if (result == GNUTLS_E_WARNING_ALERT_RECEIVED &&
        gnutls_alert_get(session->gnutls) == GNUTLS_A_NO_RENEGOTIATION) {
        log_say(session->log, LOG_INFO, "the server refuses to renegotiate");
        gtls_end_again(session);
        return GNUTLS_E_AGAIN;
    }
    if (result >= 0) {
        note_agreement(session);
        gtls_end_again(session);
        return GNUTLS_E_AGAIN;
    }
    return result;
}

/* The server is held to the certificate that it has shown: GnuTLS lets no other take its place. */
enum err gtls_begin_again(struct gtls_session *session)
{
    if (session->info.version == TLS_1_3)
        return ERR_UNSUPPORTED;
    if (session->again != NULL)
        return ERR_STATE;
    if (gnutls_certificate_allocate_credentials(&session->again) < 0)
        return ERR_NO_MEMORY;
    if (gnutls_credentials_set(session->gnutls, GNUTLS_CRD_CERTIFICATE, session->again) < 0) {
        gtls_end_again(session);
        return ERR_NO_MEMORY;
    }
    gnutls_session_set_verify_function(session->gnutls, NULL);
    go_on(session); /* what goes wrong, the next step says again */
    return ERR_OK;
}

ptrdiff_t gtls_receive_again(struct gtls_session *session, void *buf, size_t cap)
{
    int result = go_on(session);

    return result == GNUTLS_E_GOT_APPLICATION_DATA ? gnutls_record_recv(session->gnutls, buf, cap)
                                                   : result;
}
