/* packet.c: IP (RFC 791, RFC 8200), TCP (RFC 9293) and UDP (RFC 768). */
#include "capture/packet.h"

#include <string.h>

enum {
    IPV4_BYTES = 20,
    IPV6_BYTES = 40,
    TCP_BYTES = 20,
    SYN_OPTION_BYTES = 8,
    UDP_BYTES = 8,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    HOPS = 64,
    WINDOW = 65535,
    WINDOW_SHIFT = 7
};

static void put_16(uint8_t *to, size_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put_32(uint8_t *to, uint32_t value)
{
    put_16(to, value >> 16);
    put_16(to + 2, value & 0xffff);
}

/* RFC 1071; `sum` is that of bytes before, of an even number. */
static uint32_t add_up(uint32_t sum, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes.data[i] << 8 : bytes.data[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static size_t address_bytes(const struct packet *packet)
{
    return packet->from.address.family == NET_IPV4 ? 4 : 16;
}

static size_t ip_head(const struct packet *packet, size_t payload, uint8_t *head)
{
    uint8_t protocol = packet->transport == NET_TCP ? PROTOCOL_TCP : PROTOCOL_UDP;

    if (packet->from.address.family == NET_IPV4) {
        memset(head, 0, IPV4_BYTES);
        head[0] = 0x45;
        put_16(head + 2, IPV4_BYTES + payload);
        head[6] = 0x40; /* not in fragments */
        head[8] = HOPS;
        head[9] = protocol;
        memcpy(head + 12, packet->from.address.bytes, 4);
        memcpy(head + 16, packet->to.address.bytes, 4);
        put_16(head + 10, ~add_up(0, span_at(head, IPV4_BYTES)) & 0xffff);
        return IPV4_BYTES;
    }
    memset(head, 0, IPV6_BYTES);
    head[0] = 0x60;
    put_16(head + 4, payload);
    head[6] = protocol;
    head[7] = HOPS;
    memcpy(head + 8, packet->from.address.bytes, 16);
    memcpy(head + 24, packet->to.address.bytes, 16);
    return IPV6_BYTES;
}

static size_t tcp_head(const struct packet *packet, uint8_t *head)
{
    static const uint8_t options[SYN_OPTION_BYTES] = { 2, 4, 1460 >> 8, 1460 & 255, /* segment */
                                                       1, 3, 3,         WINDOW_SHIFT };
    bool has_options = (packet->flags & PACKET_SYN) != 0;
    size_t len = TCP_BYTES + (has_options ? SYN_OPTION_BYTES : 0);

    memset(head, 0, TCP_BYTES);
    put_16(head, packet->from.port);
    put_16(head + 2, packet->to.port);
    put_32(head + 4, packet->sequence);
    put_32(head + 8, packet->acknowledged);
    head[12] = (uint8_t)(len / 4 << 4);
    head[13] = (uint8_t)packet->flags;
    if ((packet->flags & PACKET_RST) == 0)
        put_16(head + 14, WINDOW);
    if (has_options)
        memcpy(head + TCP_BYTES, options, sizeof(options));
    return len;
}

static size_t udp_head(const struct packet *packet, size_t payload, uint8_t *head)
{
    put_16(head, packet->from.port);
    put_16(head + 2, packet->to.port);
    put_16(head + 4, UDP_BYTES + payload);
    put_16(head + 6, 0);
    return UDP_BYTES;
}

/* Over the addresses, protocol and length, too (RFC 9293 3.1, RFC 8200 8.1). */
static uint32_t checksum(const struct packet *packet, struct span head, struct span data,
                         size_t missing)
{
    size_t len = head.len + data.len + missing, bytes = address_bytes(packet);
    uint32_t sum = packet->transport == NET_TCP ? PROTOCOL_TCP : PROTOCOL_UDP;

    sum += (uint32_t)(len & 0xffff) + (uint32_t)(len >> 16);
    sum = add_up(sum, span_at(packet->from.address.bytes, bytes));
    sum = add_up(sum, span_at(packet->to.address.bytes, bytes));
    sum = add_up(sum, head);
    sum = add_up(sum, data);
    return ~sum & 0xffff;
}

size_t packet_head(const struct packet *packet, struct span data, size_t missing,
                   uint8_t head[PACKET_HEAD_MAX])
{
    bool is_tcp = packet->transport == NET_TCP;
    size_t payload = data.len + missing;
    size_t ip = packet->from.address.family == NET_IPV4 ? IPV4_BYTES : IPV6_BYTES;
    uint8_t *own = head + ip;
    size_t len = is_tcp ? tcp_head(packet, own) : udp_head(packet, payload, own);
    uint32_t sum;

    assert(packet->from.address.family == packet->to.address.family);
    assert(payload <= (size_t)(is_tcp ? PACKET_SEGMENT_MAX : PACKET_DATAGRAM_MAX));
    (void)ip_head(packet, len + payload, head);
    sum = checksum(packet, span_at(own, len), data, missing);
    if (!is_tcp && sum == 0) /* which would say that there is none */
        sum = 0xffff;
    put_16(own + (is_tcp ? 16 : 6), sum);
    return ip + len;
}
