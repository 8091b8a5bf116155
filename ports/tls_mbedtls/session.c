/* session.c: a session from its configuration to its release. */
#include "tls_mbedtls/session.h"

#include "base/tls_suites.h"
#include "tls_common/failure.h"
#include "tls_common/keylog.h"
#include "tls_common/limits.h"
#include "tls_common/name.h"
#include "tls_common/trace.h"
#include "tls_mbedtls/credentials.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/random.h"
#include "tls_mbedtls/transport.h"

#include <mbedtls/ssl_ciphersuites.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENT_RANDOM_BYTES = 32, MASTER_SECRET_BYTES = 48 };

static bool is_ours(tls_suite suite)
{
    const mbedtls_ssl_ciphersuite_t *known = mbedtls_ssl_ciphersuite_from_id(suite);

    return known != NULL && known->min_minor_ver == MBEDTLS_SSL_MINOR_VERSION_0;
}

static struct mtls_setup *new_setup(const struct tls_config *config)
{
    struct mtls_setup *setup =
        calloc(1, sizeof(*setup) + (config->suite_count + 1) * sizeof(setup->suites[0]));
    size_t count = 0;

    if (setup == NULL)
        return NULL;
    mbedtls_x509_crt_init(&setup->ca);
    mbedtls_x509_crt_init(&setup->cert);
    mbedtls_pk_init(&setup->key);
    setup->server_name = strdup(config->server_name);
    setup->utc_s = config->utc_s;
    setup->utc_ctx = config->utc_ctx;
    setup->verify = config->verify;
    setup->has_certificate = config->cert.len > 0;
    setup->ignore_dates = config->ignore_dates;
    setup->owners_trust = config->owners_trust;
    setup->checks_name = tls_checks_name(config);
    setup->sizes = tls_sizes_of(config);
    setup->fallback = config->offer.fallback;
    for (size_t i = 0; i < config->suite_count; i++) {
        if (is_ours(config->suites[i]))
            setup->suites[count++] = config->suites[i];
    }
    return setup;
}

void mtls_setup_release(struct mtls_session *session)
{
    struct mtls_setup *setup = session->setup;

    if (setup == NULL)
        return;
    mbedtls_x509_crt_free(&setup->ca);
    mbedtls_x509_crt_free(&setup->cert);
    mbedtls_pk_free(&setup->key);
    free(setup->server_name);
    free(setup);
    session->setup = NULL;
}

static int on_keys(void *ctx, const unsigned char *master, const unsigned char *block,
                   size_t mac_len, size_t key_len, size_t iv_len,
                   const unsigned char client_random[32], const unsigned char server_random[32],
                   mbedtls_tls_prf_types prf)
{
    const struct mtls_session *session = ctx;

    (void)block;
    (void)mac_len;
    (void)key_len;
    (void)iv_len;
    (void)server_random;
    (void)prf;
    tls_keylog_write(session->provider->keylog_fd, session->provider->keylog_tap, session->log,
                     "CLIENT_RANDOM", span_at(client_random, CLIENT_RANDOM_BYTES),
                     span_at(master, MASTER_SECRET_BYTES));
    return 0;
}

/* mbedTLS is to look at nothing of the server's certificate: verify.c does, in the handshake. */
static enum err start(struct mtls_session *session)
{
    mbedtls_ssl_config *config = &session->config;

    if (mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        return ERR_NO_MEMORY;
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_0);
    mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_0);
    mbedtls_ssl_conf_ciphersuites(config, session->setup->suites);
    if (session->setup->fallback)
        mbedtls_ssl_conf_fallback(config, MBEDTLS_SSL_IS_FALLBACK);
    mbedtls_ssl_conf_arc4_support(config, MBEDTLS_SSL_ARC4_ENABLED);
    mbedtls_ssl_conf_dhm_min_bitlen(config, TLS_DH_MIN_BITS);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_rng(config, mtls_random, NULL);
    if (session->provider->keylog_fd >= 0 || session->provider->keylog_tap != NULL)
        mbedtls_ssl_conf_export_keys_ext_cb(config, on_keys, session);
    if (session->setup->has_certificate &&
        mbedtls_ssl_conf_own_cert(config, &session->setup->cert, &session->setup->key) != 0)
        return ERR_NO_MEMORY;
    if (mbedtls_ssl_setup(&session->mbedtls, config) != 0)
        return ERR_NO_MEMORY;
    mtls_transport_attach(session);
    return ERR_OK;
}

static enum err fill(struct mtls_session *session, const struct tls_config *config,
                     struct tls_failure *ret_failure)
{
    enum err err;

    session->setup = new_setup(config);
    if (session->setup == NULL || session->setup->server_name == NULL)
        return ERR_NO_MEMORY;
    if (session->setup->suites[0] == 0) {
        tls_failure_set(ret_failure, TLS_NO_SHARED_SUITE,
                        "none of the selected suites exists in SSL 3.0");
        return ERR_UNSUPPORTED;
    }
    err = mtls_credentials_read(session->setup, config, ret_failure);
    return err == ERR_OK ? start(session) : err;
}

enum err mtls_open(struct mtls_provider *provider, const struct tls_config *config,
                   const struct tls_lower *lower, struct mtls_session **ret_session,
                   struct tls_failure *ret_failure)
{
    struct mtls_session *session;
    enum err err;

    if (config->min_version != TLS_SSL_3_0 || config->max_version != TLS_SSL_3_0) {
        tls_failure_set(ret_failure, TLS_VERSION_MISSING, NULL);
        return ERR_UNSUPPORTED;
    }
    tls_trace_offer(config);
    session = calloc(1, sizeof(*session));
    if (session == NULL)
        return ERR_NO_MEMORY;
    mbedtls_ssl_init(&session->mbedtls);
    mbedtls_ssl_config_init(&session->config);
    session->provider = provider;
    session->lower = *lower;
    session->log = config->log;
    session->failure.alert = -1;
    session->record_max = config->record_max != 0 ? config->record_max : TLS_RECORD_MAX;
    err = fill(session, config, ret_failure);
    if (err != ERR_OK) {
        mtls_free(&session->base);
        return err;
    }
    *ret_session = session;
    return ERR_OK;
}

void mtls_free(struct tls_session *base)
{
    struct mtls_session *session = (struct mtls_session *)base;

    mbedtls_ssl_free(&session->mbedtls);
    mbedtls_ssl_config_free(&session->config);
    mtls_setup_release(session);
    free(session);
}
