/* bare_client.h: a client of GnuTLS without a modem, as cheap as one gets: what can be shared
 * between sessions is made once, the server's certificate is checked as a modem does.  What fails
 * ends the program. */
#ifndef BENCH_BARE_CLIENT_H
#define BENCH_BARE_CLIENT_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

struct bare_client {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
};

/* `ca` is a PEM file; `handshake` one of tls11-rsa, tls12-rsa, tls12-ecdhe, tls12-ecdhe-gcm. */
void bare_client_init(struct bare_client *client, const char *ca, const char *handshake);

void bare_client_deinit(struct bare_client *client);

/* A session on a connected socket, or one that will be; for gnutls_deinit().  `flags` are more than
 * GNUTLS_CLIENT. */
gnutls_session_t bare_client_session(const struct bare_client *client, int fd, unsigned flags);

/* Goes on with a handshake; true when it is done, false when the socket would block. */
bool bare_client_go_on(gnutls_session_t session);

/* Ends the program where GnuTLS says that `what` went wrong. */
void bare_must(int status, const char *what);

#endif
