/* bare.c: GnuTLS without a modem, for comparison with dial.c, online.c and fleet.c:
 *
 *   bare handshake PORT CA COUNT    processor seconds of a handshake, and seconds
 *   bare hold PORT CA COUNT         bytes of an open session: resident, heap
 *   bare crowd PORT CA COUNT        so many sessions at once, which stay open: processor seconds of
 *                                   each, and seconds of all
 *   bare send PORT CA COUNT         nothing: sends COUNT times 1,000 bytes, for valgrind
 *
 * Behind COUNT may stand the handshake of the module to be compared with: tls11-rsa (unless given),
 * tls12-rsa, tls12-ecdhe.  The same suite and version, the server's certificate checked in the same
 * way, what can be shared between sessions made once, blocking sockets (but for the crowd), no
 * loop: as cheap as a client gets.
 */
#include "request.h"
#include "tool.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { WARM_UP_HANDSHAKES = 5, PIECE_BYTES = 1000, EVENTS = 256 };

#define COMMON ":+AES-128-CBC:+SHA1:+SIGN-ALL:+CTYPE-X509:+COMP-NULL"

static const struct handshake {
    const char *name, *priority;
} handshakes[] = {
    { "tls11-rsa", "NONE:+VERS-TLS1.1:+RSA" COMMON },
    { "tls12-rsa", "NONE:+VERS-TLS1.2:+RSA" COMMON },
    { "tls12-ecdhe", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+GROUP-SECP256R1" COMMON },
};

struct client {
    uint16_t port;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
};

struct connection {
    int fd;
    gnutls_session_t tls;
};

static void must(int status, const char *what)
{
    if (status < 0)
        fail("bare: %s: %s", what, gnutls_strerror(status));
}

static void client_init(struct client *client, uint16_t port, const char *ca, const char *priority)
{
    client->port = port;
    must(gnutls_certificate_allocate_credentials(&client->credentials), "credentials");
    must(gnutls_certificate_set_x509_trust_file(client->credentials, ca, GNUTLS_X509_FMT_PEM),
         "CA certificate");
    must(gnutls_priority_init(&client->priority, priority, NULL), "priority");
}

static void client_deinit(struct client *client)
{
    gnutls_priority_deinit(client->priority);
    gnutls_certificate_free_credentials(client->credentials);
}

static struct connection start_connection(const struct client *client, unsigned flags)
{
    struct connection connection = { .fd = connect_to_loopback(client->port) };

    must(gnutls_init(&connection.tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | flags), "session");
    must(gnutls_priority_set(connection.tls, client->priority), "priority");
    must(gnutls_credentials_set(connection.tls, GNUTLS_CRD_CERTIFICATE, client->credentials),
         "credentials");
    gnutls_session_set_verify_cert(connection.tls, "127.0.0.1", 0);
    gnutls_transport_set_int(connection.tls, connection.fd);
    return connection;
}

static struct connection open_connection(const struct client *client)
{
    struct connection connection = start_connection(client, 0);
    int status;

    do
        status = gnutls_handshake(connection.tls);
    while (status < 0 && gnutls_error_is_fatal(status) == 0);
    must(status, "handshake");
    return connection;
}

static void close_connection(struct connection connection)
{
    gnutls_bye(connection.tls, GNUTLS_SHUT_WR);
    gnutls_deinit(connection.tls);
    close(connection.fd);
}

static void shake_hands(const struct client *client, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        close_connection(open_connection(client));
}

static void time_handshakes(const struct client *client, uint64_t count)
{
    uint64_t cpu_start_ns = cpu_ns(0), start_ns = now_ns();

    shake_hands(client, count);
    printf("%.9f %.9f\n", cpu_seconds_since(0, cpu_start_ns) / (double)count,
           seconds_since(start_ns) / (double)count);
}

static void weigh_sessions(const struct client *client, size_t count)
{
    struct connection *connections = calloc(count, sizeof(*connections));
    struct memory_use before = memory_use(), after;

    if (connections == NULL)
        fail("out of memory");
    for (size_t i = 0; i < count; i++)
        connections[i] = open_connection(client);
    after = memory_use();
    printf("resident %zu\nheap %zu\n", (after.resident - before.resident) / count,
           (after.heap - before.heap) / count);
    for (size_t i = 0; i < count; i++)
        close_connection(connections[i]);
    free(connections);
}

/* Goes on with a handshake; true when it is done. */
static bool go_on(struct connection *connection)
{
    int status;

    do
        status = gnutls_handshake(connection->tls);
    while (status == GNUTLS_E_INTERRUPTED);
    if (status == GNUTLS_E_AGAIN)
        return false;
    must(status, "handshake");
    return true;
}

static void shake_all_hands(int epoll, size_t count)
{
    struct epoll_event events[EVENTS];

    while (count > 0) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;

            if (!go_on(connection))
                continue;
            epoll_ctl(epoll, EPOLL_CTL_DEL, connection->fd, NULL);
            count--;
        }
    }
}

static void time_crowd(const struct client *client, size_t count)
{
    struct connection *connections = calloc(count, sizeof(*connections));
    uint64_t cpu_start_ns = cpu_ns(0), start_ns = now_ns();
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    size_t undone = 0;

    if (connections == NULL || epoll < 0)
        fail("out of memory");
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &connections[i] };

        connections[i] = start_connection(client, GNUTLS_NONBLOCK);
        fcntl(connections[i].fd, F_SETFL, O_NONBLOCK);
        if (go_on(&connections[i]))
            continue;
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
        undone++;
    }
    shake_all_hands(epoll, undone);
    printf("%.9f %.9f\n", cpu_seconds_since(0, cpu_start_ns) / (double)count,
           seconds_since(start_ns));
    for (size_t i = 0; i < count; i++)
        close_connection(connections[i]);
    close(epoll);
    free(connections);
}

static void send_pieces(const struct client *client, uint64_t count)
{
    struct connection connection = open_connection(client);
    char request[REQUEST_BYTES], piece[PIECE_BYTES];

    request_print(&(struct request){ REQUEST_SINK, count * PIECE_BYTES }, request);
    must((int)gnutls_record_send(connection.tls, request, sizeof(request)), "request");
    memset(piece, 'x', sizeof(piece));
    for (uint64_t i = 0; i < count; i++)
        must((int)gnutls_record_send(connection.tls, piece, sizeof(piece)), "data");
    close_connection(connection);
}

static const char *priority_of(const char *name)
{
    for (size_t i = 0; i < sizeof(handshakes) / sizeof(*handshakes); i++)
        if (strcmp(handshakes[i].name, name) == 0)
            return handshakes[i].priority;
    fail("bare: \"%s\" is no handshake; allowed: tls11-rsa, tls12-rsa, tls12-ecdhe", name);
}

int main(int argc, char **argv)
{
    struct client client;

    if (argc != 5 && argc != 6)
        fail("usage: bare handshake|hold|crowd|send PORT CA COUNT [HANDSHAKE]");
    raise_file_limit();
    client_init(&client, port_of(argv[2]), argv[3], priority_of(argc == 6 ? argv[5] : "tls11-rsa"));
    shake_hands(&client, WARM_UP_HANDSHAKES);
    if (strcmp(argv[1], "handshake") == 0)
        time_handshakes(&client, count_of(argv[4]));
    else if (strcmp(argv[1], "crowd") == 0)
        time_crowd(&client, (size_t)count_of(argv[4]));
    else if (strcmp(argv[1], "send") == 0)
        send_pieces(&client, count_of(argv[4]));
    else
        weigh_sessions(&client, (size_t)count_of(argv[4]));
    client_deinit(&client);
    return 0;
}
