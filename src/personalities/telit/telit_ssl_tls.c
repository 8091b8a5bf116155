/* telit_ssl_tls.c: what the settings of a secure socket and the stored security data mean to TLS.
 *
 * Source: Telit 1vv0300989 r12 §3, §4.2, §4.3, §5; r6 §4.
 */
#include "personalities/telit/telit.h"

#include "base/wipe.h"
#include "personalities/common/checks_name.h"
#include "personalities/telit/telit_private_key.h"

#include <assert.h>

enum { AUTH_NONE, AUTH_SERVER, AUTH_MUTUAL };

/* #CPUMODE that makes the processor fast enough for any certificate (§5). */
enum { CPU_FAST = 2, CPU_FASTEST = 4 };

static bool load(const struct telit_credentials *credentials, size_t store,
                 enum credential_kind kind, struct telit_secrets *secrets, struct span *ret_span)
{
    if (telit_credentials_get(credentials, store, kind, secrets->data[kind], TELIT_DATA_MAX,
                              &secrets->len[kind]) != ERR_OK)
        return false;
    *ret_span = span_at(secrets->data[kind], secrets->len[kind]);
    return true;
}

/* Platform 12 reads keys after PKCS #1 only (§4.3). */
static bool can_read_key(const struct tlsmodem *modem, struct span key)
{
    return !at_has(&modem->model->at, TELIT_3G) || telit_private_key_is_pkcs1(key);
}

static const struct telit_ssl_settings *settings_of(const struct tlsmodem *modem, int32_t id)
{
    return &((const struct telit *)modem->maker)->ssl[id - 1].settings;
}

/* NULL, or what is wrong. */
static const char *load_secrets(const struct tlsmodem *modem, int32_t id,
                                struct telit_secrets *secrets, struct tls_config *config)
{
    static const char missing_ca[] = "<auth_mode> 1 and 2 need a CA certificate, DataType 1 of "
                                     "#SSLSECDATA: none is stored";
    static const char missing_certificate[] =
        "<auth_mode> 2 needs a client certificate, DataType 0 of #SSLSECDATA: none is stored";
    static const char missing_key[] =
        "<auth_mode> 2 needs a private key, DataType 2 of #SSLSECDATA: none is stored";
    static const char unreadable[] = "the stored private key cannot be read or does not fit the "
                                     "client certificate: it is none after PKCS #1";
    const struct telit_credentials *credentials =
        &((const struct telit *)modem->maker)->credentials;
    int32_t auth_mode = settings_of(modem, id)->auth_mode;
    size_t store = (size_t)id;

    if (auth_mode == AUTH_NONE)
        return NULL;
    if (!load(credentials, store, CREDENTIAL_CA, secrets, &config->ca))
        return missing_ca;
    if (auth_mode == AUTH_SERVER)
        return NULL;
    if (!load(credentials, store, CREDENTIAL_CERTIFICATE, secrets, &config->cert))
        return missing_certificate;
    if (!load(credentials, store, CREDENTIAL_KEY, secrets, &config->key))
        return missing_key;
    return can_read_key(modem, config->key) ? NULL : unreadable;
}

/* "To manage large certificates and avoid timeout expiration" (§5; r6 §4.1): with time enough they
 * are managed without, so a dial fails by none. */
static bool is_slow(const struct tlsmodem *modem)
{
    const struct telit *telit = modem->maker;
    int32_t cpu_mode = telit->settings.cpu_mode;

    return at_has(&modem->model->at, TELIT_SLOW) && cpu_mode != CPU_FAST && cpu_mode != CPU_FASTEST;
}

/* 2G modules have no command for it. */
static bool sends_name(const struct tlsmodem *modem, const struct telit_ssl_settings *settings)
{
    if (at_has(&modem->model->at, TELIT_2G))
        return module_fact_is(modem, FACT_SEND_SNI);
    module_note_preset(modem, FACT_SEND_SNI);
    return settings->sni != 0;
}

static const char *sni_advice(const struct tlsmodem *modem)
{
    return at_has(&modem->model->at, TELIT_2G)
               ? "the fact send-sni says that this module sends none"
               : "AT#SSLSECCFG2=<SSId>,<version>,1 sends it";
}

const char *telit_ssl_configure(const struct tlsmodem *modem, int32_t id,
                                struct telit_secrets *secrets, struct tls_config *ret_config)
{
    const struct telit_ssl_settings *settings = settings_of(modem, id);
    const struct telit_model *model = telit_model_of(modem);
    int32_t cipher = settings->cipher;
    enum tls_version version = (enum tls_version)(TLS_SSL_3_0 + settings->version);
    bool is_exact = version <= TLS_1_0 || module_fact_is(modem, FACT_VERSION_IS_EXACT);

    *ret_config = (struct tls_config){
        .min_version = is_exact ? version : TLS_1_0,
        .max_version = version,
        .suites = cipher == 0 ? model->offered : &model->suites[cipher],
        .suite_count = cipher == 0 ? model->offered_count : 1,
        .verify = settings->auth_mode != AUTH_NONE,
        .send_sni = sends_name(modem, settings),
        .sni_advice = sni_advice(modem),
        .rsa_only = true, /* DataType 2 is an RSA private key (§4.3; r6 §3.3) */
        /* A server whose certificate is larger than what can be stored cannot be authenticated. */
        .certificate_max = module_limit(modem, LIMIT_DATA_SIZE),
        .certificate_slow =
            is_slow(modem) ? (size_t)module_fact_peek(modem, FACT_LARGE_CERTIFICATE) : 0,
        .slow_advice = "a module may run out of time over it without #CPUMODE=2 or 4",
        .record_max = model->record_max,
    };
    if (ret_config->verify)
        checks_name_put((enum checks_name)module_fact(modem, FACT_CHECKS_NAME), ret_config);
    return load_secrets(modem, id, secrets, ret_config);
}

void telit_secrets_wipe(struct telit_secrets *secrets)
{
    wipe(secrets, sizeof(*secrets));
}

enum err telit_ssl_lend(struct tlsmodem *modem, int32_t id,
                        enum err (*use)(void *use_ctx, const struct tls_config *tls), void *use_ctx)
{
    struct telit_secrets secrets = { .len = { 0 } };
    struct tls_config tls;
    enum err err = ERR_CREDENTIALS;
    const char *wrong = telit_ssl_configure(modem, id, &secrets, &tls);

    assert(use != NULL);
    if (wrong == NULL)
        err = use(use_ctx, &tls);
    else
        log_say(modem->config.log, LOG_WARNING, "secure socket %d: %s", (int)id, wrong);
    telit_secrets_wipe(&secrets);
    return err;
}
