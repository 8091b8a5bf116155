/* fault_tls.c: TLS that fails when a fault says so. */
#include "wrap/fault_tls.h"

#include "wrap/fault_stray.h"

#include <stdio.h>
#include <stdlib.h>

struct fault_session {
    struct tls_session base;
    struct fault_talk *talk;
    struct tls_lower lower;
    bool is_done;
    enum fault_phase phase;
    bool strikes; /* `fault` does */
    bool struck;  /* and has */
    struct fault fault;
    struct tls_failure failure;
    struct fault_scene scene;   /* as it began */
    uint32_t considered;        /* the number of the last fault that it has met */
    struct fault_stray *strays; /* that it has met, and whose time has not come */
};

enum { ATTRIBUTE_REASON, ATTRIBUTE_ALERT };

static enum tls_reason reason_of(const struct fault *fault)
{
    return (enum tls_reason)(fault->attributes[ATTRIBUTE_REASON] + 1);
}

static struct tls_failure failure_of(const struct fault *fault)
{
    struct tls_failure failure = { .reason = reason_of(fault),
                                   .alert = fault->attributes[ATTRIBUTE_ALERT] };

    snprintf(failure.detail, sizeof(failure.detail), "a fault of the laboratory");
    return failure;
}

/* ---- how far it is ---- */

enum fault_phase fault_session_phase(const struct fault_session *session)
{
    return session->phase;
}

bool fault_session_waits(const struct fault_session *session)
{
    return fault_strays_wait(session->talk->set, &session->scene, session->phase,
                             session->considered);
}

static enum fault_phase phase_now(const struct fault_session *session)
{
    static const enum fault_phase phases[] = { [TLS_PHASE_HELLO] = FAULT_CLIENT_HELLO,
                                               [TLS_PHASE_CERTIFICATE] = FAULT_CERTIFICATE,
                                               [TLS_PHASE_FINISHED] = FAULT_FINISHED };
    struct tls_progress progress;

    if (session->is_done)
        return FAULT_DATA;
    if (!tls_session_progress(session->base.inner, &progress))
        return session->phase;
    return phases[progress.phase];
}

static void note_phase(struct fault_session *session)
{
    enum fault_phase phase = phase_now(session);

    if (phase == session->phase)
        return;
    session->phase = phase;
    if (session->talk->on_phase != NULL)
        session->talk->on_phase(session->talk->ctx, session, false);
}

/* ---- records ---- */

static ptrdiff_t lower_recv(void *ctx, void *buf, size_t cap)
{
    struct fault_session *session = ctx;
    struct fault_session *before = session->talk->speaking;
    ptrdiff_t got;

    note_phase(session);
    session->talk->speaking = session;
    got = session->lower.recv(session->lower.ctx, buf, cap);
    session->talk->speaking = before;
    return got;
}

static ptrdiff_t lower_send(void *ctx, const void *data, size_t len)
{
    struct fault_session *session = ctx;
    struct fault_session *before = session->talk->speaking;
    ptrdiff_t sent;

    session->talk->speaking = session;
    sent = session->lower.send(session->lower.ctx, data, len);
    session->talk->speaking = before;
    return sent;
}

/* ---- what a fault does ---- */

/* Faults that were added since. */
static void meet(struct fault_session *session)
{
    struct fault_set *set = session->talk->set;
    struct fault_entry *entry = set->first;

    if (session->considered == set->last_number)
        return;
    fault_strays_meet(&session->strays, set, &session->scene, session->phase, session->considered);
    for (; entry != NULL; entry = entry->next) {
        if (entry->number <= session->considered || entry->fault.type != FAULT_TLS ||
            !fault_fits(&entry->fault, &session->scene) || !fault_set_counts(set, entry, true) ||
            session->strikes)
            continue;
        session->strikes = true;
        session->fault = entry->fault;
    }
    session->considered = set->last_number;
}

static void strike(struct fault_session *session)
{
    session->struck = true;
    session->failure = failure_of(&session->fault);
}

/* Where a fault that names no phase fails: when all else is well. */
static bool is_time(const struct fault_session *session)
{
    enum fault_phase wanted = session->fault.phase;

    if (!session->strikes || session->struck || wanted == FAULT_DATA)
        return false;
    return wanted == FAULT_ANY_PHASE ? session->is_done : session->phase >= wanted;
}

/* What stray messages make of it. */
static void stray(struct fault_session *session, enum fault_strays_time time)
{
    if (session->strays != NULL &&
        fault_strays_go(&session->strays, session->talk->set, session->base.inner, time,
                        session->phase, &session->failure))
        session->struck = true;
}

static bool has_failed(const struct fault_session *session)
{
    return session->struck || tls_session_failure(session->base.inner)->reason != TLS_FINE;
}

static enum tls_step handshake(struct tls_session *base)
{
    struct fault_session *session = (struct fault_session *)base;
    enum tls_step step;

    if (session->struck)
        return TLS_FAILED;
    meet(session);
    step = tls_session_handshake(base->inner);
    session->is_done = step == TLS_DONE;
    note_phase(session);
    if (step == TLS_FAILED)
        return step;
    if (is_time(session))
        strike(session);
    else if (step != TLS_WANT_WRITE)
        stray(session, session->is_done ? FAULT_STRAYS_SHAKEN : FAULT_STRAYS_SHAKING);
    return has_failed(session) ? TLS_FAILED : step;
}

static ptrdiff_t read_bytes(struct tls_session *base, void *buf, size_t cap)
{
    struct fault_session *session = (struct fault_session *)base;

    meet(session);
    if (session->strikes && !session->struck && session->fault.phase == FAULT_DATA)
        strike(session);
    if (!session->struck)
        stray(session, FAULT_STRAYS_DATA);
    if (session->struck)
        return session->failure.reason == TLS_PEER_RESET ? -ERR_RESET : -ERR_TLS;
    return tls_session_read(base->inner, buf, cap);
}

static ptrdiff_t write_bytes(struct tls_session *base, const void *data, size_t len)
{
    struct fault_session *session = (struct fault_session *)base;

    return session->struck ? -ERR_TLS : tls_session_write(base->inner, data, len);
}

/* What had to wait for the record before it. */
static enum err flush(struct tls_session *base)
{
    struct fault_session *session = (struct fault_session *)base;
    enum err err = session->struck ? ERR_TLS : tls_session_flush(base->inner);

    if (err != ERR_OK || session->strays == NULL)
        return err;
    stray(session, FAULT_STRAYS_DATA);
    return has_failed(session) ? ERR_TLS : ERR_OK;
}

static const struct tls_failure *failure(const struct tls_session *base)
{
    const struct fault_session *session = (const struct fault_session *)base;

    return session->struck ? &session->failure : tls_session_failure(base->inner);
}

static void free_session(struct tls_session *base)
{
    struct fault_session *session = (struct fault_session *)base;

    if (session->talk->on_phase != NULL)
        session->talk->on_phase(session->talk->ctx, session, true);
    tls_session_free(base->inner);
    fault_strays_free(&session->strays);
    free(session);
}

static const struct tls_session_ops session_ops = { .handshake = handshake,
                                                    .read = read_bytes,
                                                    .write = write_bytes,
                                                    .flush = flush,
                                                    .failure = failure,
                                                    .free = free_session };

/* ---- the provider ---- */

/* Of these a provider finds out before anything is sent. */
static enum err err_at_once(enum tls_reason reason)
{
    switch (reason) {
    case TLS_OWN_CA:
    case TLS_OWN_CERTIFICATE:
    case TLS_OWN_KEY:
        return ERR_CREDENTIALS;
    case TLS_VERSION_MISSING:
        return ERR_UNSUPPORTED;
    default:
        return ERR_OK;
    }
}

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct fault_tls *tls = (struct fault_tls *)base;
    const struct fault *fault = fault_set_strikes(tls->talk->set, FAULT_TLS, true);
    struct fault_session *session;
    struct tls_lower own;
    enum err err = fault != NULL ? err_at_once(reason_of(fault)) : ERR_OK;

    if (err != ERR_OK) {
        *ret_failure = failure_of(fault);
        return err;
    }
    session = calloc(1, sizeof(*session));
    if (session == NULL)
        return ERR_NO_MEMORY;
    session->base.ops = &session_ops;
    session->talk = tls->talk;
    session->lower = *lower;
    session->phase = FAULT_CLIENT_HELLO;
    session->scene = tls->talk->set->scene;
    fault_strays_meet(&session->strays, tls->talk->set, &session->scene, session->phase, 0);
    session->considered = tls->talk->set->last_number;
    session->strikes = fault != NULL;
    if (fault != NULL)
        session->fault = *fault;
    own = (struct tls_lower){ lower_recv, lower_send, session };
    err = tls_open(base->inner, config, &own, &session->base.inner, ret_failure);
    if (err != ERR_OK) {
        fault_strays_free(&session->strays);
        free(session);
        return err;
    }
    *ret_session = &session->base;
    return ERR_OK;
}

static const struct tls_ops ops = { .open = open_session };

void fault_tls_init(struct fault_tls *tls, struct tls *inner, struct fault_talk *talk)
{
    *tls = (struct fault_tls){ .base = { .ops = &ops, .inner = inner }, .talk = talk };
}
