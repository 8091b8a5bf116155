/* fibocom_http_fields.c: the header fields of a request: of +HTTPSET, and the host's own of
 * +HTTPHEAD.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/letters.h"

/* Takes the next line off `rest`; false at its end, or at the empty line that ends a head. */
static bool next_line(struct span *rest, struct span *ret_line)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest->data) : rest->len;

    *ret_line = span_at(rest->data, len);
    *rest = span_skip(*rest, end != NULL ? len + 1 : len);
    if (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r')
        ret_line->len--;
    return ret_line->len > 0;
}

static struct span name_of(struct span line)
{
    const uint8_t *colon = memchr(line.data, ':', line.len);

    return span_at(line.data, colon != NULL ? (size_t)(colon - line.data) : 0);
}

/* "GET /path HTTP/1.1", with which one driver begins (FACT_HTTP_HEAD_ONCE). */
static bool is_request_line(struct span line)
{
    static const char version[] = " HTTP/1.";
    size_t len = sizeof(version) - 1;

    return line.len > len + 1 && memcmp(line.data + line.len - len - 1, version, len) == 0;
}

/* What frames the body is ours to say. */
static bool is_framing(struct span line)
{
    struct span name = name_of(line);

    return letters_equal(name, span_of("Content-Length")) ||
           letters_equal(name, span_of("Transfer-Encoding")) ||
           letters_equal(name, span_of("Expect"));
}

static bool head_says(const struct fibocom_http *http, const char *name)
{
    struct span rest = bytes_span(&http->head);
    struct span line;

    while (next_line(&rest, &line)) {
        if (letters_equal(name_of(line), span_of(name)))
            return true;
    }
    return false;
}

static bool add(struct fibocom_http *http, struct span bytes)
{
    return bytes_add(&http->fields, bytes, SIZE_MAX) == ERR_OK;
}

/* A field of +HTTPSET, unless the host has one of its own. */
static bool add_field(struct fibocom_http *http, const char *name, enum fibocom_http_param param)
{
    const char *value = fibocom_http_value(http->modem, param);

    if (value[0] == '\0' || head_says(http, name))
        return true;
    return add(http, span_of(name)) && add(http, span_of(": ")) && add(http, span_of(value)) &&
           add(http, span_of("\r\n"));
}

static bool add_entered_fields(struct fibocom_http *http)
{
    struct span rest = bytes_span(&http->head);
    struct span line;
    bool first = true;

    while (next_line(&rest, &line)) {
        bool left_out = (first && is_request_line(line)) || is_framing(line);

        first = false;
        if (!left_out && !(add(http, line) && add(http, span_of("\r\n"))))
            return false;
    }
    return true;
}

bool fibocom_http_write_fields(struct fibocom_http *http)
{
    bytes_free(&http->fields);
    return add_field(http, "User-Agent", HTTP_PARAM_AGENT) &&
           add_field(http, "Accept", HTTP_PARAM_ACCEPT) &&
           (http->mode != MODE_POST || add_field(http, "Content-Type", HTTP_PARAM_CONTENT_TYPE)) &&
           (http->mode != MODE_GET || add_field(http, "Range", HTTP_PARAM_RANGE)) &&
           add_entered_fields(http);
}
