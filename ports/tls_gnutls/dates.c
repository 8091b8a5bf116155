/* dates.c: see dates.h. */
#include "tls_gnutls/dates.h"

#include "tls_common/failure.h"
#include "tls_gnutls/credentials.h"

#include <gnutls/x509.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256 };

static int64_t begin_of(gnutls_x509_crt_t certificate)
{
    return (int64_t)gnutls_x509_crt_get_activation_time(certificate);
}

static int64_t end_of(gnutls_x509_crt_t certificate)
{
    return (int64_t)gnutls_x509_crt_get_expiration_time(certificate);
}

/* What is told of: the first that is outdated, the first to begin, the last that ended. */
struct findings {
    size_t valid, early;
    gnutls_x509_crt_t outdated, first, last;
};

static void look_at(struct findings *findings, gnutls_x509_crt_t certificate, int64_t now_s)
{
    bool is_early = begin_of(certificate) > now_s;

    if (!is_early && end_of(certificate) >= now_s) {
        findings->valid++;
        return;
    }
    if (findings->outdated == NULL)
        findings->outdated = certificate;
    if (!is_early) {
        if (findings->last == NULL || end_of(certificate) > end_of(findings->last))
            findings->last = certificate;
        return;
    }
    findings->early++;
    if (findings->first == NULL || begin_of(certificate) < begin_of(findings->first))
        findings->first = certificate;
}

static void tell(gnutls_x509_crt_t certificate, int64_t now_s, struct tls_failure *ret_outdated)
{
    char subject[NAME_MAX_BYTES];
    size_t len = sizeof(subject);
    bool is_early = begin_of(certificate) > now_s;
    struct tls_outdated outdated = { .reason = is_early ? TLS_NOT_YET_VALID : TLS_EXPIRED,
                                     .subject = subject,
                                     .is_owners = true,
                                     .limit_s =
                                         is_early ? begin_of(certificate) : end_of(certificate),
                                     .now_s = now_s };

    if (gnutls_x509_crt_get_dn(certificate, subject, &len) < 0)
        strcpy(subject, "one without a name");
    tls_failure_set_outdated(ret_outdated, &outdated);
}

static enum tls_dates judge(const struct findings *findings, int64_t now_s,
                            struct tls_failure *ret_outdated)
{
    if (findings->outdated == NULL)
        return TLS_DATES_ALL;
    tell(findings->valid > 0   ? findings->outdated
         : findings->early > 0 ? findings->first
                               : findings->last,
         now_s, ret_outdated);
    return findings->valid > 0   ? TLS_DATES_SOME
           : findings->early > 0 ? TLS_DATES_NONE_YET
                                 : TLS_DATES_NONE_MORE;
}

enum tls_dates tls_gnutls_dates(struct span certificates, int64_t now_s,
                                struct tls_failure *ret_outdated)
{
    gnutls_datum_t datum = gtls_datum_of(certificates);
    struct findings findings = { .valid = 0 };
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    enum tls_dates dates;

    if (certificates.len == 0 ||
        gnutls_x509_crt_list_import2(&list, &count, &datum, gtls_format_of(certificates), 0) < 0)
        return TLS_DATES_ALL;
    for (unsigned i = 0; i < count; i++)
        look_at(&findings, list[i], now_s);
    dates = judge(&findings, now_s, ret_outdated);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    return dates;
}
