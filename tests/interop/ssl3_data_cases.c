/* ssl3_data_cases.c: data in SSL 3.0, and how a connection ends.  tls_data_cases.c has it for TLS,
 * with a peer on GnuTLS, which has no SSL 3.0. */
#include "server_process.h"
#include "ssl3_cases.h"
#include "tls_cases.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A session with a server of its own, connected. */
static void start_pair(struct client *client, struct server_process *server,
                       const struct interop *interop)
{
    const struct client_wish wish = { SSL3_ONLY };
    const struct interop_server usual = { 0 };

    interop->serve(server, interop, &usual);
    client_connect(client, interop->tls, interop->folder, &wish, server);
    assert_int_equal(client_shake(client), TLS_DONE);
    assert_true(server_said(server, "client nobody\n"));
}

static void stop_pair(struct client *client, struct server_process *server)
{
    client_close(client);
    server_stop(server);
}

static void server_sends(struct server_process *server, const char *data)
{
    assert_int_equal(write(server->input, data, strlen(data)), strlen(data));
}

void tells_what_is_pending_in_ssl_3_0(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };
    char data[10] = "";

    start_pair(&client, &server, interop);
    assert_int_equal(tls_session_pending(client.session), 0);
    server_sends(&server, "abcdefghij");
    assert_int_equal(client_read(&client, data, 3), 3);
    assert_int_equal(tls_session_pending(client.session), 7);
    assert_int_equal(client_read(&client, data, sizeof(data)), 7);
    assert_memory_equal(data, "defghij", 7);
    assert_int_equal(tls_session_pending(client.session), 0);
    assert_int_equal(tls_session_read(client.session, data, 1), -ERR_AGAIN);
    stop_pair(&client, &server);
}

void finishes_a_record_of_ssl_3_0_put_off(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };

    start_pair(&client, &server, interop);
    client.wire.again_every = 1;
    assert_int_equal(tls_session_write(client.session, "first", 5), 5);
    assert_int_equal(tls_session_write(client.session, "second", 6), -ERR_AGAIN);
    assert_int_equal(tls_session_flush(client.session), ERR_AGAIN);
    client.wire.again_every = 0;
    assert_int_equal(tls_session_flush(client.session), ERR_OK);
    assert_true(server_said(&server, "first"));
    client.wire.again_every = 1;
    assert_int_equal(tls_session_write(client.session, "third", 5), 5);
    client.wire.again_every = 0;
    tls_session_shutdown(client.session);
    assert_true(server_said(&server, "thirdend: closed\n"));
    assert_null(strstr(server.text, "second"));
    stop_pair(&client, &server);
}

void keeps_records_of_ssl_3_0_short(void **state)
{
    enum { LONGEST = 15800 };
    static char data[16384];
    const struct interop *interop = *state;
    const struct interop_server usual = { 0 };
    const struct client_wish wish = { SSL3_ONLY, .record_max = LONGEST };
    struct server_process server;
    struct client client = { 0 };
    size_t got = 0;

    memset(data, 'x', sizeof(data));
    interop->serve(&server, interop, &usual);
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    assert_int_equal(tls_session_write(client.session, data, sizeof(data)), LONGEST);
    assert_int_equal(write(server.input, data, LONGEST), LONGEST);
    while (got < LONGEST) {
        ptrdiff_t len = client_read(&client, data, 1580);

        assert_true(len > 0);
        got += (size_t)len;
    }
    assert_int_equal(write(server.input, data, LONGEST + 1), LONGEST + 1);
    assert_int_equal(client_read(&client, data, 100), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RECORD_SIZE);
    assert_int_equal(tls_session_read(client.session, data, 100), -ERR_TLS);
    stop_pair(&client, &server);
}

void has_no_ticket(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };

    start_pair(&client, &server, interop);
    assert_null(tls_session_ticket(client.session));
    tls_ticket_free(NULL);
    stop_pair(&client, &server);
}

void ends_with_the_server(void **state)
{
    static const struct {
        int signal; /* SIGUSR2: close_notify; SIGKILL: none */
        bool sends;
    } rows[] = { { SIGUSR2, true }, { SIGUSR2, false }, { SIGKILL, true }, { SIGKILL, false } };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct server_process server;
        struct client client = { 0 };
        char data[8];

        start_pair(&client, &server, interop);
        if (rows[row].sends) {
            server_sends(&server, "last");
            assert_int_equal(client_read(&client, data, sizeof(data)), 4);
        }
        kill(server.pid, rows[row].signal);
        assert_int_equal(client_read(&client, data, sizeof(data)), 0);
        assert_int_equal(client_read(&client, data, sizeof(data)), 0);
        assert_int_equal(tls_session_end(client.session),
                         rows[row].signal == SIGUSR2 ? TLS_END_NOTIFIED : TLS_END_BARE);
        tls_session_shutdown(client.session);
        stop_pair(&client, &server);
    }
}

/* SSL 3.0 has no word for "no": mbedTLS ends the session. */
void ends_when_it_shall_renegotiate(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };
    char data[8];

    start_pair(&client, &server, interop);
    kill(server.pid, SIGUSR1);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RENEGOTIATION);
    assert_true(server_said(&server, "end: SSL_ERROR_HANDSHAKE_UNEXPECTED_ALERT\n"));
    stop_pair(&client, &server);
}

/* There is no renegotiation to begin, and one that is asked for ends it. */
void says_stray_messages_of_ssl_3_0(void **state)
{
    const struct interop *interop = *state;
    struct tls_stray stray = { .kind = TLS_STRAY_RENEGOTIATION };
    struct server_process server;
    struct client client = { 0 };
    char data[8];

    start_pair(&client, &server, interop);
    assert_int_equal(tls_session_stray(client.session, &stray), ERR_UNSUPPORTED);
    stray = (struct tls_stray){ .kind = TLS_STRAY_FATAL, .alert = 42 };
    assert_int_equal(tls_session_stray(client.session, &stray), ERR_OK);
    assert_true(server_said(&server, "end: SSL_ERROR_BAD_CERT_ALERT\n"));
    stop_pair(&client, &server);
    start_pair(&client, &server, interop);
    stray = (struct tls_stray){ .kind = TLS_STRAY_RENEGOTIATION, .is_received = true };
    assert_int_equal(tls_session_stray(client.session, &stray), ERR_OK);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RENEGOTIATION);
    stop_pair(&client, &server);
    start_pair(&client, &server, interop);
    stray = (struct tls_stray){ .kind = TLS_STRAY_FATAL, .is_received = true, .alert = 40 };
    assert_int_equal(tls_session_stray(client.session, &stray), ERR_OK);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_ALERT);
    stop_pair(&client, &server);
}

void reports_a_corrupt_record_of_ssl_3_0(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };
    char data[8];

    start_pair(&client, &server, interop);
    client.wire.corrupts = true;
    server_sends(&server, "data");
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RECORD);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_true(server_said(&server, "end: SSL_ERROR_BAD_MAC_ALERT\n"));
    stop_pair(&client, &server);
}
