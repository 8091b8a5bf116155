/* verify.c: the server's certificate chain, after RFC 5280 but with the leniency of the modules'
 * time: MD5, SHA-1 and keys of any size count.  Dates are compared here, since mbedTLS would ask
 * the machine for the time and each modem has its own. */
#include "tls_mbedtls/verify.h"

#include "tls_common/failure.h"
#include "tls_common/trace.h"
#include "tls_common/weakness.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/name.h"
#include "tls_mbedtls/state.h"

#include <mbedtls/oid.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <string.h>
#include <time.h>

enum { STATED_MAX_BYTES = 80, SUBJECT_MAX_BYTES = 256, SHOWN_MAX = 4 };

static const mbedtls_x509_crt_profile any_algorithm = {
    .allowed_mds = 0xFFFFFFFF,
    .allowed_pks = 0xFFFFFFFF,
    .allowed_curves = 0xFFFFFFFF,
    .rsa_min_bitlen = 0,
};

/* SSL 3.0 has fewer alerts than TLS; certificate_unknown is its word for a CA that is not known. */
static const struct {
    enum tls_reason reason;
    unsigned char alert;
} alert_rows[] = {
    { TLS_UNKNOWN_CA, MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN },
    { TLS_EXPIRED, MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED },
    { TLS_NOT_YET_VALID, MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED },
    { TLS_INTERNAL, MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE },
};

/* What is found on the way up the chain. */
struct findings {
    mbedtls_x509_time now;
    const mbedtls_x509_crt *orphan; /* whose issuer could not be found; NULL: none */
    uint32_t flags;                 /* of mbedTLS, all certificates together */
    const mbedtls_x509_crt *expired, *not_yet_valid; /* the first of them; NULL: none */
    bool has_anchor; /* the stored one was there, whose signature does not count: it comes first */
    struct tls_weakness weakness;
};

static mbedtls_x509_time time_of(int64_t utc_s)
{
    time_t seconds = (time_t)utc_s;
    struct tm parts = { 0 };

    gmtime_r(&seconds, &parts);
    return (mbedtls_x509_time){ .year = parts.tm_year + 1900,
                                .mon = parts.tm_mon + 1,
                                .day = parts.tm_mday,
                                .hour = parts.tm_hour,
                                .min = parts.tm_min,
                                .sec = parts.tm_sec };
}

static bool is_before(const mbedtls_x509_time *a, const mbedtls_x509_time *b)
{
    const int left[] = { a->year, a->mon, a->day, a->hour, a->min, a->sec };
    const int right[] = { b->year, b->mon, b->day, b->hour, b->min, b->sec };

    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        if (left[i] != right[i])
            return left[i] < right[i];
    }
    return false;
}

/* mbedTLS has no MD2. */
static const char *weak_hash(const mbedtls_x509_crt *certificate)
{
    return certificate->sig_md == MBEDTLS_MD_MD5    ? "MD5"
           : certificate->sig_md == MBEDTLS_MD_SHA1 ? "SHA-1"
                                                    : NULL;
}

static void look_for_weakness(struct findings *findings, const mbedtls_x509_crt *certificate)
{
    const char *hash = findings->has_anchor ? weak_hash(certificate) : NULL;
    char subject[SUBJECT_MAX_BYTES];

    if (mbedtls_x509_dn_gets(subject, sizeof(subject), &certificate->subject) < 0)
        strcpy(subject, "a certificate");
    if (mbedtls_pk_can_do(&certificate->pk, MBEDTLS_PK_RSA))
        tls_weakness_key(&findings->weakness, subject,
                         (unsigned)mbedtls_mpi_bitlen(&mbedtls_pk_rsa(certificate->pk)->N));
    if (hash != NULL)
        tls_weakness_signature(&findings->weakness, subject, hash);
    findings->has_anchor = true;
}

static int look_at(void *ctx, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct findings *findings = ctx;

    (void)depth;
    findings->flags |= *flags;
    if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
        findings->orphan = certificate;
    if (is_before(&certificate->valid_to, &findings->now))
        findings->expired = certificate;
    if (is_before(&findings->now, &certificate->valid_from))
        findings->not_yet_valid = certificate;
    look_for_weakness(findings, certificate);
    return 0;
}

static bool is_same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && a->p != NULL && memcmp(a->p, b->p, a->len) == 0;
}

/* The certificate in `list` that says to be the issuer of `child`, or NULL. */
static const mbedtls_x509_crt *find_namesake(const mbedtls_x509_crt *list,
                                             const mbedtls_x509_crt *child)
{
    for (; list != NULL && list->raw.p != NULL; list = list->next) {
        if (list != child && is_same(&list->subject_raw, &child->issuer_raw))
            return list;
    }
    return NULL;
}

static bool is_stored(const mbedtls_x509_crt *certificate, const mbedtls_x509_crt *list)
{
    for (; list != NULL && list->raw.p != NULL; list = list->next) {
        if (is_same(&list->raw, &certificate->raw))
            return true;
    }
    return false;
}

static void fail_by(struct mtls_session *session, enum tls_reason reason,
                    const mbedtls_x509_crt *certificate, const char *what)
{
    char subject[SUBJECT_MAX_BYTES];

    if (mbedtls_x509_dn_gets(subject, sizeof(subject), &certificate->subject) < 0)
        subject[0] = '\0';
    tls_failure_set_certificate(&session->failure, reason, subject, what);
}

static void fail_by_issuer(struct mtls_session *session, const mbedtls_x509_crt *orphan)
{
    char issuer[SUBJECT_MAX_BYTES];

    if (mbedtls_x509_dn_gets(issuer, sizeof(issuer), &orphan->issuer) < 0)
        strcpy(issuer, "one without a name");
    tls_failure_set_issuer(&session->failure, issuer, session->setup->ca.raw.p != NULL);
}

/* mbedTLS says no more than that there is no issuer that would do. */
static void fail_by_orphan(struct mtls_session *session, const mbedtls_x509_crt *chain,
                           const mbedtls_x509_crt *orphan)
{
    const mbedtls_x509_crt *issuer = find_namesake(&session->setup->ca, orphan);

    if (issuer == NULL)
        issuer = find_namesake(chain, orphan);
    if (issuer == NULL)
        fail_by_issuer(session, orphan);
    else if (issuer->version >= 3 && issuer->ca_istrue == 0)
        fail_by(session, TLS_BAD_ISSUER, orphan, "its issuer is not a CA");
    else
        fail_by(session, TLS_BAD_SIGNATURE, orphan, "");
}

static int64_t seconds_of(const mbedtls_x509_time *when)
{
    struct tm parts = { .tm_year = when->year - 1900,
                        .tm_mon = when->mon - 1,
                        .tm_mday = when->day,
                        .tm_hour = when->hour,
                        .tm_min = when->min,
                        .tm_sec = when->sec };

    return (int64_t)timegm(&parts);
}

static void fail_by_clock(struct mtls_session *session, enum tls_reason reason,
                          const mbedtls_x509_crt *certificate, const mbedtls_x509_time *now)
{
    char subject[SUBJECT_MAX_BYTES];
    struct tls_outdated outdated = { .reason = reason,
                                     .subject = subject,
                                     .is_stored = is_stored(certificate, &session->setup->ca),
                                     .is_owners = session->setup->owners_trust,
                                     .now_s = seconds_of(now) };

    outdated.limit_s =
        seconds_of(reason == TLS_EXPIRED ? &certificate->valid_to : &certificate->valid_from);
    if (mbedtls_x509_dn_gets(subject, sizeof(subject), &certificate->subject) < 0)
        strcpy(subject, "one without a name");
    tls_failure_set_outdated(&session->failure, &outdated);
}

/* What makes the rest meaningless comes first. */
static bool is_chain_good(struct mtls_session *session, mbedtls_x509_crt *chain,
                          struct tls_weakness *ret_weakness)
{
    struct mtls_setup *setup = session->setup;
    struct findings findings = { .now = time_of(setup->utc_s(setup->utc_ctx)) };
    uint32_t flags = 0;

    if (is_stored(chain, &setup->ca))
        look_at(&findings, chain, 0, &flags);
    else if (mbedtls_x509_crt_verify_with_profile(
                 chain, setup->ca.raw.p != NULL ? &setup->ca : NULL, NULL, &any_algorithm, NULL,
                 &flags, look_at, &findings) == MBEDTLS_ERR_X509_FATAL_ERROR)
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "the chain is too long");
    if (session->failure.reason != TLS_FINE)
        return false;
    if (findings.orphan != NULL)
        fail_by_orphan(session, chain, findings.orphan);
    else if (findings.expired != NULL && !setup->ignore_dates)
        fail_by_clock(session, TLS_EXPIRED, findings.expired, &findings.now);
    else if (findings.not_yet_valid != NULL && !setup->ignore_dates)
        fail_by_clock(session, TLS_NOT_YET_VALID, findings.not_yet_valid, &findings.now);
    else if (findings.flags != 0)
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "flags 0x%X",
                        (unsigned)findings.flags);
    *ret_weakness = findings.weakness;
    return session->failure.reason == TLS_FINE;
}

/* The key encrypts the premaster secret, or signs the parameters of Diffie and Hellman. */
static bool is_purpose_good(struct mtls_session *session, const mbedtls_x509_crt *certificate)
{
    const mbedtls_ssl_ciphersuite_t *suite =
        mbedtls_ssl_ciphersuite_from_id(session->mbedtls.session_negotiate->ciphersuite);
    unsigned usage = suite != NULL && suite->key_exchange == MBEDTLS_KEY_EXCHANGE_RSA
                         ? MBEDTLS_X509_KU_KEY_ENCIPHERMENT
                         : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    bool good =
        mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_SERVER_AUTH,
                                                  MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) == 0 &&
        mbedtls_x509_crt_check_key_usage(certificate, usage) == 0;

    if (!good)
        fail_by(session, TLS_BAD_CERTIFICATE, certificate, "it is not for a server");
    return good;
}

static bool is_name_good(struct mtls_session *session, const mbedtls_x509_crt *certificate)
{
    const char *name = session->setup->server_name;
    bool checks = session->setup->checks_name;
    char stated[STATED_MAX_BYTES + 1];

    if (mtls_name_fits(certificate, name)) {
        if (checks && mtls_name_is_common_address(certificate, name))
            tls_weakness_say_address(session->log, name);
        return true;
    }
    mtls_name_stated(certificate, stated, sizeof(stated));
    if (checks)
        tls_failure_set(&session->failure, TLS_WRONG_HOST, "it is for %s", stated);
    else
        tls_weakness_say_name(session->log, name, stated, true); /* SSL 3.0 tells no server */
    return !checks;
}

static bool is_size_good(struct mtls_session *session, const mbedtls_x509_crt *chain)
{
    size_t longest = 0;

    for (; chain != NULL; chain = chain->next)
        longest = chain->raw.len > longest ? chain->raw.len : longest;
    return tls_sizes_fit(&session->setup->sizes, longest, session->log, &session->failure);
}

static void tell_server(struct mtls_session *session)
{
    unsigned char alert = MBEDTLS_SSL_ALERT_MSG_BAD_CERT;

    for (size_t i = 0; i < sizeof(alert_rows) / sizeof(alert_rows[0]); i++) {
        if (alert_rows[i].reason == session->failure.reason)
            alert = alert_rows[i].alert;
    }
    mbedtls_ssl_send_alert_message(&session->mbedtls, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
}

bool mtls_verify(struct mtls_session *session, mbedtls_x509_crt *chain)
{
    struct tls_weakness weakness;

    if (is_size_good(session, chain) && is_chain_good(session, chain, &weakness) &&
        is_purpose_good(session, chain) && is_name_good(session, chain)) {
        tls_weakness_say(&weakness, session->log, session->setup->server_name);
        return true;
    }
    tell_server(session);
    return false;
}

/* ---- the trace ---- */

void mtls_trace_chain(const struct mtls_session *session, const mbedtls_x509_crt *chain)
{
    struct tls_trace_certificate shown = { .index = 0 };

    if (!log_traces(session->log, TRACE_TLS))
        return;
    for (const mbedtls_x509_crt *at = chain; at != NULL; at = at->next)
        shown.count++;
    for (const mbedtls_x509_crt *at = chain; at != NULL && shown.index < SHOWN_MAX; at = at->next) {
        shown.index++;
        if (mbedtls_x509_dn_gets(shown.subject, sizeof(shown.subject), &at->subject) < 0 ||
            mbedtls_x509_dn_gets(shown.issuer, sizeof(shown.issuer), &at->issuer) < 0)
            continue;
        shown.from_s = seconds_of(&at->valid_from);
        shown.until_s = seconds_of(&at->valid_to);
        tls_trace_certificate(session->log, &shown);
    }
}
