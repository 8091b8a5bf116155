/* telit_ssl.c: one secure socket of a Telit module: who may use it, and its end.
 *
 * Source: Telit 1vv0300989 r12 §4.1, §5.  The commands are in telit_ssl_*.c.
 */
#include "personalities/telit/telit.h"

#include <assert.h>
#include <string.h>

struct telit_ssl_slot *telit_ssl_slot(const struct at_session *at, int32_t id)
{
    assert(id >= 1 && (size_t)id <= telit_of(at)->ssl_count);
    return &telit_of(at)->ssl[id - 1];
}

struct telit_ssl *telit_ssl_if(const struct at_session *at, int32_t id)
{
    return module_part_if(module_of(at), &telit_secure_sockets, (size_t)id - 1);
}

bool telit_ssl_is_closed(const struct at_session *at, int32_t id)
{
    const struct telit_ssl *ssl = telit_ssl_if(at, id);

    return ssl == NULL || ssl->socket.state == CONNECTION_CLOSED;
}

enum at_status telit_ssl_refuse_inactive(struct at_session *at, int32_t id, int32_t code)
{
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, id);

    if (slot->settings.enabled == 0)
        return at_refuse(at, code, "secure socket %d is not enabled; AT#SSLEN=%d,1 first", (int)id,
                         (int)id);
    if (slot->owner == NULL)
        return at_refuse(at, code, "secure socket %d belongs to no port yet", (int)id);
    return at_refuse(at, code, "secure socket %d belongs to port %zu, which has enabled it",
                     (int)id, slot->owner->index + 1);
}

struct telit_ssl_slot *telit_ssl_active(struct at_session *at, int32_t id)
{
    struct telit_ssl_slot *slot = telit_ssl_slot(at, id);

    if (slot->settings.enabled != 0 && slot->owner == terminal_of(at))
        return slot;
    telit_ssl_refuse_inactive(at, id, TELIT_SSL_NOT_ACTIVE);
    return NULL;
}

enum at_status telit_ssl_guard_ftp(struct at_session *at)
{
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, 1);

    return slot->owner == NULL || slot->owner == terminal_of(at)
               ? AT_OK
               : telit_ssl_refuse_inactive(at, 1, FACT_ERROR_OTHER_INSTANCE);
}

struct telit_ssl *telit_ssl_connected(struct at_session *at, int32_t id)
{
    struct telit_ssl *ssl = telit_ssl_if(at, id);

    if (telit_ssl_active(at, id) == NULL)
        return NULL;
    if (ssl == NULL || !connection_is_open(&ssl->socket)) {
        at_refuse(at, TELIT_SSL_NOT_CONNECTED, "secure socket %d is not open; AT#SSLD first",
                  (int)id);
        return NULL;
    }
    return ssl;
}

enum at_status telit_ssl_guard_read(struct at_session *at)
{
    struct telit *telit = telit_of(at);

    for (size_t i = 0; i < telit->ssl_count; i++) {
        if (telit->ssl[i].settings.enabled != 0)
            return AT_OK;
    }
    return telit_ftp_wants_tls(at) ? AT_OK
                                   : at_refuse(at, TELIT_SSL_NOT_ACTIVE,
                                               "no secure socket is enabled; AT#SSLEN=1,1 first");
}

/* FTP over TLS uses the first socket's settings, and needs no #SSLEN (r12 §6). */
static bool is_for_ftp(const struct at_session *at, int32_t id)
{
    return id == 1 && telit_ssl_slot(at, id)->owner == NULL && telit_ftp_wants_tls(at);
}

enum at_status telit_ssl_guard_config(struct at_session *at, const struct at_args *args)
{
    int32_t id = args->list[0].number;

    if (is_for_ftp(at, id))
        return AT_OK;
    if (telit_ssl_active(at, id) == NULL)
        return AT_FAIL;
    return telit_ssl_is_closed(at, id)
               ? AT_OK
               : at_refuse(at, FACT_ERROR_CONFIG_WHILE_OPEN,
                           "secure socket %d is open; AT#SSLH=%d first", (int)id, (int)id);
}

enum at_status telit_ssl_fail_ended(struct at_session *at, struct telit_ssl *ssl)
{
    struct connection_failure failure;

    if (!connection_has_ended(&ssl->socket, &failure))
        failure.err = ERR_CLOSED;
    return at_refuse(at, failure.err == ERR_TLS ? TELIT_SSL_RECORD : TELIT_SSL_DISCONNECTED,
                     "secure socket %d: the connection has ended: %s", ssl->id,
                     failure.err == ERR_OK ? "by the server" : err_text(failure.err));
}

void telit_ssl_expect(struct telit_ssl *ssl, enum telit_wait next)
{
    static const char *const names[] = {
#define WAIT_NAME(name) [name] = #name,
        TELIT_WAITS(WAIT_NAME)
#undef WAIT_NAME
    };

    if (next == ssl->waiting)
        return;
    assert(next == WAIT_NOTHING || ssl->waiting == WAIT_NOTHING);
    log_trace(ssl->modem->config.log, TRACE_SOCKET, "#SSL %d: %s -> %s", ssl->id,
              names[ssl->waiting], names[next]);
    ssl->waiting = next;
    ssl->wait_until_ms = CLOCK_NEVER;
}

void telit_ssl_close(struct telit_ssl *ssl)
{
    telit_session_on_close(ssl);
    connection_close(&ssl->socket);
    packets_clear(&ssl->packets);
    online_forget(&ssl->online);
    ssl->rung = 0;
}

void telit_ssl_drop(struct telit_ssl *ssl, enum telit_cause cause)
{
    struct at_session *at;
    bool was_online = online_is_on(&ssl->online);
    enum telit_wait waiting = ssl->waiting;

    if (ssl->socket.state == CONNECTION_CLOSED)
        return;
    at = ssl->slot->owner->at; /* what is open has an owner */
    ssl->cause = cause;
    ssl->no_carrier = waiting != WAIT_DIAL;
    telit_ssl_close(ssl);
    if (at_is_prompting(at))
        return; /* the host learns it when it has sent its data */
    telit_ssl_expect(ssl, WAIT_NOTHING);
    if (was_online)
        at_leave_online(at, AT_SILENT);
    else if (waiting != WAIT_NOTHING)
        at_finish(at,
                  at_refuse(at,
                            waiting == WAIT_DIAL ? TELIT_CONTEXT_NOT_OPEN : TELIT_SSL_DISCONNECTED,
                            "secure socket %d: its context has gone down", ssl->id));
    else
        at_poke(at);
}
