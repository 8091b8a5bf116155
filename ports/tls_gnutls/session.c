/* session.c: a session from its configuration to its release. */
#include "tls_gnutls/session.h"

#include "base/tls_suites.h"
#include "tls_common/admission.h"
#include "tls_common/failure.h"
#include "tls_common/limits.h"
#include "tls_common/name.h"
#include "tls_common/trace.h"
#include "tls_gnutls/credentials.h"
#include "tls_gnutls/failure.h"
#include "tls_gnutls/keylog.h"
#include "tls_gnutls/memory.h"
#include "tls_gnutls/parts.h"
#include "tls_gnutls/policy.h"
#include "tls_gnutls/renegotiation.h"
#include "tls_gnutls/ticket.h"
#include "tls_gnutls/transport.h"
#include "tls_gnutls/verify.h"
#include "tls_gnutls/version.h"
#include "tls_gnutls/watch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FORCE_CLIENT_CERT: a module sends the one certificate that it has, whichever CAs the server
 * names.  NO_TICKETS: see ticket.c.  NO_EXTENSIONS leaves out no more than the
 * request for an OCSP answer, which nobody would look at. */
enum {
    SESSION_FLAGS = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS |
                    GNUTLS_NO_EXTENSIONS | GNUTLS_FORCE_CLIENT_CERT
};

static struct gtls_setup *new_setup(const struct tls_config *config)
{
    size_t bytes = config->suite_count * sizeof(config->suites[0]);
    struct gtls_setup *setup = malloc(sizeof(*setup) + bytes);

    if (setup == NULL)
        return NULL;
    *setup = (struct gtls_setup){ .server_name = strdup(config->server_name),
                                  .utc_s = config->utc_s,
                                  .utc_ctx = config->utc_ctx,
                                  .has_certificate = config->cert.len > 0,
                                  .has_ca = config->ca.len > 0,
                                  .min_version = config->min_version,
                                  .max_version = config->max_version,
                                  .ignore_dates = config->ignore_dates,
                                  .checks_name = tls_checks_name(config),
                                  .sends_name = tls_sends_name(config),
                                  .any_suite = config->library_suites,
                                  .today = config->today,
                                  .owners_trust = config->owners_trust,
                                  .dh_min_bits =
                                      config->today ? TLS_DH_MIN_BITS_OF_TODAY : TLS_DH_MIN_BITS,
                                  .sizes = tls_sizes_of(config),
                                  .suite_count = config->suite_count };
    memcpy(setup->suites, config->suites, bytes);
    if (setup->server_name == NULL) {
        free(setup);
        return NULL;
    }
    return setup;
}

void gtls_setup_release(struct gtls_session *session)
{
    struct gtls_setup *setup = session->setup;

    if (setup == NULL)
        return;
    if (session->gnutls != NULL)
        gnutls_credentials_clear(session->gnutls);
    if (setup->credentials != NULL)
        gnutls_certificate_free_credentials(setup->credentials);
    gtls_trust_release(&session->provider->trusts, setup->trust);
    free(setup->certificate);
    free(setup->server_name);
    free(setup);
    session->setup = NULL;
    tls_admission_leave();
}

static enum err start(struct gtls_session *session, const struct tls_config *config,
                      const char *priority, struct tls_failure *ret_failure)
{
    gnutls_session_t gnutls = session->gnutls;
    enum err err = gtls_priority_use(&session->provider->priorities, priority, gnutls);

    if (err == ERR_UNSUPPORTED)
        tls_failure_set(ret_failure, TLS_NO_SHARED_SUITE,
                        "GnuTLS's configuration %s forbids what the module offers",
                        gtls_policy_file());
    if (err != ERR_OK)
        return err;
    if (gnutls_credentials_set(gnutls, GNUTLS_CRD_CERTIFICATE, session->setup->credentials) < 0)
        return ERR_NO_MEMORY;
    if (session->record_max < TLS_RECORD_MAX) /* as the hello tells the server */
        gnutls_record_set_max_recv_size(gnutls, session->record_max);
    if (tls_sends_name(config))
        gnutls_server_name_set(gnutls, GNUTLS_NAME_DNS, config->server_name,
                               strlen(config->server_name));
    gnutls_session_set_ptr(gnutls, session);
    gnutls_dh_set_prime_bits(gnutls, (unsigned)session->setup->dh_min_bits);
    gnutls_handshake_set_timeout(gnutls, GNUTLS_INDEFINITE_TIMEOUT);
    gtls_keylog_attach(gnutls,
                       session->provider->keylog_fd >= 0 || session->provider->keylog_tap != NULL);
    gtls_transport_attach(session);
    gtls_watch_attach(gnutls);
    if (config->verify)
        gtls_verify_attach(gnutls);
    if (config->resume != NULL)
        gtls_ticket_offer(gnutls, config->resume);
    return ERR_OK;
}

static enum err fill(struct gtls_session *session, const struct tls_config *config,
                     const char *priority, struct tls_failure *ret_failure)
{
    enum err err = ERR_OK;

    if (!tls_admission_enter())
        return ERR_NO_MEMORY;
    session->setup = new_setup(config);
    if (session->setup == NULL) {
        tls_admission_leave();
        return ERR_NO_MEMORY;
    }
    if (config->verify)
        err = gtls_trust_get(&session->provider->trusts, config->ca, &session->setup->trust,
                             ret_failure);
    if (err == ERR_OK && config->verify)
        tls_left_out_say(config->log, gtls_trust_left_out(session->setup->trust));
    if (err == ERR_OK)
        err = gtls_credentials_make(config, &session->setup->credentials, ret_failure);
    if (err != ERR_OK)
        return err;
    if (gnutls_init(&session->gnutls, SESSION_FLAGS) < 0)
        return ERR_NO_MEMORY;
    return start(session, config, priority, ret_failure);
}

static bool is_any_allowed(const struct tls_config *config)
{
    for (int version = (int)config->max_version; version >= (int)config->min_version; version--) {
        if (gtls_policy_allows((enum tls_version)version))
            return true;
    }
    return false;
}

static enum err offer_of(const struct tls_config *config, char priority[GTLS_PRIORITY_TEXT_MAX],
                         struct tls_failure *ret_failure)
{
    enum err err;

    if (!gtls_version_supported(config->min_version) ||
        !gtls_version_supported(config->max_version)) {
        tls_failure_set(ret_failure, TLS_VERSION_MISSING, NULL);
        return ERR_UNSUPPORTED;
    }
    if (!is_any_allowed(config)) {
        tls_failure_set(ret_failure, TLS_VERSION_MISSING, "GnuTLS's configuration %s forbids it",
                        gtls_policy_file());
        return ERR_UNSUPPORTED;
    }
    err = gtls_priority_text(config, priority);
    if (err != ERR_OK)
        tls_failure_set(ret_failure, TLS_NO_SHARED_SUITE,
                        "none of the selected suites exists in the selected versions");
    return err;
}

static enum err open_with(struct gtls_provider *provider, const struct tls_config *config,
                          const struct tls_lower *lower, struct gtls_session **ret_session,
                          struct tls_failure *ret_failure)
{
    char priority[GTLS_PRIORITY_TEXT_MAX];
    struct gtls_session *session;
    enum err err = offer_of(config, priority, ret_failure);

    if (err != ERR_OK)
        return err;
    tls_trace_offer(config);
    session = calloc(1, sizeof(*session));
    if (session == NULL)
        return ERR_NO_MEMORY;
    session->provider = provider;
    session->lower = *lower;
    session->log = config->log;
    session->failure.alert = -1;
    session->record_max = config->record_max != 0 ? config->record_max : TLS_RECORD_MAX;
    err = fill(session, config, priority, ret_failure);
    if (err != ERR_OK) {
        gtls_free(&session->base);
        return err;
    }
    *ret_session = session;
    return ERR_OK;
}

enum err gtls_open(struct gtls_provider *provider, const struct tls_config *config,
                   const struct tls_lower *lower, struct gtls_session **ret_session,
                   struct tls_failure *ret_failure)
{
    tls_suite part[TLS_PRODUCTS_LIST_MAX];
    struct tls_config offered = *config;

    assert(lower->recv != NULL && lower->send != NULL);
    if (config->offer.part > 0) {
        offered.suites = part;
        offered.suite_count = gtls_part(config, part);
    }
    return open_with(provider, &offered, lower, ret_session, ret_failure);
}

void gtls_free(struct tls_session *base)
{
    struct gtls_session *session = (struct gtls_session *)base;

    gtls_end_again(session);
    gtls_setup_release(session);
    gtls_memory_wipes(true);
    if (session->gnutls != NULL)
        gnutls_deinit(session->gnutls);
    gtls_memory_wipes(false);
    free(session);
}
