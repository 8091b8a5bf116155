/* peer.h: a GnuTLS server within the test, on a socket pair, for what a server program would not
 * do on demand. */
#ifndef INTEROP_PEER_H
#define INTEROP_PEER_H

#include <gnutls/gnutls.h>

struct peer {
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t gnutls;
    int fd;
};

/* Starts one with server.pem and server.key of `folder` and the suites of `priority`.  `ret_fd` is
 * the client's end, non-blocking like the peer's own. */
void peer_start(struct peer *peer, const char *folder, const char *priority, int *ret_fd);

/* Releases it and closes its end. */
void peer_stop(struct peer *peer);

#endif
