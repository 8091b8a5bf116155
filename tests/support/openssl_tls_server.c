/* openssl_tls_server.c: daemon/check/tls_server.h by OpenSSL, so that modules whose TLS is GnuTLS's
 * meet another library when transcripts play on real ports.
 *
 * $TLSMODEM_PEER_IS makes every peer another server than its header has: words apart by blanks,
 * `1.3` for that version alone, `ecdhe` for TLS 1.2 with these suites alone, `name` for one that
 * refuses who says no name.  $TLSMODEM_PEER_KEY and $TLSMODEM_PEER_CHAIN are files in PEM for it.
 */
#include "check/tls_server.h"

#include "base/text.h"
#include "check/hello.h"
#include "check/wire.h"

#include <errno.h>
#define ERR_STATE OPENSSL_ERR_STATE /* is another thing here */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#undef ERR_STATE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFFER_CAP = 700, NAME_CAP = 80, CIPHERS_CAP = 200, HELLO = 1, HELLO_HEADER = 4 };

struct tls_site {
    SSL_CTX *context;
    char offer[OFFER_CAP];
};

struct tls_server {
    SSL *ssl;
};

/* ---- what a header asks for ---- */

/* Version by its four hexadecimal digits; 0: there are none. */
static int version_at(struct span text)
{
    char digits[5] = "";
    unsigned version;

    if (text.len < 4)
        return 0;
    memcpy(digits, text.data, 4);
    return sscanf(digits, "%4x", &version) == 1 ? (int)version : 0;
}

static bool set_versions(SSL_CTX *context, struct span versions)
{
    int oldest = TLS1_VERSION, newest = TLS1_2_VERSION;

    if (versions.len > 0) {
        oldest = newest = version_at(versions);
        if (versions.len > 5)
            newest = version_at(span_skip(versions, 5));
    }
    return oldest > 0 && SSL_CTX_set_min_proto_version(context, oldest) == 1 &&
           SSL_CTX_set_max_proto_version(context, newest) == 1;
}

/* OpenSSL's own limits refuse TLS 1.0 already. */
static bool set_ciphers(SSL_CTX *context, struct span ciphers)
{
    char list[CIPHERS_CAP] = "ALL:eNULL:@SECLEVEL=0";

    if (ciphers.len > 0)
        snprintf(list, sizeof(list), "%.*s", (int)ciphers.len, (const char *)ciphers.data);
    return SSL_CTX_set_cipher_list(context, list) == 1;
}

/* A variable of certificate `name`, such as its "pem", to be read; NULL: there is none. */
static BIO *open_form(struct test_authority *authority, struct span name, const char *form)
{
    char variable[NAME_CAP];
    struct span value;

    snprintf(variable, sizeof(variable), "%.*s_%s", (int)name.len, (const char *)name.data, form);
    return test_authority_find(authority, span_of(variable), &value)
               ? BIO_new_mem_buf(value.data, (int)value.len)
               : NULL;
}

static X509 *certificate_of(struct test_authority *authority, struct span name)
{
    BIO *pem = open_form(authority, name, "pem");
    X509 *certificate = pem != NULL ? PEM_read_bio_X509(pem, NULL, NULL, NULL) : NULL;

    BIO_free(pem);
    return certificate;
}

static bool add_key(SSL_CTX *context, struct test_authority *authority, struct span name)
{
    BIO *pem = open_form(authority, name, "key_pem");
    EVP_PKEY *key = pem != NULL ? PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL) : NULL;
    bool added = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1;

    EVP_PKEY_free(key);
    BIO_free(pem);
    return added;
}

/* With the one that has issued it where the module's host has only the root. */
static bool add_certificate(SSL_CTX *context, struct test_authority *authority, struct span name)
{
    X509 *certificate = certificate_of(authority, name), *issuer = NULL;
    bool added = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1 &&
                 add_key(context, authority, name);

    if (added && span_equal(name, span_of("server_intermediate"))) {
        issuer = certificate_of(authority, span_of("intermediate"));
        added = issuer != NULL && SSL_CTX_add1_chain_cert(context, issuer) == 1;
    }
    X509_free(issuer);
    X509_free(certificate);
    return added;
}

static bool ask_client(SSL_CTX *context, struct test_authority *authority, struct span name)
{
    X509 *trusted;
    bool added;

    if (name.len == 0)
        return true;
    trusted = certificate_of(authority, name);
    added = trusted != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted) == 1;
    X509_free(trusted);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return added;
}

static void look_at_hello(int is_sent, int version, int type, const void *bytes, size_t len,
                          SSL *ssl, void *ctx)
{
    struct tls_site *site = ctx;
    struct text words;

    (void)version;
    (void)ssl;
    if (is_sent || type != SSL3_RT_HANDSHAKE || len < HELLO_HEADER ||
        ((const uint8_t *)bytes)[0] != HELLO)
        return;
    text_init(&words, site->offer, OFFER_CAP);
    hello_describe(span_skip(span_at(bytes, len), HELLO_HEADER), &words);
}

/* ---- another server than the header's ---- */

static int refuse_without_name(SSL *ssl, int *alert, void *ctx)
{
    (void)ctx;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL ? SSL_TLSEXT_ERR_OK
                                                                      : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool use_files(SSL_CTX *context, const char *key, const char *chain)
{
    return SSL_CTX_use_certificate_chain_file(context, chain) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1;
}

static bool be_another(SSL_CTX *context)
{
    const char *is = getenv("TLSMODEM_PEER_IS");
    const char *key = getenv("TLSMODEM_PEER_KEY"), *chain = getenv("TLSMODEM_PEER_CHAIN");
    bool good = true;

    if (is == NULL)
        return true;
    if (strstr(is, "1.3") != NULL)
        good = SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
               SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1;
    if (strstr(is, "ecdhe") != NULL)
        good = SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1 &&
               SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
               SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
    if (strstr(is, "name") != NULL)
        SSL_CTX_set_tlsext_servername_callback(context, refuse_without_name);
    return good && (key == NULL || chain == NULL || use_files(context, key, chain));
}

struct tls_site *tls_site_open(const struct script_peer *peer, struct test_authority *authority,
                               struct report *why)
{
    static const unsigned char id[] = "tlsmodem";
    struct tls_site *site = calloc(1, sizeof(*site));

    if (site == NULL || (site->context = SSL_CTX_new(TLS_server_method())) == NULL) {
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
        free(site);
        return NULL;
    }
    SSL_CTX_set_msg_callback(site->context, look_at_hello);
    SSL_CTX_set_msg_callback_arg(site->context, site);
    SSL_CTX_set_mode(site->context, SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_id_context(site->context, id, sizeof(id) - 1);
    if (set_versions(site->context, peer->versions) && set_ciphers(site->context, peer->ciphers) &&
        add_certificate(site->context, authority, peer->argument) &&
        ask_client(site->context, authority, peer->client) && be_another(site->context))
        return site;
    report_add(why, "peer: OpenSSL takes no such certificate, versions or ciphers\n");
    tls_site_close(site);
    return NULL;
}

void tls_site_close(struct tls_site *site)
{
    if (site != NULL)
        SSL_CTX_free(site->context);
    free(site);
}

const char *tls_site_offer(const struct tls_site *site)
{
    return site->offer;
}

/* ---- the handshake ---- */

/* True when the session can go on; else it has failed, or the time is over: ETIMEDOUT. */
static bool wait_for(struct tls_server *server, int result, int64_t deadline_ms)
{
    int error = SSL_get_error(server->ssl, result);

    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    if (wire_wait(SSL_get_fd(server->ssl), error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT,
                  deadline_ms))
        return true;
    errno = ETIMEDOUT;
    return false;
}

static void say_reason(struct report *why, const char *what)
{
    unsigned long error = ERR_peek_last_error();
    const char *reason = error != 0 ? ERR_reason_error_string(error) : NULL;

    report_add(why, "  %s: %s\n", what, reason != NULL ? reason : "the connection has ended");
}

struct tls_server *tls_server_open(struct tls_site *site, int fd, int64_t deadline_ms,
                                   struct report *why)
{
    struct tls_server *server = calloc(1, sizeof(*server));
    int result;

    site->offer[0] = '\0';
    if (server == NULL || (server->ssl = SSL_new(site->context)) == NULL ||
        SSL_set_fd(server->ssl, fd) != 1) {
        report_add(why, "  %s\n", err_text(ERR_NO_MEMORY));
        tls_server_close(server);
        return NULL;
    }
    do {
        ERR_clear_error();
        errno = 0;
        result = SSL_accept(server->ssl);
    } while (result != 1 && wait_for(server, result, deadline_ms));
    if (result == 1)
        return server;
    if (errno == ETIMEDOUT)
        report_add(why, "  the handshake failed: nothing came in time\n");
    else
        say_reason(why, "the handshake failed");
    tls_server_close(server);
    return NULL;
}

void tls_server_close(struct tls_server *server)
{
    if (server != NULL)
        SSL_free(server->ssl);
    free(server);
}

/* ---- data ---- */

ssize_t tls_server_read(struct tls_server *server, void *buf, size_t cap, int64_t deadline_ms,
                        struct report *why)
{
    int got;

    do {
        ERR_clear_error();
        errno = 0;
        got = SSL_read(server->ssl, buf, (int)cap);
        if (got > 0)
            return got;
        if (SSL_get_error(server->ssl, got) == SSL_ERROR_ZERO_RETURN) {
            tls_server_say_close(server); /* else OpenSSL forgets the session */
            return 0;
        }
    } while (wait_for(server, got, deadline_ms));
    if (errno != ETIMEDOUT) {
        say_reason(why, "TLS");
        errno = errno == ECONNRESET ? ECONNRESET : EPROTO;
    }
    return -1;
}

bool tls_server_write(struct tls_server *server, struct span bytes, int64_t deadline_ms)
{
    while (bytes.len > 0) {
        int done;

        ERR_clear_error();
        errno = 0;
        done = SSL_write(server->ssl, bytes.data, (int)bytes.len);
        if (done > 0) {
            bytes = span_skip(bytes, (size_t)done);
        } else if (!wait_for(server, done, deadline_ms)) {
            errno = errno == ETIMEDOUT ? ETIMEDOUT : EPIPE;
            return false;
        }
    }
    return true;
}

void tls_server_say_close(struct tls_server *server)
{
    ERR_clear_error();
    (void)SSL_shutdown(server->ssl);
}

/* ---- what was agreed on ---- */

void tls_server_agreed(const struct tls_server *server, int *ret_version, int *ret_suite,
                       bool *ret_resumed)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(server->ssl);

    *ret_version = SSL_version(server->ssl);
    *ret_suite = cipher != NULL ? SSL_CIPHER_get_protocol_id(cipher) : -1;
    *ret_resumed = SSL_session_reused(server->ssl) == 1;
}

void tls_server_client(const struct tls_server *server, char *ret_name, size_t cap)
{
    X509 *shown = SSL_get0_peer_certificate(server->ssl);

    ret_name[0] = '\0';
    if (shown != NULL)
        (void)X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, ret_name,
                                        (int)cap);
}
