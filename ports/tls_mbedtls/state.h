/* state.h: what a session of this provider is made of, for all of its files. */
#ifndef TLS_MBEDTLS_STATE_H
#define TLS_MBEDTLS_STATE_H

#include "iface/tls.h"
#include "tls_common/keylog.h"
#include "tls_common/records.h"
#include "tls_common/sizes.h"

#include <mbedtls/ssl.h>

struct mtls_provider {
    struct tls base;
    int keylog_fd;                           /* -1: none */
    const struct tls_keylog_tap *keylog_tap; /* NULL: none */
};

/* Holds a client's longest usual flight: certificate, key exchange, signature, Finished. */
enum { MTLS_FLIGHT_MAX_BYTES = 4096 };

/* Needed until the handshake is over, then released. */
struct mtls_setup {
    mbedtls_x509_crt ca, cert; /* empty where there is none */
    mbedtls_pk_context key;
    char *server_name;
    int64_t (*utc_s)(void *ctx);
    void *utc_ctx;
    bool verify;
    bool is_verified;
    bool has_certificate; /* one of our own */
    bool ignore_dates, checks_name, owners_trust;
    bool fallback;          /* newer versions were refused */
    struct tls_sizes sizes; /* of the server's certificates */
    uint8_t flight[MTLS_FLIGHT_MAX_BYTES];
    size_t flight_len; /* made and not yet sent */
    int suites[];      /* as asked for, up to a 0 */
};

struct mtls_session {
    struct tls_session base;
    mbedtls_ssl_context mbedtls;
    mbedtls_ssl_config config;
    struct mtls_provider *provider;
    struct mtls_setup *setup; /* NULL once the handshake is over */
    struct tls_lower lower;
    const struct log *log;
    struct tls_info info;
    struct tls_failure failure; /* TLS_FINE until the session fails */
    size_t record_max;
    struct tls_records records; /* of the server */
    enum tls_records_verdict verdict;
    uint8_t first[TLS_RECORD_HEADER_BYTES]; /* what the server said first */
    size_t first_len;
    unsigned pulls_left; /* how often one step may still ask the stream below */
    bool lower_ended;
    bool lower_reset;
    bool ended; /* read() has reported the end */
    enum tls_end end;
};

#endif
