/* provider.c: the provider as a whole, and its table of functions. */
#include "tls_gnutls/tls_gnutls.h"

#include "tls_common/keylog.h"
#include "tls_gnutls/clock.h"
#include "tls_gnutls/memory.h"
#include "tls_gnutls/parts.h"
#include "tls_gnutls/session.h"
#include "tls_gnutls/stray.h"
#include "tls_gnutls/ticket.h"
#include "tls_gnutls/version.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

static const char *library_version(const struct tls *tls)
{
    (void)tls;
    return gnutls_check_version(NULL);
}

static bool supports(const struct tls *tls, enum tls_version version)
{
    (void)tls;
    return gtls_version_supported(version);
}

static size_t part_size(const struct tls *tls, const struct tls_config *config)
{
    tls_suite suites[TLS_PRODUCTS_LIST_MAX];

    (void)tls;
    return gtls_part(config, suites);
}

static struct tls_info info(const struct tls_session *base)
{
    const struct gtls_session *session = (const struct gtls_session *)base;

    return session->info;
}

static enum tls_end end(const struct tls_session *base)
{
    const struct gtls_session *session = (const struct gtls_session *)base;

    assert(session->ended);
    return session->end;
}

static const struct tls_failure *failure(const struct tls_session *base)
{
    const struct gtls_session *session = (const struct gtls_session *)base;

    return &session->failure;
}

static const struct tls_session_ops session_ops = {
    .handshake = gtls_handshake,
    .read = gtls_read,
    .end = end,
    .write = gtls_write,
    .flush = gtls_flush,
    .pending = gtls_pending,
    .info = info,
    .failure = failure,
    .ticket = gtls_ticket,
    .shutdown = gtls_shutdown,
    .free = gtls_free,
    .progress = gtls_progress,
    .stray = gtls_stray,
};

static enum err open_session(struct tls *tls, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct gtls_session *session;
    enum err err = gtls_open((struct gtls_provider *)tls, config, lower, &session, ret_failure);

    if (err != ERR_OK)
        return err;
    session->base.ops = &session_ops;
    *ret_session = &session->base;
    return ERR_OK;
}

static const struct tls_ops ops = {
    .name = "GnuTLS",
    .library_version = library_version,
    .supports = supports,
    .part_size = part_size,
    .open = open_session,
};

/* What sessions share. */
static enum err init_shared(struct gtls_provider *provider)
{
    enum err err = gtls_priorities_init(&provider->priorities);

    if (err != ERR_OK)
        return err;
    err = gtls_trusts_init(&provider->trusts);
    if (err != ERR_OK)
        gtls_priorities_deinit(&provider->priorities);
    return err;
}

enum err tls_gnutls_open(const char *keylog_path, struct tls **ret_tls)
{
    struct gtls_provider *provider = calloc(1, sizeof(*provider));

    if (provider == NULL)
        return ERR_NO_MEMORY;
    provider->keylog_fd = keylog_path != NULL ? tls_keylog_open(keylog_path) : -1;
    if (keylog_path != NULL && provider->keylog_fd < 0) {
        free(provider);
        return ERR_IO;
    }
    if (init_shared(provider) != ERR_OK) {
        if (provider->keylog_fd >= 0)
            close(provider->keylog_fd);
        free(provider);
        return ERR_NO_MEMORY;
    }
    gtls_clock_install();
    gtls_memory_install();
    provider->base.ops = &ops;
    *ret_tls = &provider->base;
    return ERR_OK;
}

void tls_gnutls_tap_keys(struct tls *tls, const struct tls_keylog_tap *tap)
{
    ((struct gtls_provider *)tls)->keylog_tap = tap;
}

void tls_gnutls_close(struct tls *tls)
{
    struct gtls_provider *provider = (struct gtls_provider *)tls;

    if (provider == NULL)
        return;
    gtls_trusts_deinit(&provider->trusts);
    gtls_priorities_deinit(&provider->priorities);
    if (provider->keylog_fd >= 0)
        close(provider->keylog_fd);
    free(provider);
}
