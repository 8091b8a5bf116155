/* handshake.c: the handshake, step by step, and what it came to. */
#include "base/tls_suites.h"
#include "tls_common/failure.h"
#include "tls_common/trace.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/session.h"
#include "tls_mbedtls/transport.h"
#include "tls_mbedtls/verify.h"

static enum tls_step failed(struct mtls_session *session, int error)
{
    if (session->mbedtls.session_negotiate != NULL)
        mtls_trace_chain(session, session->mbedtls.session_negotiate->peer_cert);
    mtls_fail(session, error);
    return TLS_FAILED;
}

/* The last message of ours may wait; until it is away the handshake is not over. */
static enum tls_step finish(struct mtls_session *session)
{
    enum err flushed = mtls_transport_flush(session);

    if (flushed == ERR_AGAIN)
        return TLS_WANT_WRITE;
    if (flushed != ERR_OK)
        return failed(session, MBEDTLS_ERR_SSL_CONN_EOF);
    session->info =
        (struct tls_info){ TLS_SSL_3_0, (tls_suite)session->mbedtls.session->ciphersuite, false };
    mtls_setup_release(session);
    mtls_trace_chain(session, session->mbedtls.session->peer_cert);
    tls_trace_done(session->log, &session->info);
    return TLS_DONE;
}

/* Its certificate is here, and nothing secret has been sent yet. */
static bool is_server_to_be_verified(const struct mtls_session *session)
{
    const struct mtls_setup *setup = session->setup;

    return setup->verify && !setup->is_verified &&
           session->mbedtls.state > MBEDTLS_SSL_SERVER_CERTIFICATE;
}

static bool is_server_good(struct mtls_session *session)
{
    mbedtls_x509_crt *chain = session->mbedtls.session_negotiate->peer_cert;

    session->setup->is_verified = true;
    if (chain != NULL)
        return mtls_verify(session, chain);
    tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "there is none");
    return false;
}

static enum tls_phase phase_of(const struct mtls_session *session)
{
    if (session->mbedtls.state <= MBEDTLS_SSL_SERVER_HELLO)
        return TLS_PHASE_HELLO;
    return session->mbedtls.state <= MBEDTLS_SSL_SERVER_HELLO_DONE ? TLS_PHASE_CERTIFICATE
                                                                   : TLS_PHASE_FINISHED;
}

bool mtls_progress(const struct tls_session *base, struct tls_progress *ret_progress)
{
    const struct mtls_session *session = (const struct mtls_session *)base;

    if (session->setup == NULL)
        return false;
    *ret_progress = (struct tls_progress){ .phase = phase_of(session),
                                           .min_version = TLS_SSL_3_0,
                                           .max_version = TLS_SSL_3_0 };
    while (session->setup->suites[ret_progress->suite_count] != 0) {
        size_t i = ret_progress->suite_count++;

        if (i < TLS_PROGRESS_SUITES)
            ret_progress->suites[i] = (tls_suite)session->setup->suites[i];
    }
    return true;
}

enum tls_step mtls_handshake(struct tls_session *base)
{
    struct mtls_session *session = (struct mtls_session *)base;

    if (session->failure.reason != TLS_FINE)
        return TLS_FAILED;
    if (session->setup == NULL)
        return TLS_DONE;
    mtls_transport_refill(session);
    while (session->mbedtls.state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        int result = mbedtls_ssl_handshake_step(&session->mbedtls);

        if (result == MBEDTLS_ERR_SSL_WANT_READ)
            return TLS_WANT_READ;
        if (result == MBEDTLS_ERR_SSL_WANT_WRITE)
            return TLS_WANT_WRITE;
        if (result != 0)
            return failed(session, result);
        if (is_server_to_be_verified(session) && !is_server_good(session))
            return failed(session, MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE);
    }
    return finish(session);
}
