/* transport.c: bytes between GnuTLS and the stream below, and what can be learned on the way. */
#include "tls_gnutls/transport.h"

#include "tls_gnutls/state.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

/* Holds a client's longest usual flight: certificate, key exchange, signature, Finished. */
enum { FLIGHT_MAX_BYTES = 4096 };

/* TLS record types are 20 to 23 (RFC 5246, 6.2.1); heartbeat would be 24 and is never agreed. */
static bool begins_a_record(uint8_t byte)
{
    return byte >= 20 && byte <= 23;
}

static ssize_t cannot(struct gtls_session *session, ptrdiff_t result)
{
    if (result == -ERR_AGAIN) {
        gnutls_transport_set_errno(session->gnutls, EAGAIN);
    } else {
        session->lower_reset = true;
        gnutls_transport_set_errno(session->gnutls, ECONNRESET);
    }
    return -1;
}

static ssize_t pull(gnutls_transport_ptr_t ptr, void *buf, size_t cap)
{
    struct gtls_session *session = ptr;
    ptrdiff_t result = session->lower.recv(session->lower.ctx, buf, cap);

    session->is_dry = result == -ERR_AGAIN;
    if (result < 0)
        return cannot(session, result);
    if (result == 0)
        session->lower_ended = true;
    else if (!session->has_received)
        session->is_text = !begins_a_record(*(const uint8_t *)buf);
    session->has_received = session->has_received || result > 0;
    /* None of what is too much reaches GnuTLS, which would keep it: a message until it is complete,
     * and with %COMPAT records that are too long. */
    if (!session->is_text)
        session->verdict =
            tls_records_follow(&session->records, buf, (size_t)result, session->setup != NULL);
    if (session->verdict != TLS_RECORDS_GOOD) {
        gnutls_transport_set_errno(session->gnutls, EPROTO);
        return -1;
    }
    return result;
}

/* All of it, or as much as the stream below takes now; -ERR_AGAIN, -ERR_RESET when nothing. */
static ptrdiff_t send_run(struct gtls_session *session, const uint8_t *data, size_t len)
{
    size_t sent = 0;

    while (sent < len) {
        ptrdiff_t result = session->lower.send(session->lower.ctx, data + sent, len - sent);

        if (result <= 0)
            return sent > 0 ? (ptrdiff_t)sent : result == 0 ? -ERR_AGAIN : result;
        sent += (size_t)result;
    }
    return (ptrdiff_t)sent;
}

/* Copies as many whole pieces as fit, and tells how many; a single piece is left where it is. */
static int gather(uint8_t *flight, const giovec_t *pieces, int count, struct span *ret_run)
{
    size_t used = 0;
    int taken = 0;

    while (count > 1 && taken < count && pieces[taken].iov_len <= FLIGHT_MAX_BYTES - used) {
        memcpy(flight + used, pieces[taken].iov_base, pieces[taken].iov_len);
        used += pieces[taken++].iov_len;
    }
    *ret_run = taken > 0 ? span_at(flight, used) : span_at(pieces[0].iov_base, pieces[0].iov_len);
    return taken > 0 ? taken : 1;
}

/* The messages of a flight leave in one piece: a segment each would wait for the server's delayed
 * acknowledgements.  Data is a single piece and is not copied. */
static ssize_t push(gnutls_transport_ptr_t ptr, const giovec_t *pieces, int count)
{
    struct gtls_session *session = ptr;
    uint8_t flight[FLIGHT_MAX_BYTES];
    struct span run;
    ssize_t total = 0;

    for (int next = 0; next < count;) {
        ptrdiff_t sent;

        next += gather(flight, pieces + next, count - next, &run);
        sent = send_run(session, run.data, run.len);
        total += sent > 0 ? sent : 0;
        if (sent < (ptrdiff_t)run.len)
            return total > 0 ? total : cannot(session, sent);
    }
    return total;
}

void gtls_transport_attach(struct gtls_session *session)
{
    gnutls_transport_set_ptr(session->gnutls, session);
    gnutls_transport_set_pull_function(session->gnutls, pull);
    gnutls_transport_set_vec_push_function(session->gnutls, push);
}
