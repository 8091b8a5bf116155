/* fibocom_tls.c: from files and settings to a TLS session.
 *
 * The files are looked at here, before anything goes to the network, and the log names the one that
 * is bad.  Source: docs/facts/fibocom.md §1.2, §6.
 */
#include "personalities/fibocom/fibocom.h"

#include "personalities/common/checks_name.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char certificate_begin[] = "-----BEGIN CERTIFICATE-----";
static const char certificate_end[] = "-----END CERTIFICATE-----";

/* What one opening needs, wiped after it. */
struct session_parts {
    tls_suite suites[FIBOCOM_CIPHERS];
    struct bytes trust; /* all TRUSTFILEs, a line each apart */
};

static bool begins(struct span bytes, const char *text)
{
    while (bytes.len > 0 && (bytes.data[0] == '\r' || bytes.data[0] == '\n'))
        bytes = span_skip(bytes, 1);
    return bytes.len >= strlen(text) && memcmp(bytes.data, text, strlen(text)) == 0;
}

/* The files that an opening uses, one after the other, until one is bad. */
struct inspection {
    const struct tlsmodem *modem;
    struct connection_failure *failure;
    int cause; /* of the bad one */
};

static bool refuse(struct inspection *inspection, int cause, enum tls_reason reason,
                   const char *text)
{
    struct tls_failure *tls = &inspection->failure->tls;

    inspection->cause = cause;
    inspection->failure->err = ERR_CREDENTIALS;
    *tls = (struct tls_failure){ .reason = reason, .alert = -1 };
    snprintf(tls->detail, sizeof(tls->detail), "%s", text);
    return false;
}

static bool check_certificate(struct inspection *inspection, struct span bytes,
                              enum tls_reason reason)
{
    bool is_marked = span_contains(bytes, certificate_begin);

    if (is_marked && !begins(bytes, certificate_begin))
        is_marked = !module_fact_is(inspection->modem, FACT_STRICT_FILES);
    if (!is_marked)
        return refuse(inspection, (int)reason, reason, "it has no line -----BEGIN");
    if (!span_contains(bytes, certificate_end))
        return refuse(inspection, CAUSE_FILE_LENGTH, reason, "it ends before its line -----END");
    return true;
}

static bool check_key(struct inspection *inspection, struct span bytes)
{
    if (!span_contains(bytes, "PRIVATE KEY-----"))
        return refuse(inspection, TLS_OWN_KEY, TLS_OWN_KEY, "it has no line -----BEGIN");
    if (!begins(bytes, "-----BEGIN RSA PRIVATE KEY-----") &&
        module_fact_is(inspection->modem, FACT_STRICT_FILES))
        return refuse(inspection, TLS_OWN_KEY, TLS_OWN_KEY, "it is no RSA key after PKCS #1");
    return true;
}

/* A TRUSTFILE that is none spoils no other: a real module verifies with the good ones. */
static bool check_trust(struct inspection *inspection, const struct tlsmodem *modem)
{
    size_t count = fibocom_trust_count(modem), bad = 0;

    for (size_t i = 0; i < count; i++) {
        struct inspection one = *inspection;

        if (check_certificate(&one, fibocom_file(modem, SLOT_TRUST + i), TLS_OWN_CA))
            continue;
        inspection->cause = one.cause;
        bad++;
    }
    return bad == 0 || bad < count;
}

/* Trusted ones count only to verify, the module's own only as a pair. */
static bool check_files(struct inspection *inspection, const struct tlsmodem *modem, bool verifies)
{
    struct span certificate = fibocom_file(modem, SLOT_CERTIFICATE);
    struct span key = fibocom_file(modem, SLOT_KEY);

    if (verifies && !check_trust(inspection, modem))
        return false;
    if (certificate.len == 0 || key.len == 0)
        return true;
    return check_certificate(inspection, certificate, TLS_OWN_CERTIFICATE) &&
           check_key(inspection, key);
}

/* The good ones; of the others the log has a line each. */
static bool join_trust(const struct tlsmodem *modem, struct session_parts *parts)
{
    size_t count = fibocom_trust_count(modem), len = 0;

    for (size_t i = 0; i < count; i++)
        len += fibocom_file(modem, SLOT_TRUST + i).len + 1;
    if (len == 0)
        return true;
    if (bytes_reserve(&parts->trust, len) != ERR_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct connection_failure failure = { .tls = { .alert = -1 } };
        struct inspection inspection = { modem, &failure, 0 };
        struct span file = fibocom_file(modem, SLOT_TRUST + i);

        if (!check_certificate(&inspection, file, TLS_OWN_CA)) {
            log_say(modem->config.log, LOG_WARNING, "TRUSTFILE %zu of %zu is left out: %s", i + 1,
                    count, failure.tls.detail);
            continue;
        }
        (void)bytes_add(&parts->trust, file, len);
        (void)bytes_add(&parts->trust, span_of("\n"), len);
    }
    return true;
}

static void choose_protocol(const struct tlsmodem *modem, const struct fibocom_ssl *ssl,
                            struct session_parts *parts, struct tls_config *config)
{
    enum fibocom_family family = fibocom_family_of(modem);
    uint32_t offered = fibocom_suites_offered(modem);

    module_note_preset(modem, FACT_VERSION_PRESET);
    config->min_version =
        ssl->version == 0 ? TLS_1_0 : (enum tls_version)(TLS_SSL_3_0 + ssl->version - 1);
    config->max_version = ssl->version == 0 ? TLS_1_2 : config->min_version;
    config->suites = parts->suites;
    for (int id = 0; id < FIBOCOM_CIPHERS; id++) {
        if ((offered & UINT32_C(1) << id) != 0 && fibocom_suite(family, id) != 0)
            parts->suites[config->suite_count++] = fibocom_suite(family, id);
    }
}

/* The last failure counts, until a new session starts. */
static void note(struct tlsmodem *modem, int cause, int alert)
{
    struct fibocom_ssl *ssl = &((struct fibocom *)modem->maker)->ssl;
    int code;

    if (cause == TLS_UNKNOWN_CA && fibocom_trust_count(modem) == 0)
        cause = CAUSE_NO_TRUST_FILE;
    if (cause < 0)
        return;
    code = fibocom_failure_code(fibocom_family_of(modem), cause, alert);
    if (code != FIBOCOM_UNCHANGED)
        ssl->error = code;
}

void fibocom_tls_note(struct tlsmodem *modem, const struct connection_failure *failure)
{
    assert(failure != NULL);
    note(modem, fibocom_failure_cause(failure), failure->tls.alert);
}

static enum err refused(struct tlsmodem *modem, const struct inspection *inspection)
{
    char text[240];

    connection_describe(inspection->failure, text, sizeof(text));
    log_say(modem->config.log, LOG_WARNING, "no TLS session: %s", text);
    note(modem, inspection->cause, -1);
    return ERR_CREDENTIALS;
}

static enum err no_memory(struct tlsmodem *modem)
{
    log_say(modem->config.log, LOG_WARNING, "no TLS session: no memory for the trust files");
    note(modem, TLS_INTERNAL, -1);
    return ERR_NO_MEMORY;
}

static void add_own(const struct tlsmodem *modem, struct tls_config *config)
{
    struct span certificate = fibocom_file(modem, SLOT_CERTIFICATE);
    struct span key = fibocom_file(modem, SLOT_KEY);

    if (certificate.len == 0 || key.len == 0)
        return;
    config->cert = certificate;
    config->key = key;
}

enum err fibocom_tls_lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                          void *use_ctx)
{
    struct tlsmodem *modem = ctx;
    struct fibocom_ssl *ssl = &((struct fibocom *)modem->maker)->ssl;
    struct connection_failure failure = { .tls = { .alert = -1 } };
    struct inspection inspection = { modem, &failure, 0 };
    struct session_parts parts = { .trust = { .data = NULL } };
    struct tls_config config = { .send_sni = module_fact_is(modem, FACT_SEND_SNI),
                                 .sni_advice = "the fact send-sni says that it is not sent",
                                 .verify = ssl->mode != 0 };
    enum err err;

    assert(use != NULL);
    ssl->error = FIBOCOM_NO_ERROR;
    if (!check_files(&inspection, modem, ssl->mode != 0))
        return refused(modem, &inspection);
    if (ssl->mode != 0 && !join_trust(modem, &parts))
        return no_memory(modem);
    if (config.verify)
        checks_name_put((enum checks_name)module_fact(modem, FACT_CHECKS_NAME), &config);
    choose_protocol(modem, ssl, &parts, &config);
    config.ca = bytes_span(&parts.trust);
    add_own(modem, &config);
    err = use(use_ctx, &config);
    bytes_free(&parts.trust);
    return err;
}
