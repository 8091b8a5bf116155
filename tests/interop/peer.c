/* peer.c: see peer.h. */
#include "peer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

void peer_start(struct peer *peer, const char *folder, const char *priority, int *ret_fd)
{
    char cert[300], key[300];
    int ends[2];

    snprintf(cert, sizeof(cert), "%s/server.pem", folder);
    snprintf(key, sizeof(key), "%s/server.key", folder);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    gnutls_certificate_allocate_credentials(&peer->credentials);
    assert_true(gnutls_certificate_set_x509_key_file(peer->credentials, cert, key,
                                                     GNUTLS_X509_FMT_PEM) >= 0);
    assert_true(gnutls_init(&peer->gnutls, GNUTLS_SERVER | GNUTLS_NONBLOCK) >= 0);
    assert_true(gnutls_priority_set_direct(peer->gnutls, priority, NULL) >= 0);
    gnutls_credentials_set(peer->gnutls, GNUTLS_CRD_CERTIFICATE, peer->credentials);
    gnutls_transport_set_int(peer->gnutls, ends[0]);
    gnutls_handshake_set_timeout(peer->gnutls, GNUTLS_INDEFINITE_TIMEOUT);
    peer->fd = ends[0];
    *ret_fd = ends[1];
}

void peer_stop(struct peer *peer)
{
    gnutls_deinit(peer->gnutls);
    gnutls_certificate_free_credentials(peer->credentials);
    close(peer->fd);
}
