/* sntp_packet.h: the packets of SNTP version 4 (RFC 4330 section 4, RFC 5905 section 7.3). */
#ifndef SERVICES_SNTP_PACKET_H
#define SERVICES_SNTP_PACKET_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { SNTP_PACKET_BYTES = 48 };

/* What a datagram from the server is worth. */
enum sntp_verdict {
    SNTP_IGNORE,         /* not the answer to the request: wait on */
    SNTP_TIME,           /* the time */
    SNTP_UNSYNCHRONIZED, /* the server does not know the time itself */
    SNTP_KISS            /* a kiss-o'-death: it does not want to be asked, see `kiss` */
};

struct sntp_answer {
    int64_t utc_ms;     /* when the server sent it, since 1970-01-01T00:00:00Z */
    int64_t working_ms; /* how long the server had the request, 0 where it does not say */
    int stratum;        /* 1 to 15 */
    char kiss[5];       /* SNTP_KISS: "DENY", "RSTR" or "RATE" */
};

/* An NTP timestamp: seconds since 1900 in the upper half, their fraction in the lower. */
uint64_t sntp_stamp(int64_t utc_s, uint32_t fraction);

/* A client's request whose transmit timestamp is `stamp`. */
void sntp_request(uint8_t packet[SNTP_PACKET_BYTES], uint64_t stamp);

/* Reads a datagram as the answer to the request with `stamp`.  `ret_answer` is set for SNTP_TIME
 * and SNTP_KISS. */
enum sntp_verdict sntp_read(struct span datagram, uint64_t stamp, struct sntp_answer *ret_answer);

#endif
