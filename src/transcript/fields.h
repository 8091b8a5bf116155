/* fields.h: what in the lines of a protocol is a secret by where it stands: credentials in the
 * fields of HTTP, and in the commands of mail and FTP. */
#ifndef TRANSCRIPT_FIELDS_H
#define TRANSCRIPT_FIELDS_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { FIELDS_HEAD_MAX = 24 };

/* Where a stream stands, whose bytes come in pieces; all zero: at the beginning of a line. */
struct fields {
    char head[FIELDS_HEAD_MAX]; /* of the line, in lower case */
    uint8_t len;
    bool decided; /* what stands before a secret, or that none stands in this line */
    bool inside;  /* the secret */
};

/* Finds the secrets of the next bytes of a stream: spans of `bytes`, none empty, at most `cap`;
 * where there are more, the last one has those behind it, and what stands between. */
size_t fields_find(struct fields *fields, struct span bytes, struct span *list, size_t cap);

#endif
