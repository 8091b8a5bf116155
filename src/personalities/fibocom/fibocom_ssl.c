/* fibocom_ssl.c: +GTSSLMODE, +GTSSLERR and +GTSSLVER.
 *
 * Source: L610 SSL V1.0.0 §1.2 to §1.4; SSL V1.1.4 §1.2 to §1.4.
 */
#include "personalities/fibocom/fibocom.h"

static void *ssl_record(struct at_session *at, size_t index)
{
    (void)index;
    return &fibocom_of(at)->ssl;
}

/* OK alone when the last TLS connection failed in nothing. */
static enum at_status run_error(struct at_session *at)
{
    int error = fibocom_of(at)->ssl.error;

    if (error != FIBOCOM_NO_ERROR)
        at_info(at, "+GTSSLERR: %d", error);
    return AT_OK;
}

#define VERSION(lowest)                                                                            \
    {                                                                                              \
        .name = "sslver", .min = (lowest), .max = 4, .preset = FACT_VERSION_PRESET,                \
        .bound = AT_BIND(fibocom_ssl, version)                                                     \
    }

static const struct at_param mode_params[] = {
    { .name = "checkmode", .max = 1, .bound = AT_BIND(fibocom_ssl, mode) },
};
static const struct at_param version_l610_params[] = { VERSION(0) };
static const struct at_param version_params[] = { VERSION(1) };
static const struct at_param version_from_tls_params[] = { VERSION(2) };

static const struct at_command rows[] = {
    { .name = "+GTSSLMODE",
      .help = "Whether the server is verified: 1, against the TRUSTFILEs.",
      .source = "L610 SSL V1.0.0 §1.2, SSL V1.1.4 §1.2",
      AT_PARAMS(mode_params),
      .plain_error = true,
      .record = ssl_record },
    { .name = "+GTSSLERR",
      .help = "What stopped the last TLS connection; OK alone when nothing did.",
      .source = "L610 SSL V1.0.0 §1.3, SSL V1.1.4 §1.3",
      .plain_error = true,
      .run = run_error },
    { .name = "+GTSSLVER",
      .help = "Version: 1 SSL 3.0, 2 TLS 1.0, 3 TLS 1.1, 4 TLS 1.2; 0: TLS 1.0 to 1.2.",
      .source = "L610 SSL V1.0.0 §1.4",
      AT_PARAMS(version_l610_params),
      .only_on = FIBOCOM_L610,
      .plain_error = true,
      .record = ssl_record },
    { .name = "+GTSSLVER",
      .help = "Version: 1 SSL 3.0, 2 TLS 1.0, 3 TLS 1.1, 4 TLS 1.2.",
      .source = "SSL V1.1.4 §1.4",
      AT_PARAMS(version_params),
      .only_on = FIBOCOM_SSL_3_0,
      .plain_error = true,
      .record = ssl_record },
    { .name = "+GTSSLVER",
      .help = "Version: 2 TLS 1.0, 3 TLS 1.1, 4 TLS 1.2; these products have no SSL 3.0.",
      .source = "SSL V1.1.4 §1.4, note",
      AT_PARAMS(version_from_tls_params),
      .only_on = FIBOCOM_FROM_TLS_1_0,
      .plain_error = true,
      .record = ssl_record },
};
const struct at_commands fibocom_ssl = AT_COMMANDS(rows);
