/* policy.c: see policy.h.  Each thing is asked for alone: there is no call that lists what is
 * forbidden. */
#include "tls_gnutls/policy.h"

#include "base/tls_suites.h"
#include "tls_gnutls/priority.h"
#include "tls_gnutls/tls_gnutls.h"
#include "tls_gnutls/version.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* What the log names of many; it says how many there are. */
enum { SUITES_NAMED = 2 };

/* Old servers sign with the first of each key, newer ones with the others (RFC 5246, 7.4.1.4.1). */
static const gnutls_sign_algorithm_t signatures[] = {
    GNUTLS_SIGN_RSA_SHA1,     GNUTLS_SIGN_RSA_SHA256,   GNUTLS_SIGN_RSA_SHA384,
    GNUTLS_SIGN_RSA_SHA512,   GNUTLS_SIGN_ECDSA_SHA1,   GNUTLS_SIGN_ECDSA_SHA256,
    GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_ECDSA_SHA512,
};

/* In the table for the library's own lists alone: no module offers them. */
static const tls_suite of_no_module[] = {
    TLS_AES_128_GCM_SHA256,
    TLS_AES_256_GCM_SHA384,
    TLS_CHACHA20_POLY1305_SHA256,
    TLS_AES_128_CCM_SHA256,
    TLS_RSA_WITH_AES_128_GCM_SHA256,
    TLS_RSA_WITH_AES_256_GCM_SHA384,
    TLS_RSA_WITH_AES_128_CCM,
    TLS_RSA_WITH_AES_256_CCM,
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
};

const char *gtls_policy_file(void)
{
    const char *file = gnutls_get_system_config_file();

    return file != NULL ? file : "of this machine";
}

bool gtls_policy_allows(enum tls_version version)
{
    const struct gtls_version *row;

    for (size_t i = 0; (row = gtls_version_at(i)) != NULL; i++) {
        if (row->version == version)
            return gtls_version_allowed(row);
    }
    return false;
}

/* The newest allowed version that can choose the suite; 0 for none. */
static enum tls_version version_for(const struct tls_suite_info *suite)
{
    const struct gtls_version *row;

    for (size_t i = 0; (row = gtls_version_at(i)) != NULL; i++) {
        if (tls_suite_fits(suite, (uint16_t)row->version) && gtls_policy_allows(row->version))
            return row->version;
    }
    return (enum tls_version)0;
}

static bool has_suite(gnutls_priority_t parsed, tls_suite code)
{
    unsigned char id[2];
    unsigned row;
    int result;

    for (unsigned i = 0;; i++) {
        result = gnutls_priority_get_cipher_suite_index(parsed, i, &row);
        if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return false;
        if (result >= 0 && gnutls_cipher_suite_info(row, id, NULL, NULL, NULL, NULL) != NULL &&
            id[0] == code >> 8 && id[1] == (code & 0xFF))
            return true;
    }
}

static bool is_of_a_module(tls_suite code)
{
    for (size_t i = 0; i < ROWS(of_no_module); i++) {
        if (of_no_module[i] == code)
            return false;
    }
    return true;
}

static bool is_suite_forbidden(const struct tls_suite_info *suite)
{
    const tls_suite code = suite->code;
    const enum tls_version version = version_for(suite);
    const struct tls_config config = {
        .min_version = version, .max_version = version, .suites = &code, .suite_count = 1
    };
    char text[GTLS_PRIORITY_TEXT_MAX];
    gnutls_priority_t parsed;
    bool found;

    if (version == 0 || gtls_priority_text(&config, text) != ERR_OK)
        return false; /* the version says it, or this library has not got it */
    if (gnutls_priority_init(&parsed, text, NULL) < 0)
        return true;
    found = has_suite(parsed, code);
    gnutls_priority_deinit(parsed);
    return !found;
}

/* Adds to a list in words; what does not fit is left out. */
static void add(char text[TLS_GNUTLS_POLICY_MAX], const char *what)
{
    size_t used = strlen(text);

    snprintf(text + used, TLS_GNUTLS_POLICY_MAX - used, "%s%s", used > 0 ? ", " : "", what);
}

static void add_versions(char text[TLS_GNUTLS_POLICY_MAX])
{
    static const struct {
        enum tls_version version;
        const char *name;
    } rows[] = { { TLS_1_0, "TLS 1.0" }, { TLS_1_1, "TLS 1.1" }, { TLS_1_2, "TLS 1.2" } };

    for (size_t i = 0; i < ROWS(rows); i++) {
        if (!gtls_policy_allows(rows[i].version))
            add(text, rows[i].name);
    }
}

static void add_suites(char text[TLS_GNUTLS_POLICY_MAX])
{
    char names[160] = "";
    char line[200];
    const struct tls_suite_info *suite;
    size_t count = 0;

    for (size_t i = 0; (suite = tls_suite_at(i)) != NULL; i++) {
        size_t used = strlen(names);

        if (!is_of_a_module(suite->code) || !is_suite_forbidden(suite))
            continue;
        if (count < SUITES_NAMED)
            snprintf(names + used, sizeof(names) - used, "%s%s", count > 0 ? ", " : "",
                     suite->name);
        count++;
    }
    if (count == 0)
        return;
    snprintf(line, sizeof(line), "%zu cipher suite%s (%s%s)", count, count > 1 ? "s" : "", names,
             count > SUITES_NAMED ? " …" : "");
    add(text, line);
}

static void add_signatures(char text[TLS_GNUTLS_POLICY_MAX])
{
    const char *intro = "signatures with ";
    char line[80];

    for (size_t i = 0; i < ROWS(signatures); i++) {
        if (gnutls_sign_is_secure2(signatures[i], 0) != 0)
            continue;
        snprintf(line, sizeof(line), "%s%s", intro, gnutls_sign_get_name(signatures[i]));
        add(text, line);
        intro = "";
    }
}

bool tls_gnutls_policy(char ret_line[TLS_GNUTLS_POLICY_MAX])
{
    char forbidden[TLS_GNUTLS_POLICY_MAX] = "";

    add_versions(forbidden);
    add_suites(forbidden);
    add_signatures(forbidden);
    ret_line[0] = '\0';
    if (forbidden[0] == '\0')
        return false;
    snprintf(ret_line, TLS_GNUTLS_POLICY_MAX,
             "GnuTLS's configuration %.80s forbids what modules may offer: %.240s",
             gtls_policy_file(), forbidden);
    return true;
}
