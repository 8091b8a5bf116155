/* fibocom_http_read.c: +HTTPREAD: the response, or a part of it, as fast as the host takes it.
 *
 * Source: fibocom.md §3; drivers find the data between the first line and OK.
 */
#include "personalities/fibocom/fibocom.h"

/* Writes what there is room for; AT_LATER while there is more. */
static enum at_status show(struct fibocom_http *http, struct at_session *at)
{
    size_t left = http->read_end - http->read_at;
    size_t room = at_answer_room(at);
    size_t part = left < room ? left : room;

    at_put(at, span_at(http->response.data + http->read_at, part));
    http->read_at += part;
    return part < left ? AT_LATER : AT_OK;
}

static void on_room(void *ctx)
{
    struct fibocom_http *http = ctx;
    struct module_terminal *reader = http->reader;
    enum at_status status = show(http, &reader->at);

    if (status != AT_LATER)
        http->reader = NULL;
    at_finish(&reader->at, status);
}

static enum at_status read_part(struct at_session *at, size_t offset, size_t len)
{
    struct fibocom_http *http = &fibocom_of(at)->http;
    enum at_status status;

    if (!http->complete || fibocom_http_is_busy(http) || offset > http->response.len)
        return at_fail(at, FACT_ERROR_STATE);
    if (len > http->response.len - offset)
        len = http->response.len - offset;
    http->read_at = offset;
    http->read_end = offset + len;
    at_info(at, "+HTTPREAD: %zu", len);
    if (len == 0)
        return AT_OK;
    status = show(http, at);
    if (status == AT_LATER) {
        http->reader = terminal_of(at);
        at_long_answer(at, on_room, http);
    }
    return status;
}

static enum at_status run_read(struct at_session *at)
{
    return read_part(at, 0, SIZE_MAX);
}

enum { READ_OFFSET, READ_LEN };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    return read_part(at, (size_t)args->list[READ_OFFSET].number,
                     (size_t)args->list[READ_LEN].number);
}

static const struct at_param read_params[] = {
    { .name = "offset", .max = FACT_HTTP_RESPONSE_MAX },
    { .name = "length", .min = 1, .max = FACT_HTTP_RESPONSE_MAX },
};

static const struct at_command rows[] = {
    { .name = "+HTTPREAD",
      .help = "The response, with its header unless RESPONSEHEADER is 1; or a part of it.",
      .source = "NL668 HTTP V1.2.3 §1.4",
      AT_PARAMS(read_params),
      .run = run_read,
      .set = set_read },
};
const struct at_commands fibocom_http_read = AT_COMMANDS(rows);
