/* pcapng_reader.c: see pcapng_reader.h. */
#include "pcapng_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    ENHANCED_PACKET = 6,
    DECRYPTION_SECRETS = 10,
    MAGIC = 0x1a2b3c4d,
    TLS_KEY_LOG = 0x544c534b,
    LINK_RAW = 101,
    LINK_UPPER_PDU = 252,
    FRAME = 12, /* of a block: type, and its length twice */
    TCP = 6,
    UDP = 17,
    FIN = 1,
    SYN = 2,
    RST = 4,
    ACK = 16
};

/* ---- mistakes ---- */

static bool wrong(struct pcapng_seen *seen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool wrong(struct pcapng_seen *seen, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (seen->mistake[0] == '\0')
        vsnprintf(seen->mistake, sizeof(seen->mistake), format, args);
    va_end(args);
    return false;
}

static void add(struct bytes *bytes, struct span more)
{
    if (bytes_add(bytes, more, UINT32_MAX) != ERR_OK)
        abort();
}

/* ---- numbers ---- */

static uint32_t little(struct span bytes, size_t at, unsigned count)
{
    uint32_t value = 0;

    while (count-- > 0)
        value = value << 8 | bytes.data[at + count];
    return value;
}

static uint32_t big(struct span bytes, size_t at, unsigned count)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes.data[at + i];
    return value;
}

static size_t padded(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

static bool is_zero(struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

/* ---- options of blocks: `code` must be the only one; its value ---- */

static bool only_option(struct pcapng_seen *seen, struct span options, unsigned code,
                        struct span *ret_value)
{
    size_t len;

    if (options.len < 8 || little(options, 0, 2) != code)
        return wrong(seen, "no option %u", code);
    len = little(options, 2, 2);
    if (options.len != 4 + padded(len) + 4)
        return wrong(seen, "an option of %zu bytes in %zu", len, options.len);
    if (!is_zero(span_at(options.data + 4 + len, padded(len) - len)))
        return wrong(seen, "an option is padded with something");
    if (!is_zero(span_skip(options, options.len - 4)))
        return wrong(seen, "options without an end");
    *ret_value = span_at(options.data + 4, len);
    return true;
}

/* ---- streams ---- */

struct head {
    bool is_tcp, is_ipv6, is_outbound;
    const uint8_t *from, *to; /* addresses */
    unsigned from_port, to_port, flags;
    uint32_t sequence, acknowledged;
    struct span data;
    size_t missing;
};

static bool is_of(const struct pcapng_seen_stream *stream, const struct head *head)
{
    int from = head->is_outbound ? PCAPNG_OWN : PCAPNG_PEER;
    size_t len = head->is_ipv6 ? 16 : 4;

    return stream->is_tcp == head->is_tcp && stream->is_ipv6 == head->is_ipv6 &&
           stream->ports[from] == head->from_port && stream->ports[!from] == head->to_port &&
           memcmp(stream->addresses[from], head->from, len) == 0 &&
           memcmp(stream->addresses[!from], head->to, len) == 0;
}

/* The last one between these ends. */
static struct pcapng_seen_stream *find(struct pcapng_seen *seen, const struct head *head)
{
    struct pcapng_seen_stream *found = NULL;

    for (struct pcapng_seen_stream *at = seen->streams; at != NULL; at = at->next) {
        if (is_of(at, head))
            found = at;
    }
    return found;
}

static struct pcapng_seen_stream *make(struct pcapng_seen *seen, const struct head *head)
{
    struct pcapng_seen_stream *stream = calloc(1, sizeof(*stream));
    int from = head->is_outbound ? PCAPNG_OWN : PCAPNG_PEER;
    size_t len = head->is_ipv6 ? 16 : 4;

    if (stream == NULL)
        abort();
    stream->is_tcp = head->is_tcp;
    stream->is_ipv6 = head->is_ipv6;
    stream->was_dialled_by_peer = !head->is_outbound;
    memcpy(stream->addresses[from], head->from, len);
    memcpy(stream->addresses[!from], head->to, len);
    stream->ports[from] = head->from_port;
    stream->ports[!from] = head->to_port;
    stream->next_sequence[from] = head->sequence;
    if (seen->streams == NULL)
        seen->streams = stream;
    else
        seen->last->next = stream;
    seen->last = stream;
    return stream;
}

static void take_data(struct pcapng_seen *seen, struct pcapng_seen_stream *stream,
                      const struct head *head)
{
    int from = head->is_outbound ? PCAPNG_OWN : PCAPNG_PEER;

    if (head->data.len + head->missing == 0)
        return;
    add(&stream->sent[from], head->data);
    add(head->is_tcp ? &seen->tcp[from] : &seen->udp[from], head->data);
    stream->packets[from]++;
    stream->missing += head->missing;
}

/* RFC 9293: of each side the numbers go on without a gap, and what is acknowledged was sent. */
static bool take_tcp(struct pcapng_seen *seen, const struct head *head)
{
    bool is_dial = (head->flags & (SYN | ACK)) == SYN;
    struct pcapng_seen_stream *stream = is_dial ? make(seen, head) : find(seen, head);
    int from = head->is_outbound ? PCAPNG_OWN : PCAPNG_PEER;

    if (stream == NULL)
        return wrong(seen, "a segment of no connection");
    if (stream->is_reset)
        return wrong(seen, "a segment behind a reset");
    if ((head->flags & (SYN | ACK)) == (SYN | ACK)) {
        if (stream->opened++ != 0)
            return wrong(seen, "opened twice");
        stream->next_sequence[from] = head->sequence;
    }
    if (head->sequence != stream->next_sequence[from])
        return wrong(seen, "sequence number %lu, not %lu", (unsigned long)head->sequence,
                     (unsigned long)stream->next_sequence[from]);
    if ((head->flags & ACK) != 0 && (head->flags & RST) == 0 &&
        head->acknowledged != stream->next_sequence[!from])
        return wrong(seen, "acknowledges %lu, not %lu", (unsigned long)head->acknowledged,
                     (unsigned long)stream->next_sequence[!from]);
    if (stream->has_fin[from] && (head->data.len > 0 || (head->flags & FIN) != 0))
        return wrong(seen, "something behind a FIN");
    if (head->data.len > 0 && stream->opened == 0)
        return wrong(seen, "data of a connection that is not open");
    stream->has_fin[from] = stream->has_fin[from] || (head->flags & FIN) != 0;
    stream->is_reset = (head->flags & RST) != 0;
    stream->next_sequence[from] +=
        (uint32_t)head->data.len + ((head->flags & (SYN | FIN)) != 0 ? 1 : 0);
    take_data(seen, stream, head);
    return true;
}

static bool take_udp(struct pcapng_seen *seen, const struct head *head)
{
    struct pcapng_seen_stream *stream = find(seen, head);

    take_data(seen, stream != NULL ? stream : make(seen, head), head);
    return true;
}

/* ---- packets of sockets ---- */

static uint32_t sum_of(struct span bytes, uint32_t sum)
{
    for (size_t i = 0; i + 1 < bytes.len; i += 2)
        sum += big(bytes, i, 2);
    if (bytes.len % 2 != 0)
        sum += (uint32_t)bytes.data[bytes.len - 1] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* With the pseudo header of RFC 9293 3.1 and RFC 8200 8.1. */
static bool is_summed(const struct head *head, unsigned protocol, struct span segment)
{
    size_t len = head->is_ipv6 ? 16 : 4;
    uint32_t sum = sum_of(span_at(head->from, len), protocol);

    sum = sum_of(span_at(head->to, len), sum);
    sum += (uint32_t)segment.len;
    return sum_of(segment, sum) == 0xffff;
}

static bool take_segment(struct pcapng_seen *seen, struct head *head, struct span segment)
{
    size_t len;

    if (segment.len < 20)
        return wrong(seen, "a segment of %zu bytes", segment.len);
    len = (size_t)(segment.data[12] >> 4) * 4;
    if (len < 20 || len > segment.len || head->missing > 0)
        return wrong(seen, "a TCP header of %zu bytes, %zu are missing", len, head->missing);
    if (!is_summed(head, TCP, segment))
        return wrong(seen, "the checksum of a segment is wrong");
    head->is_tcp = true;
    head->from_port = big(segment, 0, 2);
    head->to_port = big(segment, 2, 2);
    head->sequence = big(segment, 4, 4);
    head->acknowledged = big(segment, 8, 4);
    head->flags = segment.data[13];
    head->data = span_skip(segment, len);
    return take_tcp(seen, head);
}

static bool take_datagram(struct pcapng_seen *seen, struct head *head, struct span datagram)
{
    if (datagram.len < 8 || big(datagram, 4, 2) != datagram.len + head->missing)
        return wrong(seen, "a datagram of %zu bytes", datagram.len);
    if (big(datagram, 6, 2) == 0 || (head->missing == 0 && !is_summed(head, UDP, datagram)))
        return wrong(seen, "the checksum of a datagram is wrong");
    head->from_port = big(datagram, 0, 2);
    head->to_port = big(datagram, 2, 2);
    head->data = span_skip(datagram, 8);
    return take_udp(seen, head);
}

static bool take_ip(struct pcapng_seen *seen, struct span packet, size_t missing, bool is_outbound)
{
    struct head head = { .is_outbound = is_outbound, .missing = missing };
    unsigned protocol;
    size_t len, whole;

    if (packet.len < 20)
        return wrong(seen, "a packet of %zu bytes", packet.len);
    head.is_ipv6 = packet.data[0] >> 4 == 6;
    len = head.is_ipv6 ? 40 : 20;
    if ((head.is_ipv6 ? packet.data[0] != 0x60 : packet.data[0] != 0x45) || packet.len < len)
        return wrong(seen, "no IP header");
    whole = head.is_ipv6 ? 40 + big(packet, 4, 2) : big(packet, 2, 2);
    if (whole != packet.len + missing)
        return wrong(seen, "a packet of %zu bytes says %zu", packet.len + missing, whole);
    if (!head.is_ipv6 && sum_of(span_at(packet.data, 20), 0) != 0xffff)
        return wrong(seen, "the checksum of an IP header is wrong");
    head.from = packet.data + (head.is_ipv6 ? 8 : 12);
    head.to = packet.data + (head.is_ipv6 ? 24 : 16);
    protocol = packet.data[head.is_ipv6 ? 6 : 9];
    if (protocol == TCP)
        return take_segment(seen, &head, span_skip(packet, len));
    if (protocol == UDP)
        return take_datagram(seen, &head, span_skip(packet, len));
    return wrong(seen, "IP protocol %u", protocol);
}

/* ---- packets of ports ---- */

static bool is_word(struct span value, const char *word)
{
    size_t len = strlen(word);

    return value.len >= len && memcmp(value.data, word, len) == 0 && is_zero(span_skip(value, len));
}

/* Tags of a type and a length, up to the one that ends them. */
static bool take_pdu(struct pcapng_seen *seen, struct pcapng_seen_interface *interface,
                     struct span packet, bool is_outbound)
{
    bool has_dissector = false, has_direction = false;

    for (;;) {
        unsigned tag;
        struct span value;

        if (packet.len < 4 || big(packet, 2, 2) > packet.len - 4)
            return wrong(seen, "tags without an end");
        tag = big(packet, 0, 2);
        value = span_at(packet.data + 4, big(packet, 2, 2));
        packet = span_skip(packet, 4 + value.len);
        if (tag == 0)
            break;
        if (tag == 12)
            has_dissector =
                is_word(value, "at") || is_word(value, "data") || is_word(value, "data-text-lines");
        else if (tag == 35)
            has_direction = value.len == 4 && big(value, 0, 4) == (is_outbound ? 1 : 0);
        else
            return wrong(seen, "tag %u", tag);
    }
    if (!has_dissector || !has_direction || packet.len == 0)
        return wrong(seen, "a packet of a port without dissector, direction or bytes");
    add(is_outbound ? &interface->said : &interface->typed, packet);
    return true;
}

/* ---- blocks ---- */

static bool take_packet(struct pcapng_seen *seen, struct span body)
{
    struct pcapng_seen_interface *interface;
    struct span flags, packet;
    uint64_t time_us;
    size_t len, whole;

    if (body.len < 20 || little(body, 0, 4) >= seen->interface_count)
        return wrong(seen, "a packet of no interface");
    interface = &seen->interfaces[little(body, 0, 4)];
    time_us = (uint64_t)little(body, 4, 4) << 32 | little(body, 8, 4);
    len = little(body, 12, 4);
    whole = little(body, 16, 4);
    if (len > body.len - 20 || padded(len) > body.len - 20 || whole < len)
        return wrong(seen, "a packet of %zu of %zu bytes in %zu", len, whole, body.len);
    if (time_us < seen->time_us)
        return wrong(seen, "a packet before the one before it");
    seen->time_us = time_us;
    if (!is_zero(span_at(body.data + 20 + len, padded(len) - len)))
        return wrong(seen, "a packet is padded with something");
    if (!only_option(seen, span_skip(body, 20 + padded(len)), 2, &flags))
        return false;
    if (flags.len != 4 || little(flags, 0, 4) < 1 || little(flags, 0, 4) > 2)
        return wrong(seen, "a packet without a direction");
    packet = span_at(body.data + 20, len);
    interface->packets++;
    seen->packets++;
    if (interface->link == LINK_RAW)
        return take_ip(seen, packet, whole - len, little(flags, 0, 4) == 2);
    return take_pdu(seen, interface, packet, little(flags, 0, 4) == 2);
}

static bool take_interface(struct pcapng_seen *seen, struct span body)
{
    struct pcapng_seen_interface *interface = &seen->interfaces[seen->interface_count];
    struct span name;

    if (seen->interface_count == PCAPNG_INTERFACES_MAX)
        return wrong(seen, "too many interfaces");
    if (body.len < 8 || !is_zero(span_at(body.data + 2, 6)))
        return wrong(seen, "an interface of %zu bytes, or with a limit", body.len);
    interface->link = little(body, 0, 2);
    if (interface->link != LINK_RAW && interface->link != LINK_UPPER_PDU)
        return wrong(seen, "an interface of type %u", interface->link);
    if (!only_option(seen, span_skip(body, 8), 2, &name))
        return false;
    if (name.len >= PCAPNG_NAME_CAP)
        return wrong(seen, "an interface whose name has %zu bytes", name.len);
    memcpy(interface->name, name.data, name.len);
    seen->interface_count++;
    return true;
}

static bool take_section(struct pcapng_seen *seen, struct span body)
{
    static const uint8_t unknown[] = { 255, 255, 255, 255, 255, 255, 255, 255 };
    struct span application;

    if (body.len < 16 || little(body, 0, 4) != MAGIC || little(body, 4, 2) != 1 ||
        little(body, 6, 2) != 0)
        return wrong(seen, "no section of version 1.0");
    if (memcmp(body.data + 8, unknown, sizeof(unknown)) != 0)
        return wrong(seen, "a section with a length");
    seen->sections++;
    return only_option(seen, span_skip(body, 16), 4, &application);
}

static bool take_secrets(struct pcapng_seen *seen, struct span body)
{
    size_t len;

    if (body.len < 8 || little(body, 0, 4) != TLS_KEY_LOG)
        return wrong(seen, "secrets of something else");
    len = little(body, 4, 4);
    if (len > body.len - 8 || padded(len) != body.len - 8 || !is_zero(span_skip(body, 8 + len)))
        return wrong(seen, "secrets of %zu bytes in %zu", len, body.len);
    add(&seen->keys, span_at(body.data + 8, len));
    seen->secrets++;
    return true;
}

static bool take_block(struct pcapng_seen *seen, uint32_t type, struct span body)
{
    if (seen->sections == 0 && type != SECTION)
        return wrong(seen, "something before the section");
    switch (type) {
    case SECTION:
        return take_section(seen, body);
    case INTERFACE:
        return take_interface(seen, body);
    case ENHANCED_PACKET:
        return take_packet(seen, body);
    case DECRYPTION_SECRETS:
        return take_secrets(seen, body);
    default:
        return wrong(seen, "a block of type %lu", (unsigned long)type);
    }
}

bool pcapng_look(struct span file, struct pcapng_seen *seen)
{
    size_t at = 0;

    *seen = (struct pcapng_seen){ .sections = 0 };
    while (at < file.len) {
        struct span rest = span_skip(file, at);
        size_t len = rest.len >= FRAME ? little(rest, 4, 4) : 0;
        size_t said;

        if (len < FRAME || len % 4 != 0 || len > rest.len || little(rest, len - 4, 4) != len)
            return wrong(seen, "byte %zu: a block of %zu bytes in %zu", at, len, rest.len);
        if (!take_block(seen, little(rest, 0, 4), span_at(rest.data + 8, len - FRAME))) {
            said = strlen(seen->mistake);
            snprintf(seen->mistake + said, sizeof(seen->mistake) - said, ", in the block at %zu",
                     at);
            return false;
        }
        at += len;
    }
    return true;
}

void pcapng_forget(struct pcapng_seen *seen)
{
    for (size_t i = 0; i < seen->interface_count; i++) {
        bytes_free(&seen->interfaces[i].typed);
        bytes_free(&seen->interfaces[i].said);
    }
    while (seen->streams != NULL) {
        struct pcapng_seen_stream *stream = seen->streams;

        seen->streams = stream->next;
        bytes_free(&stream->sent[PCAPNG_OWN]);
        bytes_free(&stream->sent[PCAPNG_PEER]);
        free(stream);
    }
    bytes_free(&seen->keys);
    for (int i = 0; i < 2; i++) {
        bytes_free(&seen->tcp[i]);
        bytes_free(&seen->udp[i]);
    }
}

const struct pcapng_seen_interface *pcapng_interface_named(const struct pcapng_seen *seen,
                                                           const char *name)
{
    for (size_t i = 0; i < seen->interface_count; i++) {
        if (strcmp(seen->interfaces[i].name, name) == 0)
            return &seen->interfaces[i];
    }
    return NULL;
}
