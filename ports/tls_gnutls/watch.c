/* watch.c: looks at the server's messages before GnuTLS does (RFC 5246, 7.4). */
#include "tls_gnutls/watch.h"

#include "base/tls_suites.h"
#include "tls_common/failure.h"
#include "tls_gnutls/state.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool was_asked_for(const struct gtls_setup *setup, unsigned suite)
{
    for (size_t i = 0; i < setup->suite_count; i++) {
        if (setup->suites[i] == suite)
            return true;
    }
    return false;
}

static bool is_version_asked_for(const struct gtls_setup *setup, unsigned version)
{
    return version >= (unsigned)setup->min_version && version <= (unsigned)setup->max_version;
}

/* The suite comes behind version, random and session id (7.4.1.3).  One that only came along with
 * those that were asked for ends the handshake here; of all else GnuTLS knows the error. */
static int look_at_hello(struct gtls_session *session, const gnutls_datum_t *message)
{
    enum { VERSION_BYTES = 2, ID_AT = VERSION_BYTES + 32 };
    const unsigned char *data = message->data;
    unsigned suite;
    char name[16];

    if (message->size <= ID_AT || message->size < ID_AT + 1U + data[ID_AT] + 2U ||
        !is_version_asked_for(session->setup, (unsigned)data[0] << 8 | data[1]))
        return 0;
    data += ID_AT + 1 + data[ID_AT];
    suite = (unsigned)data[0] << 8 | data[1];
    if (session->setup->any_suite || was_asked_for(session->setup, suite))
        return 0;
    snprintf(name, sizeof(name), "suite 0x%04X", suite);
    tls_failure_set(
        &session->failure, TLS_NO_SHARED_SUITE, "it chose %s, which the module does not allow",
        tls_suite_by_code((uint16_t)suite) != NULL ? tls_suite_name((uint16_t)suite) : name);
    session->failure.chose_beyond = true;
    return GNUTLS_E_UNKNOWN_CIPHER_SUITE;
}

/* The message is the list's length and, first in it, the server's certificate (7.4.2).  It is not
 * read before somebody asks. */
static void take_certificate(struct gtls_setup *setup, const gnutls_datum_t *message)
{
    enum { LENGTHS = 3 + 3 };
    size_t len;

    if (setup == NULL || setup->certificate != NULL || message->size < LENGTHS)
        return;
    len = (size_t)message->data[3] << 16 | (size_t)message->data[4] << 8 | message->data[5];
    if (len == 0 || len > message->size - LENGTHS)
        return;
    setup->certificate = malloc(len);
    if (setup->certificate == NULL)
        return;
    memcpy(setup->certificate, message->data + LENGTHS, len);
    setup->certificate_len = len;
}

bool gtls_watch_key_is_strange(const struct gtls_session *session)
{
    const struct gtls_setup *setup = session->setup;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t bytes;
    bool strange;

    if (setup == NULL || setup->certificate == NULL || gnutls_x509_crt_init(&certificate) < 0)
        return false;
    bytes = (gnutls_datum_t){ setup->certificate, (unsigned)setup->certificate_len };
    strange = gnutls_x509_crt_import(certificate, &bytes, GNUTLS_X509_FMT_DER) >= 0 &&
              gnutls_x509_crt_get_pk_algorithm(certificate, NULL) <= GNUTLS_PK_UNKNOWN;
    gnutls_x509_crt_deinit(certificate);
    return strange;
}

static unsigned bits_of(const uint8_t *number, size_t len)
{
    unsigned bits;

    while (len > 0 && number[0] == 0) {
        number++;
        len--;
    }
    if (len == 0)
        return 0;
    bits = (unsigned)(len - 1) * 8;
    for (unsigned top = number[0]; top != 0; top >>= 1)
        bits++;
    return bits;
}

/* GnuTLS refuses a prime without a word about its size.  It stands first, behind its length
 * (7.4.3). */
static void look_at_key_exchange(struct gtls_session *session, const gnutls_datum_t *message)
{
    size_t len;

    if (gnutls_kx_get(session->gnutls) != GNUTLS_KX_DHE_RSA || message->size < 2)
        return;
    len = (size_t)message->data[0] << 8 | message->data[1];
    if (len <= message->size - 2)
        session->dh_bits = bits_of(message->data + 2, len);
}

static int on_message(gnutls_session_t gnutls, unsigned type, unsigned when, unsigned incoming,
                      const gnutls_datum_t *message)
{
    struct gtls_session *session = gnutls_session_get_ptr(gnutls);

    (void)when;
    if (incoming && type == GNUTLS_HANDSHAKE_SERVER_HELLO && session->setup != NULL)
        return look_at_hello(session, message);
    if (incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
        take_certificate(session->setup, message);
    else if (incoming && type == GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE)
        look_at_key_exchange(session, message);
    return 0;
}

void gtls_watch_attach(gnutls_session_t gnutls)
{
    gnutls_handshake_set_hook_function(gnutls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, on_message);
}
