/* tls_server.c: one TLS connection from the server's side, by GnuTLS. */
#include "check/tls_server.h"

#include "base/text.h"
#include "check/hello.h"
#include "check/wire.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRIORITY_CAP = 700, OFFER_CAP = 700, NAME_CAP = 80, CHAIN_CAP = 16000 };

struct tls_site {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    bool wants_client;
    struct values sessions; /* that may be resumed, by their identifiers */
    char offer[OFFER_CAP];
};

struct tls_server {
    struct tls_site *site;
    gnutls_session_t session;
};

/* ---- what a header asks for ---- */

/* Suites by the words of OpenSSL, which transcripts use. */
static const struct {
    const char *name, *priority;
} ciphers[] = {
    { "AES128-SHA", "+RSA:+AES-128-CBC:+SHA1" },
    { "AES256-SHA", "+RSA:+AES-256-CBC:+SHA1" },
    { "AES128-SHA256", "+RSA:+AES-128-CBC:+SHA256" },
    { "AES256-SHA256", "+RSA:+AES-256-CBC:+SHA256" },
    { "AES128-GCM-SHA256", "+RSA:+AES-128-GCM:+AEAD" },
    { "DES-CBC3-SHA", "+RSA:+3DES-CBC:+SHA1" },
    { "RC4-SHA", "+RSA:+ARCFOUR-128:+SHA1" },
    { "RC4-MD5", "+RSA:+ARCFOUR-128:+MD5" },
    { "ECDHE-RSA-AES128-GCM-SHA256", "+ECDHE-RSA:+AES-128-GCM:+AEAD" },
    { "ECDHE-RSA-AES128-SHA", "+ECDHE-RSA:+AES-128-CBC:+SHA1" },
};

static bool add_ciphers(struct span list, struct text *priority, struct report *why)
{
    static const char level[] = ":@SECLEVEL=0";

    if (list.len == 0) {
        text_add(priority,
                 ":+RSA:+DHE-RSA:+ECDHE-RSA:+CIPHER-ALL:-ARCFOUR-128:-3DES-CBC:+MAC-ALL:+SHA1:"
                 "+SHA256:+SIGN-ALL:+SIGN-RSA-SHA1");
        return true;
    }
    if (list.len > sizeof(level) - 1 &&
        memcmp(list.data + list.len - (sizeof(level) - 1), level, sizeof(level) - 1) == 0)
        list.len -= sizeof(level) - 1;
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
        if (span_equal(list, span_of(ciphers[i].name))) {
            text_add(priority, ":-KX-ALL:-CIPHER-ALL:-MAC-ALL:%s", ciphers[i].priority);
            return true;
        }
    }
    report_add(why, "ciphers=");
    report_add_text(why, list);
    report_add(why, ": not known here; allowed:");
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
        report_add(why, "%s %s", i > 0 ? "," : "", ciphers[i].name);
    report_add(why, "\n");
    return false;
}

/* A version of TLS at the front of `text`, four hexadecimal digits; 0: there is none. */
static unsigned version_at(struct span text)
{
    unsigned version;
    char digits[5] = "";

    if (text.len < 4)
        return 0;
    memcpy(digits, text.data, 4);
    return sscanf(digits, "%4x", &version) == 1 && version >= TLS_1_0 && version <= TLS_1_3
               ? version
               : 0;
}

/* `0301-0303`, `0302`; nothing: TLS 1.0 to 1.2. */
static bool add_versions(struct span versions, struct text *priority, struct report *why)
{
    unsigned oldest = TLS_1_0, newest = TLS_1_2;

    if (versions.len > 0) {
        oldest = newest = version_at(versions);
        if (versions.len == 9 && versions.data[4] == '-')
            newest = version_at(span_skip(versions, 5));
        else if (versions.len != 4)
            newest = 0;
    }
    if (oldest == 0 || newest < oldest) {
        report_add(why, "versions=");
        report_add_text(why, versions);
        report_add(why,
                   ": not known here; allowed: 0301 to 0304, and two of them with - between\n");
        return false;
    }
    text_add(priority, "NORMAL:-VERS-ALL");
    for (unsigned version = oldest; version <= newest; version++)
        text_add(priority, ":+VERS-TLS1.%u", version - TLS_1_0);
    return true;
}

/* The certificate, and the one that has issued it where the module's host has only the root. */
static bool add_certificate(struct tls_site *site, const struct script_peer *peer,
                            struct test_authority *authority)
{
    char name[NAME_CAP], *chain;
    struct span certificate, key, issuer = span_at(NULL, 0);
    gnutls_datum_t certificates, secret;
    int result = -1;

    snprintf(name, sizeof(name), "%.*s_pem", (int)peer->argument.len,
             (const char *)peer->argument.data);
    if (!test_authority_find(authority, span_of(name), &certificate))
        return false;
    snprintf(name, sizeof(name), "%.*s_key_pem", (int)peer->argument.len,
             (const char *)peer->argument.data);
    if (!test_authority_find(authority, span_of(name), &key) ||
        (span_equal(peer->argument, span_of("server_intermediate")) &&
         !test_authority_find(authority, span_of("intermediate_pem"), &issuer)))
        return false;
    chain = malloc(CHAIN_CAP);
    if (chain == NULL)
        return false;
    snprintf(chain, CHAIN_CAP, "%.*s%.*s", (int)certificate.len, (const char *)certificate.data,
             (int)issuer.len, (const char *)(issuer.len > 0 ? issuer.data : (const uint8_t *)""));
    certificates = (gnutls_datum_t){ (unsigned char *)chain, (unsigned)strlen(chain) };
    secret = (gnutls_datum_t){ (unsigned char *)(uintptr_t)key.data, (unsigned)key.len };
    result = gnutls_certificate_set_x509_key_mem(site->credentials, &certificates, &secret,
                                                 GNUTLS_X509_FMT_PEM);
    free(chain);
    return result >= 0;
}

static bool add_client_authority(struct tls_site *site, const struct script_peer *peer,
                                 struct test_authority *authority)
{
    char name[NAME_CAP];
    struct span pem;
    gnutls_datum_t trusted;

    site->wants_client = peer->client.len > 0;
    if (!site->wants_client)
        return true;
    snprintf(name, sizeof(name), "%.*s_pem", (int)peer->client.len,
             (const char *)peer->client.data);
    if (!test_authority_find(authority, span_of(name), &pem))
        return false;
    trusted = (gnutls_datum_t){ (unsigned char *)(uintptr_t)pem.data, (unsigned)pem.len };
    return gnutls_certificate_set_x509_trust_mem(site->credentials, &trusted, GNUTLS_X509_FMT_PEM) >
           0;
}

static bool set_up(struct tls_site *site, const struct script_peer *peer,
                   struct test_authority *authority, struct report *why)
{
    char memory[PRIORITY_CAP];
    struct text priority;
    const char *at;

    text_init(&priority, memory, sizeof(memory));
    if (!add_versions(peer->versions, &priority, why) ||
        !add_ciphers(peer->ciphers, &priority, why))
        return false;
    if (gnutls_priority_init(&site->priority, memory, &at) < 0 ||
        gnutls_certificate_allocate_credentials(&site->credentials) < 0) {
        report_add(why, "GnuTLS takes no \"%s\"\n", memory);
        return false;
    }
    if (add_certificate(site, peer, authority) && add_client_authority(site, peer, authority))
        return true;
    report_add(why, "a certificate of this name could not be made\n");
    return false;
}

struct tls_site *tls_site_open(const struct script_peer *peer, struct test_authority *authority,
                               struct report *why)
{
    struct tls_site *site = calloc(1, sizeof(*site));

    if (site == NULL) {
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
        return NULL;
    }
    if (set_up(site, peer, authority, why))
        return site;
    tls_site_close(site);
    return NULL;
}

void tls_site_close(struct tls_site *site)
{
    if (site == NULL)
        return;
    if (site->credentials != NULL)
        gnutls_certificate_free_credentials(site->credentials);
    if (site->priority != NULL)
        gnutls_priority_deinit(site->priority);
    values_free(&site->sessions);
    free(site);
}

const char *tls_site_offer(const struct tls_site *site)
{
    return site->offer;
}

/* ---- sessions that may be resumed ---- */

static int store(void *ctx, gnutls_datum_t key, gnutls_datum_t data)
{
    struct tls_site *site = ctx;

    return values_set(&site->sessions, span_at(key.data, key.size),
                      span_at(data.data, data.size)) == ERR_OK
               ? 0
               : -1;
}

static gnutls_datum_t retrieve(void *ctx, gnutls_datum_t key)
{
    struct tls_site *site = ctx;
    gnutls_datum_t found = { NULL, 0 };
    struct span value;

    if (values_find(&site->sessions, span_at(key.data, key.size), &value)) {
        found.data = gnutls_malloc(value.len);
        if (found.data != NULL)
            memcpy(found.data, value.data, found.size = (unsigned)value.len);
    }
    return found;
}

static int forget(void *ctx, gnutls_datum_t key)
{
    struct tls_site *site = ctx;

    return values_set(&site->sessions, span_at(key.data, key.size), span_at(NULL, 0)) == ERR_OK
               ? 0
               : -1;
}

/* ---- the handshake ---- */

static int on_hello(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                    const gnutls_datum_t *message)
{
    struct tls_server *server = gnutls_session_get_ptr(session);
    struct text words;

    (void)type;
    (void)when;
    if (incoming) {
        text_init(&words, server->site->offer, OFFER_CAP);
        hello_describe(span_at(message->data, message->size), &words);
    }
    return 0;
}

static bool prepare(struct tls_server *server, int fd)
{
    struct tls_site *site = server->site;
    gnutls_session_t session;

    if (gnutls_init(&server->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS) < 0)
        return false;
    session = server->session;
    gnutls_session_set_ptr(session, server);
    gnutls_transport_set_int(session, fd);
    gnutls_db_set_ptr(session, site);
    gnutls_db_set_store_function(session, store);
    gnutls_db_set_retrieve_function(session, retrieve);
    gnutls_db_set_remove_function(session, forget);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE,
                                       on_hello);
    if (site->wants_client) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert(session, NULL, 0);
    }
    return gnutls_priority_set(session, site->priority) >= 0 &&
           gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, site->credentials) >= 0;
}

/* True when the session can go on; else the time is over. */
static bool wait_for(struct tls_server *server, int64_t deadline_ms)
{
    short events = gnutls_record_get_direction(server->session) == 0 ? POLLIN : POLLOUT;

    return wire_wait(gnutls_transport_get_int(server->session), events, deadline_ms);
}

static bool shake_hands(struct tls_server *server, int64_t deadline_ms, struct report *why)
{
    int result;

    while ((result = gnutls_handshake(server->session)) < 0) {
        if (result == GNUTLS_E_AGAIN && !wait_for(server, deadline_ms)) {
            report_add(why, "  the handshake failed: nothing came in time\n");
            return false;
        }
        if (gnutls_error_is_fatal(result) == 0)
            continue;
        report_add(why, "  the handshake failed: %s", gnutls_strerror(result));
        if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
            report_add(why, " %s (%d)", gnutls_alert_get_name(gnutls_alert_get(server->session)),
                       (int)gnutls_alert_get(server->session));
        report_add(why, "\n");
        gnutls_alert_send_appropriate(server->session, result);
        return false;
    }
    return true;
}

struct tls_server *tls_server_open(struct tls_site *site, int fd, int64_t deadline_ms,
                                   struct report *why)
{
    struct tls_server *server = calloc(1, sizeof(*server));

    site->offer[0] = '\0';
    if (server != NULL) {
        server->site = site;
        if (prepare(server, fd)) {
            if (shake_hands(server, deadline_ms, why))
                return server;
        } else {
            report_add(why, "  %s\n", err_text(ERR_NO_MEMORY));
        }
    }
    tls_server_close(server);
    return NULL;
}

void tls_server_close(struct tls_server *server)
{
    if (server != NULL && server->session != NULL)
        gnutls_deinit(server->session);
    free(server);
}

/* ---- data ---- */

ssize_t tls_server_read(struct tls_server *server, void *buf, size_t cap, int64_t deadline_ms,
                        struct report *why)
{
    for (;;) {
        ssize_t got = gnutls_record_recv(server->session, buf, cap);

        if (got >= 0)
            return got;
        if (got == GNUTLS_E_AGAIN && !wait_for(server, deadline_ms)) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (gnutls_error_is_fatal((int)got) == 0)
            continue;
        errno = got == GNUTLS_E_PULL_ERROR ? ECONNRESET : EPROTO;
        report_add(why, "  %s\n", gnutls_strerror((int)got));
        return -1;
    }
}

bool tls_server_write(struct tls_server *server, struct span bytes, int64_t deadline_ms)
{
    while (bytes.len > 0) {
        ssize_t done = gnutls_record_send(server->session, bytes.data, bytes.len);

        if (done > 0) {
            bytes = span_skip(bytes, (size_t)done);
        } else if (done != GNUTLS_E_AGAIN && done != GNUTLS_E_INTERRUPTED) {
            errno = EPIPE;
            return false;
        } else if (!wait_for(server, deadline_ms)) {
            errno = ETIMEDOUT;
            return false;
        }
    }
    return true;
}

void tls_server_say_close(struct tls_server *server)
{
    (void)gnutls_bye(server->session, GNUTLS_SHUT_WR);
}

/* ---- what was agreed on ---- */

static int suite_of(gnutls_session_t session)
{
    unsigned char id[2];
    gnutls_kx_algorithm_t kx;
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;

    for (size_t i = 0; gnutls_cipher_suite_info(i, id, &kx, &cipher, &mac, NULL) != NULL; i++) {
        if (kx == gnutls_kx_get(session) && cipher == gnutls_cipher_get(session) &&
            mac == gnutls_mac_get(session))
            return id[0] << 8 | id[1];
    }
    return -1;
}

void tls_server_agreed(const struct tls_server *server, int *ret_version, int *ret_suite,
                       bool *ret_resumed)
{
    gnutls_session_t session = server->session;

    *ret_version = TLS_1_0 + (int)gnutls_protocol_get_version(session) - (int)GNUTLS_TLS1_0;
    *ret_suite = suite_of(session);
    *ret_resumed = gnutls_session_is_resumed(session) != 0;
}

void tls_server_client(const struct tls_server *server, char *ret_name, size_t cap)
{
    unsigned count = 0;
    const gnutls_datum_t *shown = gnutls_certificate_get_peers(server->session, &count);
    gnutls_x509_crt_t certificate;
    size_t size = cap;

    ret_name[0] = '\0';
    if (count == 0 || gnutls_x509_crt_init(&certificate) < 0)
        return;
    if (gnutls_x509_crt_import(certificate, shown, GNUTLS_X509_FMT_DER) < 0 ||
        gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, ret_name,
                                      &size) < 0)
        ret_name[0] = '\0';
    gnutls_x509_crt_deinit(certificate);
}
