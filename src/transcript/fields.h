/* fields.h: what in the lines of a protocol is a secret by where it stands: credentials in the
 * fields of HTTP, in the commands of mail and FTP, and the password of MQTT's CONNECT. */
#ifndef TRANSCRIPT_FIELDS_H
#define TRANSCRIPT_FIELDS_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { FIELDS_HEAD_MAX = 24 };

/* Where it stands in a CONNECT (MQTT 3.1.1 §3.1), whose texts have their length before them. */
struct fields_connect {
    uint8_t part;   /* 0: in none */
    uint8_t digits; /* of the part's length, or of its bytes, that were there */
    uint8_t flags;  /* which parts there are */
    uint16_t left;  /* bytes of the part */
};

/* Where a stream stands, whose bytes come in pieces; all zero: at the beginning of a line. */
struct fields {
    char head[FIELDS_HEAD_MAX]; /* of the line, in lower case */
    uint8_t len;
    bool decided; /* what stands before a secret, or that none stands in this line */
    bool inside;  /* the secret */
    struct fields_connect connect;
};

/* Finds the secrets of the next bytes of a stream: spans of `bytes`, none empty, at most `cap`;
 * where there are more, the last one has those behind it, and what stands between. */
size_t fields_find(struct fields *fields, struct span bytes, struct span *list, size_t cap);

#endif
