/* transport.c: bytes between mbedTLS and the stream below, and what can be learned on the way. */
#include "tls_mbedtls/transport.h"

#include "tls_mbedtls/state.h"

#include <mbedtls/net_sockets.h>
#include <string.h>

enum { PULLS_MAX = 64 };

static int cannot(struct mtls_session *session, ptrdiff_t result, int again)
{
    if (result == -ERR_AGAIN)
        return again;
    session->lower_reset = true;
    return MBEDTLS_ERR_NET_CONN_RESET;
}

static void note_first(struct mtls_session *session, const unsigned char *data, size_t len)
{
    size_t room = sizeof(session->first) - session->first_len;
    size_t count = len < room ? len : room;

    memcpy(session->first + session->first_len, data, count);
    session->first_len += count;
}

enum err mtls_transport_flush(struct mtls_session *session)
{
    struct mtls_setup *setup = session->setup;
    size_t sent = 0;
    enum err err = ERR_OK;

    if (setup == NULL)
        return ERR_OK;
    while (sent < setup->flight_len && err == ERR_OK) {
        ptrdiff_t result =
            session->lower.send(session->lower.ctx, setup->flight + sent, setup->flight_len - sent);

        if (result > 0)
            sent += (size_t)result;
        else
            err = result == 0 || result == -ERR_AGAIN ? ERR_AGAIN : ERR_RESET;
    }
    session->lower_reset = session->lower_reset || err == ERR_RESET;
    memmove(setup->flight, setup->flight + sent, setup->flight_len - sent);
    setup->flight_len -= sent;
    return err;
}

/* A flight must be away before an answer to it can come. */
static int pull(void *ctx, unsigned char *buf, size_t cap)
{
    struct mtls_session *session = ctx;
    enum err flushed = mtls_transport_flush(session);
    ptrdiff_t result;

    if (flushed != ERR_OK)
        return cannot(session, -(ptrdiff_t)flushed, MBEDTLS_ERR_SSL_WANT_WRITE);
    if (session->pulls_left == 0)
        return MBEDTLS_ERR_SSL_WANT_READ;
    session->pulls_left--;
    result = session->lower.recv(session->lower.ctx, buf, cap);
    if (result < 0)
        return cannot(session, result, MBEDTLS_ERR_SSL_WANT_READ);
    session->lower_ended = result == 0;
    note_first(session, buf, (size_t)result);
    session->verdict =
        tls_records_follow(&session->records, buf, (size_t)result, session->setup != NULL);
    return session->verdict == TLS_RECORDS_GOOD ? (int)result : MBEDTLS_ERR_SSL_INVALID_RECORD;
}

/* The messages of a flight leave in one piece: a segment each would wait for the server's delayed
 * acknowledgements.  Data goes straight through. */
static int push(void *ctx, const unsigned char *data, size_t len)
{
    struct mtls_session *session = ctx;
    struct mtls_setup *setup = session->setup;
    ptrdiff_t result;

    if (setup != NULL && len > sizeof(setup->flight) - setup->flight_len) {
        enum err flushed = mtls_transport_flush(session);

        if (flushed != ERR_OK)
            return cannot(session, -(ptrdiff_t)flushed, MBEDTLS_ERR_SSL_WANT_WRITE);
    }
    if (setup != NULL && len <= sizeof(setup->flight)) {
        memcpy(setup->flight + setup->flight_len, data, len);
        setup->flight_len += len;
        return (int)len;
    }
    result = session->lower.send(session->lower.ctx, data, len);
    return result > 0
               ? (int)result
               : cannot(session, result == 0 ? -ERR_AGAIN : result, MBEDTLS_ERR_SSL_WANT_WRITE);
}

void mtls_transport_attach(struct mtls_session *session)
{
    mbedtls_ssl_set_bio(&session->mbedtls, session, push, pull, NULL);
}

void mtls_transport_refill(struct mtls_session *session)
{
    session->pulls_left = PULLS_MAX;
}
