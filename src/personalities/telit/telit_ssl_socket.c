/* telit_ssl_socket.c: #SSLO, #SSLH, #SSLS: going online, closing and asking.
 *
 * Source: Telit 1vv0300989 r12 §5.
 */
#include "personalities/telit/telit.h"

static enum at_status set_restore(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_connected(at, args->list[0].number);

    if (ssl == NULL)
        return AT_FAIL;
    telit_ssl_go_online(ssl, at);
    return AT_CONNECT;
}

struct telit_ssl *telit_ssl_last_online(struct at_session *at)
{
    struct telit_ssl *last = NULL;

    for (size_t id = 1; id <= telit_of(at)->ssl_count; id++) {
        struct telit_ssl *ssl = telit_ssl_if(at, (int32_t)id);

        if (ssl != NULL && connection_is_open(&ssl->socket) &&
            ssl->slot->owner == terminal_of(at) && (last == NULL || ssl->left_ms > last->left_ms))
            last = ssl;
    }
    return last;
}

enum { HANG_UP_ID, HANG_UP_CLOSURE };

/* Without ClosureType that of #SSLD counts, as r12 §5.4.5 shows. */
static enum at_status set_hang_up(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_if(at, args->list[HANG_UP_ID].number);
    const struct at_arg *closure = &args->list[HANG_UP_CLOSURE];

    if (telit_ssl_active(at, args->list[HANG_UP_ID].number) == NULL)
        return AT_FAIL;
    if (telit_ssl_is_closed(at, args->list[HANG_UP_ID].number) &&
        module_fact(module_of(at), FACT_HANG_UP_TWICE) == TWICE_IS_ERROR)
        return at_refuse(at, TELIT_SSL_NOT_CONNECTED, "secure socket %d is closed already",
                         (int)args->list[HANG_UP_ID].number);
    if (ssl == NULL)
        return AT_OK;
    ssl->no_carrier = false;
    if (closure->given)
        ssl->session.wanted = closure->number == 1;
    telit_ssl_flush(ssl);
    telit_ssl_close(ssl);
    if (closure->given && closure->number == 0)
        telit_session_forget(ssl);
    return AT_OK;
}

/* The number by which this model calls the suite that was negotiated. */
static int suite_number(const struct telit_ssl *ssl)
{
    const struct telit_model *model = telit_model_of(ssl->modem);
    int32_t count = (int32_t)module_limit(ssl->modem, LIMIT_CIPHER);

    for (int32_t number = 1; number <= count; number++) {
        if (model->suites[number] == ssl->socket.info.suite)
            return number;
    }
    return 0;
}

static enum at_status set_status(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[0].number;
    const struct telit_ssl *ssl = telit_ssl_if(at, id);

    if (telit_ssl_slot(at, id)->settings.enabled == 0)
        at_info(at, "#SSLS: %d,0", (int)id);
    else if (ssl != NULL && connection_is_open(&ssl->socket))
        at_info(at, "#SSLS: %d,2,%d", (int)id, suite_number(ssl));
    else
        at_info(at, "#SSLS: %d,1", (int)id);
    return AT_OK;
}

#define SSID                                                                                       \
    {                                                                                              \
        .name = "SSId", .min = 1, .max_limit = LIMIT_SECURE_SOCKETS                                \
    }

static const struct at_param id_params[] = { SSID };
static const struct at_param hang_up_params[] = {
    SSID,
    { .name = "ClosureType", .optional = true, .max_limit = LIMIT_CLOSURE },
};

static const struct at_command rows[] = {
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
