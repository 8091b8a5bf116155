/* http_parse.h: reads an HTTP/1.x response out of bytes as they come (RFC 9112).
 *
 * Pure: no connection, no clock.  It holds one line; bodies are pointed at where they lie.
 */
#ifndef SERVICES_HTTP_PARSE_H
#define SERVICES_HTTP_PARSE_H

#include "base/span.h"

#include <stdbool.h>

enum {
    HTTP_LINE_MAX = 2303, /* longest line in bytes; what is longer is cut, except where framing or
                           * the way to go depends on it: that is HTTP_BAD */
    HTTP_HEAD_MAX = 65536 /* bytes of all lines before the body, interim responses included */
};

enum http_event {
    HTTP_NEED,     /* everything is used: more bytes */
    HTTP_INTERIM,  /* a 1xx response has ended; another follows */
    HTTP_STATUS,   /* the status line, as `part` */
    HTTP_HEADER,   /* one header field, "Name: value", as `part` */
    HTTP_HEAD_END, /* the empty line: status, framing and length are known */
    HTTP_BODY,     /* bytes of the body, as `part` */
    HTTP_TRAILER,  /* a field behind a chunked body, as `part` */
    HTTP_END,      /* the response is complete; bytes behind it are not looked at */
    HTTP_BAD       /* this is no response, or it breaks off */
};

enum http_framing { HTTP_NO_BODY, HTTP_BY_LENGTH, HTTP_CHUNKED, HTTP_BY_CLOSE };

enum http_place {
    HTTP_AT_STATUS,
    HTTP_AT_FIELD,
    HTTP_AT_FIELD_END, /* a line that begins with a blank goes on with the field (obs-fold) */
    HTTP_AT_BODY,
    HTTP_AT_CHUNK_SIZE,
    HTTP_AT_CHUNK_DATA,
    HTTP_AT_CHUNK_END,
    HTTP_AT_TRAILER,
    HTTP_AT_TRAILER_END,
    HTTP_AT_END,
    HTTP_AT_BAD
};

struct http_parser {
    enum http_place place;
    bool to_head; /* the answer to HEAD has no body, whatever its fields say */
    int status;   /* 100 to 599, 0 before the status line */
    enum http_framing framing;
    bool has_length;
    int64_t length; /* Content-Length; -1: unknown */
    int64_t left;   /* of the body or the chunk */
    bool chunked;
    size_t head_bytes;
    size_t line_len;
    bool line_cut;
    char line[HTTP_LINE_MAX + 1];
};

/* Before a response; `to_head`: it answers HEAD. */
void http_parser_init(struct http_parser *parser, bool to_head);

/* Looks at `bytes`.  `*ret_used` of them are done with, whatever the event; call again with the
 * rest.  `*ret_part` is good until the next call. */
enum http_event http_parse(struct http_parser *parser, struct span bytes, size_t *ret_used,
                           struct span *ret_part);

/* The head has ended and nothing behind it was looked at: chunks count as bytes of the body, with
 * their sizes, and only the end of the connection ends them. */
void http_parser_keep_chunks(struct http_parser *parser);

/* No more bytes come: HTTP_END when the body ends so, HTTP_BAD when something is missing. */
enum http_event http_parse_end(struct http_parser *parser);

/* The value of a field when its name is `name`, without blanks around it; false when it is not. */
bool http_field(struct span field, const char *name, struct span *ret_value);

#endif
