/* fibocom_http_read.c: +HTTPREAD: the response, or a part of it, as fast as the host takes it.
 *
 * Source: fibocom.md §3; drivers find the data between the first line and OK.
 */
#include "personalities/fibocom/fibocom.h"

static void pump(void *ctx)
{
    struct fibocom_http *http = ctx;
    struct at_session *at = &http->owner->at;

    while (http->read_at < http->read_end) {
        size_t room;
        uint8_t *tail = at_output_tail(at, &room);
        size_t left = http->read_end - http->read_at;
        size_t part = left < room ? left : room;

        if (part == 0)
            return;
        memcpy(tail, http->response.data + http->read_at, part);
        at_output_commit(at, part);
        http->read_at += part;
    }
    if (at->state == AT_ONLINE)
        at_leave_online(at, AT_OK);
}

/* What a host types meanwhile is for later. */
static size_t on_input(void *ctx, struct span bytes)
{
    (void)ctx;
    (void)bytes;
    return 0;
}

static void on_escape(void *ctx)
{
    struct fibocom_http *http = ctx;

    http->read_at = http->read_end;
    at_finish(&http->owner->at, AT_OK);
}

static enum at_status read_part(struct at_session *at, size_t offset, size_t len)
{
    struct fibocom_http *http = &fibocom_of(at)->http;
    const struct at_online online = {
        .on_input = on_input, .on_escape = on_escape, .on_room = pump, .ctx = http
    };

    if (!http->complete || fibocom_http_is_busy(http) || offset > http->response.len)
        return at_fail(at, FACT_ERROR_STATE);
    if (len > http->response.len - offset)
        len = http->response.len - offset;
    http->owner = terminal_of(at);
    http->read_at = offset;
    http->read_end = offset + len;
    at_info(at, "+HTTPREAD: %zu", len);
    if (len == 0)
        return AT_OK;
    at_online(at, &online);
    return AT_LATER;
}

static enum at_status go(struct at_session *at, enum at_status status)
{
    if (status == AT_LATER)
        at_finish_online(at);
    return status;
}

static enum at_status run_read(struct at_session *at)
{
    return go(at, read_part(at, 0, SIZE_MAX));
}

enum { READ_OFFSET, READ_LEN };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    return go(at, read_part(at, (size_t)args->list[READ_OFFSET].number,
                            (size_t)args->list[READ_LEN].number));
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
