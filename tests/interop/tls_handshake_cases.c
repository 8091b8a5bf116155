/* tls_handshake_cases.c: what is offered, what is agreed, and how a handshake fails. */
#include "client.h"
#include "server_process.h"
#include "tls_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MD5_RC4 = 0x0004, SHA_RC4 = 0x0005, SHA_AES128 = 0x002F, SHA_AES256 = 0x0035 };
enum { SHA_NULL = 0x0002, MD5_NULL = 0x0001 };

static const struct {
    tls_suite suite;
    const char *openssl; /* NULL: its distribution leaves the suite out */
    const char *cipher, *mac;
} suite_rows[] = {
    { MD5_RC4, NULL, "- Cipher: ARCFOUR-128\n", "- MAC: MD5\n" },
    { SHA_RC4, NULL, "- Cipher: ARCFOUR-128\n", "- MAC: SHA1\n" },
    { SHA_AES128, "CIPHER is AES128-SHA\n", "- Cipher: AES-128-CBC\n", "- MAC: SHA1\n" },
    { SHA_AES256, "CIPHER is AES256-SHA\n", "- Cipher: AES-256-CBC\n", "- MAC: SHA1\n" },
    { SHA_NULL, "CIPHER is NULL-SHA\n", "- Cipher: NULL\n", "- MAC: SHA1\n" },
};

static const struct {
    enum tls_version version;
    const char *said;
} version_rows[] = {
    { TLS_1_0, "- Version: TLS1.0\n" },
    { TLS_1_1, "- Version: TLS1.1\n" },
    { TLS_1_2, "- Version: TLS1.2\n" },
};

#define OLD_VERSIONS "+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0"
#define REST         "+RSA:+SIGN-ALL:+COMP-NULL:+CTYPE-X509"

static void start_gnutls(struct server_process *server, const struct interop *interop,
                         const char *priority)
{
    const char *const argv[] = {
        "gnutls-serv", "--echo",         "-p",         "PORT",       "--x509keyfile",
        "server.key",  "--x509certfile", "server.pem", "--priority", priority,
        NULL
    };

    server_start(server, interop->folder, argv);
}

static void start_openssl(struct server_process *server, const struct interop *interop)
{
    const char *const argv[] = {
        "openssl", "s_server",   "-accept", "127.0.0.1:PORT",        "-cert", "server.pem",
        "-key",    "server.key", "-cipher", "ALL:eNULL:@SECLEVEL=0", NULL
    };

    server_start(server, interop->folder, argv);
}

static void agree(const struct interop *interop, const struct server_process *server,
                  size_t suite_row, enum tls_version version)
{
    const struct client_wish wish = { .min_version = version,
                                      .max_version = version,
                                      .suites = &suite_rows[suite_row].suite,
                                      .suite_count = 1 };
    struct client client = { 0 };
    struct tls_info info;
    char echo[6] = "";

    client_connect(&client, interop->tls, interop->folder, &wish, server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    info = tls_session_info(client.session);
    assert_int_equal(info.version, version);
    assert_int_equal(info.suite, suite_rows[suite_row].suite);
    assert_false(info.resumed);
    client_write(&client, "hello\n", 6);
    if (server->text != NULL && strstr(server->text, "Echo Server") != NULL) {
        for (size_t used = 0; used < sizeof(echo);) {
            ptrdiff_t len = client_read(&client, echo + used, sizeof(echo) - used);

            assert_true(len > 0);
            used += (size_t)len;
        }
        assert_memory_equal(echo, "hello\n", 6);
    }
    tls_session_shutdown(client.session);
    client_close(&client);
}

void each_suite_in_each_version(void **state)
{
    const struct interop *interop = *state;
    struct server_process gnutls, openssl;

    start_gnutls(&gnutls, interop,
                 "NONE:" OLD_VERSIONS
                 ":+ARCFOUR-128:+NULL:+AES-128-CBC:+AES-256-CBC:+MD5:+SHA1:" REST);
    start_openssl(&openssl, interop);
    for (size_t version = 0; version < ROWS(version_rows); version++) {
        for (size_t suite = 0; suite < ROWS(suite_rows); suite++) {
            agree(interop, &gnutls, suite, version_rows[version].version);
            assert_true(server_said(&gnutls, version_rows[version].said));
            assert_true(server_said(&gnutls, suite_rows[suite].cipher));
            assert_true(server_said(&gnutls, suite_rows[suite].mac));
            if (suite_rows[suite].openssl == NULL)
                continue;
            agree(interop, &openssl, suite, version_rows[version].version);
            assert_true(server_said(&openssl, suite_rows[suite].openssl));
            assert_true(server_said(&openssl, "hello"));
        }
    }
    server_stop(&gnutls);
    server_stop(&openssl);
}

void offers_what_was_asked_for(void **state)
{
    static const struct {
        tls_suite asked[5], offered[8]; /* up to a 0 */
    } rows[] = {
        { { SHA_AES256 }, { SHA_AES256 } },
        { { SHA_NULL }, { SHA_NULL } },
        { { SHA_RC4, MD5_RC4 }, { SHA_RC4, MD5_RC4 } },
        { { MD5_RC4, SHA_RC4 }, { MD5_RC4, SHA_RC4 } },
        { { SHA_AES128, SHA_AES256 }, { SHA_AES128, SHA_AES256 } },
        { { SHA_AES256, SHA_AES128, SHA_RC4, MD5_RC4 },
          { SHA_AES256, SHA_AES128, SHA_RC4, MD5_RC4 } },
        { { SHA_AES256, 0x9999 }, { SHA_AES256 } },
        /* GnuTLS brings along what the same parts can be combined to. */
        { { MD5_RC4, SHA_AES256 }, { MD5_RC4, SHA_RC4, SHA_AES256 } },
        { { MD5_RC4, SHA_RC4, SHA_AES128, SHA_AES256, SHA_NULL },
          { MD5_RC4, SHA_RC4, SHA_AES128, SHA_AES256, MD5_NULL, SHA_NULL } },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        for (size_t version = 0; version < ROWS(version_rows); version++) {
            struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
            struct client_wish wish = { .min_version = TLS_1_0,
                                        .max_version = version_rows[version].version,
                                        .suites = rows[row].asked };
            tls_suite offered[9] = { 0 };

            while (wish.suite_count < 5 && rows[row].asked[wish.suite_count] != 0)
                wish.suite_count++;
            client_open(&client, interop->tls, interop->folder, &wish);
            assert_int_equal(client_shake(&client), TLS_FAILED);
            wire_offered(&client.wire, offered, 8);
            assert_memory_equal(offered, rows[row].offered, sizeof(rows[row].offered));
            client_close(&client);
        }
    }
}

static bool sent_text(const struct wire *wire, const char *text)
{
    for (size_t at = 0; at + strlen(text) <= wire->sent_len; at++) {
        if (memcmp(wire->sent + at, text, strlen(text)) == 0)
            return true;
    }
    return false;
}

void names_the_host_as_told(void **state)
{
    static const struct {
        const char *host;
        bool hides_name, sent;
    } rows[] = {
        { "server.test", false, true },
        { "server.test", true, false },
        { "192.0.2.7", false, false },
        { "2001:db8::7", false, false },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
        const struct client_wish wish = { .host = rows[row].host,
                                          .hides_name = rows[row].hides_name };

        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client_shake(&client), TLS_FAILED);
        assert_int_equal(sent_text(&client.wire, rows[row].host), rows[row].sent);
        client_close(&client);
    }
}

void refuses_a_suite_that_came_along(void **state)
{
    static const tls_suite asked[] = { MD5_RC4, SHA_AES256 };
    const struct client_wish wish = { .suites = asked, .suite_count = 2 };
    const struct interop *interop = *state;
    struct server_process server;
    struct client client = { 0 };

    start_gnutls(&server, interop, "NONE:" OLD_VERSIONS ":+ARCFOUR-128:+SHA1:" REST);
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_FAILED);
    assert_int_equal(client_reason(&client), TLS_NO_SHARED_SUITE);
    client_close(&client);
    server_stop(&server);
}

static const struct bad_peer peer_rows[] = {
    { SCRIPT("\x15\x03\x01\x00\x02\x02\x28"), WIRE_CLOSES, TLS_NO_SHARED_SUITE, 40 },
    { SCRIPT("\x15\x03\x01\x00\x02\x02\x47"), WIRE_CLOSES, TLS_NO_SHARED_SUITE, 71 },
    { SCRIPT("\x15\x03\x00\x00\x02\x02\x28"), WIRE_CLOSES, TLS_NO_SHARED_SUITE, 40 },
    { SCRIPT("\x15\x03\x01\x00\x02\x02\x46"), WIRE_CLOSES, TLS_VERSION_REFUSED, 70 },
    { SCRIPT("\x15\x03\x01\x00\x02\x02\x50"), WIRE_CLOSES, TLS_ALERT, 80 },
    { SCRIPT("\x15\x03\x01\x00\x02\x02\x70"), WIRE_CLOSES, TLS_ALERT, 112 },
    { SCRIPT("\x15\x03\x01\x00\x02\x01\x70"), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
    { SCRIPT("HTTP/1.1 400 Bad Request\r\n"), WIRE_CLOSES, TLS_NOT_TLS, -1 },
    { SCRIPT("220 mail.test ESMTP\r\n"), WIRE_SILENT, TLS_NOT_TLS, -1 },
    { SCRIPT("SSH-2.0-OpenSSH_9.2\r\n"), WIRE_SILENT, TLS_NOT_TLS, -1 },
    { SCRIPT("no"), WIRE_CLOSES, TLS_NOT_TLS, -1 },
    { SCRIPT(""), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
    { SCRIPT(""), WIRE_RESETS, TLS_PEER_RESET, -1 },
    { SCRIPT("\x16\x03\x03\x00"), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
    { SCRIPT("\x16\x03\x03\x00"), WIRE_RESETS, TLS_PEER_RESET, -1 },
    { SCRIPT("\x16\x03\x03\x00\x04\x63\x00\x00\x00"), WIRE_SILENT, TLS_PROTOCOL, -1 },
    /* A ServerHello of SSL 3.0, and one with a suite that was not offered. */
    { SCRIPT("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00" RANDOM_32 "\x00\x00\x35\x00"),
      WIRE_SILENT, TLS_VERSION_REFUSED, -1 },
    { SCRIPT("\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" RANDOM_32 "\x00\x00\x35\x00"),
      WIRE_SILENT, TLS_VERSION_REFUSED, -1 },
    { SCRIPT("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" RANDOM_32 "\x00\x00\x05\x00"),
      WIRE_SILENT, TLS_NO_SHARED_SUITE, -1 },
};

void meet_bad_peers(const struct interop *interop, const struct bad_peer *peers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct client client = { .wire = {
                                     .fd = -1, .script = peers[i].script, .end = peers[i].end } };
        const struct client_wish wish = { .min_version = interop->highest,
                                          .max_version = interop->highest };
        char byte;

        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client.opened, ERR_OK);
        assert_int_equal(client_shake(&client), TLS_FAILED);
        if (client_reason(&client) != peers[i].reason)
            fail_msg("peer %d: reason %d", (int)i, (int)client_reason(&client));
        assert_int_equal(tls_session_failure(client.session)->alert, peers[i].alert);
        /* Once failed, it stays so. */
        assert_int_equal(tls_session_handshake(client.session), TLS_FAILED);
        assert_true(tls_session_read(client.session, &byte, 1) < 0);
        assert_true(tls_session_write(client.session, "x", 1) < 0);
        tls_session_shutdown(client.session);
        client_close(&client);
    }
}

void reports_what_bad_peers_say(void **state)
{
    meet_bad_peers(*state, peer_rows, ROWS(peer_rows));
}

void refuses_what_it_does_not_have(void **state)
{
    static const tls_suite unknown[] = { 0x9999 };
    static const struct {
        struct client_wish wish;
        enum tls_reason reason;
    } rows[] = {
        { { .min_version = TLS_SSL_3_0, .max_version = TLS_SSL_3_0 }, TLS_VERSION_MISSING },
        { { .min_version = TLS_SSL_3_0, .max_version = TLS_1_0 }, TLS_VERSION_MISSING },
        { { .suites = unknown, .suite_count = 1 }, TLS_NO_SHARED_SUITE },
        { { .min_version = TLS_1_3, .max_version = TLS_1_3 }, TLS_NO_SHARED_SUITE },
    };
    const struct interop *interop = *state;

    assert_false(tls_supports(interop->tls, TLS_SSL_3_0));
    assert_true(tls_supports(interop->tls, TLS_1_0));
    assert_true(tls_supports(interop->tls, TLS_1_3));
    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { .wire = { .fd = -1 } };

        client_open(&client, interop->tls, interop->folder, &rows[row].wish);
        assert_int_equal(client.opened, ERR_UNSUPPORTED);
        assert_int_equal(client.failure.reason, rows[row].reason);
        client_close(&client);
    }
}

void shakes_hands_in_single_bytes(void **state)
{
    const struct interop *interop = *state;
    const struct interop_server usual = { 0 };
    const struct client_wish wish = { .min_version = interop->highest,
                                      .max_version = interop->highest,
                                      .verify = true,
                                      .ca = "ca.pem" };
    struct server_process server;
    struct client client = { .wire = { .chunk = 1, .again_every = 2 } };

    interop->serve(&server, interop, &usual);
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    client_close(&client);
    server_stop(&server);
}
