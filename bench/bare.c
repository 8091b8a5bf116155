/* bare.c: GnuTLS without a modem, for comparison with dial.c, online.c and fleet.c:
 *
 *   bare handshake PORT CA COUNT    processor seconds of a handshake, and seconds
 *   bare hold PORT CA COUNT         bytes of an open session: resident, heap
 *   bare crowd PORT CA COUNT        so many sessions at once, which stay open: processor seconds of
 *                                   each, and seconds of all
 *   bare send PORT CA COUNT         nothing: sends COUNT times 1,000 bytes, for valgrind
 *
 * Behind COUNT may stand the handshake of the module to be compared with: tls11-rsa (unless given),
 * tls12-rsa, tls12-ecdhe, tls12-ecdhe-gcm.  The same suite and version, the server's certificate
 * checked in the same way, what can be shared between sessions made once, blocking sockets (but for
 * the crowd), no loop: as cheap as a client gets.
 */
#include "bare_client.h"
#include "request.h"
#include "tool.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { WARM_UP_HANDSHAKES = 5, PIECE_BYTES = 1000, EVENTS = 256 };

struct client {
    uint16_t port;
    struct bare_client bare;
};

struct connection {
    int fd;
    gnutls_session_t tls;
};

static struct connection start_connection(const struct client *client, unsigned flags)
{
    struct connection connection = { .fd = connect_to_loopback(client->port) };

    connection.tls = bare_client_session(&client->bare, connection.fd, flags);
    return connection;
}

static struct connection open_connection(const struct client *client)
{
    struct connection connection = start_connection(client, 0);
    int status;

    do
        status = gnutls_handshake(connection.tls);
    while (status < 0 && gnutls_error_is_fatal(status) == 0);
    bare_must(status, "handshake");
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

static void shake_all_hands(int epoll, size_t count)
{
    struct epoll_event events[EVENTS];

    while (count > 0) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;

            if (!bare_client_go_on(connection->tls))
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
        if (bare_client_go_on(connections[i].tls))
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
    bare_must((int)gnutls_record_send(connection.tls, request, sizeof(request)), "request");
    memset(piece, 'x', sizeof(piece));
    for (uint64_t i = 0; i < count; i++)
        bare_must((int)gnutls_record_send(connection.tls, piece, sizeof(piece)), "data");
    close_connection(connection);
}

int main(int argc, char **argv)
{
    struct client client;

    if (argc != 5 && argc != 6)
        fail("usage: bare handshake|hold|crowd|send PORT CA COUNT [HANDSHAKE]");
    raise_file_limit();
    client.port = port_of(argv[2]);
    bare_client_init(&client.bare, argv[3], argc == 6 ? argv[5] : "tls11-rsa");
    shake_hands(&client, WARM_UP_HANDSHAKES);
    if (strcmp(argv[1], "handshake") == 0)
        time_handshakes(&client, count_of(argv[4]));
    else if (strcmp(argv[1], "crowd") == 0)
        time_crowd(&client, (size_t)count_of(argv[4]));
    else if (strcmp(argv[1], "send") == 0)
        send_pieces(&client, count_of(argv[4]));
    else
        weigh_sessions(&client, (size_t)count_of(argv[4]));
    bare_client_deinit(&client.bare);
    return 0;
}
