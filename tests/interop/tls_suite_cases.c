/* tls_suite_cases.c: every suite that the makers' manuals name, with servers of two makes, which
 * say themselves what was agreed. */
#include "base/tls_suites.h"
#include "client.h"
#include "server_process.h"
#include "tls_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVERYTHING                                                                                 \
    "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+NULL:"     \
    "+ARCFOUR-128:+3DES-CBC:+AES-128-CBC:+AES-256-CBC:+AES-128-GCM:+AES-256-GCM:+AES-128-CCM:"     \
    "+AES-256-CCM:+AES-256-CCM-8:+CAMELLIA-256-CBC:+CAMELLIA-256-GCM:+CHACHA20-POLY1305:+MD5:"     \
    "+SHA1:+SHA256:+SHA384:+AEAD:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-X509"

static const enum tls_version versions[] = { TLS_1_0, TLS_1_1, TLS_1_2 };

static void start_gnutls(struct server_process *server, const struct interop *interop,
                         const char *priority)
{
    const char *const argv[] = { "gnutls-serv",    "--echo",         "-p",
                                 "PORT",           "--x509keyfile",  "server.key",
                                 "--x509certfile", "server.pem",     "--x509keyfile",
                                 "server-ec.key",  "--x509certfile", "server-ec.pem",
                                 "--priority",     priority,         NULL };

    server_start(server, interop->folder, argv);
}

static void start_openssl(struct server_process *server, const struct interop *interop)
{
    const char *const argv[] = { "openssl", "s_server",
                                 "-accept", "127.0.0.1:PORT",
                                 "-cert",   "server.pem",
                                 "-key",    "server.key",
                                 "-dcert",  "server-ec.pem",
                                 "-dkey",   "server-ec.key",
                                 "-cipher", "ALL:eNULL:@SECLEVEL=0",
                                 NULL };

    server_start(server, interop->folder, argv);
}

/* Agrees on the suite, verifying the server, and moves a line. */
static void agree(const struct interop *interop, const struct server_process *server,
                  const struct tls_suite_info *suite, enum tls_version version)
{
    const struct client_wish wish = { .min_version = version,
                                      .max_version = version,
                                      .suites = &suite->code,
                                      .suite_count = 1,
                                      .verify = true,
                                      .ca = "ca.pem" };
    struct client client = { 0 };
    struct tls_info info;

    client_connect(&client, interop->tls, interop->folder, &wish, server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    info = tls_session_info(client.session);
    assert_int_equal(info.version, version);
    assert_int_equal(info.suite, suite->code);
    client_write(&client, "hello\n", 6);
    tls_session_shutdown(client.session);
    client_close(&client);
}

/* The key exchange of an IANA name, as GnuTLS writes it. */
static void key_exchange_line(const struct tls_suite_info *suite, char *line, size_t cap)
{
    const char *kx = suite->name + strlen("TLS_");
    size_t used = (size_t)snprintf(line, cap, "- Key Exchange: ");

    for (; strncmp(kx, "_WITH_", 6) != 0; kx++)
        line[used++] = (char)(*kx == '_' ? '-' : *kx);
    line[used++] = '\n';
    line[used] = '\0';
}

/* The cipher of an IANA name, likewise: the hash at its end is told apart. */
static void cipher_line(const struct tls_suite_info *suite, char *line, size_t cap)
{
    static const char *const hashes[] = { "_MD5", "_SHA", "_SHA256", "_SHA384" };
    char cipher[60];
    size_t len;

    snprintf(cipher, sizeof(cipher), "%s", strstr(suite->name, "_WITH_") + 6);
    for (size_t i = 0; i < ROWS(hashes); i++) {
        len = strlen(cipher);
        if (len > strlen(hashes[i]) && strcmp(cipher + len - strlen(hashes[i]), hashes[i]) == 0)
            cipher[len - strlen(hashes[i])] = '\0';
    }
    for (char *at = cipher; *at != '\0'; at++)
        *at = (char)(*at == '_' ? '-' : *at);
    if (strcmp(cipher, "RC4-128") == 0)
        strcpy(cipher, "ARCFOUR-128");
    if (strcmp(cipher, "3DES-EDE-CBC") == 0)
        strcpy(cipher, "3DES-CBC");
    snprintf(line, cap, "- Cipher: %s\n", cipher);
}

static const char *mac_line(const struct tls_suite_info *suite)
{
    static const struct {
        const char *end, *line;
    } rows[] = {
        { "_CBC_SHA", "- MAC: SHA1\n" },      { "RC4_128_SHA", "- MAC: SHA1\n" },
        { "NULL_SHA", "- MAC: SHA1\n" },      { "_MD5", "- MAC: MD5\n" },
        { "_CBC_SHA256", "- MAC: SHA256\n" }, { "_CBC_SHA384", "- MAC: SHA384\n" },
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(suite->name), end = strlen(rows[i].end);

        if (len > end && strcmp(suite->name + len - end, rows[i].end) == 0)
            return rows[i].line;
    }
    return "- MAC: AEAD\n";
}

void speaks_every_suite_with_gnutls(void **state)
{
    const struct interop *interop = *state;
    const struct tls_suite_info *suite;
    struct server_process server;
    char line[80];

    start_gnutls(&server, interop, EVERYTHING);
    for (size_t i = 0; (suite = tls_suite_at(i)) != NULL; i++) {
        for (size_t v = 0; v < ROWS(versions); v++) {
            if (!tls_suite_fits(suite, (uint16_t)versions[v]))
                continue;
            agree(interop, &server, suite, versions[v]);
            snprintf(line, sizeof(line), "- Version: TLS1.%d\n", (int)versions[v] - TLS_1_0);
            assert_true(server_said(&server, line));
            key_exchange_line(suite, line, sizeof(line));
            assert_true(server_said(&server, line));
            cipher_line(suite, line, sizeof(line));
            assert_true(server_said(&server, line));
            assert_true(server_said(&server, mac_line(suite)));
            assert_true(server_said(&server, "hello"));
        }
    }
    server_stop(&server);
}

/* What OpenSSL calls them; RC4, 3DES and Camellia-GCM its distribution leaves out. */
static const struct {
    tls_suite suite;
    const char *name;
} openssl_rows[] = {
    { TLS_RSA_WITH_NULL_SHA, "NULL-SHA" },
    { TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA" },
    { TLS_DHE_RSA_WITH_AES_128_CBC_SHA, "DHE-RSA-AES128-SHA" },
    { TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA" },
    { TLS_DHE_RSA_WITH_AES_256_CBC_SHA, "DHE-RSA-AES256-SHA" },
    { TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256" },
    { TLS_RSA_WITH_AES_256_CBC_SHA256, "AES256-SHA256" },
    { TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, "DHE-RSA-AES128-SHA256" },
    { TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, "DHE-RSA-AES256-SHA256" },
    { TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA, "DHE-RSA-CAMELLIA256-SHA" },
    { TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, "DHE-RSA-AES128-GCM-SHA256" },
    { TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, "DHE-RSA-AES256-GCM-SHA384" },
    { TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256, "DHE-RSA-CAMELLIA256-SHA256" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA" },
    { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, "ECDHE-ECDSA-AES256-SHA384" },
    { TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256" },
    { TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, "ECDHE-RSA-AES256-SHA384" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384" },
    { TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256" },
    { TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384" },
    { TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384, "ECDHE-ECDSA-CAMELLIA256-SHA384" },
    { TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384, "ECDHE-RSA-CAMELLIA256-SHA384" },
    { TLS_DHE_RSA_WITH_AES_128_CCM, "DHE-RSA-AES128-CCM" },
    { TLS_DHE_RSA_WITH_AES_256_CCM, "DHE-RSA-AES256-CCM" },
    { TLS_DHE_RSA_WITH_AES_256_CCM_8, "DHE-RSA-AES256-CCM8" },
    { TLS_ECDHE_ECDSA_WITH_AES_128_CCM, "ECDHE-ECDSA-AES128-CCM" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CCM, "ECDHE-ECDSA-AES256-CCM" },
    { TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, "ECDHE-ECDSA-AES256-CCM8" },
    { TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305" },
    { TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305" },
    { TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "DHE-RSA-CHACHA20-POLY1305" },
};

void speaks_every_suite_with_openssl(void **state)
{
    const struct interop *interop = *state;
    struct server_process server;
    char line[80];

    start_openssl(&server, interop);
    for (size_t i = 0; i < ROWS(openssl_rows); i++) {
        const struct tls_suite_info *suite = tls_suite_by_code(openssl_rows[i].suite);

        assert_non_null(suite);
        for (size_t v = 0; v < ROWS(versions); v++) {
            if (!tls_suite_fits(suite, (uint16_t)versions[v]))
                continue;
            agree(interop, &server, suite, versions[v]);
            snprintf(line, sizeof(line), "CIPHER is %s\n", openssl_rows[i].name);
            assert_true(server_said(&server, line));
            assert_true(server_said(&server, "hello"));
        }
    }
    server_stop(&server);
}

/* The makers' default lists whose combinations are all asked for, as they are offered. */
void offers_closed_lists_as_they_are(void **state)
{
    static const struct {
        tls_suite suites[6];
        size_t count;
    } rows[] = {
        { { TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_RC4_128_SHA,
            TLS_RSA_WITH_RC4_128_MD5 },
          4 },
        { { TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 },
          6 },
        { { TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA, TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
            TLS_RSA_WITH_AES_128_CBC_SHA, TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
            TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA },
          6 },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        const struct client_wish wish = { .suites = rows[row].suites,
                                          .suite_count = rows[row].count };
        struct client client = { .wire = { .fd = -1, .end = WIRE_CLOSES } };
        tls_suite offered[20] = { 0 };

        client_open(&client, interop->tls, interop->folder, &wish);
        assert_int_equal(client_shake(&client), TLS_FAILED);
        assert_int_equal(wire_offered(&client.wire, offered, ROWS(offered)), rows[row].count);
        for (size_t i = 0; i < rows[row].count; i++) {
            size_t at = 0;

            while (at < rows[row].count && offered[at] != rows[row].suites[i])
                at++;
            assert_true(at < rows[row].count);
        }
        client_close(&client);
    }
}

/* Servers of the modules' time have them. */
void bears_small_dh_groups(void **state)
{
    static const tls_suite suite = TLS_DHE_RSA_WITH_AES_128_CBC_SHA;
    const struct client_wish wish = { .min_version = TLS_1_0, .suites = &suite, .suite_count = 1 };
    const struct interop *interop = *state;
    const char *const argv[] = { "openssl", "s_server",        "-accept",  "127.0.0.1:PORT",
                                 "-cert",   "server.pem",      "-key",     "server.key",
                                 "-cipher", "ALL:@SECLEVEL=0", "-dhparam", "small.dh",
                                 NULL };
    struct server_process server;
    struct client client = { 0 };

    server_start(&server, interop->folder, argv);
    client_connect(&client, interop->tls, interop->folder, &wish, &server);
    assert_int_equal(client_shake(&client), TLS_DONE);
    assert_true(server_said(&server, "CIPHER is DHE-RSA-AES128-SHA\n"));
    client_close(&client);
    server_stop(&server);
}
