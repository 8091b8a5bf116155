/* providers.c: GnuTLS, and mbedTLS for SSL 3.0 where the build has it. */
#include "common/providers.h"

#include "tls_gnutls/tls_gnutls.h"
#ifdef TLSMODEM_HAS_SSL3
#include "tls_mbedtls/tls_mbedtls.h"
#endif

#include <errno.h>

static const struct {
    enum err (*open)(const char *keylog_path, struct tls **ret_tls);
    void (*tap_keys)(struct tls *tls, const struct tls_keylog_tap *tap);
    void (*close)(struct tls *tls);
} rows[] = {
    { tls_gnutls_open, tls_gnutls_tap_keys, tls_gnutls_close },
#ifdef TLSMODEM_HAS_SSL3
    { tls_mbedtls_open, tls_mbedtls_tap_keys, tls_mbedtls_close },
#endif
};

enum err providers_open(const char *keylog_path, struct providers *ret_providers)
{
    *ret_providers = (struct providers){ .count = 0 };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum err err = rows[i].open(keylog_path, &ret_providers->list[i]);

        if (err != ERR_OK) {
            int reason = errno;

            providers_close(ret_providers);
            errno = reason;
            return err;
        }
        ret_providers->count++;
    }
    return ERR_OK;
}

void providers_tap_keys(struct providers *providers, const struct tls_keylog_tap *tap)
{
    for (size_t i = 0; i < providers->count; i++)
        rows[i].tap_keys(providers->list[i], tap);
}

void providers_close(struct providers *providers)
{
    for (size_t i = 0; i < providers->count; i++)
        rows[i].close(providers->list[i]);
    *providers = (struct providers){ .count = 0 };
}
