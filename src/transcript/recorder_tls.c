/* recorder_tls.c: the TLS libraries of a modem that is recorded: handshakes, and bytes in clear. */
#include "transcript/recorder_tls.h"

#include "transcript/writer_peer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct recorder_session *session_of(struct tls_session *base)
{
    return (struct recorder_session *)base;
}

/* False: nobody is told of what passes. */
static bool is_told(const struct recorder_session *session)
{
    return session->stream != NULL && session->stream->number >= 0;
}

/* ---- below: the stream learns whose records it carries ---- */

static ptrdiff_t lower_recv(void *ctx, void *buf, size_t cap)
{
    struct recorder_session *session = ctx;
    ptrdiff_t count;

    session->recorder->inside = session;
    count = session->lower.recv(session->lower.ctx, buf, cap);
    session->recorder->inside = NULL;
    return count;
}

static ptrdiff_t lower_send(void *ctx, const void *data, size_t len)
{
    struct recorder_session *session = ctx;
    ptrdiff_t count;

    session->recorder->inside = session;
    count = session->lower.send(session->lower.ctx, data, len);
    session->recorder->inside = NULL;
    return count;
}

/* ---- the session ---- */

static enum tls_step handshake(struct tls_session *base)
{
    struct recorder_session *session = session_of(base);
    enum tls_step step = tls_session_handshake(base->inner);
    int64_t now_ms = recorder_event_ms(session->recorder);

    if (session->told || !is_told(session))
        return step;
    if (step == TLS_DONE)
        writer_tls_open(session->recorder->writer, now_ms, session->stream->number,
                        tls_session_info(base->inner));
    else if (step == TLS_FAILED)
        writer_tls_fails(session->recorder->writer, now_ms, session->stream->number,
                         tls_session_failure(base->inner));
    session->told = step == TLS_DONE || step == TLS_FAILED;
    return step;
}

static void tell_end(struct recorder_session *session, ptrdiff_t count)
{
    enum writer_end end = WRITER_HANGS_UP;

    if (count == -ERR_AGAIN || session->stream->ended)
        return;
    if (count == -ERR_RESET)
        end = WRITER_RESETS;
    else if (count < 0)
        end = WRITER_CORRUPTS;
    else if (tls_session_end(session->base.inner) == TLS_END_NOTIFIED)
        end = WRITER_CLOSES;
    writer_peer_ends(session->recorder->writer, recorder_fetch_ms(session->recorder),
                     session->stream->number, end);
    session->stream->ended = true;
}

static ptrdiff_t read_inner(struct recorder_session *session, void *buf, size_t cap)
{
    ptrdiff_t count = tls_session_read(session->base.inner, buf, cap);

    if (!is_told(session))
        return count;
    if (count > 0)
        writer_peer_sends(session->recorder->writer, recorder_fetch_ms(session->recorder),
                          session->stream->number, span_at(buf, (size_t)count));
    else
        tell_end(session, count);
    return count;
}

static ptrdiff_t read_bytes(struct tls_session *base, void *buf, size_t cap)
{
    struct recorder_session *session = session_of(base);
    size_t count = session->ahead.len < cap ? session->ahead.len : cap;

    if (count == 0)
        return read_inner(session, buf, cap);
    memcpy(buf, session->ahead.data, count);
    bytes_drop(&session->ahead, count);
    return (ptrdiff_t)count;
}

/* Who counts what has come may say so to its host, so it is written now. */
static size_t pending(const struct tls_session *base)
{
    struct recorder_session *session = (struct recorder_session *)base;
    size_t waits = tls_session_pending(base->inner);
    ptrdiff_t count;

    if (waits == 0 || bytes_reserve(&session->ahead, session->ahead.len + waits) != ERR_OK)
        return session->ahead.len + waits;
    count = read_inner(session, session->ahead.data + session->ahead.len, waits);
    if (count > 0)
        bytes_commit(&session->ahead, (size_t)count);
    return session->ahead.len + tls_session_pending(base->inner);
}

static ptrdiff_t write_bytes(struct tls_session *base, const void *data, size_t len)
{
    struct recorder_session *session = session_of(base);
    ptrdiff_t count = tls_session_write(base->inner, data, len);

    if (count > 0 && is_told(session))
        writer_peer_gets(session->recorder->writer, recorder_event_ms(session->recorder),
                         session->stream->number, span_at(data, (size_t)count));
    return count;
}

static void free_session(struct tls_session *base)
{
    struct recorder_session *session = session_of(base);

    tls_session_free(base->inner);
    if (session->stream != NULL)
        session->stream->session = NULL;
    bytes_free(&session->ahead);
    free(session);
}

static const struct tls_session_ops session_ops = { .handshake = handshake,
                                                    .read = read_bytes,
                                                    .write = write_bytes,
                                                    .pending = pending,
                                                    .free = free_session };

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct recorder_session *session = calloc(1, sizeof(*session));
    const struct tls_lower own = { lower_recv, lower_send, session };
    enum err err;

    if (session == NULL)
        return ERR_NO_MEMORY;
    session->base.ops = &session_ops;
    session->recorder = ((struct recorder_provider *)base)->recorder;
    session->lower = *lower;
    err = tls_open(base->inner, config, &own, &session->base.inner, ret_failure);
    if (err != ERR_OK) {
        free(session);
        return err;
    }
    *ret_session = &session->base;
    return ERR_OK;
}

const struct tls_ops recorder_tls_ops = { .open = open_session };
