/* test_tls_gnutls.c: the cases for every provider, and what only this one has. */
#include "base/tls_suites.h"
#include "client.h"
#include "server_process.h"
#include "tls_cases.h"
#include "tls_gnutls/tls_gnutls.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SESSIONS = 50, SESSION_MAX_BYTES = 13000, OF_GNUTLS_3_8 = 500 };

static struct interop shared = {
    .lowest = TLS_1_0,
    .highest = TLS_1_2,
    .serve = serve_openssl,
    .client_said = "CN=device",
};

static int start(void **state)
{
    const char *argv[] = { MAKE_CERTIFICATES, shared.folder, NULL };

    strcpy(shared.folder, "/tmp/tlsmodem-interop-XXXXXX");
    assert_non_null(mkdtemp(shared.folder));
    run_to_end(argv);
    assert_int_equal(tls_gnutls_open(NULL, &shared.tls), ERR_OK);
    *state = &shared;
    return 0;
}

static int stop(void **state)
{
    const char *argv[] = { "rm", "-rf", shared.folder, NULL };

    (void)state;
    tls_gnutls_close(shared.tls);
    tls_gnutls_close(NULL);
    run_to_end(argv);
    return 0;
}

static void has_each_suite_of_the_table(void **state)
{
    const struct interop *interop = *state;
    const struct tls_suite_info *suite;

    for (size_t i = 0; (suite = tls_suite_at(i)) != NULL; i++) {
        enum tls_version version = suite->lowest > TLS_1_0 ? suite->lowest : TLS_1_0;
        const struct client_wish wish = {
            .min_version = version, .max_version = version, .suites = &suite->code, .suite_count = 1
        };
        struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
        tls_suite offered[2];

        assert_ptr_equal(tls_suite_by_code(suite->code), suite);
        assert_ptr_equal(tls_suite_by_name(suite->name), suite);
        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client.opened, ERR_OK);
        assert_int_equal(client_shake(&client), TLS_FAILED);
        assert_int_equal(wire_offered(&client.wire, offered, 2), 1);
        assert_int_equal(offered[0], suite->code);
        client_close(&client);
    }
    assert_null(tls_suite_by_code(0x9999));
    assert_null(tls_suite_by_name("TLS_NO_SUCH_SUITE"));
    assert_string_equal(tls_suite_name(0x9999), "unknown suite");
}

static size_t freed_with_content;

/* What is given back must be zeros: allocators keep what was there. */
static void free_and_look(void *block)
{
    static const uint8_t zeros[64];
    size_t usable = block != NULL ? malloc_usable_size(block) : 0;

    if (usable > sizeof(zeros) && memcmp(block, zeros, sizeof(zeros)) != 0)
        freed_with_content++;
    free(block);
}

/* The keys of a session that is kept do not stay in memory after it. */
static void wipes_a_ticket(void **state)
{
    const struct interop *interop = *state;
    const struct client_wish wish = { 0 };
    const char *const argv[] = { "openssl", "s_server",        "-accept", "127.0.0.1:PORT",
                                 "-cert",   "server.pem",      "-key",    "server.key",
                                 "-cipher", "ALL:@SECLEVEL=0", NULL };
    gnutls_free_function usual = gnutls_free;
    struct server_process server;
    struct client client = { 0 };
    struct tls_ticket *ticket;

    server_start(&server, interop->folder, argv);
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    ticket = tls_session_ticket(client.session);
    assert_non_null(ticket);
    gnutls_free = free_and_look;
    tls_ticket_free(ticket);
    gnutls_free = usual;
    assert_int_equal(freed_with_content, 0);
    client_close(&client);
    server_stop(&server);
}

/* The server writes the same line: the secret that both came to. */
static void writes_a_key_log(void **state)
{
    const struct interop *interop = *state;
    const struct client_wish wish = { 0 };
    const char *const argv[] = { "openssl", "s_server",        "-accept",     "127.0.0.1:PORT",
                                 "-cert",   "server.pem",      "-key",        "server.key",
                                 "-cipher", "ALL:@SECLEVEL=0", "-keylogfile", "theirs.log",
                                 NULL };
    struct server_process server;
    struct client client = { 0 };
    struct span ours, theirs;
    char path[100];
    struct stat status;
    struct tls *tls;

    snprintf(path, sizeof(path), "%s/ours.log", interop->folder);
    server_start(&server, interop->folder, argv);
    assert_int_equal(tls_gnutls_open(path, &tls), ERR_OK);
    client_connect(&client, tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    assert_true(server_said(&server, "CIPHER is"));
    client_close(&client);
    tls_gnutls_close(tls);
    server_stop(&server);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    ours = client_file(interop->folder, "ours.log");
    theirs = client_file(interop->folder, "theirs.log");
    assert_true(ours.len == 176 && theirs.len >= ours.len);
    assert_memory_equal(theirs.data + theirs.len - ours.len, ours.data, ours.len);
    free((void *)(uintptr_t)ours.data);
    free((void *)(uintptr_t)theirs.data);
    assert_int_equal(tls_gnutls_open("/nowhere/keys.log", &tls), ERR_IO);
}

/* The file of the CA with `more` line ends behind it: other bytes, the same certificate. */
static void write_like_ca(const char *folder, int more)
{
    struct span ca = client_file(folder, "ca.pem");
    char path[100];
    FILE *file;

    snprintf(path, sizeof(path), "%s/like-ca.pem", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fwrite(ca.data, 1, ca.len, file);
    for (int i = 0; i < more; i++)
        fputc('\n', file);
    assert_int_equal(fclose(file), 0);
    free((void *)(uintptr_t)ca.data);
}

/* Opens a session for each and closes it, without a server. */
static void use_others_like_ca(const struct interop *interop, int first, int count)
{
    const struct client_wish wish = { .verify = true, .ca = "like-ca.pem" };

    for (int i = first; i < first + count; i++) {
        struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };

        write_like_ca(interop->folder, i);
        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client.opened, ERR_OK);
        client_close(&client);
    }
}

/* What is kept of CA certificates is bounded, and a session keeps its own. */
static void keeps_ca_certificates_while_they_are_used(void **state)
{
    enum { MORE_THAN_KEPT = 40, GROWTH_MAX_BYTES = 8000 };
    const struct interop *interop = *state;
    const struct client_wish wish = { .verify = true, .ca = "ca.pem" };
    struct server_process server;
    struct client client = { 0 };
    size_t before;

    interop->serve(&server, interop, &(struct interop_server){ 0 });
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    use_others_like_ca(interop, 1, MORE_THAN_KEPT);
    assert_int_equal(client_shake(&client), TLS_DONE);
    client_close(&client);
    server_stop(&server);
    before = mallinfo2().uordblks;
    use_others_like_ca(interop, 1 + MORE_THAN_KEPT, MORE_THAN_KEPT);
    assert_true(mallinfo2().uordblks < before + GROWTH_MAX_BYTES);
}

/* Thousands of modules share a process.  Sanitizers and valgrind count for themselves: then the
 * figure is 0 and nothing is claimed. */
static void stays_small_when_connected(void **state)
{
    const struct interop *interop = *state;
    const struct client_wish wish = {
        .verify = true, .ca = "ca.pem", .cert = "client.pem", .key = "client.key"
    };
    const char *const argv[] = { "gnutls-serv",
                                 "-q",
                                 "--echo",
                                 "-p",
                                 "PORT",
                                 "--x509keyfile",
                                 "server.key",
                                 "--x509certfile",
                                 "server.pem",
                                 "--priority",
                                 "NORMAL:+RSA:%VERIFY_ALLOW_BROKEN",
                                 NULL };
    static struct client clients[SESSIONS];
    struct server_process server;
    size_t before, each;
    char echo[4];

    server_start(&server, interop->folder, argv);
    client_connect(&clients[0], interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&clients[0]), TLS_DONE);
    before = mallinfo2().uordblks;
    for (int i = 1; i < SESSIONS; i++) {
        client_connect(&clients[i], interop->tls, interop->folder, &wish, &server);
        assert_int_equal(client_shake(&clients[i]), TLS_DONE);
        client_write(&clients[i], "abc\n", 4);
        assert_int_equal(client_read(&clients[i], echo, 4), 4);
    }
    each = (mallinfo2().uordblks - before) / (SESSIONS - 1);
    print_message("    %zu bytes for a connected session\n", each);
    assert_true(each < SESSION_MAX_BYTES +
                           (gnutls_check_version("3.8.0") != NULL ? (size_t)OF_GNUTLS_3_8 : 0));
    for (int i = 0; i < SESSIONS; i++)
        client_close(&clients[i]);
    server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_suite_in_each_version),
        cmocka_unit_test(offers_what_was_asked_for),
        cmocka_unit_test(names_the_host_as_told),
        cmocka_unit_test(refuses_a_suite_that_came_along),
        cmocka_unit_test(reports_what_bad_peers_say),
        cmocka_unit_test(refuses_what_it_does_not_have),
        cmocka_unit_test(shakes_hands_in_single_bytes),
        cmocka_unit_test(speaks_every_suite_with_gnutls),
        cmocka_unit_test(speaks_every_suite_with_openssl),
        cmocka_unit_test(offers_closed_lists_as_they_are),
        cmocka_unit_test(bears_small_dh_groups),
        cmocka_unit_test(checks_the_server),
        cmocka_unit_test(overlooks_what_it_is_told_to),
        cmocka_unit_test(refuses_a_large_certificate),
        cmocka_unit_test(sends_its_certificate),
        cmocka_unit_test(says_when_its_certificate_is_wanted),
        cmocka_unit_test(refuses_bad_security_data),
        cmocka_unit_test(moves_a_megabyte_both_ways),
        cmocka_unit_test(tells_what_is_pending),
        cmocka_unit_test(finishes_a_record_put_off),
        cmocka_unit_test(refuses_to_renegotiate),
        cmocka_unit_test(sends_stray_alerts),
        cmocka_unit_test(takes_stray_alerts),
        cmocka_unit_test(renegotiates_for_a_laboratory),
        cmocka_unit_test(ends_with_or_without_close_notify),
        cmocka_unit_test(reports_a_corrupt_record),
        cmocka_unit_test(reports_an_alert_after_the_handshake),
        cmocka_unit_test(keeps_records_short),
        cmocka_unit_test(resumes_a_session),
        cmocka_unit_test(resumes_again_and_again),
        cmocka_unit_test(shakes_hands_when_the_server_forgot),
        cmocka_unit_test(has_no_ticket_before_its_time),
        cmocka_unit_test(wipes_a_ticket),
        cmocka_unit_test(has_each_suite_of_the_table),
        cmocka_unit_test(writes_a_key_log),
        cmocka_unit_test(keeps_ca_certificates_while_they_are_used),
        cmocka_unit_test(stays_small_when_connected),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
