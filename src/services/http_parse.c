/* http_parse.c: reads an HTTP/1.x response out of bytes as they come (RFC 9112).
 *
 * A lone LF ends a line, as §2.2 allows.
 */
#include "services/http_parse.h"

#include "base/hex.h"
#include "base/letters.h"
#include "base/number.h"

#include <assert.h>

enum { STATUS_LINE_MIN = 12, CONTINUE = 100, NO_CONTENT = 204, NOT_MODIFIED = 304 };

void http_parser_init(struct http_parser *parser, bool to_head)
{
    *parser = (struct http_parser){ .to_head = to_head, .length = -1 };
}

static enum http_event bad(struct http_parser *parser)
{
    parser->place = HTTP_AT_BAD;
    return HTTP_BAD;
}

static struct span line_of(const struct http_parser *parser)
{
    return span_at(parser->line, parser->line_len);
}

bool http_field(struct span field, const char *name, struct span *ret_value)
{
    const uint8_t *colon = field.len > 0 ? memchr(field.data, ':', field.len) : NULL;
    size_t name_len;

    assert(name != NULL);
    if (colon == NULL)
        return false;
    name_len = (size_t)(colon - field.data);
    if (!letters_equal(letters_trim(span_at(field.data, name_len)), span_of(name)))
        return false;
    *ret_value = letters_trim(span_skip(field, name_len + 1));
    return true;
}

/* Collects a line; true when it is complete, without its end. */
static bool take_line(struct http_parser *parser, struct span bytes, size_t *used)
{
    while (*used < bytes.len) {
        char c = (char)bytes.data[(*used)++];

        parser->head_bytes++;
        if (c == '\n') {
            if (parser->line_len > 0 && parser->line[parser->line_len - 1] == '\r')
                parser->line_len--;
            return true;
        }
        if (parser->line_len < HTTP_LINE_MAX)
            parser->line[parser->line_len++] = c;
        else
            parser->line_cut = true;
    }
    return false;
}

static void next_line(struct http_parser *parser, enum http_place place)
{
    parser->place = place;
    parser->line_len = 0;
    parser->line_cut = false;
}

/* "HTTP/1.x SSS reason" */
static enum http_event take_status(struct http_parser *parser, struct span *ret_part)
{
    struct span line = line_of(parser);
    int32_t status;

    if (line.len < STATUS_LINE_MIN || memcmp(line.data, "HTTP/1.", 7) != 0 || line.data[8] != ' ' ||
        !number_parse(span_at(line.data + 9, 3), &status) || status < 100 || status > 599 ||
        (line.len > 12 && line.data[12] != ' '))
        return bad(parser);
    parser->status = status;
    parser->has_length = false;
    parser->chunked = false;
    parser->length = -1;
    *ret_part = line;
    next_line(parser, HTTP_AT_FIELD);
    return status < 200 ? HTTP_NEED : HTTP_STATUS;
}

static bool parse_length(struct span digits, int64_t *ret_length)
{
    int64_t length = 0;

    for (size_t i = 0; i < digits.len; i++) {
        int digit = digits.data[i] - '0';

        if (digit < 0 || digit > 9 || length > (INT64_MAX - digit) / 10)
            return false;
        length = length * 10 + digit;
    }
    *ret_length = length;
    return digits.len > 0;
}

/* "5", and "5, 5" as two equal fields that somebody joined (RFC 9110 §8.6). */
static bool take_length(struct http_parser *parser, struct span value)
{
    bool more = true;

    while (more) {
        const uint8_t *comma = value.len > 0 ? memchr(value.data, ',', value.len) : NULL;
        size_t len = comma != NULL ? (size_t)(comma - value.data) : value.len;
        int64_t length;

        if (!parse_length(letters_trim(span_at(value.data, len)), &length) ||
            (parser->has_length && parser->length != length))
            return false;
        parser->has_length = true;
        parser->length = length;
        more = comma != NULL;
        value = span_skip(value, more ? len + 1 : len);
    }
    return true;
}

/* Where the last coding is not chunked, only the end of the connection ends the body. */
static void take_coding(struct http_parser *parser, struct span value)
{
    size_t last = value.len;

    while (last > 0 && value.data[last - 1] != ',')
        last--;
    parser->framing = HTTP_BY_CLOSE;
    parser->chunked = letters_equal(letters_trim(span_skip(value, last)), span_of("chunked"));
}

/* What the framing depends on. */
static bool take_field(struct http_parser *parser)
{
    struct span field = line_of(parser);
    struct span value;

    if (memchr(field.data, '\0', field.len) != NULL || memchr(field.data, ':', field.len) == NULL)
        return false;
    if (http_field(field, "Content-Length", &value))
        return !parser->line_cut && take_length(parser, value);
    if (http_field(field, "Transfer-Encoding", &value)) {
        take_coding(parser, value);
        return !parser->line_cut;
    }
    return !http_field(field, "Location", &value) || !parser->line_cut;
}

/* RFC 9112 §6.3 */
static void choose_framing(struct http_parser *parser)
{
    if (parser->to_head || parser->status == NO_CONTENT || parser->status == NOT_MODIFIED)
        parser->framing = HTTP_NO_BODY;
    else if (parser->chunked)
        parser->framing = HTTP_CHUNKED;
    else if (parser->framing != HTTP_BY_CLOSE && parser->has_length)
        parser->framing = HTTP_BY_LENGTH;
    else
        parser->framing = HTTP_BY_CLOSE;
    if (parser->framing != HTTP_BY_LENGTH && !parser->to_head)
        parser->length = parser->framing == HTTP_NO_BODY ? 0 : -1;
}

static enum http_event end_head(struct http_parser *parser)
{
    static const enum http_place places[] = { [HTTP_NO_BODY] = HTTP_AT_END,
                                              [HTTP_BY_LENGTH] = HTTP_AT_BODY,
                                              [HTTP_CHUNKED] = HTTP_AT_CHUNK_SIZE,
                                              [HTTP_BY_CLOSE] = HTTP_AT_BODY };

    if (parser->status < 200) {
        bool is_continue = parser->status == CONTINUE;
        bool switches = parser->status == 101; /* nobody has asked for that */

        next_line(parser, HTTP_AT_STATUS);
        parser->framing = HTTP_NO_BODY;
        if (switches)
            return bad(parser);
        return is_continue ? HTTP_INTERIM : HTTP_NEED;
    }
    choose_framing(parser);
    next_line(parser, places[parser->framing]);
    parser->left = parser->framing == HTTP_BY_LENGTH ? parser->length : 0;
    return HTTP_HEAD_END;
}

/* A line has come: a field that may go on in the next, or the empty line. */
static enum http_event take_head_line(struct http_parser *parser)
{
    bool trailer = parser->place == HTTP_AT_TRAILER;

    if (parser->line_len > 0) {
        parser->place = trailer ? HTTP_AT_TRAILER_END : HTTP_AT_FIELD_END;
        return HTTP_NEED;
    }
    if (!trailer)
        return end_head(parser);
    parser->place = HTTP_AT_END;
    return HTTP_END;
}

/* The byte behind a field's line end says whether the field goes on. */
static enum http_event end_field(struct http_parser *parser, uint8_t next, size_t *used,
                                 struct span *ret_part)
{
    bool trailer = parser->place == HTTP_AT_TRAILER_END;
    bool interim = parser->status < 200;

    if (next == ' ' || next == '\t') {
        (*used)++;
        parser->head_bytes++;
        if (parser->line_len < HTTP_LINE_MAX)
            parser->line[parser->line_len++] = ' ';
        parser->place = trailer ? HTTP_AT_TRAILER : HTTP_AT_FIELD;
        return HTTP_NEED;
    }
    if (!trailer && !interim && !take_field(parser))
        return bad(parser);
    *ret_part = line_of(parser);
    next_line(parser, trailer ? HTTP_AT_TRAILER : HTTP_AT_FIELD);
    if (interim)
        return HTTP_NEED;
    return trailer ? HTTP_TRAILER : HTTP_HEADER;
}

/* Size in hex, then perhaps extensions, which mean nothing here. */
static enum http_event take_chunk_size(struct http_parser *parser)
{
    struct span line = letters_trim(line_of(parser));
    int64_t size = 0;
    size_t at = 0;

    for (; at < line.len && hex_digit(line.data[at]) >= 0; at++) {
        if (size > INT64_MAX >> 4)
            return bad(parser);
        size = size << 4 | hex_digit(line.data[at]);
    }
    if (at == 0 || (at < line.len && line.data[at] != ';' && line.data[at] != ' '))
        return bad(parser);
    parser->left = size;
    parser->head_bytes = 0; /* the limit is for each run of lines */
    next_line(parser, size > 0 ? HTTP_AT_CHUNK_DATA : HTTP_AT_TRAILER);
    return HTTP_NEED;
}

static enum http_event take_body(struct http_parser *parser, struct span bytes, size_t *used,
                                 struct span *ret_part)
{
    struct span part = span_skip(bytes, *used);

    if (parser->framing != HTTP_BY_CLOSE) {
        if (parser->left == 0) {
            parser->place = parser->framing == HTTP_CHUNKED ? HTTP_AT_CHUNK_END : HTTP_AT_END;
            return parser->framing == HTTP_CHUNKED ? HTTP_NEED : HTTP_END;
        }
        if ((int64_t)part.len > parser->left)
            part.len = (size_t)parser->left;
        parser->left -= (int64_t)part.len;
    }
    if (part.len == 0)
        return HTTP_NEED;
    *used += part.len;
    *ret_part = part;
    return HTTP_BODY;
}

static enum http_event take_whole_line(struct http_parser *parser, struct span *ret_part)
{
    switch (parser->place) {
    case HTTP_AT_STATUS:
        return take_status(parser, ret_part);
    case HTTP_AT_FIELD:
    case HTTP_AT_TRAILER:
        return take_head_line(parser);
    case HTTP_AT_CHUNK_SIZE:
        return take_chunk_size(parser);
    case HTTP_AT_CHUNK_END: /* the line end behind a chunk's data, and nothing else */
        if (parser->line_len > 0)
            return bad(parser);
        next_line(parser, HTTP_AT_CHUNK_SIZE);
        return HTTP_NEED;
    case HTTP_AT_FIELD_END:
    case HTTP_AT_BODY:
    case HTTP_AT_CHUNK_DATA:
    case HTTP_AT_TRAILER_END:
    case HTTP_AT_END:
    case HTTP_AT_BAD:
        break;
    }
    return bad(parser);
}

/* One step; HTTP_NEED with bytes left means: go on. */
static enum http_event step(struct http_parser *parser, struct span bytes, size_t *used,
                            struct span *ret_part)
{
    switch (parser->place) {
    case HTTP_AT_END:
        return HTTP_END;
    case HTTP_AT_BAD:
        return HTTP_BAD;
    case HTTP_AT_BODY:
    case HTTP_AT_CHUNK_DATA:
        return take_body(parser, bytes, used, ret_part);
    case HTTP_AT_FIELD_END:
    case HTTP_AT_TRAILER_END:
        return *used < bytes.len ? end_field(parser, bytes.data[*used], used, ret_part) : HTTP_NEED;
    case HTTP_AT_STATUS:
    case HTTP_AT_FIELD:
    case HTTP_AT_CHUNK_SIZE:
    case HTTP_AT_CHUNK_END:
    case HTTP_AT_TRAILER:
        break;
    }
    if (take_line(parser, bytes, used))
        return parser->head_bytes > HTTP_HEAD_MAX ? bad(parser) : take_whole_line(parser, ret_part);
    return parser->head_bytes > HTTP_HEAD_MAX ? bad(parser) : HTTP_NEED;
}

enum http_event http_parse(struct http_parser *parser, struct span bytes, size_t *ret_used,
                           struct span *ret_part)
{
    enum http_event event;

    assert(ret_used != NULL && ret_part != NULL);
    *ret_used = 0;
    *ret_part = span_at(NULL, 0);
    do {
        enum http_place before = parser->place;
        size_t used_before = *ret_used;

        event = step(parser, bytes, ret_used, ret_part);
        if (event == HTTP_NEED && parser->place == before && *ret_used == used_before)
            return HTTP_NEED;
    } while (event == HTTP_NEED);
    return event;
}

void http_parser_keep_chunks(struct http_parser *parser)
{
    if (parser->framing != HTTP_CHUNKED)
        return;
    assert(parser->place == HTTP_AT_CHUNK_SIZE && parser->line_len == 0);
    parser->framing = HTTP_BY_CLOSE;
    parser->place = HTTP_AT_BODY;
}

enum http_event http_parse_end(struct http_parser *parser)
{
    bool complete =
        parser->place == HTTP_AT_END ||
        (parser->place == HTTP_AT_BODY && (parser->framing == HTTP_BY_CLOSE || parser->left == 0));

    if (!complete)
        return bad(parser);
    parser->place = HTTP_AT_END;
    return HTTP_END;
}
