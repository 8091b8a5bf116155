/* session.h: what the files of this provider know about each other. */
#ifndef TLS_MBEDTLS_SESSION_H
#define TLS_MBEDTLS_SESSION_H

#include "iface/tls.h"
#include "tls_common/records.h"

#include <mbedtls/ssl.h>

struct mtls_provider {
    struct tls base;
    int keylog_fd; /* -1: none */
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
    bool ignore_dates, ignore_name;
    size_t certificate_max; /* 0: any */
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

/* tls_open() of iface/tls.h, but that `base` is the caller's to fill in. */
enum err mtls_open(struct mtls_provider *provider, const struct tls_config *config,
                   const struct tls_lower *lower, struct mtls_session **ret_session,
                   struct tls_failure *ret_failure);
/* The functions of `struct tls_session_ops`, as iface/tls.h describes them. */
enum tls_step mtls_handshake(struct tls_session *session);
ptrdiff_t mtls_read(struct tls_session *session, void *buf, size_t cap);
ptrdiff_t mtls_write(struct tls_session *session, const void *data, size_t len);
enum err mtls_flush(struct tls_session *session);
size_t mtls_pending(const struct tls_session *session);
void mtls_shutdown(struct tls_session *session);
void mtls_free(struct tls_session *session);

/* Releases what only the handshake needed; again is harmless. */
void mtls_setup_release(struct mtls_session *session);

/* True when `suite` is one that was asked for; only during the handshake. */
bool mtls_was_asked_for(const struct mtls_setup *setup, int suite);

#endif
