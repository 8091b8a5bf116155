/* telit_ssl_socket.c: #SSLD, #SSLO, #SSLH, #SSLS: opening, resuming, closing and asking.
 *
 * Source: Telit 1vv0300989 r12 §5; 80446ST10707A r0 p.359 for defaults of #SSLD.
 */
#include "personalities/telit/telit.h"

#include "base/wipe.h"

#include <string.h>

enum { DIAL_ID, DIAL_PORT, DIAL_HOST, DIAL_CLOSURE, DIAL_MODE, DIAL_TIMEOUT };

enum { MODE_ONLINE, MODE_COMMAND };

enum { AUTH_NONE, AUTH_SERVER, AUTH_MUTUAL };

enum { DECISECOND_MS = 100 };

/* The security data of one dial, wiped after it. */
struct dial_secrets {
    uint8_t data[CREDENTIAL_KINDS][TELIT_DATA_MAX];
    size_t len[CREDENTIAL_KINDS];
};

static bool load(const struct credentials *credentials, size_t store, enum credential_kind kind,
                 struct dial_secrets *secrets, struct span *ret_span)
{
    if (credentials_get(credentials, store, kind, secrets->data[kind], TELIT_DATA_MAX,
                        &secrets->len[kind]) != ERR_OK)
        return false;
    *ret_span = span_at(secrets->data[kind], secrets->len[kind]);
    return true;
}

static bool load_secrets(const struct telit_ssl *ssl, struct dial_secrets *secrets,
                         struct tls_config *config)
{
    const struct credentials *credentials = &ssl->modem->credentials;
    size_t store = (size_t)ssl->id;

    if (ssl->settings.auth_mode == AUTH_NONE)
        return true;
    if (!load(credentials, store, CREDENTIAL_CA, secrets, &config->ca))
        return false;
    if (ssl->settings.auth_mode == AUTH_SERVER)
        return true;
    return load(credentials, store, CREDENTIAL_CERTIFICATE, secrets, &config->cert) &&
           load(credentials, store, CREDENTIAL_KEY, secrets, &config->key);
}

static void choose_protocol(const struct telit_ssl *ssl, struct tls_config *config)
{
    const struct telit_model *model = telit_model_of(ssl->modem);
    int32_t cipher = ssl->settings.cipher;

    config->min_version = (enum tls_version)(TLS_SSL_3_0 + ssl->settings.version);
    config->max_version = config->min_version;
    config->suites = cipher == 0 ? model->offered : &model->suites[cipher];
    config->suite_count = cipher == 0 ? model->offered_count : 1;
    config->verify = ssl->settings.auth_mode != AUTH_NONE;
}

static int open_error(const struct connection_failure *failure)
{
    return failure->err == ERR_CREDENTIALS ? TELIT_SSL_CREDENTIALS : TELIT_SSL_HANDSHAKE;
}

static enum at_status open_socket(struct at_session *at, struct telit_ssl *ssl,
                                  struct connection_target *target)
{
    struct dial_secrets secrets = { .len = { 0 } };
    struct tls_config tls = { .send_sni = FACT_SEND_SNI };
    struct connection_failure failure;
    enum at_status status = AT_LATER;

    choose_protocol(ssl, &tls);
    target->tls = &tls;
    if (!load_secrets(ssl, &secrets, &tls)) {
        log_say(
            at->config.log, LOG_WARNING,
            "secure socket %d: cannot open %s port %u: auth_mode %d needs security data that is "
            "not stored",
            ssl->id, target->host, (unsigned)target->port, (int)ssl->settings.auth_mode);
        status = at_fail(at, TELIT_SSL_CREDENTIALS);
    } else if (connection_open(&ssl->socket, target, &failure) != ERR_OK) {
        status = at_fail(at, open_error(&failure));
    }
    wipe(&secrets, sizeof(secrets));
    return status;
}

enum err telit_ssl_secure(const struct telit_ssl *ssl, struct connection *connection,
                          struct connection_failure *ret_failure)
{
    struct dial_secrets secrets = { .len = { 0 } };
    struct tls_config tls = { .send_sni = FACT_SEND_SNI };
    enum err err = ERR_CREDENTIALS;

    *ret_failure = (struct connection_failure){ .err = err, .tls = { .alert = -1 } };
    choose_protocol(ssl, &tls);
    if (load_secrets(ssl, &secrets, &tls))
        err = connection_secure(connection, &tls, ret_failure);
    else
        log_say(ssl->modem->config.log, LOG_WARNING,
                "secure socket %d: no TLS with %s: auth_mode %d needs security data that is not "
                "stored",
                ssl->id, connection->host, (int)ssl->settings.auth_mode);
    wipe(&secrets, sizeof(secrets));
    return err;
}

static enum at_status check_dial(struct at_session *at, struct telit_ssl *ssl)
{
    const struct module_context *context =
        network_context(&ssl->modem->network, (size_t)ssl->settings.cid);

    if (ssl->socket.state != CONNECTION_CLOSED)
        return at_fail(at, TELIT_SSL_CONNECTED);
    return context->active ? AT_OK : at_fail(at, TELIT_CONTEXT_NOT_OPEN);
}

static enum at_status set_dial(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_active(at, args->list[DIAL_ID].number);
    const struct at_arg *timeout = &args->list[DIAL_TIMEOUT];
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    struct connection_target target = { .host = host,
                                        .port = (uint16_t)args->list[DIAL_PORT].number };
    enum at_status status;

    if (ssl == NULL || check_dial(at, ssl) != AT_OK)
        return AT_FAIL;
    memcpy(host, args->list[DIAL_HOST].text.data, args->list[DIAL_HOST].text.len);
    target.step_timeout_ms =
        (int64_t)(timeout->given ? timeout->number : ssl->settings.answer_ds) * DECISECOND_MS;
    ssl->dial_online = args->list[DIAL_MODE].given && args->list[DIAL_MODE].number == MODE_ONLINE;
    ssl->no_carrier = false;
    ssl->cause = CAUSE_NONE;
    status = open_socket(at, ssl, &target);
    if (status == AT_LATER)
        ssl->waiting = WAIT_DIAL;
    return status;
}

static enum at_status set_restore(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_connected(at, args->list[0].number);

    if (ssl == NULL)
        return AT_FAIL;
    telit_ssl_go_online(ssl, at);
    return AT_CONNECT;
}

/* On a socket that is closed already: OK (UNCONFIRMED, telit.md §1.7). */
static enum at_status set_hang_up(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_active(at, args->list[0].number);

    if (ssl == NULL)
        return AT_FAIL;
    ssl->no_carrier = false;
    telit_ssl_flush(ssl);
    telit_ssl_close(ssl);
    return AT_OK;
}

/* The number by which this model calls the suite that was negotiated. */
static int suite_number(const struct telit_ssl *ssl)
{
    const struct telit_model *model = telit_model_of(ssl->modem);
    int32_t count = ssl->modem->model->at.limits[LIMIT_CIPHER - 1];

    for (int32_t number = 1; number <= count; number++) {
        if (model->suites[number] == ssl->socket.info.suite)
            return number;
    }
    return 0;
}

static enum at_status set_status(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_at(at, args->list[0].number);

    if (ssl->settings.enabled == 0)
        at_info(at, "#SSLS: %d,0", ssl->id);
    else if (connection_is_open(&ssl->socket))
        at_info(at, "#SSLS: %d,2,%d", ssl->id, suite_number(ssl));
    else
        at_info(at, "#SSLS: %d,1", ssl->id);
    return AT_OK;
}

#define SSID                                                                                       \
    {                                                                                              \
        .name = "SSId", .min = 1, .max_limit = LIMIT_SECURE_SOCKETS                                \
    }

#define TIMEOUT                                                                                    \
    {                                                                                              \
        .name = "Timeout", .optional = true, .min = FACT_DIAL_MIN_DS, .max = FACT_DIAL_MAX_DS      \
    }
#define DIAL_PARAMS                                                                                \
    SSID, { .name = "rPort", .min = 1, .max = 65535 },                                             \
        { .name = "IPAddress", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },          \
    {                                                                                              \
        .name = "ClosureType", .max_limit = LIMIT_CLOSURE                                          \
    }

static const struct at_param dial_params[] = {
    DIAL_PARAMS,
    { .name = "connMode", .optional = true, .max = 1 },
    TIMEOUT,
};
static const struct at_param dial_params_r6[] = {
    DIAL_PARAMS,
    { .name = "connMode", .max = 1 },
    TIMEOUT,
};
static const struct at_param id_params[] = { SSID };
static const struct at_param hang_up_params[] = {
    SSID,
    { .name = "ClosureType", .optional = true, .max_limit = LIMIT_CLOSURE },
};

static const struct at_command rows[] = {
    { .name = "#SSLD",
      .help = "Opens a secure socket, online or in command mode.",
      .source = "1vv0300989 r12 §5",
      .only_on = TELIT_R12,
      AT_PARAMS(dial_params),
      .set = set_dial },
    { .name = "#SSLD",
      .help = "Opens a secure socket, online or in command mode.",
      .source = "1vv0300989 r6 §4.1",
      .only_on = TELIT_R6,
      AT_PARAMS(dial_params_r6),
      .set = set_dial },
    { .name = "#SSLO",
      .help = "Goes online on a secure socket that is open.",
      .source = "1vv0300989 r12 §5.1.1",
      AT_PARAMS(id_params),
      .set = set_restore },
    { .name = "#SSLH",
      .help = "Closes a secure socket.",
      .source = "1vv0300989 r12 §5.2",
      AT_PARAMS(hang_up_params),
      .set = set_hang_up },
    { .name = "#SSLS",
      .help = "State of a secure socket, and the negotiated suite.",
      .source = "1vv0300989 r12 §5.4.1",
      AT_PARAMS(id_params),
      .set = set_status },
};
const struct at_commands telit_ssl_socket = AT_COMMANDS(rows);
