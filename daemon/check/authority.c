/* authority.c: certificates for transcripts, by GnuTLS. */
#include "check/authority.h"

#include "transcript/script.h"
#include "transcript/values.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { BITS = 2048, NAME_CAP = 64, FORM_CAP = 32 };

enum kind { AUTHORITY, SERVER, CLIENT };

/* Dates in years; the module's clock stands between VALID_FROM and VALID_TO. */
enum { LONG_AGO = 2010, VALID_FROM = 2011, VALID_TO = 2048, FAR_AHEAD = 2049 };

struct plan {
    const char *subject;
    enum script_certificate issuer; /* its own: signed by itself */
    enum script_certificate key;    /* whose; several certificates share one, to save time */
    enum kind kind;
    int from, to;
    bool is_elsewhere; /* issued for another machine */
};

enum { PLANS = SCRIPT_CERT_COUNT };

static const struct plan plans[PLANS] = {
    [SCRIPT_CERT_CA] = { "tlsmodem test CA", SCRIPT_CERT_CA, SCRIPT_CERT_CA, AUTHORITY, VALID_FROM,
                         VALID_TO, false },
    [SCRIPT_CERT_OTHER_CA] = { "tlsmodem other CA", SCRIPT_CERT_OTHER_CA, SCRIPT_CERT_OTHER_CA,
                               AUTHORITY, VALID_FROM, VALID_TO, false },
    [SCRIPT_CERT_EXPIRED_CA] = { "tlsmodem expired CA", SCRIPT_CERT_EXPIRED_CA, SCRIPT_CERT_CA,
                                 AUTHORITY, LONG_AGO, VALID_FROM, false },
    [SCRIPT_CERT_INTERMEDIATE] = { "tlsmodem test intermediate", SCRIPT_CERT_CA,
                                   SCRIPT_CERT_INTERMEDIATE, AUTHORITY, VALID_FROM, VALID_TO,
                                   false },
    [SCRIPT_CERT_SERVER] = { "localhost", SCRIPT_CERT_CA, SCRIPT_CERT_SERVER, SERVER, VALID_FROM,
                             VALID_TO, false },
    [SCRIPT_CERT_SERVER_INTERMEDIATE] = { "localhost", SCRIPT_CERT_INTERMEDIATE, SCRIPT_CERT_SERVER,
                                          SERVER, VALID_FROM, VALID_TO, false },
    [SCRIPT_CERT_SERVER_EXPIRED] = { "localhost", SCRIPT_CERT_CA, SCRIPT_CERT_SERVER, SERVER,
                                     LONG_AGO, VALID_FROM, false },
    [SCRIPT_CERT_SERVER_NOT_YET_VALID] = { "localhost", SCRIPT_CERT_CA, SCRIPT_CERT_SERVER, SERVER,
                                           VALID_TO, FAR_AHEAD, false },
    [SCRIPT_CERT_SERVER_WRONG_NAME] = { "elsewhere.test", SCRIPT_CERT_CA, SCRIPT_CERT_SERVER,
                                        SERVER, VALID_FROM, VALID_TO, true },
    [SCRIPT_CERT_SERVER_OTHER_CA] = { "localhost", SCRIPT_CERT_OTHER_CA, SCRIPT_CERT_SERVER, SERVER,
                                      VALID_FROM, VALID_TO, false },
    [SCRIPT_CERT_SERVER_EXPIRED_CA] = { "localhost", SCRIPT_CERT_EXPIRED_CA, SCRIPT_CERT_SERVER,
                                        SERVER, LONG_AGO, VALID_TO, false },
    [SCRIPT_CERT_CLIENT] = { "tlsmodem test device", SCRIPT_CERT_CA, SCRIPT_CERT_CLIENT, CLIENT,
                             VALID_FROM, VALID_TO, false },
    [SCRIPT_CERT_CLIENT_OTHER_CA] = { "tlsmodem other device", SCRIPT_CERT_OTHER_CA,
                                      SCRIPT_CERT_CLIENT, CLIENT, VALID_FROM, VALID_TO, false },
};

static const char *const names[PLANS] = {
#define NAME(name, word) [name] = word,
    SCRIPT_CERTIFICATES(NAME)
#undef NAME
};

struct test_authority {
    gnutls_x509_privkey_t keys[PLANS]; /* by the plan whose name it has; NULL: not made */
    gnutls_x509_crt_t certificates[PLANS];
    const char *address, *host; /* of this machine, beside 127.0.0.1; NULL: none */
    uint8_t serial;             /* of the last certificate */
    struct values values;
    pthread_mutex_t lock;
};

/* NULL: it could not be made. */
static gnutls_x509_privkey_t key_of(struct test_authority *authority, const struct plan *plan)
{
    gnutls_x509_privkey_t *key = &authority->keys[plan->key];

    if (*key != NULL || gnutls_x509_privkey_init(key) < 0)
        return *key;
    if (gnutls_x509_privkey_generate(*key, GNUTLS_PK_RSA, BITS, 0) < 0) {
        gnutls_x509_privkey_deinit(*key);
        *key = NULL;
    }
    return *key;
}

static time_t begin_of(int year)
{
    int leap_days = (year - 1969) / 4;

    return ((time_t)(year - 1970) * 365 + leap_days) * 86400;
}

/* As test_authority_is_at() has said. */
static int add_place(gnutls_x509_crt_t made, const struct test_authority *authority)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    unsigned size = inet_pton(AF_INET, authority->address, bytes) == 1    ? 4
                    : inet_pton(AF_INET6, authority->address, bytes) == 1 ? 16
                                                                          : 0;
    int result = gnutls_x509_crt_set_subject_alt_name(made, GNUTLS_SAN_IPADDRESS, bytes, size,
                                                      GNUTLS_FSAN_APPEND);

    if (result >= 0 && authority->host != NULL)
        result = gnutls_x509_crt_set_subject_alt_name(made, GNUTLS_SAN_DNSNAME, authority->host,
                                                      (unsigned)strlen(authority->host),
                                                      GNUTLS_FSAN_APPEND);
    return result;
}

static int set_names(gnutls_x509_crt_t made, const struct test_authority *authority,
                     const struct plan *plan)
{
    static const char *const hosts[] = { "localhost", "elsewhere.test" };
    static const unsigned char here[4] = { 127, 0, 0, 1 }, elsewhere[4] = { 192, 0, 2, 1 };
    const char *name = hosts[plan->is_elsewhere];
    const unsigned char *address = plan->is_elsewhere ? elsewhere : here;
    int result;

    if (plan->kind != SERVER)
        return 0;
    result = gnutls_x509_crt_set_subject_alt_name(made, GNUTLS_SAN_DNSNAME, name,
                                                  (unsigned)strlen(name), GNUTLS_FSAN_SET);
    if (result < 0)
        return result;
    result = gnutls_x509_crt_set_subject_alt_name(made, GNUTLS_SAN_IPADDRESS, address, 4,
                                                  GNUTLS_FSAN_APPEND);
    return result >= 0 && authority->address != NULL && !plan->is_elsewhere
               ? add_place(made, authority)
               : result;
}

static int set_use(gnutls_x509_crt_t made, const struct plan *plan)
{
    static const unsigned usages[] = { [AUTHORITY] = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN,
                                       [SERVER] = GNUTLS_KEY_DIGITAL_SIGNATURE |
                                                  GNUTLS_KEY_KEY_ENCIPHERMENT,
                                       [CLIENT] = GNUTLS_KEY_DIGITAL_SIGNATURE };
    int result = gnutls_x509_crt_set_basic_constraints(made, plan->kind == AUTHORITY, -1);

    if (result >= 0)
        result = gnutls_x509_crt_set_key_usage(made, usages[plan->kind]);
    if (result >= 0 && plan->kind != AUTHORITY)
        result = gnutls_x509_crt_set_key_purpose_oid(
            made, plan->kind == SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT, 0);
    return result;
}

static int describe(struct test_authority *authority, gnutls_x509_crt_t made,
                    const struct plan *plan, gnutls_x509_privkey_t key)
{
    uint8_t serial = ++authority->serial;
    int result = gnutls_x509_crt_set_version(made, 3);

    if (result >= 0)
        result = gnutls_x509_crt_set_serial(made, &serial, sizeof(serial));
    if (result >= 0)
        result = gnutls_x509_crt_set_activation_time(made, begin_of(plan->from));
    if (result >= 0)
        result = gnutls_x509_crt_set_expiration_time(made, begin_of(plan->to));
    if (result >= 0)
        result = gnutls_x509_crt_set_dn_by_oid(made, GNUTLS_OID_X520_COMMON_NAME, 0, plan->subject,
                                               (unsigned)strlen(plan->subject));
    if (result >= 0)
        result = gnutls_x509_crt_set_key(made, key);
    if (result >= 0)
        result = set_use(made, plan);
    return result >= 0 ? set_names(made, authority, plan) : result;
}

/* NULL: it could not be made.  A chain ends after two steps, at one that signs itself. */
static gnutls_x509_crt_t certificate_of(struct test_authority *authority, size_t index)
{
    const struct plan *plan = &plans[index];
    size_t issuer_index = plan->issuer;
    gnutls_x509_privkey_t key = key_of(authority, plan), issuer_key;
    gnutls_x509_crt_t *made = &authority->certificates[index], issuer;

    if (*made != NULL || key == NULL)
        return *made;
    issuer = issuer_index != index ? certificate_of(authority, issuer_index) : NULL;
    issuer_key = key_of(authority, &plans[issuer_index]);
    if (issuer_key == NULL || (issuer == NULL && issuer_index != index) ||
        gnutls_x509_crt_init(made) < 0)
        return NULL;
    if (describe(authority, *made, plan, key) < 0 ||
        gnutls_x509_crt_sign2(*made, issuer != NULL ? issuer : *made, issuer_key, GNUTLS_DIG_SHA256,
                              0) < 0) {
        gnutls_x509_crt_deinit(*made);
        *made = NULL;
    }
    return *made;
}

/* ---- as variables ---- */

static bool keep(struct test_authority *authority, const char *name, struct span value)
{
    char sized[NAME_CAP + FORM_CAP], size[16];

    snprintf(sized, sizeof(sized), "%s_size", name);
    snprintf(size, sizeof(size), "%zu", value.len);
    return values_set(&authority->values, span_of(name), value) == ERR_OK &&
           values_set(&authority->values, span_of(sized), span_of(size)) == ERR_OK;
}

static bool keep_as(struct test_authority *authority, size_t index, const char *form, bool is_key,
                    gnutls_x509_crt_fmt_t format)
{
    gnutls_x509_crt_t certificate = certificate_of(authority, index);
    gnutls_datum_t out = { NULL, 0 };
    char name[NAME_CAP];
    bool kept;
    int result;

    if (certificate == NULL)
        return false;
    result = is_key ? gnutls_x509_privkey_export2(key_of(authority, &plans[index]), format, &out)
                    : gnutls_x509_crt_export2(certificate, format, &out);
    if (result < 0)
        return false;
    snprintf(name, sizeof(name), "%s_%s", names[index], form);
    kept = keep(authority, name, span_at(out.data, out.size));
    gnutls_free(out.data);
    return kept;
}

static bool make(struct test_authority *authority, size_t index)
{
    return keep_as(authority, index, "pem", false, GNUTLS_X509_FMT_PEM) &&
           keep_as(authority, index, "der", false, GNUTLS_X509_FMT_DER) &&
           keep_as(authority, index, "key_pem", true, GNUTLS_X509_FMT_PEM) &&
           keep_as(authority, index, "key_der", true, GNUTLS_X509_FMT_DER);
}

/* Whether `name` is a variable of this certificate. */
static bool is_of(struct span name, const char *certificate)
{
    static const char *const forms[] = { "_pem", "_der", "_key_pem", "_key_der" };
    static const char size[] = "_size";
    size_t len = strlen(certificate);
    struct span form;

    if (name.len < len || memcmp(name.data, certificate, len) != 0)
        return false;
    form = span_skip(name, len);
    if (form.len > sizeof(size) - 1 &&
        memcmp(form.data + form.len - (sizeof(size) - 1), size, sizeof(size) - 1) == 0)
        form.len -= sizeof(size) - 1;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (span_equal(form, span_of(forms[i])))
            return true;
    }
    return false;
}

static bool find(struct test_authority *authority, struct span name, struct span *ret_value)
{
    if (values_find(&authority->values, name, ret_value))
        return true;
    for (size_t i = 0; i < PLANS; i++) {
        if (is_of(name, names[i]))
            return make(authority, i) && values_find(&authority->values, name, ret_value);
    }
    return false;
}

bool test_authority_find(struct test_authority *authority, struct span name, struct span *ret_value)
{
    bool found;

    pthread_mutex_lock(&authority->lock);
    found = find(authority, name, ret_value);
    pthread_mutex_unlock(&authority->lock);
    return found;
}

/* ---- opening and closing ---- */

enum err test_authority_open(struct test_authority **ret_authority)
{
    struct test_authority *authority = calloc(1, sizeof(*authority));

    if (authority == NULL)
        return ERR_NO_MEMORY;
    pthread_mutex_init(&authority->lock, NULL);
    *ret_authority = authority;
    return ERR_OK;
}

void test_authority_is_at(struct test_authority *authority, const char *address, const char *host)
{
    authority->address = address;
    authority->host = host;
}

void test_authority_close(struct test_authority *authority)
{
    if (authority == NULL)
        return;
    for (size_t i = 0; i < PLANS; i++) {
        if (authority->certificates[i] != NULL)
            gnutls_x509_crt_deinit(authority->certificates[i]);
        if (authority->keys[i] != NULL)
            gnutls_x509_privkey_deinit(authority->keys[i]);
    }
    values_free(&authority->values);
    pthread_mutex_destroy(&authority->lock);
    free(authority);
}
