/* test_http_parse.c: responses as servers write them, well and badly, in pieces of every size. */
#include "base/text.h"
#include "check.h"
#include "services/http_parse.h"

#include <stdio.h>

#define OK_LINE "HTTP/1.1 200 OK\r\n"

/* What is fed, and what is made of it: "S" status, "F" fields, "." end of the head, "B" the body in
 * one piece, "T" trailer fields, "!" bad, "~" more is wanted; "E" at the end.  A "$" in front: the
 * connection ends behind the bytes. */
static const struct {
    const char *name, *bytes, *outcome;
    bool to_head;
} rows[] = {
    { "length", OK_LINE "Content-Length: 5\r\n\r\nhello", "S200 F[Content-Length: 5] .5 B[hello] E",
      false },
    { "length of nothing", OK_LINE "content-length:0\r\n\r\n", "S200 F[content-length:0] .0 E",
      false },
    { "bytes behind the end", OK_LINE "Content-Length: 2\r\n\r\nabHTTP/1.1 200",
      "S200 F[Content-Length: 2] .2 B[ab] E", false },
    { "short", "$" OK_LINE "Content-Length: 5\r\n\r\nhel", "S200 F[Content-Length: 5] .5 B[hel] !",
      false },
    { "by close", "$" OK_LINE "\r\nall of it", "S200 .-1 B[all of it] E", false },
    { "by close, open", OK_LINE "\r\nmore", "S200 .-1 B[more] ~", false },
    { "HTTP/1.0", "$HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\n", "S404 F[Server: x] .-1 E",
      false },
    { "no reason", "HTTP/1.1 204\r\n\r\n", "S204 .0 E", false },
    { "no reason but a blank", "HTTP/1.1 204 \r\n\r\n", "S204 .0 E", false },
    { "lone LF", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "S200 F[Content-Length: 1] .1 B[x] E",
      false },
    { "204 with a length", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n",
      "S204 F[Content-Length: 5] .0 E", false },
    { "304 with a length", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n",
      "S304 F[Content-Length: 5] .0 E", false },
    { "HEAD", OK_LINE "Content-Length: 500\r\n\r\n", "S200 F[Content-Length: 500] .500 E", true },
    { "HEAD, chunked", OK_LINE "Transfer-Encoding: chunked\r\n\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 E", true },
    { "chunked",
      OK_LINE "Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6;x=\"y\"\r\npedia "
              "\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 B[Wikipedia 0123456789] E", false },
    { "chunked with trailers",
      OK_LINE "Transfer-Encoding: Chunked\r\n\r\n001\r\nx\r\n0\r\nA: 1\r\nB:\r\n 2\r\n\r\n",
      "S200 F[Transfer-Encoding: Chunked] .-1 B[x] T[A: 1] T[B: 2] E", false },
    { "chunked beats a length",
      OK_LINE "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "S200 F[Content-Length: 99] F[Transfer-Encoding: chunked] .-1 E", false },
    { "gzip, chunked", OK_LINE "Transfer-Encoding: gzip , chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n",
      "S200 F[Transfer-Encoding: gzip , chunked] .-1 B[z] E", false },
    { "a coding by close", "$" OK_LINE "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nzzz",
      "S200 F[Transfer-Encoding: gzip] F[Content-Length: 1] .-1 B[zzz] E", false },
    { "chunk breaks off", "$" OK_LINE "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
      "S200 F[Transfer-Encoding: chunked] .-1 B[ab] !", false },
    { "no last chunk", "$" OK_LINE "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 B[ab] !", false },
    { "chunk too long", OK_LINE "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 B[a] !", false },
    { "chunk size missing", OK_LINE "Transfer-Encoding: chunked\r\n\r\n\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 !", false },
    { "chunk size junk", OK_LINE "Transfer-Encoding: chunked\r\n\r\n1x\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 !", false },
    { "chunk size negative", OK_LINE "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 !", false },
    { "chunk size huge", OK_LINE "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
      "S200 F[Transfer-Encoding: chunked] .-1 !", false },
    { "same length twice", OK_LINE "Content-Length: 1, 1\r\nContent-Length: 1\r\n\r\nx",
      "S200 F[Content-Length: 1, 1] F[Content-Length: 1] .1 B[x] E", false },
    { "two lengths", OK_LINE "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "S200 F[Content-Length: 1] !", false },
    { "length junk", OK_LINE "Content-Length: 1x\r\n\r\n", "S200 !", false },
    { "length signed", OK_LINE "Content-Length: +1\r\n\r\n", "S200 !", false },
    { "length empty", OK_LINE "Content-Length:\r\n\r\n", "S200 !", false },
    { "length huge", OK_LINE "Content-Length: 9223372036854775808\r\n\r\n", "S200 !", false },
    { "length large", OK_LINE "Content-Length: 9223372036854775807\r\n\r\n",
      "S200 F[Content-Length: 9223372036854775807] .9223372036854775807 ~", false },
    { "folded", OK_LINE "A: one\r\n\ttwo\r\nContent-Length: 0\r\n\r\n",
      "S200 F[A: one two] F[Content-Length: 0] .0 E", false },
    { "100 first", "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" OK_LINE "Content-Length: 0\r\n\r\n",
      "I S200 F[Content-Length: 0] .0 E", false },
    { "103 first",
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_LINE "Content-Length: 0\r\n\r\n",
      "S200 F[Content-Length: 0] .0 E", false },
    { "101", "HTTP/1.1 101 Switching\r\n\r\n", "!", false },
    { "not HTTP", "220 mail.test ESMTP\r\n", "!", false },
    { "HTTP/2", "HTTP/2.0 200 OK\r\n", "!", false },
    { "status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "!", false },
    { "status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "!", false },
    { "status 600", "HTTP/1.1 600 OK\r\n\r\n", "!", false },
    { "status 099", "HTTP/1.1 099 OK\r\n\r\n", "!", false },
    { "no colon", OK_LINE "nonsense\r\n\r\n", "S200 !", false },
    { "nothing", "$", "!", false },
    { "half a head", "$" OK_LINE "A: b\r\n", "S200 !", false },
};

static void note(struct text *out, struct http_parser *parser, enum http_event event,
                 struct span part)
{
    static const char *const marks[] = {
        [HTTP_NEED] = "~",     [HTTP_INTERIM] = "I",  [HTTP_STATUS] = "S",
        [HTTP_HEADER] = "F[",  [HTTP_HEAD_END] = ".", [HTTP_BODY] = "B[",
        [HTTP_TRAILER] = "T[", [HTTP_END] = "E",      [HTTP_BAD] = "!"
    };

    if (event == HTTP_BODY && out->len > 0 && out->at[out->len - 1] == ']' &&
        strstr(out->at, " B[") != NULL)
        out->at[--out->len] = '\0'; /* the next piece of it */
    else
        text_add(out, "%s%s", out->len > 0 ? " " : "", marks[event]);
    if (event == HTTP_STATUS)
        text_add(out, "%d", parser->status);
    if (event == HTTP_HEAD_END)
        text_add(out, "%lld", (long long)parser->length);
    if (event == HTTP_HEADER || event == HTTP_BODY || event == HTTP_TRAILER) {
        text_add_span(out, part);
        text_add(out, "]");
    }
}

/* Feeds `bytes` in pieces of `piece`; true when the parser is at an end. */
static bool feed(struct text *out, struct http_parser *parser, struct span bytes, size_t piece)
{
    while (bytes.len > 0) {
        size_t len = piece < bytes.len ? piece : bytes.len;
        struct span now = span_at(bytes.data, len);

        bytes = span_skip(bytes, len);
        for (;;) {
            struct span part;
            size_t used;
            enum http_event event = http_parse(parser, now, &used, &part);

            assert_true(used <= now.len);
            now = span_skip(now, used);
            if (event == HTTP_NEED) {
                assert_int_equal(now.len, 0);
                break;
            }
            note(out, parser, event, part);
            if (event == HTTP_END || event == HTTP_BAD)
                return true;
        }
    }
    return false;
}

static const char *run(const char *bytes, bool to_head, size_t piece)
{
    static char memory[8192];
    static struct http_parser parser;
    bool ends = bytes[0] == '$';
    struct text out;

    text_init(&out, memory, sizeof(memory));
    http_parser_init(&parser, to_head);
    if (!feed(&out, &parser, span_of(bytes + ends), piece))
        note(&out, &parser, ends ? http_parse_end(&parser) : HTTP_NEED, span_of(""));
    return memory;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t piece = 1; piece < 80; piece++)
            check_text(rows[i].name, run(rows[i].bytes, rows[i].to_head, piece), rows[i].outcome);
        check_text(rows[i].name, run(rows[i].bytes, rows[i].to_head, SIZE_MAX), rows[i].outcome);
    }
}

static enum http_event feed_text(struct http_parser *parser, const char *text)
{
    struct span bytes = span_of(text);
    enum http_event event;

    do {
        struct span part;
        size_t used;

        event = http_parse(parser, bytes, &used, &part);
        bytes = span_skip(bytes, used);
    } while (bytes.len > 0 && event != HTTP_BAD);
    return event;
}

/* A long line is cut, unless something depends on it. */
static void test_long_lines(void **state)
{
    static struct http_parser parser;
    char line[HTTP_LINE_MAX + 100];

    (void)state;
    http_parser_init(&parser, false);
    feed_text(&parser, OK_LINE);
    snprintf(line, sizeof(line), "Set-Cookie: %0*d\r\n", HTTP_LINE_MAX, 0);
    feed_text(&parser, line);
    assert_int_equal(feed_text(&parser, "A"), HTTP_NEED);
    snprintf(line, sizeof(line), ": b\r\nLocation: %0*d\r\n", HTTP_LINE_MAX, 0);
    feed_text(&parser, line);
    assert_int_equal(feed_text(&parser, "A"), HTTP_BAD);
}

/* A head without end is given up. */
static void test_endless_head(void **state)
{
    static struct http_parser parser;
    size_t lines = 0;

    (void)state;
    http_parser_init(&parser, false);
    feed_text(&parser, OK_LINE);
    while (feed_text(&parser, "Field: value\r\n") != HTTP_BAD)
        assert_true(++lines < HTTP_HEAD_MAX / 14 + 1);
    http_parser_init(&parser, false);
    for (lines = 0; feed_text(&parser, "HTTP/1.1 102 Wait\r\n\r\n") != HTTP_BAD; lines++)
        assert_true(lines < HTTP_HEAD_MAX / 21 + 1);
}

static void test_field(void **state)
{
    struct span value;

    (void)state;
    assert_true(http_field(span_of("LOCATION :\t /x \t"), "Location", &value));
    check_bytes("value", value, span_of("/x"));
    assert_false(http_field(span_of("Locations: /x"), "Location", &value));
    assert_false(http_field(span_of("Location"), "Location", &value));
    assert_true(http_field(span_of("A:"), "a", &value));
    assert_int_equal(value.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_endless_head),
        cmocka_unit_test(test_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
