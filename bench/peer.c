/* peer.c: the TLS server that every measurement connects to:
 * peer PORT CERTIFICATES KEY [remember].
 *
 * Listens on loopback and serves each connection in a thread of its own until it is killed.
 * With `remember` clients may take up their sessions again.
 * request.h says what a client may ask; one that asks for nothing is kept until it leaves.  The
 * same process serves tlsmodem and what it is compared with.
 */
#include "peer_sessions.h"
#include "request.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECORD_BYTES = 16384, BACKLOG = 4096, STACK_BYTES = 256 * 1024 };

static const char priority_text[] =
    "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+RSA:+ECDHE-RSA:+GROUP-ALL:+AES-128-CBC:"
    "+AES-256-CBC:+SHA1:+SIGN-ALL:+COMP-NULL";

/* What all connections share; read only once the first has come. */
static gnutls_certificate_credentials_t credentials;
static gnutls_priority_t priority;
static bool remembers;

static void must(int status, const char *what)
{
    if (status < 0)
        fail("peer: %s: %s", what, gnutls_strerror(status));
}

/* Receives exactly `len` bytes; false when the client has left. */
static bool receive_all(gnutls_session_t tls, char *data, size_t len)
{
    while (len > 0) {
        ssize_t got = gnutls_record_recv(tls, data, len);

        if (got <= 0)
            return false;
        data += got;
        len -= (size_t)got;
    }
    return true;
}

static bool send_all(gnutls_session_t tls, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = gnutls_record_send(tls, data, len);

        if (sent <= 0)
            return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

static size_t piece_of(uint64_t left)
{
    return left < RECORD_BYTES ? (size_t)left : RECORD_BYTES;
}

static bool sink(gnutls_session_t tls, uint64_t left, char *buf)
{
    while (left > 0) {
        ssize_t got = gnutls_record_recv(tls, buf, piece_of(left));

        if (got <= 0)
            return false;
        left -= (uint64_t)got;
    }
    return send_all(tls, "!", 1);
}

static bool give(gnutls_session_t tls, uint64_t left, char *buf)
{
    memset(buf, 'x', RECORD_BYTES);
    while (left > 0) {
        size_t piece = piece_of(left);

        if (!send_all(tls, buf, piece))
            return false;
        left -= piece;
    }
    return true;
}

static bool echo(gnutls_session_t tls, uint64_t left, char *buf)
{
    while (left > 0) {
        ssize_t got = gnutls_record_recv(tls, buf, piece_of(left));

        if (got <= 0 || !send_all(tls, buf, (size_t)got))
            return false;
        left -= (uint64_t)got;
    }
    return true;
}

static bool serve_request(gnutls_session_t tls, const struct request *request, char *buf)
{
    switch (request->kind) {
    case REQUEST_SINK:
        return sink(tls, request->count, buf);
    case REQUEST_GIVE:
        return give(tls, request->count, buf);
    case REQUEST_ECHO:
        return echo(tls, request->count, buf);
    }
    return false;
}

static void serve_requests(gnutls_session_t tls)
{
    char text[REQUEST_BYTES];
    struct request request;
    char *buf = NULL;

    while (receive_all(tls, text, sizeof(text))) {
        if (buf == NULL)
            buf = malloc(RECORD_BYTES);
        if (buf == NULL || !request_parse(text, &request) || !serve_request(tls, &request, buf))
            break;
    }
    free(buf);
}

static int shake_hands(gnutls_session_t tls)
{
    int status;

    do
        status = gnutls_handshake(tls);
    while (status < 0 && gnutls_error_is_fatal(status) == 0);
    return status;
}

static void *serve(void *ctx)
{
    int fd = (int)(intptr_t)ctx;
    gnutls_session_t tls;

    must(gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL), "session");
    must(gnutls_priority_set(tls, priority), "priority");
    must(gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials), "credentials");
    if (remembers)
        peer_sessions_attach(tls);
    gnutls_transport_set_int(tls, fd);
    if (shake_hands(tls) >= 0) {
        serve_requests(tls);
        gnutls_bye(tls, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(tls);
    close(fd);
    return NULL;
}

static int listen_on_loopback(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, BACKLOG) != 0)
        fail("peer: port %u: %s", (unsigned)port, strerror(errno));
    return fd;
}

static void accept_for_ever(int listener)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;

        if (fd < 0)
            fail("peer: accept: %s", strerror(errno));
        set_no_delay(fd);
        if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            fail("peer: no thread for a connection");
    }
}

int main(int argc, char **argv)
{
    remembers = argc == 5 && strcmp(argv[4], "remember") == 0;
    if (argc != 4 && !remembers)
        fail("usage: peer PORT CERTIFICATES KEY [remember]");
    raise_file_limit();
    must(gnutls_certificate_allocate_credentials(&credentials), "credentials");
    must(gnutls_certificate_set_x509_key_file(credentials, argv[2], argv[3], GNUTLS_X509_FMT_PEM),
         "certificate and key");
    must(gnutls_priority_init(&priority, priority_text, NULL), "priority");
    accept_for_ever(listen_on_loopback(port_of(argv[1])));
    return 0;
}
