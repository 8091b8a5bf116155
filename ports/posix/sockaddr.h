/* sockaddr.h: iface/net.h's addresses as the system's. */
#ifndef POSIX_SOCKADDR_H
#define POSIX_SOCKADDR_H

#include "iface/net.h"

#include <stdbool.h>
#include <sys/socket.h>

/* Fills `ret_at`; returns how many bytes of it count. */
socklen_t sockaddr_fill(const struct net_address *address, uint16_t port,
                        struct sockaddr_storage *ret_at);

/* The other way; false for a family that the engine does not know.  `ret_port` may be NULL. */
bool sockaddr_read(const struct sockaddr *at, struct net_address *ret_address, uint16_t *ret_port);

#endif
