/* failure.c: why a session failed, and which alert the server gets for it (RFC 6101, 5.4). */
#include "tls_mbedtls/failure.h"

#include "tls_common/failure.h"
#include "tls_common/limits.h"
#include "tls_mbedtls/state.h"
#include "tls_mbedtls/transport.h"

#include <mbedtls/error.h>
#include <mbedtls/pem.h>
#include <mbedtls/ssl_internal.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* mbedTLS adds an error of a lower module to one of a higher: the two parts of its code. */
#define HIGH_PART(error) (-(-(error)&0xFF80))
#define LOW_PART(error)  (-(-(error)&0x007F))

static const struct {
    int error;
    enum tls_reason reason;
} error_rows[] = {
    { MBEDTLS_ERR_SSL_CONN_EOF, TLS_PEER_CLOSED },
    { MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, TLS_PEER_CLOSED },
    { MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, TLS_VERSION_REFUSED },
    { MBEDTLS_ERR_SSL_INVALID_MAC, TLS_RECORD },
    { MBEDTLS_ERR_SSL_BAD_HS_FINISHED, TLS_FINISHED },
    { MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_SSL_PK_TYPE_MISMATCH, TLS_CERTIFICATE_TYPE },
    { MBEDTLS_ERR_X509_UNKNOWN_OID, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_FORMAT, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_VERSION, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_SERIAL, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_ALG, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_NAME, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_DATE, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_SIGNATURE, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_INVALID_EXTENSIONS, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_UNKNOWN_VERSION, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG, TLS_CERTIFICATE_TYPE },
    { MBEDTLS_ERR_X509_SIG_MISMATCH, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_PK_UNKNOWN_PK_ALG, TLS_CERTIFICATE_TYPE },
    { MBEDTLS_ERR_PK_INVALID_PUBKEY, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE, TLS_BAD_CERTIFICATE },
    { MBEDTLS_ERR_SSL_ALLOC_FAILED, TLS_INTERNAL },
    { MBEDTLS_ERR_SSL_INTERNAL_ERROR, TLS_INTERNAL },
    { MBEDTLS_ERR_SSL_CERTIFICATE_TOO_LARGE, TLS_INTERNAL },
};

void mtls_failure_set_error(struct tls_failure *ret_failure, enum tls_reason reason, int error)
{
    *ret_failure = (struct tls_failure){ .reason = reason, .alert = -1 };
    mbedtls_strerror(error, ret_failure->detail, sizeof(ret_failure->detail));
}

bool mtls_is_out_of_memory(int error)
{
    return HIGH_PART(error) == MBEDTLS_ERR_SSL_ALLOC_FAILED ||
           HIGH_PART(error) == MBEDTLS_ERR_X509_ALLOC_FAILED ||
           HIGH_PART(error) == MBEDTLS_ERR_PK_ALLOC_FAILED ||
           HIGH_PART(error) == MBEDTLS_ERR_PEM_ALLOC_FAILED ||
           LOW_PART(error) == MBEDTLS_ERR_ASN1_ALLOC_FAILED ||
           LOW_PART(error) == MBEDTLS_ERR_MPI_ALLOC_FAILED;
}

/* TLS record types are 20 to 23. */
static bool is_text(const struct mtls_session *session)
{
    return session->first_len > 0 && (session->first[0] < 20 || session->first[0] > 23);
}

/* A server that does not speak SSL 3.0 says so in a record of its own versions. */
static bool answers_in_newer_version(const struct mtls_session *session)
{
    return session->first_len == sizeof(session->first) && session->first[1] == 3 &&
           session->first[2] > 0;
}

static bool awaits_server_hello(const struct mtls_session *session)
{
    return session->setup != NULL && session->mbedtls.state <= MBEDTLS_SSL_SERVER_HELLO;
}

static bool missed_certificate(const struct mtls_session *session)
{
    return session->setup != NULL && !session->setup->has_certificate &&
           session->mbedtls.client_auth != 0;
}

static bool was_asked_for(const struct mtls_setup *setup, int suite)
{
    size_t i = 0;

    while (setup->suites[i] != 0 && setup->suites[i] != suite)
        i++;
    return suite != 0 && setup->suites[i] == suite;
}

/* A suite that mbedTLS does not know is a parameter to it that makes no sense. */
static bool chose_another_suite(const struct mtls_session *session, int error)
{
    const mbedtls_ssl_session *chosen = session->mbedtls.session_negotiate;

    if (awaits_server_hello(session) && error == MBEDTLS_ERR_SSL_BAD_INPUT_DATA)
        return true;
    return session->setup != NULL && error == MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO &&
           chosen != NULL && chosen->ciphersuite != 0 &&
           !was_asked_for(session->setup, chosen->ciphersuite);
}

/* The bits of a prime for Diffie and Hellman that mbedTLS refused for its size; 0: it was not that.
 */
static size_t weak_group_bits(const struct mtls_session *session, int error)
{
    const mbedtls_ssl_handshake_params *handshake = session->mbedtls.handshake;
    size_t bits = 0;

    if (handshake != NULL && HIGH_PART(error) == MBEDTLS_ERR_SSL_BAD_HS_SERVER_KEY_EXCHANGE)
        bits = mbedtls_mpi_bitlen(&handshake->dhm_ctx.P);
    return bits < TLS_DH_MIN_BITS ? bits : 0;
}

static enum tls_reason reason_of_alert(const struct mtls_session *session, int alert)
{
    if (missed_certificate(session) &&
        (alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE ||
         alert == MBEDTLS_SSL_ALERT_MSG_NO_CERT || alert == MBEDTLS_SSL_ALERT_MSG_BAD_CERT ||
         alert == MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN))
        return TLS_CERTIFICATE_WANTED;
    return tls_reason_of_alert(alert, awaits_server_hello(session));
}

static void set_from_alert(struct mtls_session *session, int alert)
{
    /* What a server says that has TLS only, OpenSSL for one. */
    const char *more =
        alert == MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE && awaits_server_hello(session)
            ? ", or it does not speak SSL 3.0"
            : "";

    tls_failure_set(&session->failure, reason_of_alert(session, alert), "alert %d%s", alert, more);
    session->failure.alert = alert;
}

static enum tls_reason reason_of_error(int error)
{
    for (size_t i = 0; i < ROWS(error_rows); i++) {
        if (error_rows[i].error == HIGH_PART(error))
            return error_rows[i].reason;
    }
    return TLS_PROTOCOL;
}

static void set_from_stream(struct mtls_session *session, enum tls_reason reason)
{
    tls_failure_set(&session->failure, reason, "%s",
                    missed_certificate(session) ? "it had asked for a client certificate" : "");
}

/* mbedTLS has one error for all that is wrong with a record, and another for one that its memory
 * does not hold. */
static bool is_record_long(const struct mtls_session *session, int error)
{
    return session->verdict == TLS_RECORDS_GOOD &&
           tls_records_length(&session->records) > TLS_RECORD_MAX &&
           (error == MBEDTLS_ERR_SSL_INVALID_RECORD || error == MBEDTLS_ERR_SSL_BAD_INPUT_DATA);
}

static void set_from_error(struct mtls_session *session, int error)
{
    size_t weak_bits = weak_group_bits(session, error);

    if (is_text(session))
        set_from_stream(session, TLS_NOT_TLS);
    else if (session->lower_reset)
        set_from_stream(session, TLS_PEER_RESET);
    else if (session->lower_ended)
        set_from_stream(session, TLS_PEER_CLOSED);
    else if (is_record_long(session, error))
        tls_records_fail(&session->records, TLS_RECORDS_LONG_RECORD, &session->failure);
    else if (session->verdict != TLS_RECORDS_GOOD)
        tls_records_fail(&session->records, session->verdict, &session->failure);
    else if (awaits_server_hello(session) && answers_in_newer_version(session))
        tls_failure_set(&session->failure, TLS_VERSION_REFUSED, "it answers in version 3.%d",
                        session->first[2]);
    else if (weak_bits > 0)
        tls_failure_set(&session->failure, TLS_WEAK_GROUP, "%zu bits, at least %d", weak_bits,
                        TLS_DH_MIN_BITS);
    else if (chose_another_suite(session, error))
        tls_failure_set(&session->failure, TLS_NO_SHARED_SUITE,
                        "it chose a suite that the module does not allow");
    else
        mtls_failure_set_error(&session->failure, reason_of_error(error), error);
}

static void trace_failure(const struct mtls_session *session)
{
    static const char *const words[] = {
#define REASON_TEXT(name, text) [name] = text,
        TLS_REASONS(REASON_TEXT)
#undef REASON_TEXT
    };
    const struct tls_failure *failure = &session->failure;

    log_trace(session->log, TRACE_TLS, "failed: %s%s%s%s", words[failure->reason],
              failure->detail[0] != '\0' ? " (" : "", failure->detail,
              failure->detail[0] != '\0' ? ")" : "");
}

void mtls_fail(struct mtls_session *session, int error)
{
    const struct tls_failure *failure = &session->failure;

    if (failure->reason == TLS_FINE && error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        set_from_alert(session, session->mbedtls.in_msg[1]);
    else if (failure->reason == TLS_FINE)
        set_from_error(session, error);
    if (!session->lower_reset)
        mtls_transport_flush(session); /* an alert, as far as it goes */
    trace_failure(session);
}

void mtls_fail_by_alert(struct mtls_session *session, int alert)
{
    set_from_alert(session, alert);
    trace_failure(session);
}

void mtls_fail_renegotiation(struct mtls_session *session, int error)
{
    tls_renegotiation_say(session->log);
    tls_failure_set(&session->failure, TLS_RENEGOTIATION, "SSL 3.0 has no word for no");
    mtls_fail(session, error);
}

ptrdiff_t mtls_failed(const struct mtls_session *session)
{
    return session->failure.reason == TLS_PEER_RESET ? -ERR_RESET : -ERR_TLS;
}
