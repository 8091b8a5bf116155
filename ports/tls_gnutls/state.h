/* state.h: what a session of this provider is made of, for all of its files. */
#ifndef TLS_GNUTLS_STATE_H
#define TLS_GNUTLS_STATE_H

#include "iface/tls.h"
#include "tls_common/keylog.h"
#include "tls_common/records.h"
#include "tls_common/sizes.h"
#include "tls_gnutls/priority.h"
#include "tls_gnutls/trust.h"

#include <gnutls/gnutls.h>

struct gtls_provider {
    struct tls base;
    struct gtls_priorities priorities;
    struct gtls_trusts trusts;
    int keylog_fd;                           /* -1: none */
    const struct tls_keylog_tap *keylog_tap; /* NULL: none */
};

/* Needed until the handshake is over, then released: thousands of open sessions stay small. */
struct gtls_setup {
    gnutls_certificate_credentials_t credentials;
    struct gtls_trust *trust; /* NULL: nobody verifies */
    char *server_name;
    int64_t (*utc_s)(void *ctx);
    void *utc_ctx;
    enum tls_version min_version, max_version;
    bool has_certificate; /* one of our own */
    bool has_ca;          /* any to verify by */
    bool ignore_dates, checks_name, sends_name;
    bool any_suite; /* the library's own, beside `suites` */
    bool today, owners_trust;
    int dh_min_bits;
    struct tls_sizes sizes; /* of the server's certificates */
    uint8_t *certificate;   /* the server's, as it has sent it; NULL: none yet */
    size_t certificate_len;
    size_t suite_count;
    tls_suite suites[]; /* as asked for */
};

/* What GnuTLS holds encrypted and not yet sent.  It must be asked to go on before anything new. */
enum gtls_unsent { UNSENT_NOTHING, UNSENT_DATA, UNSENT_ALERT };

struct gtls_session {
    struct tls_session base;
    gnutls_session_t gnutls;
    struct gtls_provider *provider;
    struct gtls_setup *setup; /* NULL once the handshake is over */
    struct tls_lower lower;
    const struct log *log;
    struct tls_info info;
    struct tls_failure failure; /* TLS_FINE until the session fails */
    size_t record_max;
    struct tls_records records; /* of the server */
    enum tls_records_verdict verdict;
    enum gtls_unsent unsent;
    bool owes_refusal; /* of a renegotiation, until `unsent` is away */
    bool has_refused;  /* a renegotiation, and no data has come since */
    bool has_received; /* anything at all */
    bool has_data;     /* anything that the server's application sent */
    bool is_text;      /* the server's first byte begins no TLS record */
    bool is_dry;       /* the stream below had nothing for us when last asked */
    bool lower_ended;
    bool lower_reset;
    unsigned dh_bits;                       /* of the prime that the server chose; 0: none */
    bool certificate_missed;                /* the server asked for one and got none */
    gnutls_certificate_credentials_t again; /* of a renegotiation that was begun; NULL: none */
    bool ended;                             /* read() has reported the end */
    enum tls_end end;
};

#endif
