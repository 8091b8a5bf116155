/* count_tls.c: see count_tls.h. */
#include "wrap/count_tls.h"

#include <assert.h>
#include <stdlib.h>

enum { US_IN_MS = 1000 };

struct count_session {
    struct tls_session base;
    const struct count_tls *tls;
    bool has_begun; /* a session may be made before there is a connection */
    int64_t begun_ms;
    size_t version;          /* index of the newest that is offered */
    enum count_socket state; /* COUNT_SOCKETS: not begun, or failed */
};

static size_t index_of_version(enum tls_version version)
{
    assert(version >= TLS_SSL_3_0 && version <= TLS_1_3);
    return (size_t)version - TLS_SSL_3_0;
}

/* COUNT_SUITES: there is no row for it. */
static size_t index_of_suite(tls_suite suite)
{
    for (size_t i = 0; i < COUNT_SUITES; i++) {
        if (tls_suite_at(i)->code == suite)
            return i;
    }
    return COUNT_SUITES;
}

static void change(struct count_session *session, enum count_socket state)
{
    count_sum *sockets = session->tls->sums->sockets;

    if (session->state != COUNT_SOCKETS)
        count_remove(&sockets[session->state]);
    session->state = state;
    if (state != COUNT_SOCKETS)
        count_add(&sockets[state], 1);
}

static void note_done(struct count_session *session)
{
    const struct count_tls *tls = session->tls;
    struct tls_info info = tls_session_info(session->base.inner);

    count_add(&tls->sums->done[index_of_version(info.version)][index_of_suite(info.suite)], 1);
    count_time(&tls->sums->shakes,
               US_IN_MS * (uint64_t)(clock_now_ms(tls->clock) - session->begun_ms));
    atomic_store_explicit(tls->success_s, (uint64_t)clock_utc_s(tls->clock), memory_order_relaxed);
    change(session, COUNT_SECURE);
}

static void note_failure(const struct count_tls *tls, size_t version, enum tls_reason reason)
{
    assert((size_t)reason < COUNT_REASONS);
    count_add(&tls->sums->failed[version][reason], 1);
}

static enum tls_step handshake(struct tls_session *base)
{
    struct count_session *session = (struct count_session *)base;
    enum tls_step step;

    if (!session->has_begun) {
        session->has_begun = true;
        session->begun_ms = clock_now_ms(session->tls->clock);
        change(session, COUNT_HANDSHAKING);
    }
    step = tls_session_handshake(base->inner);
    if (session->state != COUNT_HANDSHAKING)
        return step;
    if (step == TLS_DONE) {
        note_done(session);
    } else if (step == TLS_FAILED) {
        note_failure(session->tls, session->version, tls_session_failure(base->inner)->reason);
        change(session, COUNT_SOCKETS);
    }
    return step;
}

static void free_session(struct tls_session *base)
{
    struct count_session *session = (struct count_session *)base;

    if (session->state == COUNT_HANDSHAKING)
        count_add(&session->tls->sums->given_up[session->version], 1);
    change(session, COUNT_SOCKETS);
    tls_session_free(base->inner);
    free(session);
}

static const struct tls_session_ops session_ops = { .handshake = handshake, .free = free_session };

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    const struct count_tls *tls = (const struct count_tls *)base;
    struct count_session *session = malloc(sizeof(*session));
    enum err err;

    if (session == NULL)
        return ERR_NO_MEMORY;
    *session = (struct count_session){ .base.ops = &session_ops,
                                       .tls = tls,
                                       .version = index_of_version(config->max_version),
                                       .state = COUNT_SOCKETS };
    err = tls_open(base->inner, config, lower, &session->base.inner, ret_failure);
    if (err != ERR_OK) {
        if (err == ERR_CREDENTIALS)
            note_failure(tls, session->version, ret_failure->reason);
        free(session);
        return err;
    }
    *ret_session = &session->base;
    return ERR_OK;
}

static const struct tls_ops ops = { .open = open_session };

void count_tls_init(struct count_tls *tls, struct tls *inner, const struct clock *clock,
                    struct count_sums *sums, count_sum *success_s)
{
    assert(inner != NULL && clock != NULL && sums != NULL && success_s != NULL);
    *tls = (struct count_tls){ { .ops = &ops, .inner = inner }, clock, sums, success_s };
}
