/* quectel_server.h: the server of a module, which its sockets of role QUECTEL_SERVER come from. */
#ifndef QUECTEL_SERVER_H
#define QUECTEL_SERVER_H

#include "personalities/quectel/quectel_socket.h"

/* What a host has set when it starts the server. */
struct quectel_server_plan {
    size_t bearer;
    uint16_t port; /* as the host knows it; never 0 */
    int32_t most;  /* clients at a time, 1 to QUECTEL_ACCEPTED */
    bool single, transparent;
};

/* True while it listens. */
bool quectel_server_is_on(const struct tlsmodem *modem);

/* What it was started with; NULL while it does not listen. */
const struct quectel_server_plan *quectel_server_plan(const struct tlsmodem *modem);

/* How many clients are connected. */
int32_t quectel_server_clients(const struct tlsmodem *modem);

/* Listens, while it does not yet; `owner` hears of clients.  The errors of listening_open(), whose
 * line is in the log, or ERR_NO_MEMORY. */
enum err quectel_server_start(struct module_terminal *owner,
                              const struct quectel_server_plan *plan);

/* While it listens: from now on this port hears of clients, and that there is a server. */
void quectel_server_greet(struct module_terminal *owner);

/* While it listens: closes its clients without a word, and listens no more. */
void quectel_server_end(struct tlsmodem *modem);

/* Its client of `index`, below QUECTEL_ACCEPTED, or what is left of it; without a server, of the
 * one that the foreground context had.  NULL: there was none. */
struct quectel_socket *quectel_socket_accepted(const struct tlsmodem *modem, int32_t index);

#endif
