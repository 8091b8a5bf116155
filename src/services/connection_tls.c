/* connection_tls.c: TLS on a connection: from its beginning, or later. */
#include "services/connection_internal.h"

#include "services/address_text.h"

#include <assert.h>
#include <string.h>

/* A provider knows one end of the stream, a reset; which it was is kept. */
static ptrdiff_t note_err(struct connection *connection, ptrdiff_t result)
{
    if (result < 0 && result != -ERR_AGAIN)
        connection->stream_err = (enum err) - result;
    return result;
}

static ptrdiff_t lower_recv(void *ctx, void *buf, size_t cap)
{
    struct connection *connection = ctx;

    if (connection->stream == NULL)
        return 0;
    return note_err(connection, net_stream_recv(connection->stream, buf, cap));
}

static ptrdiff_t lower_send(void *ctx, const void *data, size_t len)
{
    struct connection *connection = ctx;

    if (connection->stream == NULL)
        return -ERR_RESET;
    return note_err(connection, net_stream_send(connection->stream, data, len));
}

/* SSL 3.0 has no SNI, and an address is none. */
static const char *advice_of(const struct connection *connection, const struct tls_config *tls)
{
    bool is_address =
        address_read_dotted(connection->host, NULL) || strchr(connection->host, ':') != NULL;

    if (tls->send_sni || tls->max_version == TLS_SSL_3_0 || is_address)
        return NULL;
    return tls->sni_advice;
}

enum err connection_open_session(struct connection *connection, const struct tls_config *tls,
                                 struct tls_failure *ret_failure)
{
    struct tls_config config = *tls;
    struct tls_lower lower = { lower_recv, lower_send, connection };
    struct tls *provider = connection_provider(connection->world, &config);

    config.server_name = connection->host;
    config.server_port = connection->port;
    connection->sni_advice = advice_of(connection, &config);
    config.utc_s = connection->world->utc_s;
    config.utc_ctx = connection->world->ctx;
    config.log = connection_session_log(connection);
    if (provider == NULL) {
        ret_failure->reason = TLS_VERSION_MISSING;
        return ERR_UNSUPPORTED;
    }
    connection_says_whose(connection);
    return tls_open(provider, &config, &lower, &connection->session, ret_failure);
}

enum tls_step connection_shake_hands(struct connection *connection)
{
    enum tls_step step = tls_session_handshake(connection->session);

    switch (step) {
    case TLS_WANT_READ:
        connection_want(connection, NET_WANT_READ);
        break;
    case TLS_WANT_WRITE:
        connection_want(connection, NET_WANT_WRITE);
        break;
    case TLS_DONE:
        connection->info = tls_session_info(connection->session);
        connection_open_now(connection);
        break;
    case TLS_FAILED:
        break;
    }
    return step;
}

static enum err may_be_secured(const struct connection *connection)
{
    if (connection->state != CONNECTION_OPEN || connection->session != NULL ||
        connection->transport != NET_TCP)
        return ERR_STATE;
    return connection->received.len == 0 ? ERR_OK : ERR_INVALID;
}

enum err connection_secure(struct connection *connection, const struct tls_config *tls,
                           struct connection_failure *ret_failure)
{
    enum err err = may_be_secured(connection);

    assert(tls != NULL);
    *ret_failure = (struct connection_failure){ .tls = { .alert = -1 } };
    if (err == ERR_STATE)
        return err;
    if (err == ERR_OK)
        err = connection_open_session(connection, tls, &ret_failure->tls);
    if (err != ERR_OK) {
        ret_failure->err = err;
        connection_say_failure(connection, ret_failure);
        connection_free_session(connection);
        return err;
    }
    connection_keep_offer(connection, tls, false);
    connection_start_total(connection);
    connection->write_blocked = false;
    connection->paused = false;
    connection_restart_timer(connection);
    connection_enter(connection, CONNECTION_HANDSHAKING);
    connection_want(connection, NET_WANT_WRITE); /* the loop starts it: no event from in here */
    return ERR_OK;
}

struct tls_ticket *connection_ticket(const struct connection *connection)
{
    if (!connection_is_open(connection) || connection->session == NULL ||
        connection->end == ERR_TLS)
        return NULL;
    return tls_session_ticket(connection->session);
}
