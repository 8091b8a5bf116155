/* telit_ssl_config.c: #SSLEN, #SSLSECCFG, #SSLSECCFG2, #SSLCFG.  Telit 1vv0300989 r12 §3, §4.1,
 * §4.2, §4.5. */
#include "personalities/telit/telit.h"

#include "base/text.h"
#include "module/keep.h"

static void *ssl_record(struct at_session *at, size_t index)
{
    return &telit_of(at)->ssl[index].settings;
}

static const char enable_name[] = "#SSLEN";

/* The port that enabled the socket has it, also after a restart (§4.1). */
static void enabled_changed(struct at_session *at, size_t index)
{
    struct telit_ssl_slot *slot = &telit_of(at)->ssl[index];
    struct telit_ssl *ssl = telit_ssl_if(at, (int32_t)index + 1);

    if (ssl != NULL)
        ssl->no_carrier = false;
    slot->owner = slot->settings.enabled != 0 ? keep_port_of(at, enable_name, index) : NULL;
}

enum { SSLEN_ID, SSLEN_ENABLE };

/* SSL is one port's at a time, and FTP over TLS is SSL. */
static enum at_status enable_free(struct at_session *at, const struct at_args *args)
{
    const struct module_terminal *port = telit_ftp_tls_port(at);

    if (args->list[SSLEN_ID].number == 1 && port != NULL && port != terminal_of(at))
        return at_refuse(at, FACT_ERROR_OTHER_INSTANCE,
                         "port %zu uses FTP over TLS; AT#FTPCLOSE there first", port->index + 1);
    return at_bind(at, args);
}

static enum at_status enable(struct at_session *at, const struct at_args *args)
{
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, args->list[SSLEN_ID].number);

    if (slot->settings.enabled == 0)
        return enable_free(at, args);
    if (slot->owner != terminal_of(at))
        return telit_ssl_refuse_inactive(at, args->list[SSLEN_ID].number,
                                         FACT_ERROR_OTHER_INSTANCE);
    return at_refuse(at, TELIT_SSL_ACTIVE, "secure socket %d is enabled already",
                     (int)args->list[SSLEN_ID].number);
}

static enum at_status set_enabled(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[SSLEN_ID].number;
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, id);

    if (args->list[SSLEN_ENABLE].number == 1)
        return enable(at, args);
    if (slot->settings.enabled == 0 || slot->owner != terminal_of(at))
        return telit_ssl_refuse_inactive(at, id, FACT_ERROR_DISABLE_DISABLED);
    if (!telit_ssl_is_closed(at, id))
        return at_refuse(at, FACT_ERROR_DISABLE_WHILE_OPEN,
                         "secure socket %d is open; AT#SSLH=%d first", (int)id, (int)id);
    telit_session_forget(telit_ssl_if(at, id));
    return at_bind(at, args);
}

enum { SECCFG_ID, SECCFG_CIPHER, SECCFG_AUTH, SECCFG_FORMAT };

enum { FORMAT_DER = 0, FORMAT_PEM = 1 };

/* cert_format counts from power-on, PEM until it is given (§4.2.2). */
static enum at_status set_security(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[SECCFG_ID].number;
    struct telit_ssl_settings *settings = &telit_ssl_slot(at, id)->settings;
    enum at_status status = at_bind(at, args);

    telit_session_forget(telit_ssl_if(at, id));
    if (status == AT_OK && args->list[SECCFG_FORMAT].given) {
        settings->der = args->list[SECCFG_FORMAT].number == FORMAT_DER;
        settings->format_given = 1;
    }
    return status;
}

static enum at_status read_security(struct at_session *at)
{
    struct telit *telit = telit_of(at);

    for (size_t i = 0; i < telit->ssl_count; i++) {
        const struct telit_ssl_settings *settings = &telit->ssl[i].settings;

        if (settings->format_given != 0)
            at_info(at, "#SSLSECCFG: %zu,%d,%d,%d", i + 1, (int)settings->cipher,
                    (int)settings->auth_mode, settings->der != 0 ? FORMAT_DER : FORMAT_PEM);
        else
            at_info(at, "#SSLSECCFG: %zu,%d,%d", i + 1, (int)settings->cipher,
                    (int)settings->auth_mode);
    }
    return AT_OK;
}

/* The guide has two fields; the third shows once it is not as it was made. */
static enum at_status read_version(struct at_session *at)
{
    struct telit *telit = telit_of(at);
    bool preset = module_fact_peek(module_of(at), FACT_SEND_SNI) != 0;

    for (size_t i = 0; i < telit->ssl_count; i++) {
        const struct telit_ssl_settings *settings = &telit->ssl[i].settings;

        if ((settings->sni != 0) == preset)
            at_info(at, "#SSLSECCFG2: %zu,%d", i + 1, (int)settings->version);
        else
            at_info(at, "#SSLSECCFG2: %zu,%d,%d", i + 1, (int)settings->version,
                    (int)settings->sni);
    }
    return AT_OK;
}

enum { LATER_FIELDS = 4 };

/* With the fields that came later, or without. */
static enum at_status read_config_r6(struct at_session *at)
{
    bool all = module_fact_is(module_of(at), FACT_REVISION_6_SHOWS_ZEROS);

    for (size_t i = 0; i < telit_of(at)->ssl_count; i++) {
        const struct telit_ssl_settings *settings = &telit_of(at)->ssl[i].settings;
        char later[LATER_FIELDS * 12] = "";
        struct text text;

        text_init(&text, later, sizeof(later));
        for (size_t field = 0; all && field < LATER_FIELDS; field++)
            text_add(&text, ",%d", (int)settings->reserved[field]);
        at_info(at, "#SSLCFG: %zu,%d,%d,%d,%d,%d%s", i + 1, (int)settings->cid,
                (int)settings->packet_size, (int)settings->idle_s, (int)settings->answer_ds,
                (int)settings->flush_ds, later);
    }
    return AT_OK;
}

#define SETTING(field) AT_BIND(telit_ssl_settings, field)
#define SSID                                                                                       \
    {                                                                                              \
        .name = "SSId", .min = 1, .max_limit = LIMIT_SECURE_SOCKETS                                \
    }

static const struct at_param sslen_params[] = {
    SSID,
    { .name = "Enable", .max = 1, .bound = SETTING(enabled) },
};
static const struct at_param security_params[] = {
    SSID,
    { .name = "CipherSuite", .max_limit = LIMIT_CIPHER, .bound = SETTING(cipher) },
    { .name = "auth_mode", .max = 2, .bound = SETTING(auth_mode) },
    { .name = "cert_format", .optional = true, .max = 1, .only_on = TELIT_3G | TELIT_4G },
};
/* Of later families: switches for CAs, which are taken here and ignored. */
#define LATER                                                                                      \
    {                                                                                              \
        .name = "reserved", .optional = true, .hidden = true, .max = FACT_LATER_FIELD_MAX          \
    }
static const struct at_param version_params[] = {
    SSID,
    { .name = "version", .max_limit = LIMIT_VERSION, .preset = 1, .bound = SETTING(version) },
    { .name = "SNI",
      .optional = true,
      .hidden = true,
      .max = FACT_SNI_FIELD_MAX,
      .preset = FACT_SEND_SNI,
      .bound = SETTING(sni) },
    LATER,
    LATER,
    LATER,
    LATER,
};
#define RESERVED(index)                                                                            \
    {                                                                                              \
        .name = "reserved", .optional = true, .hidden = true, .bound = SETTING(reserved[index])    \
    }
#define CONFIG_PARAMS                                                                              \
    SSID,                                                                                          \
        { .name = "cid",                                                                           \
          .min = 1,                                                                                \
          .max_limit = LIMIT_SECURE_CONTEXT,                                                       \
          .preset = 1,                                                                             \
          .bound = SETTING(cid) },                                                                 \
        { .name = "pktSz", .max = FACT_PACKET_MAX, .preset = 300, .bound = SETTING(packet_size) }, \
        { .name = "maxTo", .max = FACT_IDLE_MAX_S, .preset = 90, .bound = SETTING(idle_s) },       \
        { .name = "defTo",                                                                         \
          .min = FACT_ANSWER_MIN_DS,                                                               \
          .max = FACT_ANSWER_MAX_DS,                                                               \
          .preset = 100,                                                                           \
          .bound = SETTING(answer_ds) },                                                           \
    {                                                                                              \
        .name = "txTo", .max = FACT_FLUSH_MAX_DS, .preset = 50, .bound = SETTING(flush_ds)         \
    }
static const struct at_param config_params[] = {
    CONFIG_PARAMS,
    { .name = "sslSRingMode", .optional = true, .max = 2, .bound = SETTING(ring_mode) },
    { .name = "noCarrierMode", .optional = true, .max = 2, .bound = SETTING(no_carrier_mode) },
    RESERVED(0),
    RESERVED(1),
};
/* r6 §3.4 has six fields; the four that came later are taken and read back. */
static const struct at_param config_params_r6[] = {
    CONFIG_PARAMS, RESERVED(0), RESERVED(1), RESERVED(2), RESERVED(3),
};

#define CONFIG                                                                                     \
    .name = "#SSLCFG", .record_count_limit = LIMIT_SECURE_SOCKETS, .record = ssl_record,           \
    .keep = AT_KEEP_NVM, .guard_read = telit_ssl_guard_read, .guard_set = telit_ssl_guard_config

static const struct at_command rows[] = {
    { .name = enable_name,
      .help = "Enables a secure socket for this port.",
      .source = "1vv0300989 r12 §4.1",
      AT_PARAMS(sslen_params),
      .record_count_limit = LIMIT_SECURE_SOCKETS,
      .record = ssl_record,
      .keep = AT_KEEP_NVM,
      .of_port = true,
      .set = set_enabled,
      .changed = enabled_changed },
    { .name = "#SSLSECCFG",
      .help = "Cipher suites, authentication and certificate format.",
      .source = "1vv0300989 r12 §4.2",
      AT_PARAMS(security_params),
      .record_count_limit = LIMIT_SECURE_SOCKETS,
      .record = ssl_record,
      .keep = AT_KEEP_NVM,
      .guard_read = telit_ssl_guard_read,
      .guard_set = telit_ssl_guard_config,
      .set = set_security,
      .read = read_security },
    { .name = "#SSLSECCFG2",
      .help = "Protocol version.",
      .source = "1vv0300989 r12 §3",
      .only_on = TELIT_3G | TELIT_4G,
      AT_PARAMS(version_params),
      .record_count_limit = LIMIT_SECURE_SOCKETS,
      .record = ssl_record,
      .keep = AT_KEEP_NVM,
      .guard_read = telit_ssl_guard_read,
      .guard_set = telit_ssl_guard_config,
      .read = read_version },
    { CONFIG, .help = "Packet size, timeouts and unsolicited messages.",
      .source = "1vv0300989 r12 §4.5", .only_on = TELIT_R12, AT_PARAMS(config_params) },
    { CONFIG, .help = "Packet size and timeouts.", .source = "1vv0300989 r6 §3.4",
      .only_on = TELIT_R6, AT_PARAMS(config_params_r6), .read = read_config_r6 },
};
const struct at_commands telit_ssl_config = AT_COMMANDS(rows);
