/* quectel_ssl_contexts.c: what a connection takes from an SSL context.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §1.1, §2.2.1; docs/facts/quectel.md §1.1, §1.2.
 */
#include "personalities/quectel/quectel.h"

#include "base/tls_suites.h"
#include "base/wipe.h"

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

static void choose_protocol(const struct quectel_ssl_context *context, struct tls_config *tls)
{
    static const enum tls_version versions[] = { TLS_SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2 };
    bool any = context->version == QUECTEL_ANY_VERSION;

    tls->min_version = any ? FACT_SSL_ANY_FROM : versions[context->version];
    tls->max_version = any ? FACT_SSL_ANY_TO : versions[context->version];
    tls->suites = context->all_suites ? all_suites : context->suites;
    tls->suite_count =
        context->all_suites ? sizeof(all_suites) / sizeof(all_suites[0]) : context->suite_count;
}

static enum err lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx)
{
    const struct quectel_ssl_context *context = ctx;
    const struct quectel *quectel = context->modem->maker;
    struct tls_config tls = { .verify = context->seclevel >= SECLEVEL_SERVER,
                              .ignore_dates = quectel->ssl.ignore_dates != 0,
                              .ignore_name = context->check_host == 0,
                              .send_sni = context->sni != 0 };
    struct secrets secrets;
    enum err err;

    choose_protocol(context, &tls);
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
    return module_part(modem, &quectel_ssl_contexts, (size_t)index);
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct quectel_ssl_context *context = state;

    context->modem = modem;
    context->index = (int32_t)unit;
    context->version = FACT_SSL_VERSION_PRESET;
    context->seclevel = FACT_SECLEVEL_PRESET;
    context->sni = FACT_SNI_PRESET;
    context->check_host = FACT_CHECK_HOST_PRESET;
    context->negotiate_s = FACT_NEGOTIATE_PRESET_S;
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

    (void)modem;
    return context->version == FACT_SSL_VERSION_PRESET &&
           context->seclevel == FACT_SECLEVEL_PRESET && context->sni == FACT_SNI_PRESET &&
           context->check_host == FACT_CHECK_HOST_PRESET &&
           context->negotiate_s == FACT_NEGOTIATE_PRESET_S && context->all_suites &&
           !has_file(context);
}

static enum err start(struct tlsmodem *modem)
{
    struct quectel_ssl *ssl = &((struct quectel *)modem->maker)->ssl;

    ssl->ignore_dates = FACT_IGNORE_DATES_PRESET;
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
