/* fuzz_x509.c: security data as a host may have stored it, in the hands of each TLS provider.
 *
 * The input is three blocks, each a length in two bytes and that many bytes: CA certificates,
 * client certificate, private key.
 */
#include "input.h"
#include "tls_gnutls/tls_gnutls.h"
#ifdef TLSMODEM_HAS_SSL3
#include "tls_mbedtls/tls_mbedtls.h"
#endif

#include <stdio.h>
#include <stdlib.h>

enum { NOON_2025 = 1735732800 };

static int64_t utc_s(void *ctx)
{
    (void)ctx;
    return NOON_2025;
}

static ptrdiff_t recv_nothing(void *ctx, void *buf, size_t cap)
{
    (void)ctx;
    (void)buf;
    (void)cap;
    return -ERR_AGAIN;
}

static ptrdiff_t send_anything(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    return (ptrdiff_t)len;
}

static struct {
    enum err (*open)(const char *keylog_path, struct tls **ret_tls);
    enum tls_version lowest, highest;
    struct tls *tls;
} providers[] = {
    { tls_gnutls_open, TLS_1_0, TLS_1_2, NULL },
#ifdef TLSMODEM_HAS_SSL3
    { tls_mbedtls_open, TLS_SSL_3_0, TLS_SSL_3_0, NULL },
#endif
};

static void check_failure(enum err err, const struct tls_failure *failure)
{
    if (err != ERR_CREDENTIALS)
        return;
    if (failure->reason == TLS_OWN_CA || failure->reason == TLS_OWN_CERTIFICATE ||
        failure->reason == TLS_OWN_KEY)
        return;
    fprintf(stderr, "fuzz: security data that cannot be used is blamed on reason %d\n",
            (int)failure->reason);
    abort();
}

static void try_one(struct tls *tls, const struct tls_config *config)
{
    const struct tls_lower lower = { recv_nothing, send_anything, NULL };
    struct tls_session *session = NULL;
    struct tls_failure failure = { .alert = -1 };
    enum err err = tls_open(tls, config, &lower, &session, &failure);

    check_failure(err, &failure);
    if (err == ERR_OK)
        tls_session_handshake(session);
    tls_session_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const tls_suite suites[] = { 0x0035, 0x002F };
    struct input input = { span_at(data, size) };
    struct tls_config config = {
        .suites = suites,
        .suite_count = sizeof(suites) / sizeof(suites[0]),
        .verify = true,
        .server_name = "server.test",
        .ca = input_block(&input),
        .cert = input_block(&input),
        .key = input_block(&input),
        .utc_s = utc_s,
    };

    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (providers[i].tls == NULL && providers[i].open(NULL, &providers[i].tls) != ERR_OK)
            abort();
        config.min_version = providers[i].lowest;
        config.max_version = providers[i].highest;
        try_one(providers[i].tls, &config);
    }
    return 0;
}
