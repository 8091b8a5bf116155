/* net_udp.h: UDP as iface/net.h has it: a datagram comes or is lost, and nothing else happens. */
#ifndef POSIX_NET_UDP_H
#define POSIX_NET_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* net_stream_recv() of a connected UDP socket: one datagram, or -ERR_AGAIN. */
ptrdiff_t net_udp_recv(int fd, void *buf, size_t cap);

/* net_stream_send() of a connected UDP socket: all of it, -ERR_AGAIN, or -ERR_INVALID for more than
 * a datagram holds. */
ptrdiff_t net_udp_send(int fd, const void *data, size_t len);

/* The same of one that is not connected, to an address. */
ptrdiff_t net_udp_send_to(int fd, const void *data, size_t len, const struct sockaddr *to,
                          socklen_t to_len);

/* True when net_udp_recv() would give bytes. */
bool net_udp_has_datagram(int fd);

#endif
