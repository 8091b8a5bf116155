/* packet.h: the headers of IP, TCP and UDP that bytes of a socket would have had. */
#ifndef CAPTURE_PACKET_H
#define CAPTURE_PACKET_H

#include "base/span.h"
#include "iface/net.h"

enum {
    PACKET_HEAD_MAX = 40 + 32,
    PACKET_SEGMENT_MAX = 16384, /* bytes of a TCP segment, as of a machine that offloads */
    PACKET_DATAGRAM_MAX = 65487 /* with the headers it fits into an IP packet */
};

enum packet_flag {
    PACKET_FIN = 1,
    PACKET_SYN = 2,
    PACKET_RST = 4,
    PACKET_PSH = 8,
    PACKET_ACK = 16
};

struct packet_end {
    struct net_address address;
    uint16_t port;
};

struct packet {
    enum net_transport transport;
    struct packet_end from, to; /* both of one family */
    uint32_t sequence, acknowledged;
    unsigned flags; /* of TCP: packet_flag */
};

/* Writes the headers of a packet with `data`, of which `missing` bytes more are not known, and
 * checksums that are right where nothing is missing.  Data is at most PACKET_SEGMENT_MAX or
 * PACKET_DATAGRAM_MAX, with what is missing.  Returns the length of the headers. */
size_t packet_head(const struct packet *packet, struct span data, size_t missing,
                   uint8_t head[PACKET_HEAD_MAX]);

#endif
