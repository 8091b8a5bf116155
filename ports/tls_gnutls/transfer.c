/* transfer.c: data both ways after the handshake, and the end of the session. */
#include "tls_common/admission.h"
#include "tls_common/failure.h"
#include "tls_gnutls/failure.h"
#include "tls_gnutls/renegotiation.h"
#include "tls_gnutls/session.h"
#include "tls_gnutls/unsent.h"

/* Records without data that one read() works off before it lets others have their turn. */
enum { ROUNDS_MAX = 16 };

static ptrdiff_t failed(const struct gtls_session *session)
{
    return session->failure.reason == TLS_PEER_RESET ? -ERR_RESET : -ERR_TLS;
}

static bool is_without_data(ptrdiff_t result)
{
    return gtls_is_postponed(result) || result == GNUTLS_E_REHANDSHAKE ||
           result == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

/* What was read is the front of a record whose rest is pending. */
static bool is_too_long(const struct gtls_session *session, size_t read)
{
    return read + gtls_pending(&session->base) > session->record_max;
}

/* None of it reaches the module (RFC 5246, 7.2.2: record_overflow). */
static ptrdiff_t refuse_record(struct gtls_session *session, size_t read)
{
    tls_failure_set(&session->failure, TLS_RECORD_SIZE, "it has %zu bytes, the module takes %zu",
                    read + gtls_pending(&session->base), session->record_max);
    gtls_fail(session, GNUTLS_E_RECORD_OVERFLOW);
    return failed(session);
}

static ptrdiff_t finish_read(struct gtls_session *session, ptrdiff_t result)
{
    if (result > 0) {
        session->has_data = true;
        session->has_refused = false;
        return result;
    }
    /* However it says so, the server insists. */
    if (session->has_refused) {
        gtls_fail_insisting(session);
        return failed(session);
    }
    /* Old servers just close, without close_notify. */
    if (result == 0 || (session->lower_ended && result != GNUTLS_E_FATAL_ALERT_RECEIVED)) {
        session->ended = true;
        session->end = result == 0 ? TLS_END_NOTIFIED : tls_records_end(&session->records);
        return 0;
    }
    gtls_fail(session, (int)result);
    return failed(session);
}

ptrdiff_t gtls_read(struct tls_session *base, void *buf, size_t cap)
{
    struct gtls_session *session = (struct gtls_session *)base;

    if (session->failure.reason != TLS_FINE)
        return failed(session);
    if (session->ended || cap == 0)
        return 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        bool is_rest = gtls_pending(&session->base) > 0;
        ptrdiff_t result;

        if (!is_rest && !tls_admission_has_record())
            return -ERR_AGAIN;
        gtls_refuse_renegotiation(session);
        session->is_dry = false;
        result = session->again != NULL ? gtls_receive_again(session, buf, cap)
                                        : gnutls_record_recv(session->gnutls, buf, cap);
        if (result > 0 && !is_rest && is_too_long(session, (size_t)result))
            return refuse_record(session, (size_t)result);
        if (!is_without_data(result))
            return finish_read(session, result);
        if (result == GNUTLS_E_REHANDSHAKE)
            gtls_note_renegotiation(session);
        if (session->is_dry)
            break;
    }
    gtls_refuse_renegotiation(session);
    return -ERR_AGAIN;
}

enum err gtls_flush(struct tls_session *base)
{
    struct gtls_session *session = (struct gtls_session *)base;

    if (session->failure.reason != TLS_FINE)
        return (enum err) - failed(session);
    if (session->unsent != UNSENT_NOTHING) {
        ptrdiff_t result = gtls_send_unsent(session);

        if (gtls_is_postponed(result))
            return ERR_AGAIN;
        if (result < 0) {
            gtls_fail(session, (int)result);
            return (enum err) - failed(session);
        }
    }
    gtls_refuse_renegotiation(session);
    return session->unsent == UNSENT_NOTHING ? ERR_OK : ERR_AGAIN;
}

ptrdiff_t gtls_write(struct tls_session *base, const void *data, size_t len)
{
    struct gtls_session *session = (struct gtls_session *)base;
    size_t protocol_max = gnutls_record_get_max_size(session->gnutls);
    size_t longest = session->record_max < protocol_max ? session->record_max : protocol_max;
    size_t part = len < longest ? len : longest;
    enum err err = gtls_flush(&session->base);
    ptrdiff_t result;

    if (err != ERR_OK)
        return -(ptrdiff_t)err;
    if (part == 0)
        return 0;
    if (!tls_admission_has_record())
        return -ERR_AGAIN;
    result = gnutls_record_send(session->gnutls, data, part);
    if (gtls_is_postponed(result)) {
        session->unsent = UNSENT_DATA; /* GnuTLS has made the record: these bytes are taken */
        return (ptrdiff_t)part;
    }
    if (result < 0) {
        gtls_fail(session, (int)result);
        return failed(session);
    }
    return result;
}

size_t gtls_pending(const struct tls_session *base)
{
    const struct gtls_session *session = (const struct gtls_session *)base;

    return session->failure.reason == TLS_FINE ? gnutls_record_check_pending(session->gnutls) : 0;
}

void gtls_shutdown(struct tls_session *base)
{
    struct gtls_session *session = (struct gtls_session *)base;

    if (session->failure.reason != TLS_FINE || session->setup != NULL)
        return;
    if (session->unsent != UNSENT_NOTHING)
        gtls_send_unsent(session);
    if (session->unsent == UNSENT_NOTHING)
        gnutls_bye(session->gnutls, GNUTLS_SHUT_WR);
}
