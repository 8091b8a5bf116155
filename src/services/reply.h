/* reply.h: numbered replies of a server, in one line or several, read byte by byte (RFC 959 §4.2,
 * RFC 5321 §4.2). */
#ifndef SERVICES_REPLY_H
#define SERVICES_REPLY_H

#include "base/span.h"

enum {
    REPLY_TEXT_MAX = 255,
    REPLY_BYTES_MAX = 65536 /* of one reply, all its lines; a server that says more never ends */
};

enum reply_event {
    REPLY_MORE,  /* not complete yet */
    REPLY_LINE,  /* a line of several is there; others follow */
    REPLY_WHOLE, /* the last line is there, or the only one */
    REPLY_BROKEN /* no server says such a thing, or so much */
};

struct reply_reader {
    int code;                      /* of the last whole reply: 100 to 599 */
    int many_code;                 /* of a reply of several lines that is under way, or 0 */
    size_t bytes;                  /* of the reply so far, as they came */
    size_t len;                    /* of the line so far */
    char text[REPLY_TEXT_MAX + 1]; /* the line, code included; cut, without control characters */
};

/* Before the first byte of a server. */
void reply_reset(struct reply_reader *reader);

/* Takes one byte.  After REPLY_LINE and REPLY_WHOLE the text is good until the next call. */
enum reply_event reply_feed(struct reply_reader *reader, uint8_t byte);

/* What stands behind the code. */
const char *reply_words(const struct reply_reader *reader);

#endif
