/* provider.c: the provider as a whole, and its table of functions. */
#include "tls_mbedtls/tls_mbedtls.h"

#include "tls_common/keylog.h"
#include "tls_mbedtls/session.h"

#include <mbedtls/ecp.h>
#include <mbedtls/version.h>
#include <stdlib.h>
#include <unistd.h>

/* It is linked in, so that the header's version is the library's. */
static const char *library_version(void)
{
    return MBEDTLS_VERSION_STRING;
}

static bool supports(enum tls_version version)
{
    return version == TLS_SSL_3_0;
}

static struct tls_info info(const struct tls_session *session)
{
    return session->info;
}

static const struct tls_failure *failure(const struct tls_session *session)
{
    return &session->failure;
}

/* Nobody resumes a session of SSL 3.0: no module that has it can. */
static struct tls_ticket *ticket(const struct tls_session *session)
{
    (void)session;
    return NULL;
}

static void ticket_free(struct tls_ticket *none)
{
    (void)none;
}

static const struct tls_ops ops = {
    .name = "mbedTLS",
    .library_version = library_version,
    .supports = supports,
    .open = mtls_open,
    .handshake = mtls_handshake,
    .read = mtls_read,
    .write = mtls_write,
    .flush = mtls_flush,
    .pending = mtls_pending,
    .info = info,
    .failure = failure,
    .ticket = ticket,
    .ticket_free = ticket_free,
    .shutdown = mtls_shutdown,
    .free = mtls_free,
};

enum err tls_mbedtls_open(const char *keylog_path, struct tls *ret_tls)
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
    *ret_tls = (struct tls){ &ops, provider };
    return ERR_OK;
}

void tls_mbedtls_close(struct tls *tls)
{
    struct mtls_provider *provider = tls->impl;

    if (provider == NULL)
        return;
    if (provider->keylog_fd >= 0)
        close(provider->keylog_fd);
    free(provider);
    *tls = (struct tls){ 0 };
}
