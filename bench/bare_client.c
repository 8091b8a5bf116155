/* bare_client.c: see bare_client.h. */
#include "bare_client.h"

#include "tool.h"

#include <string.h>

#define COMMON ":+AES-128-CBC:+SHA1:+SIGN-ALL:+CTYPE-X509:+COMP-NULL"

static const struct handshake {
    const char *name, *priority;
} handshakes[] = {
    { "tls11-rsa", "NONE:+VERS-TLS1.1:+RSA" COMMON },
    { "tls12-rsa", "NONE:+VERS-TLS1.2:+RSA" COMMON },
    { "tls12-ecdhe", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+GROUP-SECP256R1" COMMON },
    { "tls12-ecdhe-gcm", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+GROUP-SECP256R1:+AES-128-GCM:+AEAD"
                         ":+SIGN-ALL:+CTYPE-X509:+COMP-NULL" },
};

void bare_must(int status, const char *what)
{
    if (status < 0)
        fail("%s: %s", what, gnutls_strerror(status));
}

static const char *priority_of(const char *name)
{
    for (size_t i = 0; i < sizeof(handshakes) / sizeof(*handshakes); i++)
        if (strcmp(handshakes[i].name, name) == 0)
            return handshakes[i].priority;
    fail("\"%s\" is no handshake; allowed: tls11-rsa, tls12-rsa, tls12-ecdhe, tls12-ecdhe-gcm",
         name);
}

void bare_client_init(struct bare_client *client, const char *ca, const char *handshake)
{
    bare_must(gnutls_certificate_allocate_credentials(&client->credentials), "credentials");
    bare_must(gnutls_certificate_set_x509_trust_file(client->credentials, ca, GNUTLS_X509_FMT_PEM),
              "CA certificate");
    bare_must(gnutls_priority_init(&client->priority, priority_of(handshake), NULL), "priority");
}

void bare_client_deinit(struct bare_client *client)
{
    gnutls_priority_deinit(client->priority);
    gnutls_certificate_free_credentials(client->credentials);
}

gnutls_session_t bare_client_session(const struct bare_client *client, int fd, unsigned flags)
{
    gnutls_session_t session;

    bare_must(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | flags), "session");
    bare_must(gnutls_priority_set(session, client->priority), "priority");
    bare_must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, client->credentials),
              "credentials");
    gnutls_session_set_verify_cert(session, "127.0.0.1", 0);
    gnutls_transport_set_int(session, fd);
    return session;
}

bool bare_client_go_on(gnutls_session_t session)
{
    int status;

    do
        status = gnutls_handshake(session);
    while (status == GNUTLS_E_INTERRUPTED);
    if (status == GNUTLS_E_AGAIN)
        return false;
    bare_must(status, "handshake");
    return true;
}
