/* telit_ssl_session.c: how long the keys of a session stay in memory.  2G only: elsewhere
 * ClosureType is 0 (Telit 1vv0300989 r12 tab. 3).
 *
 * A session is kept when its connection closes, whoever closes it, if #SSLD or #SSLH had
 * ClosureType
 * 1.  It is wiped
 * - by #SSLH with ClosureType 0, by the next #SSLD and by #SSLEN=x,0;
 * - when #SSLSECCFG or #SSLSECDATA change what it was agreed with;
 * - when it fails: with a fatal alert or a record that cannot be read (RFC 5246, 7.2.2), or in the
 *   handshake that was to take it up;
 * - so long as FACT_SESSION_MAX_MS after its full handshake (RFC 5246, F.1.4), and at power-off.
 */
#include "personalities/telit/telit.h"

#include <assert.h>

void telit_session_begin(struct telit_ssl *ssl, bool wanted)
{
    telit_session_forget(ssl);
    ssl->session.wanted = wanted;
}

void telit_session_on_open(struct telit_ssl *ssl)
{
    assert(connection_is_open(&ssl->socket));
    if (!ssl->socket.info.resumed)
        ssl->session.until_ms =
            module_now(ssl->modem) + module_fact_peek(ssl->modem, FACT_SESSION_MAX_MS);
}

void telit_session_on_close(struct telit_ssl *ssl)
{
    struct connection_failure failure;
    bool failed;

    if (!connection_is_open(&ssl->socket))
        return;
    failed = connection_has_ended(&ssl->socket, &failure) && failure.err == ERR_TLS;
    telit_session_forget(ssl);
    ssl->session.kept = ssl->session.wanted && !failed;
    if (ssl->session.kept && module_now(ssl->modem) >= ssl->session.until_ms) {
        module_note_fact(ssl->modem, FACT_SESSION_MAX_MS);
        ssl->session.kept = false;
    }
    if (ssl->session.kept)
        ssl->session.ticket = connection_ticket(&ssl->socket);
}

void telit_session_forget(struct telit_ssl *ssl)
{
    if (ssl == NULL)
        return;
    tls_ticket_free(ssl->session.ticket);
    ssl->session.ticket = NULL;
    ssl->session.kept = false;
}

int64_t telit_session_deadline(const struct telit_ssl *ssl)
{
    return ssl->session.kept ? ssl->session.until_ms : CLOCK_NEVER;
}

void telit_session_tick(struct telit_ssl *ssl, int64_t now_ms)
{
    if (now_ms < telit_session_deadline(ssl))
        return;
    module_note_fact(ssl->modem, FACT_SESSION_MAX_MS);
    telit_session_forget(ssl);
}
