/* transfer.c: data both ways after the handshake, and the end of the session. */
#include "tls_common/failure.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/session.h"
#include "tls_mbedtls/transport.h"

static ptrdiff_t finish_read(struct mtls_session *session, int result)
{
    if (result > 0)
        return result;
    if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
        return -ERR_AGAIN;
    /* Old servers just close, without close_notify. */
    if (result == 0 || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
        result == MBEDTLS_ERR_SSL_CONN_EOF) {
        session->ended = true;
        session->end = result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY
                           ? TLS_END_NOTIFIED
                           : tls_records_end(&session->records);
        return 0;
    }
    if (result == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE &&
        session->mbedtls.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE)
        mtls_fail_renegotiation(session, result);
    else
        mtls_fail(session, result);
    return mtls_failed(session);
}

/* What was read is the front of a record whose rest is pending. */
static ptrdiff_t refuse_record(struct mtls_session *session, size_t len)
{
    tls_failure_set(&session->failure, TLS_RECORD_SIZE, "it has %zu bytes, the module takes %zu",
                    len, session->record_max);
    mtls_fail(session, MBEDTLS_ERR_SSL_INVALID_RECORD);
    return mtls_failed(session);
}

ptrdiff_t mtls_read(struct tls_session *base, void *buf, size_t cap)
{
    struct mtls_session *session = (struct mtls_session *)base;
    bool is_rest = mtls_pending(&session->base) > 0;
    int result;

    if (session->failure.reason != TLS_FINE)
        return mtls_failed(session);
    if (session->ended || cap == 0)
        return 0;
    mtls_transport_refill(session);
    result = mbedtls_ssl_read(&session->mbedtls, buf, cap);
    if (result > 0 && !is_rest &&
        (size_t)result + mtls_pending(&session->base) > session->record_max)
        return refuse_record(session, (size_t)result + mtls_pending(&session->base));
    return finish_read(session, result);
}

/* As long as mbedTLS holds a record it takes nothing new: any call only goes on with that one. */
enum err mtls_flush(struct tls_session *base)
{
    struct mtls_session *session = (struct mtls_session *)base;
    int result = 0;

    if (session->failure.reason != TLS_FINE)
        return (enum err) - mtls_failed(session);
    if (session->mbedtls.out_left > 0)
        result = mbedtls_ssl_write(&session->mbedtls, (const unsigned char *)"", 0);
    if (result == MBEDTLS_ERR_SSL_WANT_WRITE)
        return ERR_AGAIN;
    if (result >= 0)
        return ERR_OK;
    mtls_fail(session, result);
    return (enum err) - mtls_failed(session);
}

ptrdiff_t mtls_write(struct tls_session *base, const void *data, size_t len)
{
    struct mtls_session *session = (struct mtls_session *)base;
    size_t longest = session->record_max < MBEDTLS_SSL_OUT_CONTENT_LEN
                         ? session->record_max
                         : MBEDTLS_SSL_OUT_CONTENT_LEN;
    size_t part = len < longest ? len : longest;
    enum err err = mtls_flush(&session->base);
    int result;

    if (err != ERR_OK)
        return -(ptrdiff_t)err;
    if (part == 0)
        return 0;
    result = mbedtls_ssl_write(&session->mbedtls, data, part);
    if (result == MBEDTLS_ERR_SSL_WANT_WRITE)
        return (ptrdiff_t)part; /* the record is made: these bytes are taken */
    if (result > 0)
        return result;
    mtls_fail(session, result);
    return mtls_failed(session);
}

size_t mtls_pending(const struct tls_session *base)
{
    const struct mtls_session *session = (const struct mtls_session *)base;

    return session->failure.reason == TLS_FINE ? mbedtls_ssl_get_bytes_avail(&session->mbedtls) : 0;
}

void mtls_shutdown(struct tls_session *base)
{
    struct mtls_session *session = (struct mtls_session *)base;

    if (session->failure.reason == TLS_FINE && session->setup == NULL &&
        mtls_flush(&session->base) == ERR_OK)
        mbedtls_ssl_close_notify(&session->mbedtls);
}
