/* priority.c: rows that translate cipher suites into GnuTLS's tokens, and strings made of them.
 *
 * The strings start from NONE and name everything, so that no default of the library or of the
 * system has a say.  GnuTLS offers every registered combination of the key exchanges, ciphers and
 * MACs that are named, sorted by these in turn: RC4-MD5 with AES-SHA brings RC4-SHA along.  No
 * public call takes one out again (its message hook comes after the hash), so the handshake refuses
 * a server that chooses such a suite, and then a part of the list is offered (parts.h).
 */
#include "tls_gnutls/priority.h"

#include "base/tls_suites.h"
#include "tls_common/name.h"
#include "tls_gnutls/version.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct suite_tokens {
    tls_suite code;
    const char *kx; /* NULL in TLS 1.3, where suites do not name one */
    const char *cipher;
    const char *mac;
};

static const struct suite_tokens suite_rows[] = {
    { TLS_RSA_WITH_NULL_SHA, "RSA", "NULL", "SHA1" },
    { TLS_RSA_WITH_RC4_128_MD5, "RSA", "ARCFOUR-128", "MD5" },
    { TLS_RSA_WITH_RC4_128_SHA, "RSA", "ARCFOUR-128", "SHA1" },
    { TLS_RSA_WITH_3DES_EDE_CBC_SHA, "RSA", "3DES-CBC", "SHA1" },
    { TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA, "DHE-RSA", "3DES-CBC", "SHA1" },
    { TLS_RSA_WITH_AES_128_CBC_SHA, "RSA", "AES-128-CBC", "SHA1" },
    { TLS_DHE_RSA_WITH_AES_128_CBC_SHA, "DHE-RSA", "AES-128-CBC", "SHA1" },
    { TLS_RSA_WITH_AES_256_CBC_SHA, "RSA", "AES-256-CBC", "SHA1" },
    { TLS_DHE_RSA_WITH_AES_256_CBC_SHA, "DHE-RSA", "AES-256-CBC", "SHA1" },
    { TLS_RSA_WITH_AES_128_CBC_SHA256, "RSA", "AES-128-CBC", "SHA256" },
    { TLS_RSA_WITH_AES_256_CBC_SHA256, "RSA", "AES-256-CBC", "SHA256" },
    { TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, "DHE-RSA", "AES-128-CBC", "SHA256" },
    { TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, "DHE-RSA", "AES-256-CBC", "SHA256" },
    { TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA, "DHE-RSA", "CAMELLIA-256-CBC", "SHA1" },
    { TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, "DHE-RSA", "AES-128-GCM", "AEAD" },
    { TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, "DHE-RSA", "AES-256-GCM", "AEAD" },
    { TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256, "DHE-RSA", "CAMELLIA-256-CBC", "SHA256" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA", "AES-256-CBC", "SHA1" },
    { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA", "AES-256-CBC", "SHA1" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA", "AES-128-CBC", "SHA256" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, "ECDHE-ECDSA", "AES-256-CBC", "SHA384" },
    { TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA", "AES-128-CBC", "SHA256" },
    { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, "ECDHE-RSA", "AES-256-CBC", "SHA384" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA", "AES-128-GCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA", "AES-256-GCM", "AEAD" },
    { TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA", "AES-128-GCM", "AEAD" },
    { TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA", "AES-256-GCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384, "ECDHE-ECDSA", "CAMELLIA-256-CBC", "SHA384" },
    { TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384, "ECDHE-RSA", "CAMELLIA-256-CBC", "SHA384" },
    { TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384, "DHE-RSA", "CAMELLIA-256-GCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384, "ECDHE-ECDSA", "CAMELLIA-256-GCM", "AEAD" },
    { TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384, "ECDHE-RSA", "CAMELLIA-256-GCM", "AEAD" },
    { TLS_DHE_RSA_WITH_AES_128_CCM, "DHE-RSA", "AES-128-CCM", "AEAD" },
    { TLS_DHE_RSA_WITH_AES_256_CCM, "DHE-RSA", "AES-256-CCM", "AEAD" },
    { TLS_DHE_RSA_WITH_AES_256_CCM_8, "DHE-RSA", "AES-256-CCM-8", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_CCM, "ECDHE-ECDSA", "AES-128-CCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CCM, "ECDHE-ECDSA", "AES-256-CCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, "ECDHE-ECDSA", "AES-256-CCM-8", "AEAD" },
    { TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD" },
    { TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "DHE-RSA", "CHACHA20-POLY1305", "AEAD" },
    { TLS_RSA_WITH_AES_128_GCM_SHA256, "RSA", "AES-128-GCM", "AEAD" },
    { TLS_RSA_WITH_AES_256_GCM_SHA384, "RSA", "AES-256-GCM", "AEAD" },
    { TLS_AES_128_GCM_SHA256, NULL, "AES-128-GCM", "AEAD" },
    { TLS_AES_256_GCM_SHA384, NULL, "AES-256-GCM", "AEAD" },
    { TLS_CHACHA20_POLY1305_SHA256, NULL, "CHACHA20-POLY1305", "AEAD" },
    { TLS_AES_128_CCM_SHA256, NULL, "AES-128-CCM", "AEAD" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA", "AES-128-CBC", "SHA1" },
    { TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA", "AES-128-CBC", "SHA1" },
    { TLS_RSA_WITH_AES_128_CCM, "RSA", "AES-128-CCM", "AEAD" },
    { TLS_RSA_WITH_AES_256_CCM, "RSA", "AES-256-CCM", "AEAD" },
};

/* Old servers and certificates sign with SHA-1.  PARTIAL_RENEGOTIATION lets a first handshake pass
 * with servers that never heard of RFC 5746.  COMPAT tolerates wrong key usage bits, for which
 * there is no word of its own, and keeps the hello to what old servers know: no encrypt-then-MAC,
 * no extended master secret, and no length that some firewalls choke on.  Groups are those of
 * curves: a module of the time took the group that it was given, and a server may refuse one whose
 * list of groups has none of its own (RFC 7919).  It also tolerates records
 * of 18 kB and short limits of records; the first are refused where they come in (transport.c,
 * transfer.c). */
static const char common_tokens[] =
    "+COMP-NULL:+CTYPE-X509:+GROUP-EC-ALL:"
    "+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:+SIGN-RSA-SHA1:"
    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:+SIGN-ECDSA-SHA1:"
    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:"
    "%COMPAT:%PARTIAL_RENEGOTIATION";

/* Without what GnuTLS and OpenSSL would not take by themselves: no SHA-1, no tolerance;
 * PROFILE_MEDIUM is keys of 112 bits of security. */
static const char common_tokens_of_today[] =
    "+COMP-NULL:+CTYPE-X509:+GROUP-EC-ALL:"
    "+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:"
    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:"
    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:"
    "%PARTIAL_RENEGOTIATION:%PROFILE_MEDIUM";

/* What NORMAL has, behind what is named before it. */
static const char library_tokens[] =
    "+CIPHER-ALL:+MAC-ALL:+KX-ALL:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-X509";
static const char library_tokens_of_today[] = ":-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%PROFILE_MEDIUM";

/* Those of NORMAL, as far as suites name them. */
static const char *const library_parts[] = {
    "RSA",         "DHE-RSA",     "ECDHE-RSA",        "ECDHE-ECDSA", "AES-128-CBC",
    "AES-256-CBC", "AES-128-GCM", "AES-256-GCM",      "AES-128-CCM", "AES-256-CCM",
    "SHA1",        "AEAD",        "CHACHA20-POLY1305"
};

static const char *const weak_ciphers[] = { "NULL", "ARCFOUR-128", "3DES-CBC" };

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static bool is_among(const char *token, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], token) == 0)
            return true;
    }
    return false;
}

static const struct suite_tokens *tokens_of(tls_suite code)
{
    for (size_t i = 0; i < ROWS(suite_rows); i++) {
        if (suite_rows[i].code == code)
            return &suite_rows[i];
    }
    return NULL;
}

bool gtls_is_offerable(tls_suite code, enum tls_version version)
{
    const struct tls_suite_info *suite = tls_suite_by_code(code);

    return suite != NULL && tokens_of(code) != NULL && tls_suite_fits(suite, (uint16_t)version);
}

/* Appends `+token:` unless it is there already. */
static void add_once(char *text, const char *token)
{
    char wanted[48];
    size_t used = strlen(text);
    size_t len;

    if (token == NULL)
        return;
    len = (size_t)snprintf(wanted, sizeof(wanted), "+%s:", token);
    if (strstr(text, wanted) == NULL && used + len < GTLS_PRIORITY_TEXT_MAX)
        memcpy(text + used, wanted, len + 1);
}

static void add_suite(char *text, const struct suite_tokens *tokens)
{
    add_once(text, tokens->kx);
    add_once(text, tokens->cipher);
    add_once(text, tokens->mac);
}

/* Whether the config may offer a suite in a version. */
static bool may_offer(const struct tls_config *config, tls_suite code, enum tls_version version)
{
    return gtls_is_offerable(code, version) &&
           (!config->today || !is_among(tokens_of(code)->cipher, weak_ciphers, ROWS(weak_ciphers)));
}

/* A version that no suite fits is left out, lest the server choose it and then find none; so is one
 * that the machine forbids. */
static size_t add_version(char *text, const struct tls_config *config,
                          const struct gtls_version *row)
{
    char token[16];
    size_t suites = 0;

    if (row->version < config->min_version || row->version > config->max_version ||
        !gtls_version_allowed(row))
        return 0;
    snprintf(token, sizeof(token), "VERS-%s", row->name);
    for (size_t i = 0; i < config->suite_count; i++) {
        if (!may_offer(config, config->suites[i], row->version))
            continue;
        add_once(text, token);
        add_suite(text, tokens_of(config->suites[i]));
        suites++;
    }
    return suites;
}

static bool has_curves(const struct tls_config *config)
{
    for (size_t i = 0; i < config->suite_count; i++) {
        const struct suite_tokens *tokens = tokens_of(config->suites[i]);

        if (tokens != NULL && tokens->kx != NULL && strncmp(tokens->kx, "ECDHE", 5) == 0)
            return true;
    }
    return false;
}

/* GnuTLS cannot leave out the limit of a record's size (RFC 8449), which no module of TLS 1.0's
 * time knew, but it can leave out all: where there is nothing to say that a server must hear. */
static bool needs_extensions(const struct tls_config *config)
{
    return config->max_version >= TLS_1_2 || tls_sends_name(config) || has_curves(config);
}

/* A suite that the library would offer, too. */
static bool is_of_library(const struct suite_tokens *tokens)
{
    return tokens != NULL && is_among(tokens->cipher, library_parts, ROWS(library_parts)) &&
           is_among(tokens->mac, library_parts, ROWS(library_parts)) &&
           (tokens->kx == NULL || is_among(tokens->kx, library_parts, ROWS(library_parts)));
}

static enum err library_text(const struct tls_config *config, char ret_text[GTLS_PRIORITY_TEXT_MAX])
{
    char text[GTLS_PRIORITY_TEXT_MAX] = "NONE:";
    const struct gtls_version *row;
    char token[16];

    for (size_t i = 0; (row = gtls_version_at(i)) != NULL; i++) {
        if (row->version < config->min_version || row->version > config->max_version ||
            !gtls_version_allowed(row))
            continue;
        snprintf(token, sizeof(token), "VERS-%s", row->name);
        add_once(text, token);
    }
    for (size_t i = 0; i < config->suite_count; i++) {
        if (is_of_library(tokens_of(config->suites[i])))
            add_suite(text, tokens_of(config->suites[i]));
    }
    assert(strlen(text) + sizeof(library_tokens) + sizeof(library_tokens_of_today) <= sizeof(text));
    strcat(text, library_tokens);
    if (config->today)
        strcat(text, library_tokens_of_today);
    memcpy(ret_text, text, sizeof(text));
    return ERR_OK;
}

enum err gtls_priority_text(const struct tls_config *config, char ret_text[GTLS_PRIORITY_TEXT_MAX])
{
    char text[GTLS_PRIORITY_TEXT_MAX] = "NONE:";
    const struct gtls_version *version;
    size_t suites = 0;

    assert(config->min_version <= config->max_version);
    if (config->library_suites)
        return library_text(config, ret_text);
    for (size_t i = 0; (version = gtls_version_at(i)) != NULL; i++)
        suites += add_version(text, config, version);
    if (suites == 0)
        return ERR_UNSUPPORTED;
    if (strlen(text) + sizeof(common_tokens) + sizeof(":%NO_EXTENSIONS") > sizeof(text))
        return ERR_UNSUPPORTED;
    strcat(text, config->today ? common_tokens_of_today : common_tokens);
    if (!config->today && !needs_extensions(config))
        strcat(text, ":%NO_EXTENSIONS");
    memcpy(ret_text, text, sizeof(text));
    return ERR_OK;
}

enum err gtls_priorities_init(struct gtls_priorities *priorities)
{
    priorities->count = 0;
    return pthread_mutex_init(&priorities->lock, NULL) == 0 ? ERR_OK : ERR_NO_MEMORY;
}

void gtls_priorities_deinit(struct gtls_priorities *priorities)
{
    for (size_t i = 0; i < priorities->count; i++) {
        free(priorities->kept[i].text);
        gnutls_priority_deinit(priorities->kept[i].parsed);
    }
    pthread_mutex_destroy(&priorities->lock);
}

static const struct gtls_priority *find(const struct gtls_priorities *priorities, const char *text)
{
    for (size_t i = 0; i < priorities->count; i++) {
        if (strcmp(priorities->kept[i].text, text) == 0)
            return &priorities->kept[i];
    }
    return NULL;
}

/* Keeps `parsed` for the next session; false when there is no room, which costs only memory. */
static bool keep(struct gtls_priorities *priorities, const char *text, gnutls_priority_t parsed)
{
    char *copy;

    if (priorities->count == GTLS_PRIORITY_KEPT_MAX)
        return false;
    copy = strdup(text);
    if (copy == NULL)
        return false;
    priorities->kept[priorities->count++] = (struct gtls_priority){ copy, parsed };
    return true;
}

/* Newer releases put the extensions of each hello into another order, which no module does; those
 * that do not know the word do not. */
static int parse(const char *text, gnutls_priority_t *ret_parsed)
{
    static const char fixed_order[] = ":%NO_SHUFFLE_EXTENSIONS";
    char fixed[GTLS_PRIORITY_TEXT_MAX + sizeof(fixed_order)];
    int result;

    snprintf(fixed, sizeof(fixed), "%s%s", text, fixed_order);
    result = gnutls_priority_init(ret_parsed, fixed, NULL);
    return result == GNUTLS_E_INVALID_REQUEST ? gnutls_priority_init(ret_parsed, text, NULL)
                                              : result;
}

static int parse_and_set(struct gtls_priorities *priorities, const char *text,
                         gnutls_session_t gnutls)
{
    gnutls_priority_t parsed;
    unsigned first;
    int result = parse(text, &parsed);

    if (result < 0)
        return result;
    /* GnuTLS takes a string of which the machine forbids each suite, and then cannot say hello. */
    if (gnutls_priority_get_cipher_suite_index(parsed, 0, &first) ==
        GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        gnutls_priority_deinit(parsed);
        return GNUTLS_E_NO_PRIORITIES_WERE_SET;
    }
    result = gnutls_priority_set(gnutls, parsed);
    if (!keep(priorities, text, parsed))
        gnutls_priority_deinit(parsed);
    return result;
}

enum err gtls_priority_use(struct gtls_priorities *priorities, const char *text,
                           gnutls_session_t gnutls)
{
    const struct gtls_priority *kept;
    int result;

    assert(text != NULL);
    pthread_mutex_lock(&priorities->lock);
    kept = find(priorities, text);
    result = kept != NULL ? gnutls_priority_set(gnutls, kept->parsed)
                          : parse_and_set(priorities, text, gnutls);
    pthread_mutex_unlock(&priorities->lock);
    if (result == GNUTLS_E_MEMORY_ERROR)
        return ERR_NO_MEMORY;
    return result < 0 ? ERR_UNSUPPORTED : ERR_OK;
}
