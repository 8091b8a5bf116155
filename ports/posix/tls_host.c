/* tls_host.c: see tls_host.h. */
#include "posix/tls_host.h"

#include <assert.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who fills more than that with a handshake is no host. */
enum { OUT_MAX = 262144, WORDS_CAP = 400, NAME_CAP = 200, RECORD = 4096 };

static const char priority[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct tls_host {
    gnutls_session_t session;
    struct tls_keys *keys;
    enum tls_host_state state;
    struct span in; /* of the call under way */
    struct bytes out;
    char words[WORDS_CAP];
};

static ssize_t pull(gnutls_transport_ptr_t ptr, void *to, size_t len)
{
    struct tls_host *host = ptr;

    if (host->in.len == 0) {
        gnutls_transport_set_errno(host->session, EAGAIN);
        return -1;
    }
    if (len > host->in.len)
        len = host->in.len;
    memcpy(to, host->in.data, len);
    host->in = span_skip(host->in, len);
    return (ssize_t)len;
}

static ssize_t push(gnutls_transport_ptr_t ptr, const void *from, size_t len)
{
    struct tls_host *host = ptr;

    if (bytes_add(&host->out, span_at(from, len), OUT_MAX) != ERR_OK) {
        gnutls_transport_set_errno(host->session, ENOMEM);
        return -1;
    }
    return (ssize_t)len;
}

static void demand_certificate(struct tls_host *host)
{
    static gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                             .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT };

    gnutls_certificate_server_set_request(host->session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_cert2(host->session, &purpose, 1, 0);
}

static bool set_up(struct tls_host *host, const struct tls_door *door)
{
    if (gnutls_init(&host->session,
                    GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) < 0)
        return false;
    gnutls_transport_set_ptr(host->session, host);
    gnutls_transport_set_pull_function(host->session, pull);
    gnutls_transport_set_push_function(host->session, push);
    if (tls_door_asks(door))
        demand_certificate(host);
    host->keys = tls_door_hold(door);
    return gnutls_priority_set_direct(host->session, priority, NULL) >= 0 &&
           gnutls_credentials_set(host->session, GNUTLS_CRD_CERTIFICATE, host->keys->credentials) >=
               0;
}

enum err tls_host_new(const struct tls_door *door, struct tls_host **ret_host)
{
    struct tls_host *host = calloc(1, sizeof(*host));

    if (host == NULL || !set_up(host, door)) {
        tls_host_free(host);
        return ERR_NO_MEMORY;
    }
    *ret_host = host;
    return ERR_OK;
}

void tls_host_free(struct tls_host *host)
{
    if (host == NULL)
        return;
    if (host->session != NULL)
        gnutls_deinit(host->session);
    tls_keys_release(host->keys);
    bytes_free(&host->out);
    free(host);
}

static void note_failure(struct tls_host *host, int status)
{
    gnutls_datum_t verdict = { NULL, 0 };
    unsigned bad = gnutls_session_get_verify_cert_status(host->session);

    snprintf(host->words, sizeof(host->words), "%s", gnutls_strerror(status));
    if (status == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
        gnutls_certificate_verification_status_print(bad, GNUTLS_CRT_X509, &verdict, 0) >= 0)
        snprintf(host->words, sizeof(host->words), "%s", (const char *)verdict.data);
    else if (status == GNUTLS_E_FATAL_ALERT_RECEIVED)
        snprintf(host->words, sizeof(host->words), "the host says: %s",
                 gnutls_alert_get_name(gnutls_alert_get(host->session)));
    gnutls_free(verdict.data);
    if (host->state == TLS_HOST_SHAKING)
        gnutls_alert_send_appropriate(host->session, status);
    host->state = TLS_HOST_FAILED;
}

/* The subject of the host's certificate, or "". */
static void name_of_host(struct tls_host *host, char ret_name[NAME_CAP])
{
    unsigned count;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(host->session, &count);
    gnutls_x509_crt_t crt;
    size_t len = NAME_CAP;

    ret_name[0] = '\0';
    if (chain == NULL || count == 0 || gnutls_x509_crt_init(&crt) < 0)
        return;
    if (gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER) < 0 ||
        gnutls_x509_crt_get_dn(crt, ret_name, &len) < 0)
        ret_name[0] = '\0';
    gnutls_x509_crt_deinit(crt);
}

static void note_success(struct tls_host *host)
{
    char name[NAME_CAP];
    gnutls_session_t session = host->session;

    name_of_host(host, name);
    snprintf(host->words, sizeof(host->words), "%s, %s%s%s",
             gnutls_protocol_get_name(gnutls_protocol_get_version(session)),
             gnutls_cipher_get_name(gnutls_cipher_get(session)), name[0] != '\0' ? ", " : "", name);
    host->state = TLS_HOST_IN;
}

void tls_host_shake(struct tls_host *host, struct span *bytes)
{
    int status;

    assert(host->state == TLS_HOST_SHAKING);
    host->in = *bytes;
    do {
        status = gnutls_handshake(host->session);
    } while (status == GNUTLS_E_INTERRUPTED ||
             (status < 0 && status != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(status)));
    if (status >= 0)
        note_success(host);
    else if (status != GNUTLS_E_AGAIN)
        note_failure(host, status);
    *bytes = host->in;
    host->in = (struct span){ NULL, 0 };
}

/* A host that wants the handshake of TLS 1.2 again is over: nothing of it is needed here. */
static size_t receive(struct tls_host *host, void *ret_clear, size_t cap)
{
    ssize_t got;

    do {
        got = gnutls_record_recv(host->session, ret_clear, cap);
    } while (got == GNUTLS_E_INTERRUPTED ||
             (got < 0 && got != GNUTLS_E_AGAIN && got != GNUTLS_E_REHANDSHAKE &&
              !gnutls_error_is_fatal((int)got)));
    if (got > 0)
        return (size_t)got;
    if (got == 0)
        host->state = TLS_HOST_LEFT;
    else if (got != GNUTLS_E_AGAIN)
        note_failure(host, (int)got);
    return 0;
}

size_t tls_host_hear(struct tls_host *host, struct span *bytes, void *ret_clear, size_t cap)
{
    size_t got = 0;

    assert(host->state != TLS_HOST_SHAKING);
    host->in = *bytes;
    if (host->state == TLS_HOST_IN)
        got = receive(host, ret_clear, cap);
    if (host->state == TLS_HOST_LEFT || host->state == TLS_HOST_FAILED)
        host->in.len = 0; /* nobody hears it any more */
    *bytes = host->in;
    host->in = (struct span){ NULL, 0 };
    return got;
}

size_t tls_host_say(struct tls_host *host, struct span data)
{
    ssize_t sent;

    assert(host->state == TLS_HOST_IN);
    if (data.len == 0)
        return 0;
    sent = gnutls_record_send(host->session, data.data, data.len < RECORD ? data.len : RECORD);
    if (sent >= 0)
        return (size_t)sent;
    note_failure(host, (int)sent);
    return 0;
}

struct bytes *tls_host_out(struct tls_host *host)
{
    return &host->out;
}

enum tls_host_state tls_host_state(const struct tls_host *host)
{
    return host->state;
}

const char *tls_host_words(struct tls_host *host)
{
    return host->words;
}

void tls_host_bye(struct tls_host *host)
{
    if (host->state == TLS_HOST_IN || host->state == TLS_HOST_LEFT)
        gnutls_bye(host->session, GNUTLS_SHUT_WR);
}
