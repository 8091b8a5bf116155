/* shown.c: see shown.h. */
#include "tls_gnutls/shown.h"

#include "tls_common/trace.h"

#include <stdio.h>

enum { SHOWN_MAX = 4 };

static void name_of(int (*get)(gnutls_x509_crt_t, char *, size_t *), gnutls_x509_crt_t certificate,
                    char name[TLS_TRACE_NAME_CAP])
{
    size_t len = TLS_TRACE_NAME_CAP;

    if (get(certificate, name, &len) < 0)
        snprintf(name, TLS_TRACE_NAME_CAP, "(no name)");
}

static void trace_one(const struct log *log, size_t index, size_t count, const gnutls_datum_t *der)
{
    struct tls_trace_certificate shown = { .index = index, .count = count };
    gnutls_x509_crt_t certificate;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return;
    if (gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) >= 0) {
        name_of(gnutls_x509_crt_get_dn, certificate, shown.subject);
        name_of(gnutls_x509_crt_get_issuer_dn, certificate, shown.issuer);
        shown.from_s = gnutls_x509_crt_get_activation_time(certificate);
        shown.until_s = gnutls_x509_crt_get_expiration_time(certificate);
        tls_trace_certificate(log, &shown);
    }
    gnutls_x509_crt_deinit(certificate);
}

void gtls_trace_chain(const struct gtls_session *session)
{
    unsigned count = 0;
    const gnutls_datum_t *chain;

    if (!log_traces(session->log, TRACE_TLS))
        return;
    chain = gnutls_certificate_get_peers(session->gnutls, &count);
    for (unsigned i = 0; chain != NULL && i < count && i < SHOWN_MAX; i++)
        trace_one(session->log, i + 1, count, &chain[i]);
}
