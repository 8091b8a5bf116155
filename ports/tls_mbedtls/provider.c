/* provider.c: the provider as a whole, and its table of functions. */
#include "tls_mbedtls/tls_mbedtls.h"

#include "tls_common/keylog.h"
#include "tls_mbedtls/session.h"
#include "tls_mbedtls/stray.h"

#include <assert.h>
#include <mbedtls/ecp.h>
#include <mbedtls/version.h>
#include <stdlib.h>
#include <unistd.h>

/* It is linked in, so that the header's version is the library's. */
static const char *library_version(const struct tls *tls)
{
    (void)tls;
    return MBEDTLS_VERSION_STRING;
}

static bool supports(const struct tls *tls, enum tls_version version)
{
    (void)tls;
    return version == TLS_SSL_3_0;
}

static struct tls_info info(const struct tls_session *base)
{
    const struct mtls_session *session = (const struct mtls_session *)base;

    return session->info;
}

static enum tls_end end(const struct tls_session *base)
{
    const struct mtls_session *session = (const struct mtls_session *)base;

    assert(session->ended);
    return session->end;
}

static const struct tls_failure *failure(const struct tls_session *base)
{
    const struct mtls_session *session = (const struct mtls_session *)base;

    return &session->failure;
}

/* Nobody resumes a session of SSL 3.0: no module that has it can. */
static struct tls_ticket *ticket(const struct tls_session *session)
{
    (void)session;
    return NULL;
}

static const struct tls_session_ops session_ops = {
    .handshake = mtls_handshake,
    .read = mtls_read,
    .end = end,
    .write = mtls_write,
    .flush = mtls_flush,
    .pending = mtls_pending,
    .info = info,
    .failure = failure,
    .ticket = ticket,
    .shutdown = mtls_shutdown,
    .free = mtls_free,
    .progress = mtls_progress,
    .stray = mtls_stray,
};

static enum err open_session(struct tls *tls, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct mtls_session *session;
    enum err err = mtls_open((struct mtls_provider *)tls, config, lower, &session, ret_failure);

    if (err != ERR_OK)
        return err;
    session->base.ops = &session_ops;
    *ret_session = &session->base;
    return ERR_OK;
}

/* It offers what it is asked for. */
static size_t part_size(const struct tls *tls, const struct tls_config *config)
{
    (void)tls;
    (void)config;
    return 0;
}

static const struct tls_ops ops = {
    .name = "mbedTLS",
    .library_version = library_version,
    .supports = supports,
    .part_size = part_size,
    .open = open_session,
};

enum err tls_mbedtls_open(const char *keylog_path, struct tls **ret_tls)
{
    struct mtls_provider *provider = calloc(1, sizeof(*provider));

    if (provider == NULL)
        return ERR_NO_MEMORY;
    provider->keylog_fd = keylog_path != NULL ? tls_keylog_open(keylog_path) : -1;
    if (keylog_path != NULL && provider->keylog_fd < 0) {
        free(provider);
        return ERR_IO;
    }
    mbedtls_ecp_grp_id_list(); /* made when first asked for: now, before there are threads */
    provider->base.ops = &ops;
    *ret_tls = &provider->base;
    return ERR_OK;
}

void tls_mbedtls_tap_keys(struct tls *tls, const struct tls_keylog_tap *tap)
{
    ((struct mtls_provider *)tls)->keylog_tap = tap;
}

void tls_mbedtls_close(struct tls *tls)
{
    struct mtls_provider *provider = (struct mtls_provider *)tls;

    if (provider == NULL)
        return;
    if (provider->keylog_fd >= 0)
        close(provider->keylog_fd);
    free(provider);
}
