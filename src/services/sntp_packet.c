/* sntp_packet.c: the packets of SNTP version 4 (RFC 4330 section 4, RFC 5905 section 7.3). */
#include "services/sntp_packet.h"

#include <assert.h>

enum {
    LEAP_SHIFT = 6,
    LEAP_UNKNOWN = 3,
    VERSION = 4,
    VERSION_SHIFT = 3,
    MODE_MASK = 7,
    MODE_CLIENT = 3,
    MODE_SERVER = 4,
    STRATUM_AT = 1,
    STRATUM_MAX = 15,
    REFERENCE_AT = 12,
    ORIGINATE_AT = 24,
    RECEIVE_AT = 32,
    TRANSMIT_AT = 40,
    SECOND_MS = 1000
};

/* From 1900 to 1970, and the length of an era. */
static const int64_t unix_epoch_s = INT64_C(2208988800), era_s = INT64_C(1) << 32;

uint64_t sntp_stamp(int64_t utc_s, uint32_t fraction)
{
    return (uint64_t)(utc_s + unix_epoch_s) << 32 | fraction;
}

/* RFC 4330 section 3: without its first bit a timestamp lies beyond 2036-02-07. */
static int64_t utc_ms_of(uint64_t stamp)
{
    int64_t seconds = (int64_t)(stamp >> 32);
    int64_t ms = (int64_t)((stamp & UINT32_MAX) * SECOND_MS >> 32);

    if (stamp >> 63 == 0)
        seconds += era_s;
    return (seconds - unix_epoch_s) * SECOND_MS + ms;
}

static void put_stamp(uint8_t *at, uint64_t stamp)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(stamp >> (56 - 8 * i));
}

static uint64_t get_stamp(const uint8_t *at)
{
    uint64_t stamp = 0;

    for (int i = 0; i < 8; i++)
        stamp = stamp << 8 | at[i];
    return stamp;
}

void sntp_request(uint8_t packet[SNTP_PACKET_BYTES], uint64_t stamp)
{
    assert(packet != NULL);
    memset(packet, 0, SNTP_PACKET_BYTES);
    packet[0] = VERSION << VERSION_SHIFT | MODE_CLIENT;
    put_stamp(packet + TRANSMIT_AT, stamp);
}

/* Signed over the turn of an era; nonsense counts as nothing. */
static int64_t working_ms(uint64_t received, uint64_t sent)
{
    int64_t ms = utc_ms_of(sent) - utc_ms_of(received);

    return received != 0 && ms > 0 && ms < SECOND_MS ? ms : 0;
}

/* RFC 4330 section 8: those that are for clients.  The others say that the server has no time. */
static bool read_kiss(const uint8_t *at, char *kiss)
{
    static const char codes[][5] = { "DENY", "RSTR", "RATE" };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (memcmp(at, codes[i], 4) == 0) {
            memcpy(kiss, codes[i], sizeof(codes[i]));
            return true;
        }
    }
    return false;
}

enum sntp_verdict sntp_read(struct span datagram, uint64_t stamp, struct sntp_answer *ret_answer)
{
    const uint8_t *packet = datagram.data;
    uint64_t sent;
    int stratum;

    /* Extensions and authentication may follow what we know (RFC 5905 section 7.5). */
    if (datagram.len < SNTP_PACKET_BYTES || (packet[0] & MODE_MASK) != MODE_SERVER ||
        (packet[0] >> VERSION_SHIFT & MODE_MASK) == 0 || get_stamp(packet + ORIGINATE_AT) != stamp)
        return SNTP_IGNORE;
    stratum = packet[STRATUM_AT];
    if (stratum == 0) {
        *ret_answer = (struct sntp_answer){ .stratum = 0 };
        return read_kiss(packet + REFERENCE_AT, ret_answer->kiss) ? SNTP_KISS : SNTP_UNSYNCHRONIZED;
    }
    sent = get_stamp(packet + TRANSMIT_AT);
    if (packet[0] >> LEAP_SHIFT == LEAP_UNKNOWN || stratum > STRATUM_MAX || sent == 0)
        return SNTP_UNSYNCHRONIZED;
    *ret_answer = (struct sntp_answer){
        .utc_ms = utc_ms_of(sent),
        .working_ms = working_ms(get_stamp(packet + RECEIVE_AT), sent),
        .stratum = stratum,
    };
    return SNTP_TIME;
}
