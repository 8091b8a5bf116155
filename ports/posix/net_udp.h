/* net_udp.h: UDP as iface/net.h has it: a datagram comes or is lost, and nothing else happens. */
#ifndef POSIX_NET_UDP_H
#define POSIX_NET_UDP_H

#include <stdbool.h>
#include <stddef.h>

/* The members recv() and send() of iface/net.h for a connected UDP socket. */
ptrdiff_t net_udp_recv(int fd, void *buf, size_t cap);
ptrdiff_t net_udp_send(int fd, const void *data, size_t len);

/* True when net_udp_recv() would give bytes. */
bool net_udp_has_datagram(int fd);

#endif
