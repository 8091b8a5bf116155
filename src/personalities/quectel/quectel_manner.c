/* quectel_manner.c: how plain sockets speak: those that a host has opened, and its server's.
 *
 * Source: docs/facts/quectel.md §2.3, §2.4; docs/facts/quectel-files-and-servers.md §4.
 */
#include "personalities/quectel/quectel.h"

static void say(struct quectel_socket *socket, const char *text, const char *more)
{
    if (socket->single)
        at_unsolicited(socket->owner->at, span_at(NULL, 0), "%s%s", text, more);
    else
        at_unsolicited(socket->owner->at, span_at(NULL, 0), "%d, %s%s", socket->index, text, more);
}

static void say_opened(struct quectel_socket *socket)
{
    say(socket, "CONNECT OK", "");
}

static void say_accepted(struct quectel_socket *socket)
{
    char peer[CONNECTION_HOST_MAX + 1];

    quectel_socket_peer(socket, peer);
    say(socket, module_fact_text(socket->modem, FACT_SERVER_HEAD), peer);
}

static void say_failed(struct quectel_socket *socket)
{
    say(socket, "CONNECT FAIL", "");
}

static void say_closed(struct quectel_socket *socket)
{
    say(socket, "CLOSED", "");
}

const struct quectel_manner quectel_plain = {
    .opened = say_opened,
    .failed = say_failed,
    .received = quectel_tcp_received,
    .closed = say_closed,
};

const struct quectel_manner quectel_accepted = {
    .opened = say_accepted,
    .failed = say_failed,
    .received = quectel_tcp_received,
    .closed = say_closed,
};
