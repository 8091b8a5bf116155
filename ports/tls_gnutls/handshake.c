/* handshake.c: the handshake, step by step, and what it came to. */
#include "base/tls_suites.h"
#include "tls_common/failure.h"
#include "tls_common/trace.h"
#include "tls_gnutls/failure.h"
#include "tls_gnutls/session.h"
#include "tls_gnutls/shown.h"
#include "tls_gnutls/version.h"

#include <assert.h>

/* Warnings that one step works off before it lets others have their turn. */
enum { ROUNDS_MAX = 16 };

static enum tls_step done(struct gtls_session *session)
{
    const char *name = gnutls_ciphersuite_get(session->gnutls);
    const struct tls_suite_info *suite = name != NULL ? tls_suite_by_name(name) : NULL;

    assert(suite != NULL); /* else watch.c would have refused it */
    session->info = (struct tls_info){ gtls_version_negotiated(session->gnutls), suite->code,
                                       gnutls_session_is_resumed(session->gnutls) != 0 };
    gtls_setup_release(session);
    gtls_trace_chain(session);
    tls_trace_done(session->log, &session->info);
    return TLS_DONE;
}

static enum tls_phase phase_of(const struct gtls_session *session)
{
    int last = (int)gnutls_handshake_get_last_in(session->gnutls);

    if (last < 0 || last == GNUTLS_HANDSHAKE_HELLO_REQUEST)
        return TLS_PHASE_HELLO;
    return last == GNUTLS_HANDSHAKE_SERVER_HELLO_DONE ? TLS_PHASE_FINISHED : TLS_PHASE_CERTIFICATE;
}

bool gtls_progress(const struct tls_session *base, struct tls_progress *ret_progress)
{
    const struct gtls_session *session = (const struct gtls_session *)base;
    const struct gtls_setup *setup = session->setup;

    if (setup == NULL)
        return false;
    *ret_progress =
        (struct tls_progress){ .phase = phase_of(session),
                               .min_version = setup->min_version,
                               .max_version = setup->max_version,
                               .suite_count = setup->any_suite ? 0 : setup->suite_count };
    for (size_t i = 0; i < ret_progress->suite_count && i < TLS_PROGRESS_SUITES; i++)
        ret_progress->suites[i] = setup->suites[i];
    return true;
}

static bool goes_on(int result)
{
    return result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

enum tls_step gtls_handshake(struct tls_session *base)
{
    struct gtls_session *session = (struct gtls_session *)base;
    int result = GNUTLS_E_INTERRUPTED;

    assert(session != NULL);
    if (session->failure.reason != TLS_FINE)
        return TLS_FAILED;
    if (session->setup == NULL)
        return TLS_DONE;
    for (int round = 0; round < ROUNDS_MAX && goes_on(result); round++)
        result = gnutls_handshake(session->gnutls);
    if (result == GNUTLS_E_AGAIN || goes_on(result))
        return gnutls_record_get_direction(session->gnutls) == 1 ? TLS_WANT_WRITE : TLS_WANT_READ;
    gtls_note_missed_certificate(session);
    if (result >= 0)
        return done(session);
    gtls_trace_chain(session);
    gtls_fail(session, result);
    return TLS_FAILED;
}
