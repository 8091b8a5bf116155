/* tcp_address.h: numeric addresses to listen at. */
#ifndef POSIX_TCP_ADDRESS_H
#define POSIX_TCP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Reads an IPv4 or IPv6 address (no brackets, perhaps with %interface); false when it is neither.
 * An IPv4 address in the form of IPv6, ::ffff:127.0.0.1, is read as IPv4. */
bool tcp_address_read(const char *text, uint16_t port, struct sockaddr_storage *ret_at,
                      socklen_t *ret_len);

/* True when tcp_address_read() can read it. */
bool tcp_address_is_valid(const char *text);

/* True when only this machine can reach it. */
bool tcp_address_is_loopback(const char *text);

#endif
