/* tls_resumption_cases.c: a session that is taken up again, as the server sees it. */
#include "client.h"
#include "server_process.h"
#include "tls_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const enum tls_version versions[] = { TLS_1_0, TLS_1_1, TLS_1_2 };

/* `remembers` sessions, or not: s_server has a cache of its own. */
static void start(struct server_process *server, const struct interop *interop, bool remembers)
{
    const char *const argv[] = {
        "openssl", "s_server",        "-accept",    "127.0.0.1:PORT",
        "-cert",   "server.pem",      "-key",       "server.key",
        "-cipher", "ALL:@SECLEVEL=0", "-no_ticket", remembers ? "-serverpref" : "-no_cache",
        NULL
    };

    server_start(server, interop->folder, argv);
}

static struct client_wish wish_for(enum tls_version version, const struct tls_ticket *ticket)
{
    return (struct client_wish){ .min_version = version,
                                 .max_version = version,
                                 .verify = true,
                                 .ca = "ca.pem",
                                 .resume = ticket };
}

/* A session from its handshake to its close_notify, with data in it.  Returns its ticket. */
static struct tls_ticket *visit(const struct interop *interop, struct server_process *server,
                                enum tls_version version, const struct tls_ticket *ticket,
                                bool resumed)
{
    const struct client_wish wish = wish_for(version, ticket);
    struct client client = { 0 };
    struct tls_ticket *next;
    struct tls_info info;

    client_connect(&client, interop->tls, interop->folder, &wish, server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    info = tls_session_info(client.session);
    assert_int_equal(info.resumed, resumed);
    assert_int_equal(info.version, version);
    assert_int_equal(info.suite, 0x0035);
    client_write(&client, "hello\n", 6);
    assert_true(server_said(server, resumed ? "Reused session-id" : "CIPHER is"));
    assert_true(server_said(server, "hello"));
    next = tls_session_ticket(client.session);
    tls_session_shutdown(client.session);
    client_close(&client);
    assert_true(server_said(server, "DONE"));
    return next;
}

void resumes_a_session(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;

    start(&server, interop, true);
    for (size_t i = 0; i < ROWS(versions); i++) {
        struct tls_ticket *ticket = visit(interop, &server, versions[i], NULL, false);

        assert_non_null(ticket);
        tls_ticket_free(visit(interop, &server, versions[i], ticket, true));
        tls_ticket_free(ticket);
    }
    server_stop(&server);
}

/* The ticket of a resumed session is as good as the first, and each can be used again. */
void resumes_again_and_again(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    struct tls_ticket *ticket;

    start(&server, interop, true);
    ticket = visit(interop, &server, TLS_1_0, NULL, false);
    for (int time = 0; time < 5; time++) {
        struct tls_ticket *next = visit(interop, &server, TLS_1_0, ticket, true);

        assert_non_null(next);
        tls_ticket_free(visit(interop, &server, TLS_1_0, ticket, true));
        tls_ticket_free(ticket);
        ticket = next;
    }
    tls_ticket_free(ticket);
    server_stop(&server);
}

/* A full handshake then, with everything checked anew. */
void shakes_hands_when_the_server_forgot(void **state)
{
    const struct interop *interop = *state;
    struct server_process server, other;
    struct client client = { 0 };
    struct client_wish wish;
    struct tls_ticket *ticket;

    start(&server, interop, true);
    start(&other, interop, false);
    ticket = visit(interop, &server, TLS_1_0, NULL, false);
    assert_non_null(ticket);
    assert_null(visit(interop, &other, TLS_1_0, ticket, false)); /* it remembers nothing at all */
    wish = wish_for(TLS_1_0, ticket);
    wish.ca = "other-ca.pem";
    client_connect(&client, interop->tls, interop->folder, &wish, &other);
    assert_int_equal(client_shake(&client), TLS_FAILED);
    assert_int_equal(client_reason(&client), TLS_UNKNOWN_CA);
    client_close(&client);
    tls_ticket_free(ticket);
    server_stop(&other);
    server_stop(&server);
}

void has_no_ticket_before_its_time(void **state)
{
    const struct interop *interop = *state;
    struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
    const struct client_wish wish = { 0 };

    client_open(&client, interop->tls, interop->folder, &wish);
    assert_null(tls_session_ticket(client.session));
    assert_int_equal(client_shake(&client), TLS_FAILED);
    assert_null(tls_session_ticket(client.session));
    client_close(&client);
    tls_ticket_free(NULL);
}
