/* fuzz_http.c: what a server may send to the HTTP client, and addresses that it may send us to.
 *
 * The first byte says how: bit 0 the answer is to HEAD, bit 1 the input is an address; the rest is
 * the number of bytes that come at a time, 0 for all at once.
 */
#include "input.h"
#include "services/http_parse.h"
#include "services/http_url.h"

#include <stdio.h>
#include <stdlib.h>

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

/* What can stand in a request: no control character, no blank. */
static void check_url(const struct http_url *url)
{
    claim(url->path[0] == '/', "a path without its slash");
    for (const char *at = url->path; *at != '\0'; at++)
        claim(*at > ' ' && *at < 0x7F, "a byte in a path that must not be there");
    claim(url->host[0] != '\0' && url->port != 0, "an address without host or port");
}

static void try_url(struct span text)
{
    struct http_url url;

    if (http_url_parse(text, &url) == ERR_OK)
        check_url(&url);
    if (http_url_parse(span_of("https://[::1]:8080/a/b/../c?d"), &url) == ERR_OK) {
        http_url_follow(&url, text);
        check_url(&url);
    }
}

/* Feeds one piece; false at the end of the response. */
static bool feed(struct http_parser *parser, struct span bytes)
{
    for (;;) {
        struct span part;
        size_t used;
        enum http_event event = http_parse(parser, bytes, &used, &part);

        claim(used <= bytes.len, "more bytes used than there are");
        claim(parser->line_len <= HTTP_LINE_MAX, "a line beyond its limit");
        claim(parser->head_bytes <= HTTP_HEAD_MAX + 1 || event == HTTP_BAD, "a head without end");
        bytes = span_skip(bytes, used);
        if (event == HTTP_END || event == HTTP_BAD)
            return false;
        if (event == HTTP_BODY)
            claim(part.len > 0, "an empty piece of a body");
        if (event == HTTP_NEED) {
            claim(bytes.len == 0, "bytes left over");
            return true;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_parser parser;
    struct input input = { span_at(data, size) };
    uint8_t how = input_byte(&input);
    size_t piece = how >> 2;
    bool open = true;

    if ((how & 2) != 0) {
        try_url(input.left);
        return 0;
    }
    http_parser_init(&parser, (how & 1) != 0);
    while (open && !input_is_empty(&input))
        open = feed(&parser, input_bytes(&input, piece > 0 ? piece : input.left.len));
    if (open)
        http_parse_end(&parser);
    return 0;
}
