/* telit_ssl_dial.c: #SSLD and #SSLFASTD: opening, anew or by a session that was kept.
 *
 * Source: Telit 1vv0300989 r12 §5, r6 §4.1, §4.4; 80446ST10707A r0 p.359 for defaults of #SSLD.
 */
#include "personalities/telit/telit.h"

#include <stdio.h>
#include <string.h>

enum { MODE_ONLINE, MODE_COMMAND };

enum { DECISECOND_MS = 100 };

static int open_error(const struct connection_failure *failure)
{
    return failure->err == ERR_CREDENTIALS ? TELIT_SSL_CREDENTIALS : TELIT_SSL_HANDSHAKE;
}

static enum at_status open_socket(struct at_session *at, struct telit_ssl *ssl,
                                  struct connection_target *target)
{
    struct telit_secrets secrets = { .len = { 0 } };
    struct connection_failure failure;
    struct tls_config tls;
    enum at_status status = AT_LATER;
    const char *wrong = telit_ssl_configure(ssl->modem, ssl->id, &secrets, &tls);

    if (wrong != NULL) {
        status = at_refuse(at, TELIT_SSL_CREDENTIALS, "%s", wrong);
    } else {
        tls.resume = ssl->session.ticket;
        target->tls = &tls;
        if (connection_open(&ssl->socket, target, &failure) != ERR_OK)
            status = at_refuse_said(at, open_error(&failure));
    }
    telit_secrets_wipe(&secrets);
    return status;
}

/* The socket that may be dialled now, NULL: the error is noted. */
static struct telit_ssl *prepare(struct at_session *at, int32_t id)
{
    const struct telit_ssl_slot *slot = telit_ssl_active(at, id);
    struct telit_ssl *ssl = NULL;

    if (slot == NULL)
        return NULL;
    if (!telit_ssl_is_closed(at, id)) {
        at_refuse(at, TELIT_SSL_CONNECTED, "secure socket %d is open already; AT#SSLH=%d first",
                  (int)id, (int)id);
    } else if (!network_context(&module_of(at)->network, (size_t)slot->settings.cid)->active) {
        at_refuse(at, TELIT_CONTEXT_NOT_OPEN, "context %d is not active; AT#SGACT=%d,1 first",
                  (int)slot->settings.cid, (int)slot->settings.cid);
    } else {
        ssl = module_part(module_of(at), &telit_secure_sockets, (size_t)id - 1);
        if (ssl == NULL)
            at_refuse_memory(at, TELIT_MEMORY_FAILURE);
    }
    return ssl;
}

static void on_abort(struct at_session *at, void *ctx)
{
    struct telit_ssl *ssl = ctx;

    telit_ssl_expect(ssl, WAIT_NOTHING);
    telit_ssl_close(ssl);
    at_finish(at, AT_NO_CARRIER);
}

static enum at_status dial(struct at_session *at, struct telit_ssl *ssl,
                           struct connection_target *target, const struct at_arg *mode,
                           const struct at_arg *timeout)
{
    enum at_status status;

    target->step_timeout_ms =
        (int64_t)(timeout->given ? timeout->number : ssl->slot->settings.answer_ds) * DECISECOND_MS;
    target->total_timeout_ms = telit_total_ms(ssl->modem, target->step_timeout_ms);
    ssl->dial_step_ms = target->step_timeout_ms;
    ssl->dial_online = mode->given && mode->number == MODE_ONLINE;
    ssl->no_carrier = false;
    ssl->cause = CAUSE_NONE;
    status = open_socket(at, ssl, target);
    if (status == AT_LATER) {
        telit_ssl_expect(ssl, WAIT_DIAL);
        at_await(at, on_abort, ssl);
    }
    return status;
}

enum { DIAL_ID, DIAL_PORT, DIAL_HOST, DIAL_CLOSURE, DIAL_MODE, DIAL_TIMEOUT };

static enum at_status set_dial(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = prepare(at, args->list[DIAL_ID].number);
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    struct connection_target target = { .host = host,
                                        .port = (uint16_t)args->list[DIAL_PORT].number };

    if (ssl == NULL)
        return AT_FAIL;
    memcpy(host, args->list[DIAL_HOST].text.data, args->list[DIAL_HOST].text.len);
    telit_session_begin(ssl, args->list[DIAL_CLOSURE].number == 1);
    return dial(at, ssl, &target, &args->list[DIAL_MODE], &args->list[DIAL_TIMEOUT]);
}

enum { FAST_ID, FAST_MODE, FAST_TIMEOUT };

/* To where the last #SSLD went.  A server that does not take the session up gets a full handshake.
 */
static enum at_status set_fast_dial(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = prepare(at, args->list[FAST_ID].number);
    char host[CONNECTION_HOST_MAX + 1];
    struct connection_target target = { .host = host };

    if (ssl == NULL)
        return AT_FAIL;
    if (!ssl->session.kept)
        return at_refuse(at, FACT_ERROR_NO_SESSION,
                         "no session is kept; one is by AT#SSLD with <ClosureType> 1");
    snprintf(host, sizeof(host), "%s", ssl->socket.host);
    target.port = ssl->socket.port;
    return dial(at, ssl, &target, &args->list[FAST_MODE], &args->list[FAST_TIMEOUT]);
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
static const struct at_param fast_params[] = {
    SSID,
    { .name = "connMode", .max = 1 },
    TIMEOUT,
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
    { .name = "#SSLFASTD",
      .help = "Opens again without a full handshake, by the session that was kept.",
      .source = "1vv0300989 r12 §5.3, r6 §4.4",
      .only_on = TELIT_2G,
      AT_PARAMS(fast_params),
      .set = set_fast_dial },
};
const struct at_commands telit_ssl_dial = AT_COMMANDS(rows);
