/* test_pcapng.c: blocks of a pcapng file and headers of packets, byte for byte where the standards
 * say which; and that the tests' reader sees what is wrong with a file.
 *
 * Sources: draft-ietf-opsawg-pcapng, RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 1071.
 */
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "check.h"
#include "pcapng_reader.h"

#include <string.h>

#define BYTES(text) span_at(text, sizeof(text) - 1)

static void check_block(const char *row, struct bytes *block, struct span expected)
{
    check_bytes(row, bytes_span(block), expected);
    bytes_free(block);
}

static void blocks_are_as_the_draft_has_them(void **state)
{
    struct bytes block = { .data = NULL };

    (void)state;
    assert_int_equal(pcapng_section(&block, span_of("abcde")), ERR_OK);
    check_block("section", &block,
                BYTES("\x0a\x0d\x0d\x0a\x2c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0"
                      "\xff\xff\xff\xff\xff\xff\xff\xff\x04\0\x05\0"
                      "abcde\0\0\0\0\0\0\0\x2c\0\0\0"));
    assert_int_equal(pcapng_interface(&block, PCAPNG_UPPER_PDU, span_of("m95/0")), ERR_OK);
    check_block("interface", &block,
                BYTES("\x01\0\0\0\x24\0\0\0\xfc\0\0\0\0\0\0\0\x02\0\x05\0m95/0\0\0\0\0\0\0\0"
                      "\x24\0\0\0"));
    assert_int_equal(pcapng_secrets(&block, span_of("A B C\n")), ERR_OK);
    check_block("secrets", &block,
                BYTES("\x0a\0\0\0\x1c\0\0\0KSLT\x06\0\0\0A B C\n\0\0\x1c\0\0\0"));
    assert_int_equal(pcapng_packet(&block, 3, UINT64_C(0x0001020304050607), PCAPNG_OUTBOUND,
                                   span_of("ab"), span_of("cde"), 7),
                     ERR_OK);
    check_block("packet", &block,
                BYTES("\x06\0\0\0\x34\0\0\0\x03\0\0\0\x03\x02\x01\0\x07\x06\x05\x04"
                      "\x05\0\0\0\x0c\0\0\0"
                      "abcde\0\0\0\x02\0\x04\0\x02\0\0\0\0\0\0\0\x34\0\0\0"));
}

/* Whatever their length, the next block begins at a multiple of four, and names are cut. */
static void blocks_of_any_length_are_whole(void **state)
{
    static uint8_t bytes[70000];

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    for (size_t len = 0; len < 9; len++) {
        struct bytes file = { .data = NULL };
        struct pcapng_seen seen;

        assert_int_equal(pcapng_section(&file, span_at(bytes, len)), ERR_OK);
        assert_int_equal(pcapng_interface(&file, PCAPNG_RAW_IP, span_at(bytes, len)), ERR_OK);
        assert_int_equal(pcapng_secrets(&file, span_at(bytes, len)), ERR_OK);
        assert_true(pcapng_look(bytes_span(&file), &seen));
        assert_int_equal(strlen(seen.interfaces[0].name), len);
        assert_int_equal(seen.keys.len, len);
        pcapng_forget(&seen);
        bytes_free(&file);
    }
    for (size_t len = 65535; len <= sizeof(bytes); len += sizeof(bytes) - 65535) {
        struct bytes file = { .data = NULL };
        struct pcapng_seen seen;

        assert_int_equal(pcapng_section(&file, span_at(bytes, len)), ERR_OK);
        assert_true(pcapng_look(bytes_span(&file), &seen));
        pcapng_forget(&seen);
        bytes_free(&file);
    }
}

/* ---- packets ---- */

static const struct packet_end v4_own = { { .family = NET_IPV4, .bytes = { 10, 0, 0, 1 } }, 49152 };
static const struct packet_end v4_peer = { { .family = NET_IPV4, .bytes = { 10, 0, 0, 2 } }, 80 };
static const struct packet_end v6_own = {
    { .family = NET_IPV6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } }, 49152
};
static const struct packet_end v6_peer = {
    { .family = NET_IPV6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 2 } }, 80
};

/* Their checksums were worked out by hand, as RFC 1071 has it. */
static void headers_are_as_the_standards_have_them(void **state)
{
    struct packet packet = { .transport = NET_TCP,
                             .from = v4_own,
                             .to = v4_peer,
                             .sequence = 0x01020304,
                             .acknowledged = 0x05060708,
                             .flags = PACKET_ACK | PACKET_PSH };
    uint8_t head[PACKET_HEAD_MAX];
    size_t len;

    (void)state;
    len = packet_head(&packet, span_of("hi"), 0, head);
    check_bytes("TCP", span_at(head, len),
                BYTES("\x45\0\0\x2a\0\0\x40\0\x40\x06\x26\xcc\x0a\0\0\x01\x0a\0\0\x02"
                      "\xc0\0\0\x50\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\xff\xff\x62\xfa\0\0"));
    packet.transport = NET_UDP;
    len = packet_head(&packet, span_of("hi"), 0, head);
    check_bytes("UDP", span_at(head, len),
                BYTES("\x45\0\0\x1e\0\0\x40\0\x40\x11\x26\xcd\x0a\0\0\x01\x0a\0\0\x02"
                      "\xc0\0\0\x50\0\x0a\xc3\x1d"));
}

struct shape {
    const char *what;
    enum net_transport transport;
    const struct packet_end *from, *to;
    unsigned flags;
    size_t len, missing;
};

static const struct shape shapes[] = {
    { "SYN", NET_TCP, &v4_own, &v4_peer, PACKET_SYN, 0, 0 },
    { "SYN of IPv6", NET_TCP, &v6_own, &v6_peer, PACKET_SYN, 0, 0 },
    { "an empty datagram", NET_UDP, &v4_own, &v4_peer, 0, 0, 0 },
    { "a byte", NET_UDP, &v6_own, &v6_peer, 0, 1, 0 },
    { "the longest datagram", NET_UDP, &v4_own, &v4_peer, 0, PACKET_DATAGRAM_MAX, 0 },
    { "the longest of IPv6", NET_UDP, &v6_own, &v6_peer, 0, PACKET_DATAGRAM_MAX, 0 },
    { "a cut one", NET_UDP, &v4_own, &v4_peer, 0, 100, PACKET_DATAGRAM_MAX - 100 },
};

static void put_packet(struct bytes *file, const struct shape *shape, struct span data)
{
    struct packet packet = { .transport = shape->transport,
                             .from = *shape->from,
                             .to = *shape->to,
                             .sequence = UINT32_MAX,
                             .flags = shape->flags };
    uint8_t head[PACKET_HEAD_MAX];
    size_t len = packet_head(&packet, data, shape->missing, head);

    assert_int_equal(
        pcapng_packet(file, 0, 1, PCAPNG_OUTBOUND, span_at(head, len), data, shape->missing),
        ERR_OK);
}

static void begin_file(struct bytes *file)
{
    *file = (struct bytes){ .data = NULL };
    assert_int_equal(pcapng_section(file, span_of("test")), ERR_OK);
    assert_int_equal(pcapng_interface(file, PCAPNG_RAW_IP, span_of("test")), ERR_OK);
}

static void checksums_are_right(void **state)
{
    static uint8_t data[PACKET_DATAGRAM_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 31 + 7);
    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct pcapng_seen seen;
        struct bytes file;

        begin_file(&file);
        put_packet(&file, &shapes[i], span_at(data, shapes[i].len));
        if (!pcapng_look(bytes_span(&file), &seen))
            fail_msg("%s: %s", shapes[i].what, seen.mistake);
        assert_int_equal(seen.packets, 1);
        assert_int_equal(seen.udp[PCAPNG_OWN].len, shapes[i].len);
        pcapng_forget(&seen);
        bytes_free(&file);
    }
}

/* RFC 768: a sum of zero is sent as all ones, since zero says that there is none. */
static void no_datagram_seems_to_have_no_checksum(void **state)
{
    const struct shape shape = { "", NET_UDP, &v4_own, &v4_peer, 0, 2, 0 };
    bool was_zero = false;

    (void)state;
    for (unsigned value = 0; value <= UINT16_MAX; value++) {
        const uint8_t data[] = { (uint8_t)(value >> 8), (uint8_t)value };
        struct packet packet = { NET_UDP, v4_own, v4_peer, 0, 0, 0 };
        uint8_t head[PACKET_HEAD_MAX];

        (void)packet_head(&packet, span_at(data, 2), 0, head);
        assert_false(head[26] == 0 && head[27] == 0);
        if (head[26] == 0xff && head[27] == 0xff) {
            struct pcapng_seen seen;
            struct bytes file;

            begin_file(&file);
            put_packet(&file, &shape, span_at(data, 2));
            assert_true(pcapng_look(bytes_span(&file), &seen));
            pcapng_forget(&seen);
            bytes_free(&file);
            was_zero = true;
        }
    }
    assert_true(was_zero);
}

/* ---- the reader ---- */

/* Any byte of a file that is another is seen: each of them means something. */
static void what_is_wrong_is_seen(void **state)
{
    const struct shape dial = { "", NET_TCP, &v4_own, &v4_peer, PACKET_SYN, 0, 0 };
    const struct shape datagram = { "", NET_UDP, &v6_own, &v6_peer, 0, 5, 0 };
    struct pcapng_seen seen;
    struct bytes file;
    unsigned unseen = 0;

    (void)state;
    begin_file(&file);
    put_packet(&file, &dial, span_at(NULL, 0));
    put_packet(&file, &datagram, span_of("abcde"));
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 0x10;
        unseen += pcapng_look(bytes_span(&file), &seen);
        pcapng_forget(&seen);
        file.data[i] ^= 0x10;
    }
    /* Not those of names, of times, and the direction's other bit. */
    assert_in_range(unseen, 1, 40);
    for (size_t len = 1; len < file.len; len++) {
        if (len % 4 != 0)
            assert_false(pcapng_look(span_at(file.data, len), &seen));
        else
            (void)pcapng_look(span_at(file.data, len), &seen);
        pcapng_forget(&seen);
    }
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_as_the_draft_has_them),
        cmocka_unit_test(blocks_of_any_length_are_whole),
        cmocka_unit_test(headers_are_as_the_standards_have_them),
        cmocka_unit_test(checksums_are_right),
        cmocka_unit_test(no_datagram_seems_to_have_no_checksum),
        cmocka_unit_test(what_is_wrong_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
