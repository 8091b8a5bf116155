/* tls_certificate_cases.c: the server's certificate, ours, and bad security data. */
#include "client.h"
#include "server_process.h"
#include "tls_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AT_2019 INT64_C(1546300800)
#define AT_2023 INT64_C(1672531200)
#define AT_2045 INT64_C(2366841600)

/* What was good once is asked again: in time, by another CA, for another name. */
static const struct {
    const char *cert, *key; /* of the server; NULL: the same as in the row above */
    const char *ca, *host;
    int64_t now_s;
    enum tls_reason reason;
} server_rows[] = {
    { "server.pem", "server.key", "ca.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "ca.der", "localhost", 0, TLS_FINE },
    { NULL, NULL, "two-cas.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "ca-among-broken.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "server.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "127.0.0.1", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "LOCALHOST", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "127.0.0.2", 0, TLS_WRONG_HOST },
    { NULL, NULL, "ca.pem", "::1", 0, TLS_WRONG_HOST },
    { NULL, NULL, "ca.pem", "local", 0, TLS_WRONG_HOST },
    { NULL, NULL, "ca.pem", "ignored", 0, TLS_WRONG_HOST },
    { NULL, NULL, "other-ca.pem", "localhost", 0, TLS_UNKNOWN_CA },
    { NULL, NULL, NULL, "localhost", 0, TLS_UNKNOWN_CA },
    { NULL, NULL, "ca.pem", "localhost", AT_2019, TLS_NOT_YET_VALID },
    { NULL, NULL, "ca.pem", "localhost", AT_2045, TLS_EXPIRED },
    { NULL, NULL, "server.pem", "localhost", AT_2045, TLS_EXPIRED },
    { "wrong-name.pem", "server.key", "ca.pem", "localhost", 0, TLS_WRONG_HOST },
    { "cn-name.pem", "server.key", "ca.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "127.0.0.1", 0, TLS_WRONG_HOST },
    { "cn-address.pem", "server.key", "ca.pem", "127.0.0.1", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "127.0.0.2", 0, TLS_WRONG_HOST },
    { "expired.pem", "server.key", "ca.pem", "localhost", 0, TLS_EXPIRED },
    { NULL, NULL, "ca.pem", "localhost", AT_2023, TLS_FINE },
    { NULL, NULL, "ca.pem", "localhost", 0, TLS_EXPIRED },
    { NULL, NULL, "ca.pem", "localhost", AT_2023, TLS_FINE },
    { "future.pem", "server.key", "ca.pem", "localhost", 0, TLS_NOT_YET_VALID },
    { "by-expired-ca.pem", "server.key", "expired-ca.pem", "localhost", 0, TLS_EXPIRED },
    { NULL, NULL, "expired-ca.pem", "localhost", AT_2023, TLS_FINE },
    { NULL, NULL, "expired-ca.pem", "localhost", 0, TLS_EXPIRED },
    { "by-inter-chain.pem", "client.key", "ca.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "inter.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "other-ca.pem", "localhost", 0, TLS_UNKNOWN_CA },
    { "by-inter.pem", "client.key", "ca.pem", "localhost", 0, TLS_UNKNOWN_CA },
    { NULL, NULL, "inter.pem", "localhost", 0, TLS_FINE },
    { "by-server-chain.pem", "client.key", "ca.pem", "localhost", 0, TLS_BAD_ISSUER },
    { "for-client.pem", "server.key", "ca.pem", "localhost", 0, TLS_BAD_CERTIFICATE },
    { "self-signed.pem", "server.key", "self-signed.pem", "localhost", 0, TLS_FINE },
    { NULL, NULL, "ca.pem", "localhost", 0, TLS_UNKNOWN_CA },
    { "md5.pem", "small.key", "ca.pem", "localhost", 0, TLS_FINE },
    { "bad-signature.pem", "server.key", "ca.pem", "localhost", 0, TLS_BAD_SIGNATURE },
};

static void start_server(struct server_process *server, const struct interop *interop,
                         const char *cert, const char *key)
{
    const struct interop_server wish = { .chain = cert, .key = key };

    interop->serve(server, interop, &wish);
}

void checks_the_server(void **state)
{
    const struct interop *interop = *state;
    struct server_process server = { 0 };

    for (size_t row = 0; row < ROWS(server_rows); row++) {
        struct client_wish wish = { .min_version = interop->highest,
                                    .max_version = interop->highest,
                                    .verify = true,
                                    .ca = server_rows[row].ca,
                                    .host = server_rows[row].host,
                                    .now_s = server_rows[row].now_s };
        struct client client = { 0 };

        if (server_rows[row].cert != NULL) {
            server_stop(&server);
            start_server(&server, interop, server_rows[row].cert, server_rows[row].key);
        }
        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        if (client_shake(&client) !=
                (server_rows[row].reason == TLS_FINE ? TLS_DONE : TLS_FAILED) ||
            client_reason(&client) != server_rows[row].reason)
            fail_msg("row %d: reason %d", (int)row, (int)client_reason(&client));
        client_close(&client);
        /* Without verification the same server is good enough. */
        wish.verify = false;
        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        assert_int_equal(client_shake(&client), TLS_DONE);
        client_close(&client);
    }
    server_stop(&server);
}

/* Each row overlooks one thing, and nothing else. */
void overlooks_what_it_is_told_to(void **state)
{
    static const struct {
        const char *cert, *key, *ca;
        bool ignore_dates, ignore_name;
        enum tls_reason reason;
    } rows[] = {
        { "expired.pem", "server.key", "ca.pem", true, false, TLS_FINE },
        { "expired.pem", "server.key", "ca.pem", false, true, TLS_EXPIRED },
        { "expired.pem", "server.key", "other-ca.pem", true, true, TLS_UNKNOWN_CA },
        { "future.pem", "server.key", "ca.pem", true, false, TLS_FINE },
        { "by-expired-ca.pem", "server.key", "expired-ca.pem", true, false, TLS_FINE },
        { "by-expired-ca.pem", "server.key", "expired-ca.pem", false, true, TLS_EXPIRED },
        { "wrong-name.pem", "server.key", "ca.pem", false, true, TLS_FINE },
        { "wrong-name.pem", "server.key", "ca.pem", true, false, TLS_WRONG_HOST },
        { "wrong-name.pem", "server.key", "other-ca.pem", true, true, TLS_UNKNOWN_CA },
        { "bad-signature.pem", "server.key", "ca.pem", true, true, TLS_BAD_SIGNATURE },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        const struct client_wish wish = { .min_version = interop->highest,
                                          .max_version = interop->highest,
                                          .verify = true,
                                          .ignore_dates = rows[row].ignore_dates,
                                          .ignore_name = rows[row].ignore_name,
                                          .ca = rows[row].ca };
        struct client client = { 0 };
        struct server_process server;

        start_server(&server, interop, rows[row].cert, rows[row].key);
        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        client_shake(&client);
        if (client_reason(&client) != rows[row].reason)
            fail_msg("row %d: reason %d", (int)row, (int)client_reason(&client));
        client_close(&client);
        server_stop(&server);
    }
}

void refuses_a_large_certificate(void **state)
{
    const struct interop *interop = *state;
    struct span der = client_file(interop->folder, "server.der");
    const struct {
        bool verify;
        size_t certificate_max;
        enum tls_reason reason;
    } rows[] = {
        { true, 0, TLS_FINE },
        { true, der.len, TLS_FINE },
        { true, der.len - 1, TLS_LARGE_CERTIFICATE },
        { false, der.len - 1, TLS_FINE },
    };
    struct server_process server;

    free((void *)(uintptr_t)der.data);
    start_server(&server, interop, "server.pem", "server.key");
    for (size_t row = 0; row < ROWS(rows); row++) {
        const struct client_wish wish = { .min_version = interop->highest,
                                          .max_version = interop->highest,
                                          .verify = rows[row].verify,
                                          .ca = "ca.pem",
                                          .certificate_max = rows[row].certificate_max };
        struct client client = { 0 };

        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        client_shake(&client);
        assert_int_equal(client_reason(&client), rows[row].reason);
        client_close(&client);
    }
    server_stop(&server);
}

void sends_its_certificate(void **state)
{
    static const struct {
        const char *cert, *key;
        enum tls_version version;
    } rows[] = {
        { "client.pem", "client.key", TLS_1_0 },    { "client.pem", "client.key", TLS_1_1 },
        { "client.pem", "client.key", TLS_1_2 },    { "client.der", "client-key.der", TLS_1_2 },
        { "client.pem", "client-p8.key", TLS_1_2 }, { "client.der", "client-p8.der", TLS_1_2 },
        { "client.der", "client.key", TLS_1_0 },
    };
    const struct interop *interop = *state;
    const struct interop_server served = { .certificates = "demands" };
    struct server_process server;

    interop->serve(&server, interop, &served);
    for (size_t row = 0; row < ROWS(rows); row++) {
        enum tls_version version = interop_version(interop, rows[row].version);
        const struct client_wish wish = { .min_version = version,
                                          .max_version = version,
                                          .cert = rows[row].cert,
                                          .key = rows[row].key };
        struct client client = { 0 };

        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        assert_int_equal(client_shake(&client), TLS_DONE);
        assert_true(server_said(&server, interop->client_said));
        client_close(&client);
    }
    server_stop(&server);
}

void says_when_its_certificate_is_wanted(void **state)
{
    static const struct {
        const char *how, *cert, *key;
        enum tls_reason reason;
    } rows[] = {
        { "demands", NULL, NULL, TLS_CERTIFICATE_WANTED },
        { "asks", NULL, NULL, TLS_FINE },
        { "demands", "self-signed.pem", "server.key", TLS_ALERT },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        for (enum tls_version version = interop->lowest; version <= interop->highest; version++) {
            const struct client_wish wish = { .min_version = version,
                                              .max_version = version,
                                              .cert = rows[row].cert,
                                              .key = rows[row].key };
            const struct interop_server served = { .certificates = rows[row].how };
            struct client client = { 0 };
            struct server_process server;

            interop->serve(&server, interop, &served);
            client_connect(&client, interop->tls, interop->folder, &wish, &server);
            assert_int_equal(client_shake(&client),
                             rows[row].reason == TLS_FINE ? TLS_DONE : TLS_FAILED);
            assert_int_equal(client_reason(&client), rows[row].reason);
            client_close(&client);
            server_stop(&server);
        }
    }
}

void refuses_bad_security_data(void **state)
{
    static const struct {
        struct client_wish wish;
        enum tls_reason reason;
    } rows[] = {
        { { .verify = true, .ca = "garbage" }, TLS_OWN_CA },
        { { .verify = true, .ca = "broken.pem" }, TLS_OWN_CA },
        { { .verify = true, .ca = "ca.key" }, TLS_OWN_CA },
        { { .cert = "garbage", .key = "client.key" }, TLS_OWN_CERTIFICATE },
        { { .cert = "client.key", .key = "client.key" }, TLS_OWN_CERTIFICATE },
        { { .key = "client.key" }, TLS_OWN_CERTIFICATE },
        { { .cert = "client.pem", .key = "garbage" }, TLS_OWN_KEY },
        { { .cert = "client.pem", .key = "client.pem" }, TLS_OWN_KEY },
        { { .cert = "client.pem", .key = "server.key" }, TLS_OWN_KEY },
        { { .cert = "client.pem" }, TLS_OWN_KEY },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { .wire = { .fd = -1 } };
        struct client_wish wish = rows[row].wish;

        wish.min_version = wish.max_version = interop->highest;
        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client.opened, ERR_CREDENTIALS);
        assert_int_equal(client.failure.reason, rows[row].reason);
        assert_int_equal(client.failure.alert, -1);
        client_close(&client);
    }
}
