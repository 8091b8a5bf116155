/* verify.c: the server's certificate chain, after RFC 5280 and RFC 6125 but with the leniency of
 * the modules' time: a name may stand in the common name, also when it is an address. */
#include "tls_gnutls/verify.h"

#include "tls_common/failure.h"
#include "tls_common/name.h"
#include "tls_common/weakness.h"
#include "tls_gnutls/clock.h"
#include "tls_gnutls/failure.h"
#include "tls_gnutls/purpose.h"
#include "tls_gnutls/state.h"
#include "tls_gnutls/weak.h"

#include <ctype.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The module's certificates are of its own time: MD5 and SHA-1 signatures count, and without a
 * verification profile any size of key does. */
enum {
    FLAGS_OF_THE_ERA = GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1,
    FLAGS_OF_TODAY = GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM),
    IGNORE_DATES = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS,
};

enum { NAME_MAX_BYTES = 256, STATED_MAX_BYTES = 80 };

/* The first row that applies is the reason: what makes the others meaningless comes first. */
static const struct {
    unsigned status;
    enum tls_reason reason;
    const char *detail; /* NULL: what the clock says */
} chain_rows[] = {
    { GNUTLS_CERT_SIGNATURE_FAILURE, TLS_BAD_SIGNATURE, "" },
    { GNUTLS_CERT_SIGNER_NOT_FOUND, TLS_UNKNOWN_CA, "" },
    { GNUTLS_CERT_SIGNER_NOT_CA, TLS_BAD_ISSUER, "its issuer is not a CA" },
    { GNUTLS_CERT_EXPIRED, TLS_EXPIRED, NULL },
    { GNUTLS_CERT_NOT_ACTIVATED, TLS_NOT_YET_VALID, NULL },
    { GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, TLS_BAD_ISSUER,
      "its issuer may not issue such certificates" },
    { GNUTLS_CERT_PURPOSE_MISMATCH, TLS_BAD_CERTIFICATE, "it is not for a server" },
    { GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, TLS_BAD_CERTIFICATE, "unknown critical extension" },
    { GNUTLS_CERT_INSECURE_ALGORITHM, TLS_BAD_CERTIFICATE,
      "weaker than GnuTLS's configuration of this machine allows" },
    { GNUTLS_CERT_INVALID, TLS_BAD_CERTIFICATE, "" },
};

static void fail_by_date(struct gtls_session *session, struct tls_outdated *outdated,
                         gnutls_x509_crt_t certificate)
{
    char subject[NAME_MAX_BYTES];
    size_t len = sizeof(subject);

    if (gnutls_x509_crt_get_dn(certificate, subject, &len) < 0)
        strcpy(subject, "one without a name");
    outdated->subject = subject;
    outdated->limit_s = outdated->reason == TLS_EXPIRED
                            ? (int64_t)gnutls_x509_crt_get_expiration_time(certificate)
                            : (int64_t)gnutls_x509_crt_get_activation_time(certificate);
    tls_failure_set_outdated(&session->failure, outdated);
}

static bool is_outdated(const struct tls_outdated *outdated, gnutls_x509_crt_t certificate)
{
    return outdated->reason == TLS_EXPIRED
               ? (int64_t)gnutls_x509_crt_get_expiration_time(certificate) < outdated->now_s
               : (int64_t)gnutls_x509_crt_get_activation_time(certificate) > outdated->now_s;
}

/* Which of them it is: one that the server has sent, or the stored one that has issued it. */
static void fail_by_clock(struct gtls_session *session, const struct gtls_chain *chain,
                          enum tls_reason reason)
{
    struct tls_outdated outdated = { .reason = reason,
                                     .is_owners = session->setup->owners_trust,
                                     .now_s = gtls_clock_now_s() };
    gnutls_x509_crt_t issuer;

    for (unsigned i = 0; i < chain->count; i++) {
        if (is_outdated(&outdated, chain->list[i])) {
            fail_by_date(session, &outdated, chain->list[i]);
            return;
        }
    }
    outdated.is_stored = true;
    for (unsigned i = 0; i < chain->count; i++) {
        if (gnutls_x509_trust_list_get_issuer(gtls_trust_list(session->setup->trust),
                                              chain->list[i], &issuer, 0) >= 0 &&
            is_outdated(&outdated, issuer)) {
            fail_by_date(session, &outdated, issuer);
            return;
        }
    }
    tls_failure_set(&session->failure, reason, NULL);
}

static void fail_by_issuer(struct gtls_session *session, const struct gtls_chain *chain)
{
    char issuer[NAME_MAX_BYTES];
    size_t len = sizeof(issuer);

    if (gnutls_x509_crt_get_issuer_dn(chain->list[chain->count - 1], issuer, &len) < 0)
        strcpy(issuer, "one without a name");
    tls_failure_set_issuer(&session->failure, issuer, session->setup->has_ca);
}

static void fail_by_status(struct gtls_session *session, const struct gtls_chain *chain,
                           unsigned status)
{
    size_t row = 0;
    const char *detail;

    while ((status & chain_rows[row].status) == 0 &&
           row + 1 < sizeof(chain_rows) / sizeof(chain_rows[0]))
        row++;
    detail = chain_rows[row].detail;
    if (session->setup->today && chain_rows[row].status == GNUTLS_CERT_INSECURE_ALGORITHM)
        detail = "its key or signature is too weak for today";
    if (chain_rows[row].reason == TLS_UNKNOWN_CA)
        fail_by_issuer(session, chain);
    else if (detail == NULL)
        fail_by_clock(session, chain, chain_rows[row].reason);
    else
        tls_failure_set_certificate(&session->failure, chain_rows[row].reason, gtls_weak_culprit(),
                                    detail);
}

static bool is_chain_good(struct gtls_session *session, struct gtls_chain *chain)
{
    const struct gtls_setup *setup = session->setup;
    gnutls_typed_vdata_st purpose = { GNUTLS_DT_KEY_PURPOSE_OID,
                                      (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0 };
    unsigned status = 0;
    int result;

    gtls_clock_enter(setup->utc_s, setup->utc_ctx);
    gtls_weak_enter(chain);
    result = gnutls_x509_trust_list_verify_crt2(gtls_trust_list(setup->trust), chain->list,
                                                chain->count, &purpose, 1,
                                                (setup->today ? FLAGS_OF_TODAY : FLAGS_OF_THE_ERA) |
                                                    (setup->ignore_dates ? IGNORE_DATES : 0),
                                                &status, gtls_weak_on_link);
    if (result < 0)
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "%s", gnutls_strerror(result));
    else if (status != 0)
        fail_by_status(session, chain, status);
    gtls_weak_leave();
    gtls_clock_leave();
    return result >= 0 && status == 0;
}

static bool has_alternative_names(gnutls_x509_crt_t certificate)
{
    char name[NAME_MAX_BYTES];
    size_t len = sizeof(name);

    return gnutls_x509_crt_get_subject_alt_name(certificate, 0, name, &len, NULL) !=
           GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

/* GnuTLS looks for an address among the alternative names only. */
static bool is_address_in_common_name(gnutls_x509_crt_t certificate, const char *address)
{
    char name[NAME_MAX_BYTES];
    size_t len = sizeof(name);

    return tls_is_address(address) && !has_alternative_names(certificate) &&
           gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name,
                                         &len) >= 0 &&
           len == strlen(address) && memcmp(name, address, len) == 0;
}

/* What the operator should have dialled: the first alternative name that is one, or the subject. */
static int stated_name(gnutls_x509_crt_t certificate, char name[NAME_MAX_BYTES])
{
    int result = GNUTLS_SAN_OTHERNAME;
    size_t len = 0;

    for (unsigned i = 0; result >= 0; i++) {
        len = NAME_MAX_BYTES - 1;
        result = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &len, NULL);
        if (result == GNUTLS_SAN_DNSNAME) {
            name[len] = '\0';
            return result;
        }
    }
    len = NAME_MAX_BYTES;
    return gnutls_x509_crt_get_dn(certificate, name, &len);
}

/* The same for the log. */
static void tell_name(gnutls_x509_crt_t certificate, char stated[STATED_MAX_BYTES + 1])
{
    char name[NAME_MAX_BYTES];

    if (stated_name(certificate, name) < 0)
        strcpy(name, "a name that cannot be told");
    for (char *at = name; *at != '\0'; at++) {
        if (!isprint((unsigned char)*at))
            *at = '?';
    }
    snprintf(stated, STATED_MAX_BYTES + 1, "%.*s", STATED_MAX_BYTES, name);
}

static bool is_name_good(struct gtls_session *session, gnutls_x509_crt_t certificate)
{
    const char *name = session->setup->server_name;
    bool checks = session->setup->checks_name;
    char stated[STATED_MAX_BYTES + 1];

    if (gnutls_x509_crt_check_hostname2(certificate, name, 0) != 0)
        return true;
    if (!session->setup->today && is_address_in_common_name(certificate, name)) {
        if (checks)
            tls_weakness_say_address(session->log, name);
        return true;
    }
    tell_name(certificate, stated);
    if (checks)
        tls_failure_set(&session->failure, TLS_WRONG_HOST, "it is for %s", stated);
    else
        tls_weakness_say_name(session->log, name, stated, session->setup->sends_name);
    return !checks;
}

static bool is_size_good(struct gtls_session *session)
{
    size_t longest = 0;
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session->gnutls, &count);

    for (unsigned i = 0; chain != NULL && i < count; i++)
        longest = chain[i].size > longest ? chain[i].size : longest;
    return tls_sizes_fit(&session->setup->sizes, longest, session->log, &session->failure);
}

/* GnuTLS takes any certificate that is stored for the end of a chain, OpenSSL one that has issued
 * itself. */
static bool ends_at_root(struct gtls_session *session, const struct gtls_chain *chain)
{
    gnutls_x509_crt_t issuer;

    for (unsigned i = 0; i < chain->count; i++) {
        if (gnutls_x509_trust_list_get_issuer(gtls_trust_list(session->setup->trust),
                                              chain->list[i], &issuer, 0) >= 0 &&
            gnutls_x509_crt_check_issuer(issuer, issuer) != 0)
            return true;
    }
    tls_failure_set(&session->failure, TLS_UNKNOWN_CA, "what is stored is no root");
    return false;
}

static struct gtls_chain *verify_chain(struct gtls_session *session,
                                       const struct gtls_question *question)
{
    struct gtls_chain *chain;
    int result = gtls_chain_read(question->sent, question->count, &chain);

    if (result < 0) {
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "%s", gnutls_strerror(result));
        return NULL;
    }
    chain->ignores_dates = question->ignores_dates;
    chain->today = question->today;
    if (!is_chain_good(session, chain) || (chain->today && !ends_at_root(session, chain))) {
        gtls_chain_free(chain);
        return NULL;
    }
    gtls_trust_keep_chain(&session->provider->trusts, session->setup->trust, chain);
    return chain;
}

/* A good chain, which may have been verified for another session; NULL, with the failure set. */
static struct gtls_chain *good_chain(struct gtls_session *session)
{
    const struct gtls_setup *setup = session->setup;
    struct gtls_question question = { .ignores_dates = setup->ignore_dates,
                                      .today = setup->today,
                                      .now_s = setup->utc_s(setup->utc_ctx) };
    struct gtls_chain *chain;

    question.sent = gnutls_certificate_get_peers(session->gnutls, &question.count);
    chain = gtls_trust_find_chain(&session->provider->trusts, setup->trust, &question);
    return chain != NULL ? chain : verify_chain(session, &question);
}

/* All that a chain of the modules' time passes with is a reason to refuse it today. */
static bool is_refused_today(struct gtls_session *session, gnutls_x509_crt_t certificate,
                             const struct tls_weakness *weakness)
{
    if (!session->setup->today)
        return false;
    if (weakness->text[0] != '\0')
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "%s", weakness->text);
    else if (!gtls_is_for_servers(certificate))
        tls_failure_set(&session->failure, TLS_BAD_CERTIFICATE, "it is not for a server");
    else
        return false;
    return true;
}

static int on_server_certificate(gnutls_session_t gnutls)
{
    struct gtls_session *session = gnutls_session_get_ptr(gnutls);
    struct gtls_chain *chain = is_size_good(session) ? good_chain(session) : NULL;
    struct tls_weakness weakness;
    bool good;

    if (chain == NULL)
        return GNUTLS_E_CERTIFICATE_ERROR;
    weakness = chain->weakness;
    gtls_weak_usage(gnutls, chain->list[0], &weakness);
    good = is_name_good(session, chain->list[0]) &&
           !is_refused_today(session, chain->list[0], &weakness);
    gtls_trust_release_chain(&session->provider->trusts, chain);
    if (!good)
        return GNUTLS_E_CERTIFICATE_ERROR;
    tls_weakness_say(&weakness, session->log, session->setup->server_name);
    return 0;
}

void gtls_verify_attach(gnutls_session_t gnutls)
{
    gnutls_session_set_verify_function(gnutls, on_server_certificate);
}
