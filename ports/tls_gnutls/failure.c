/* failure.c: why a session failed, and which alert the server gets for it (RFC 5246, 7.2). */
#include "tls_gnutls/failure.h"

#include "tls_common/failure.h"
#include "tls_common/limits.h"
#include "tls_gnutls/state.h"
#include "tls_gnutls/watch.h"

#include <assert.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    int error;
    enum tls_reason reason;
} error_rows[] = {
    { GNUTLS_E_PREMATURE_TERMINATION, TLS_PEER_CLOSED },
    { GNUTLS_E_PUSH_ERROR, TLS_PEER_RESET },
    { GNUTLS_E_PULL_ERROR, TLS_PEER_RESET },
    { GNUTLS_E_UNSUPPORTED_VERSION_PACKET, TLS_VERSION_REFUSED },
    { GNUTLS_E_UNKNOWN_CIPHER_SUITE, TLS_NO_SHARED_SUITE },
    { GNUTLS_E_DECRYPTION_FAILED, TLS_RECORD },
    { GNUTLS_E_ERROR_IN_FINISHED_PACKET, TLS_FINISHED },
    { GNUTLS_E_CERTIFICATE_ERROR, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_NO_CERTIFICATE_FOUND, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, TLS_CERTIFICATE_TYPE },
    { GNUTLS_E_KEY_USAGE_VIOLATION, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_UNKNOWN_PK_ALGORITHM, TLS_CERTIFICATE_TYPE },
    { GNUTLS_E_PK_INVALID_PUBKEY, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_ASN1_DER_ERROR, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_ASN1_DER_OVERFLOW, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_ASN1_ELEMENT_NOT_FOUND, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_ASN1_TAG_ERROR, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_ASN1_VALUE_NOT_FOUND, TLS_BAD_CERTIFICATE },
    { GNUTLS_E_MEMORY_ERROR, TLS_INTERNAL },
    { GNUTLS_E_INTERNAL_ERROR, TLS_INTERNAL },
    { GNUTLS_E_RANDOM_FAILED, TLS_INTERNAL },
    { GNUTLS_E_INSUFFICIENT_CREDENTIALS, TLS_INTERNAL },
    { GNUTLS_E_INVALID_REQUEST, TLS_INTERNAL },
};

static const struct {
    enum tls_reason reason;
    gnutls_alert_description_t alert;
} alert_rows[] = {
    { TLS_UNKNOWN_CA, GNUTLS_A_UNKNOWN_CA },
    { TLS_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED },
    { TLS_NOT_YET_VALID, GNUTLS_A_CERTIFICATE_EXPIRED },
    { TLS_WRONG_HOST, GNUTLS_A_BAD_CERTIFICATE },
    { TLS_BAD_SIGNATURE, GNUTLS_A_DECRYPT_ERROR },
    { TLS_BAD_ISSUER, GNUTLS_A_BAD_CERTIFICATE },
    { TLS_BAD_CERTIFICATE, GNUTLS_A_BAD_CERTIFICATE },
    { TLS_CERTIFICATE_TYPE, GNUTLS_A_UNSUPPORTED_CERTIFICATE },
    { TLS_LARGE_CERTIFICATE, GNUTLS_A_BAD_CERTIFICATE },
    { TLS_NO_SHARED_SUITE, GNUTLS_A_ILLEGAL_PARAMETER },
    { TLS_WEAK_GROUP, GNUTLS_A_HANDSHAKE_FAILURE },
    { TLS_VERSION_REFUSED, GNUTLS_A_PROTOCOL_VERSION },
    { TLS_RECORD, GNUTLS_A_BAD_RECORD_MAC },
    { TLS_RECORD_SIZE, GNUTLS_A_RECORD_OVERFLOW },
};

void gtls_note_missed_certificate(struct gtls_session *session)
{
    if (session->setup != NULL)
        session->certificate_missed =
            !session->setup->has_certificate &&
            gnutls_certificate_client_get_request_status(session->gnutls) != 0;
}

/* In TLS 1.3 our handshake is over before the server has seen that the certificate is missing. */
static bool is_for_missing_certificate(const struct gtls_session *session, int alert)
{
    bool in_time =
        session->setup != NULL || (session->info.version == TLS_1_3 && !session->has_data);

    return session->certificate_missed && in_time &&
           (alert == GNUTLS_A_HANDSHAKE_FAILURE || alert == GNUTLS_A_SSL3_NO_CERTIFICATE ||
            alert == GNUTLS_A_DECODE_ERROR || /* of GnuTLS before TLS 1.2 */
            alert == GNUTLS_A_BAD_CERTIFICATE || alert == GNUTLS_A_CERTIFICATE_UNKNOWN ||
            alert == GNUTLS_A_ACCESS_DENIED || alert == GNUTLS_A_CERTIFICATE_REQUIRED);
}

static bool awaits_server_hello(const struct gtls_session *session)
{
    return session->setup != NULL && (int)gnutls_handshake_get_last_in(session->gnutls) < 0;
}

static enum tls_reason reason_of_alert(const struct gtls_session *session, int alert)
{
    return is_for_missing_certificate(session, alert)
               ? TLS_CERTIFICATE_WANTED
               : tls_reason_of_alert(alert, awaits_server_hello(session));
}

static void set_from_alert(struct gtls_session *session, int alert)
{
    const char *name = gnutls_alert_get_name((gnutls_alert_description_t)alert);

    tls_failure_set(&session->failure, reason_of_alert(session, alert), "alert %d, %s", alert,
                    name != NULL ? name : "unknown");
    session->failure.alert = alert;
}

/* GnuTLS's error is the same for a prime of more bits than it computes with. */
static bool is_group_weak(const struct gtls_session *session, int error)
{
    return error == GNUTLS_E_DH_PRIME_UNACCEPTABLE && session->setup != NULL &&
           session->dh_bits < (unsigned)session->setup->dh_min_bits;
}

/* GnuTLS says of some things that a server sends that it has failed itself, or was called wrongly:
 * a point of a wrong length is an invalid request.  Before the server has said anything it has. */
static bool is_blamed_on_us(const struct gtls_session *session, int error)
{
    return (error == GNUTLS_E_INTERNAL_ERROR || error == GNUTLS_E_INVALID_REQUEST ||
            error == GNUTLS_E_INSUFFICIENT_CREDENTIALS) &&
           (int)gnutls_handshake_get_last_in(session->gnutls) >= 0;
}

static enum tls_reason reason_of_error(const struct gtls_session *session, int error)
{
    if (session->is_text)
        return TLS_NOT_TLS;
    if (session->lower_reset)
        return TLS_PEER_RESET;
    if (session->lower_ended)
        return TLS_PEER_CLOSED;
    if (error == GNUTLS_E_CERTIFICATE_ERROR && gtls_watch_key_is_strange(session))
        return TLS_CERTIFICATE_TYPE;
    if (is_group_weak(session, error))
        return TLS_WEAK_GROUP;
    if (is_blamed_on_us(session, error))
        return TLS_PROTOCOL;
    for (size_t i = 0; i < ROWS(error_rows); i++) {
        if (error_rows[i].error == error)
            return error_rows[i].reason;
    }
    return TLS_PROTOCOL;
}

/* The connection itself is the matter, not what GnuTLS makes of it. */
static bool is_of_the_stream(enum tls_reason reason)
{
    return reason == TLS_NOT_TLS || reason == TLS_PEER_CLOSED || reason == TLS_PEER_RESET;
}

/* What the server has said last, in GnuTLS's words. */
static const char *last_message(const struct gtls_session *session)
{
    const char *name =
        gnutls_handshake_description_get_name(gnutls_handshake_get_last_in(session->gnutls));

    return name != NULL ? name : "its last message";
}

static void set_from_error(struct gtls_session *session, int error)
{
    enum tls_reason reason = reason_of_error(session, error);

    if (reason == TLS_WEAK_GROUP)
        tls_failure_set(&session->failure, reason, "%u bits, at least %d", session->dh_bits,
                        session->setup->dh_min_bits);
    else if (reason == TLS_PROTOCOL && is_blamed_on_us(session, error))
        tls_failure_set(&session->failure, reason, "behind %s came what GnuTLS cannot take: %s",
                        last_message(session), gnutls_strerror(error));
    else if (!is_of_the_stream(reason))
        tls_failure_set(&session->failure, reason, "%s", gnutls_strerror(error));
    else if (session->certificate_missed && session->setup != NULL)
        tls_failure_set(&session->failure, reason, "it had asked for a client certificate");
    else
        tls_failure_set(&session->failure, reason, NULL);
}

static void tell_server(struct gtls_session *session, int error)
{
    for (size_t i = 0; i < ROWS(alert_rows); i++) {
        if (alert_rows[i].reason == session->failure.reason) {
            gnutls_alert_send(session->gnutls, GNUTLS_AL_FATAL, alert_rows[i].alert);
            return;
        }
    }
    gnutls_alert_send_appropriate(session->gnutls, error);
}

/* The rest of a failure, whose reason is known, and the trace. */
static void finish(struct gtls_session *session)
{
    static const char *const words[] = {
#define REASON_TEXT(name, text) [name] = text,
        TLS_REASONS(REASON_TEXT)
#undef REASON_TEXT
    };
    const struct tls_failure *failure = &session->failure;

    session->failure.is_of_offer = awaits_server_hello(session);
    session->failure.name_sent = session->setup != NULL && session->setup->sends_name;
    log_trace(session->log, TRACE_TLS, "failed: %s%s%s%s", words[failure->reason],
              failure->detail[0] != '\0' ? " (" : "", failure->detail,
              failure->detail[0] != '\0' ? ")" : "");
}

void gtls_fail(struct gtls_session *session, int error)
{
    const struct tls_failure *failure = &session->failure;

    assert(error < 0);
    if (session->verdict != TLS_RECORDS_GOOD) {
        tls_records_fail(&session->records, session->verdict, &session->failure);
        error = GNUTLS_E_HANDSHAKE_TOO_LARGE;
    }
    if (failure->reason == TLS_FINE && error == GNUTLS_E_FATAL_ALERT_RECEIVED)
        set_from_alert(session, (int)gnutls_alert_get(session->gnutls));
    else if (failure->reason == TLS_FINE)
        set_from_error(session, error);
    if (failure->alert < 0 && !is_of_the_stream(failure->reason))
        tell_server(session, error);
    finish(session);
}

void gtls_fail_insisting(struct gtls_session *session)
{
    tls_failure_set(&session->failure, TLS_RENEGOTIATION, NULL);
    log_trace(session->log, TRACE_TLS, "failed: the server insists on a renegotiation");
}

void gtls_fail_by_alert(struct gtls_session *session, int alert)
{
    if (session->has_refused) {
        gtls_fail_insisting(session);
        return;
    }
    gtls_note_missed_certificate(session);
    set_from_alert(session, alert);
    finish(session);
}
