/* quectel_ssl.h: the six SSL contexts, and what HTTP and SMTP take from them. */
#ifndef QUECTEL_SSL_H
#define QUECTEL_SSL_H

#include "iface/tls.h"
#include "personalities/quectel/quectel_files.h"
#include "services/tls_source.h"

enum {
    QUECTEL_SSL_CONTEXTS = 6,
    QUECTEL_SUITES = 6,
    QUECTEL_NO_CONTEXT = -1,
    QUECTEL_ANY_VERSION = 4 /* "sslversion" */
};

enum { SECLEVEL_NONE, SECLEVEL_SERVER, SECLEVEL_BOTH };

/* There once a host has set something in it. */
struct quectel_ssl_context {
    struct tlsmodem *modem;
    int32_t index;
    int32_t version; /* 0 SSL 3.0, 1 to 3 TLS 1.0 to 1.2, 4 TLS 1.0 to 1.2 together */
    int32_t seclevel;
    int32_t sni, check_host, negotiate_s; /* settings of later firmware */
    bool all_suites;
    tls_suite suites[QUECTEL_SUITES]; /* where not all, in the order of the host */
    size_t suite_count;
    char files[3][QUECTEL_FILE_NAME_MAX + 1]; /* by enum quectel_file_kind; empty: none */
};

/* Settings whose factory values are facts. */
enum quectel_ssl_setting {
    SSL_SETTING_OTHER, /* whose are not */
    SSL_SETTING_VERSION,
    SSL_SETTING_LEVEL,
    SSL_SETTING_DATES, /* one for all contexts: as of context 0 */
    SSL_SETTING_SNI,
    SSL_SETTING_NAME,
    SSL_SETTING_TIME
};

/* What +QSSLCFG sets for all of them. */
struct quectel_ssl {
    uint8_t set[QUECTEL_SSL_CONTEXTS];   /* a bit for each setting that a host has set */
    int32_t ignore_dates;                /* "ignorertctime" */
    int32_t https;                       /* 1: QHTTP… uses https_context */
    int32_t https_context, smtp_context; /* QUECTEL_NO_CONTEXT until they are set */
    int32_t smtp_style;                  /* 0 plain, 1 TLS from the start, 2 STARTTLS */
};

/* The context `index` from 0; NULL: no memory. */
struct quectel_ssl_context *quectel_ssl_context(struct tlsmodem *modem, int32_t index);

/* A host has set this in the context `index`. */
void quectel_ssl_set(struct tlsmodem *modem, int32_t index, enum quectel_ssl_setting setting);

/* What holds there decides something: noted where it is a factory value. */
void quectel_ssl_note(const struct tlsmodem *modem, int32_t index,
                      enum quectel_ssl_setting setting);

/* True while no host has set it. */
bool quectel_ssl_is_preset(const struct tlsmodem *modem, int32_t index,
                           enum quectel_ssl_setting setting);

/* Lends a context's settings and security data to whoever opens a connection (tls_source.h). */
struct tls_source quectel_ssl_source(struct quectel_ssl_context *context);

#endif
