/* keylog.c: GnuTLS's secrets to the key log. */
#include "tls_gnutls/keylog.h"

#include "tls_common/keylog.h"
#include "tls_gnutls/state.h"

static struct span bytes_of(const gnutls_datum_t *datum)
{
    return span_at(datum->data, datum->size);
}

static int write_secret(gnutls_session_t gnutls, const char *label, const gnutls_datum_t *secret)
{
    const struct gtls_session *session = gnutls_session_get_ptr(gnutls);
    gnutls_datum_t client_random, server_random;

    gnutls_session_get_random(gnutls, &client_random, &server_random);
    tls_keylog_write(session->provider->keylog_fd, session->provider->keylog_tap, session->log,
                     label, bytes_of(&client_random), bytes_of(secret));
    return 0;
}

void gtls_keylog_attach(gnutls_session_t gnutls, bool wanted)
{
    gnutls_session_set_keylog_function(gnutls, wanted ? write_secret : NULL);
}
