/* records.h: the records of a server as they pass (RFC 5246, 6.2.1; RFC 6101, 5.2.1): what can be
 * told of them without keys, and no library tells. */
#ifndef TLS_COMMON_RECORDS_H
#define TLS_COMMON_RECORDS_H

#include "iface/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A record's type, version and length. */
enum { TLS_RECORD_HEADER_BYTES = 5 };

enum tls_records_verdict {
    TLS_RECORDS_GOOD,
    TLS_RECORDS_LONG_RECORD,   /* one is longer than any may be */
    TLS_RECORDS_LONG_HANDSHAKE /* together they are longer than any handshake is */
};

/* Zeroed: nothing has come. */
struct tls_records {
    uint8_t header[TLS_RECORD_HEADER_BYTES]; /* of the present one, as far as it has come */
    uint8_t header_len;
    bool is_protected; /* all from now on: ChangeCipherSpec has come */
    uint16_t left;     /* of its body, bytes still to come */
    uint32_t handshake_bytes;
};

/* Follows `len` more bytes of the stream, of a handshake or of what comes after it. */
enum tls_records_verdict tls_records_follow(struct tls_records *records, const uint8_t *bytes,
                                            size_t len, bool is_handshake);

/* True between a record's first byte and its last. */
bool tls_records_is_inside(const struct tls_records *records);

/* How a session ended whose stream is over and in which no close_notify has come. */
enum tls_end tls_records_end(const struct tls_records *records);

/* The length of the present record, of the last one between records; 0 before the first. */
size_t tls_records_length(const struct tls_records *records);

/* Fills in the failure of a session whose records are not good. */
void tls_records_fail(const struct tls_records *records, enum tls_records_verdict verdict,
                      struct tls_failure *ret_failure);

#endif
