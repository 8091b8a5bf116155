/* test_tls_mbedtls.c: the cases for every provider, and what only SSL 3.0 has. */
#include "client.h"
#include "nss_server.h"
#include "server_process.h"
#include "ssl3_cases.h"
#include "tls_mbedtls/tls_mbedtls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MD5_RC4 = 0x0004, SHA_RC4 = 0x0005, SHA_AES128 = 0x002F, SHA_AES256 = 0x0035 };
enum { SHA_NULL = 0x0002, SCSV = 0x00FF };

static struct interop shared = {
    .lowest = TLS_SSL_3_0,
    .highest = TLS_SSL_3_0,
    .serve = serve_nss,
    .client_said = "client CN=device",
};

static int start(void **state)
{
    const char *argv[] = { MAKE_CERTIFICATES, shared.folder, NULL };

    strcpy(shared.folder, "/tmp/tlsmodem-interop-XXXXXX");
    assert_non_null(mkdtemp(shared.folder));
    run_to_end(argv);
    assert_int_equal(tls_mbedtls_open(NULL, &shared.tls), ERR_OK);
    *state = &shared;
    return 0;
}

static int stop(void **state)
{
    const char *argv[] = { "rm", "-rf", shared.folder, NULL };

    (void)state;
    tls_mbedtls_close(shared.tls);
    tls_mbedtls_close(NULL);
    run_to_end(argv);
    return 0;
}

/* Those of Telit first, then those that Quectel and Fibocom have besides. */
static void speaks_each_suite(void **state)
{
    static const tls_suite suites[] = { SHA_NULL, MD5_RC4, SHA_RC4, SHA_AES128, SHA_AES256,
                                        0x000A,   0x0016,  0x0033,  0x0039 };
    const struct interop *interop = *state;
    const struct interop_server usual = { 0 };
    struct server_process server;

    interop->serve(&server, interop, &usual);
    for (size_t i = 0; i < ROWS(suites); i++) {
        const struct client_wish wish = { SSL3_ONLY, .suites = &suites[i], .suite_count = 1,
                                          .verify = true, .ca = "ca.pem" };
        struct client client = { 0 };
        struct tls_info info;
        char said[60], data[8] = "";

        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        assert_int_equal(client_shake(&client), TLS_DONE);
        info = tls_session_info(client.session);
        assert_int_equal(info.version, TLS_SSL_3_0);
        assert_int_equal(info.suite, suites[i]);
        assert_false(info.resumed);
        snprintf(said, sizeof(said), "version 0300 suite %04x client nobody\n", suites[i]);
        assert_true(server_said(&server, said));
        client_write(&client, "hello\n", 6);
        assert_true(server_said(&server, "hello\n"));
        assert_int_equal(write(server.input, "world\n", 6), 6);
        assert_int_equal(client_read(&client, data, sizeof(data)), 6);
        assert_memory_equal(data, "world\n", 6);
        tls_session_shutdown(client.session);
        client_close(&client);
        assert_true(server_said(&server, "end: closed\n"));
    }
    server_stop(&server);
}

/* Exactly these in this order, and the sign that renegotiation is safe (RFC 5746); no extensions,
 * which SSL 3.0 has not, so no name. */
static void offers_what_was_asked_for_and_no_more(void **state)
{
    static const struct {
        tls_suite asked[5], offered[8]; /* up to a 0 */
    } rows[] = {
        { { SHA_AES256 }, { SHA_AES256, SCSV } },
        { { SHA_NULL }, { SHA_NULL, SCSV } },
        { { MD5_RC4, SHA_AES256 }, { MD5_RC4, SHA_AES256, SCSV } },
        { { SHA_RC4, MD5_RC4, SHA_AES128, SHA_AES256, SHA_NULL },
          { SHA_RC4, MD5_RC4, SHA_AES128, SHA_AES256, SHA_NULL, SCSV } },
        { { 0x9999, SHA_AES128, 0xC013, 0x003C }, { SHA_AES128, SCSV } },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
        struct client_wish wish = { SSL3_ONLY, .suites = rows[row].asked, .host = "server.test" };
        tls_suite offered[8] = { 0 };
        size_t count;

        while (wish.suite_count < 5 && rows[row].asked[wish.suite_count] != 0)
            wish.suite_count++;
        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client_shake(&client), TLS_FAILED);
        assert_int_equal(client_reason(&client), TLS_PEER_CLOSED);
        count = wire_offered(&client.wire, offered, 8);
        assert_memory_equal(offered, rows[row].offered, sizeof(offered));
        /* Record and message header, version, random, no session, suites, no compression. */
        assert_int_equal(client.wire.sent_len, 5 + 4 + 2 + 32 + 1 + 2 + 2 * count + 2);
        assert_memory_equal(client.wire.sent, "\x16\x03\x00", 3);
        assert_memory_equal(client.wire.sent + 9, "\x03\x00", 2);
        client_close(&client);
    }
}

static void has_ssl_3_0_and_nothing_else(void **state)
{
    static const tls_suite unknown[] = { 0x9999, 0xC013, 0x003C };
    static const struct {
        struct client_wish wish;
        enum tls_reason reason;
    } rows[] = {
        { { .min_version = TLS_1_0, .max_version = TLS_1_0 }, TLS_VERSION_MISSING },
        { { .min_version = TLS_SSL_3_0, .max_version = TLS_1_0 }, TLS_VERSION_MISSING },
        { { SSL3_ONLY, .suites = unknown, .suite_count = ROWS(unknown) }, TLS_NO_SHARED_SUITE },
    };
    const struct interop *interop = *state;

    for (enum tls_version version = TLS_SSL_3_0; version <= TLS_1_3; version++)
        assert_int_equal(tls_supports(interop->tls, version), version == TLS_SSL_3_0);
    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { .wire = { .fd = -1 } };

        client_open(&client, interop->tls, interop->folder, &rows[row].wish);
        assert_int_equal(client.opened, ERR_UNSUPPORTED);
        assert_int_equal(client.failure.reason, rows[row].reason);
        client_close(&client);
    }
}

static void reports_what_bad_peers_say_to_ssl_3_0(void **state)
{
    static const struct bad_peer peers[] = {
        { SCRIPT("\x15\x03\x00\x00\x02\x02\x28"), WIRE_CLOSES, TLS_NO_SHARED_SUITE, 40 },
        { SCRIPT("\x15\x03\x00\x00\x02\x02\x47"), WIRE_CLOSES, TLS_NO_SHARED_SUITE, 71 },
        { SCRIPT("\x15\x03\x00\x00\x02\x02\x46"), WIRE_CLOSES, TLS_VERSION_REFUSED, 70 },
        { SCRIPT("\x15\x03\x00\x00\x02\x02\x50"), WIRE_CLOSES, TLS_ALERT, 80 },
        { SCRIPT("\x15\x03\x00\x00\x02\x01\x70"), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
        /* Servers that have TLS only say so in a record of TLS. */
        { SCRIPT("\x15\x03\x01\x00\x02\x02\x46"), WIRE_CLOSES, TLS_VERSION_REFUSED, -1 },
        { SCRIPT("\x15\x03\x03\x00\x02\x02\x28"), WIRE_SILENT, TLS_VERSION_REFUSED, -1 },
        { SCRIPT("HTTP/1.1 400 Bad Request\r\n"), WIRE_CLOSES, TLS_NOT_TLS, -1 },
        { SCRIPT("220 mail.test ESMTP\r\n"), WIRE_SILENT, TLS_NOT_TLS, -1 },
        { SCRIPT("no"), WIRE_CLOSES, TLS_NOT_TLS, -1 },
        { SCRIPT(""), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
        { SCRIPT(""), WIRE_RESETS, TLS_PEER_RESET, -1 },
        { SCRIPT("\x16\x03\x00\x00"), WIRE_CLOSES, TLS_PEER_CLOSED, -1 },
        { SCRIPT("\x16\x03\x00\x00"), WIRE_RESETS, TLS_PEER_RESET, -1 },
        { SCRIPT("\x16\x03\x00\x00\x04\x63\x00\x00\x00"), WIRE_SILENT, TLS_PROTOCOL, -1 },
        /* A ServerHello of TLS 1.0, and one with a suite that was not offered. */
        { SCRIPT("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x01" RANDOM_32 "\x00\x00\x35\x00"),
          WIRE_SILENT, TLS_VERSION_REFUSED, -1 },
        { SCRIPT("\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" RANDOM_32 "\x00\x00\x35\x00"),
          WIRE_SILENT, TLS_VERSION_REFUSED, -1 },
        { SCRIPT("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00" RANDOM_32 "\x00\x00\x05\x00"),
          WIRE_SILENT, TLS_NO_SHARED_SUITE, -1 },
        { SCRIPT("\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00" RANDOM_32 "\x00\x99\x99\x00"),
          WIRE_SILENT, TLS_NO_SHARED_SUITE, -1 },
    };

    meet_bad_peers(*state, peers, ROWS(peers));
}

/* The random number is the one that the ClientHello had. */
static void writes_a_key_log_of_ssl_3_0(void **state)
{
    const struct interop *interop = *state;
    const struct client_wish wish = { SSL3_ONLY };
    const struct interop_server usual = { 0 };
    struct server_process server;
    struct client client = { 0 };
    char path[100], expected[80] = "CLIENT_RANDOM ";
    struct stat status;
    struct span line;
    struct tls *tls;

    snprintf(path, sizeof(path), "%s/ours.log", interop->folder);
    interop->serve(&server, interop, &usual);
    assert_int_equal(tls_mbedtls_open(path, &tls), ERR_OK);
    client_connect(&client, tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    for (size_t i = 0; i < 32; i++)
        snprintf(expected + 14 + 2 * i, 3, "%02x", client.wire.sent[11 + i]);
    client_close(&client);
    tls_mbedtls_close(tls);
    server_stop(&server);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    line = client_file(interop->folder, "ours.log");
    assert_int_equal(line.len, 176);
    assert_memory_equal(line.data, expected, 14 + 64);
    free((void *)(uintptr_t)line.data);
    assert_int_equal(tls_mbedtls_open("/nowhere/keys.log", &tls), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_each_suite),
        cmocka_unit_test(offers_what_was_asked_for_and_no_more),
        cmocka_unit_test(has_ssl_3_0_and_nothing_else),
        cmocka_unit_test(reports_what_bad_peers_say_to_ssl_3_0),
        cmocka_unit_test(shakes_hands_in_single_bytes),
        cmocka_unit_test(checks_the_server),
        cmocka_unit_test(overlooks_what_it_is_told_to),
        cmocka_unit_test(refuses_a_large_certificate),
        cmocka_unit_test(sends_its_certificate),
        cmocka_unit_test(says_when_its_certificate_is_wanted),
        cmocka_unit_test(refuses_bad_security_data),
        cmocka_unit_test(moves_a_megabyte_both_ways),
        cmocka_unit_test(tells_what_is_pending_in_ssl_3_0),
        cmocka_unit_test(finishes_a_record_of_ssl_3_0_put_off),
        cmocka_unit_test(keeps_records_of_ssl_3_0_short),
        cmocka_unit_test(has_no_ticket),
        cmocka_unit_test(ends_with_the_server),
        cmocka_unit_test(ends_when_it_shall_renegotiate),
        cmocka_unit_test(says_stray_messages_of_ssl_3_0),
        cmocka_unit_test(reports_a_corrupt_record_of_ssl_3_0),
        cmocka_unit_test(writes_a_key_log_of_ssl_3_0),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
