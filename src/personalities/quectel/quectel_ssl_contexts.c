/* quectel_ssl_contexts.c: what a connection takes from an SSL context.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §1.1, §2.2.1; docs/facts/quectel.md §1.1, §1.2.
 */
#include "personalities/quectel/quectel.h"

#include "base/tls_suites.h"
#include "base/wipe.h"

#include <assert.h>

/* All six of table 2, the strongest first. */
static const tls_suite all_suites[] = {
    TLS_RSA_WITH_AES_256_CBC_SHA256, TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA,
    TLS_RSA_WITH_3DES_EDE_CBC_SHA,   TLS_RSA_WITH_RC4_128_SHA,     TLS_RSA_WITH_RC4_128_MD5,
};

/* Copies of what lies in NVRAM, for one opening. */
struct secrets {
    uint8_t data[3][QUECTEL_NVRAM_FILE_MAX];
};

static const char *const file_words[] = {
    [FILE_CA] = "CA certificate",
    [FILE_CERTIFICATE] = "client certificate",
    [FILE_KEY] = "private key",
};

static enum err load(const struct quectel_ssl_context *context, enum quectel_file_kind kind,
                     struct secrets *secrets, struct span *ret_data)
{
    const char *name = context->files[kind];
    enum err err = ERR_NOT_FOUND;

    if (name[0] != '\0')
        err = quectel_file_get(context->modem, name, secrets->data[kind], ret_data);
    if (err != ERR_OK)
        log_say(context->modem->config.log, LOG_WARNING,
                "SSL context %d: seclevel %d needs a %s, and \"%s\" is %s", (int)context->index,
                (int)context->seclevel, file_words[kind], name,
                err == ERR_NOT_FOUND ? "not stored" : err_text(err));
    return err;
}

static enum err load_all(const struct quectel_ssl_context *context, struct secrets *secrets,
                         struct tls_config *tls)
{
    enum err err = ERR_OK;

    if (context->seclevel >= SECLEVEL_SERVER)
        err = load(context, FILE_CA, secrets, &tls->ca);
    if (err == ERR_OK && context->seclevel == SECLEVEL_BOTH)
        err = load(context, FILE_CERTIFICATE, secrets, &tls->cert);
    if (err == ERR_OK && context->seclevel == SECLEVEL_BOTH)
        err = load(context, FILE_KEY, secrets, &tls->key);
    return err;
}

static struct quectel_ssl *settings_of(const struct tlsmodem *modem)
{
    return &((struct quectel *)modem->maker)->ssl;
}

void quectel_ssl_set(struct tlsmodem *modem, int32_t index, enum quectel_ssl_setting setting)
{
    assert(index >= 0 && index < QUECTEL_SSL_CONTEXTS);
    settings_of(modem)->set[index] |= (uint8_t)(1U << setting);
}

bool quectel_ssl_is_preset(const struct tlsmodem *modem, int32_t index,
                           enum quectel_ssl_setting setting)
{
    assert(index >= 0 && index < QUECTEL_SSL_CONTEXTS);
    return (settings_of(modem)->set[index] & 1U << setting) == 0;
}

void quectel_ssl_note(const struct tlsmodem *modem, int32_t index, enum quectel_ssl_setting setting)
{
    static const int32_t presets[] = {
        [SSL_SETTING_VERSION] = FACT_SSL_VERSION_PRESET,
        [SSL_SETTING_LEVEL] = FACT_SSL_LEVEL_PRESET,
        [SSL_SETTING_DATES] = FACT_SSL_IGNORE_DATES_PRESET,
        [SSL_SETTING_SNI] = FACT_SSL_SNI_PRESET,
        [SSL_SETTING_NAME] = FACT_SSL_CHECK_HOST_PRESET,
        [SSL_SETTING_TIME] = FACT_SSL_NEGOTIATE_PRESET_S,
    };

    if (quectel_ssl_is_preset(modem, index, setting))
        module_note_fact(modem, presets[setting]);
}

/* What an opening shows the server of the context. */
static void note_opening(const struct quectel_ssl_context *context)
{
    const struct tlsmodem *modem = context->modem;

    quectel_ssl_note(modem, context->index, SSL_SETTING_VERSION);
    quectel_ssl_note(modem, context->index, SSL_SETTING_LEVEL);
    quectel_ssl_note(modem, context->index, SSL_SETTING_SNI);
    if (context->seclevel == SECLEVEL_NONE)
        return;
    quectel_ssl_note(modem, context->index, SSL_SETTING_NAME);
    quectel_ssl_note(modem, 0, SSL_SETTING_DATES);
}

/* "sslversion" 4. */
static void choose_any(const struct tlsmodem *modem, struct tls_config *tls)
{
    /* By FACT_SSL_ANY_VERSION. */
    static const struct {
        enum tls_version from, to;
    } ranges[] = {
        { TLS_SSL_3_0, TLS_1_2 }, { TLS_1_0, TLS_1_2 }, { TLS_1_0, TLS_1_1 },
        { TLS_1_0, TLS_1_0 },     { TLS_1_1, TLS_1_2 }, { TLS_1_2, TLS_1_2 },
    };
    int32_t range = module_fact(modem, FACT_SSL_ANY_VERSION);

    tls->min_version = ranges[range].from;
    tls->max_version = ranges[range].to;
}

static void choose_protocol(const struct quectel_ssl_context *context, struct tls_config *tls)
{
    static const enum tls_version versions[] = { TLS_SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2 };

    assert(context->suite_count > 0 || context->all_suites);
    if (context->version == QUECTEL_ANY_VERSION)
        choose_any(context->modem, tls);
    else
        tls->min_version = tls->max_version = versions[context->version];
    tls->suites = context->all_suites ? all_suites : context->suites;
    tls->suite_count =
        context->all_suites ? sizeof(all_suites) / sizeof(all_suites[0]) : context->suite_count;
}

static enum err lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx)
{
    const struct quectel_ssl_context *context = ctx;
    struct tls_config tls = { .verify = context->seclevel >= SECLEVEL_SERVER,
                              .ignore_dates = settings_of(context->modem)->ignore_dates != 0,
                              .ignore_name = context->check_host == 0,
                              .send_sni = context->sni != 0,
                              .sni_advice = "AT+QSSLCFG=\"sni\",<ctxindex>,1 sends it" };
    struct secrets secrets;
    enum err err;

    choose_protocol(context, &tls);
    note_opening(context);
    err = load_all(context, &secrets, &tls);
    if (err == ERR_OK)
        err = use(use_ctx, &tls);
    wipe(&secrets, sizeof(secrets));
    return err;
}

struct tls_source quectel_ssl_source(struct quectel_ssl_context *context)
{
    return (struct tls_source){ .lend = lend, .ctx = context };
}

struct quectel_ssl_context *quectel_ssl_context(struct tlsmodem *modem, int32_t index)
{
    assert(index >= 0 && index < QUECTEL_SSL_CONTEXTS);
    return module_part(modem, &quectel_ssl_contexts, (size_t)index);
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_ssl_context *context = state;

    context->modem = modem;
    context->index = (int32_t)unit;
    context->version = module_fact_peek(modem, FACT_SSL_VERSION_PRESET);
    context->seclevel = module_fact_peek(modem, FACT_SSL_LEVEL_PRESET);
    context->sni = module_fact_peek(modem, FACT_SSL_SNI_PRESET);
    context->check_host = module_fact_peek(modem, FACT_SSL_CHECK_HOST_PRESET);
    context->negotiate_s = module_fact_peek(modem, FACT_SSL_NEGOTIATE_PRESET_S);
    context->all_suites = true;
}

static bool has_file(const struct quectel_ssl_context *context)
{
    return context->files[FILE_CA][0] != '\0' || context->files[FILE_CERTIFICATE][0] != '\0' ||
           context->files[FILE_KEY][0] != '\0';
}

/* As it was made. */
static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_ssl_context *context = state;

    return context->version == module_fact_peek(modem, FACT_SSL_VERSION_PRESET) &&
           context->seclevel == module_fact_peek(modem, FACT_SSL_LEVEL_PRESET) &&
           context->sni == module_fact_peek(modem, FACT_SSL_SNI_PRESET) &&
           context->check_host == module_fact_peek(modem, FACT_SSL_CHECK_HOST_PRESET) &&
           context->negotiate_s == module_fact_peek(modem, FACT_SSL_NEGOTIATE_PRESET_S) &&
           context->all_suites && !has_file(context);
}

static enum err start(struct tlsmodem *modem)
{
    struct quectel_ssl *ssl = settings_of(modem);

    ssl->ignore_dates = module_fact_peek(modem, FACT_SSL_IGNORE_DATES_PRESET);
    ssl->https_context = QUECTEL_NO_CONTEXT;
    ssl->smtp_context = QUECTEL_NO_CONTEXT;
    return ERR_OK;
}

const struct module_part quectel_ssl_contexts = {
    .size = sizeof(struct quectel_ssl_context),
    .units = QUECTEL_SSL_CONTEXTS,
    .init = init,
    .is_idle = is_idle,
    .start = start,
};
