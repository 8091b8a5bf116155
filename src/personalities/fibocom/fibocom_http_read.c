/* fibocom_http_read.c: +HTTPREAD: the response, or a part of it, as fast as the host takes it; with
 * MODE 1 as it comes.
 *
 * Source: docs/facts/fibocom.md §3; drivers find the data between the first line and OK.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/wipe.h"

/* "+HTTPREAD: 1024" and the line ends around it. */
enum { PIECE_FRAME = 32 };

/* Writes what there is room for; AT_LATER while there is more. */
static enum at_status show_kept(struct fibocom_http *http, struct at_session *at)
{
    size_t left = http->read_end - http->read_at;
    size_t room = at_answer_room(at);
    size_t part = left < room ? left : room;

    at_put(at, span_at(http->response.data + http->read_at, part));
    http->read_at += part;
    return part < left ? AT_LATER : AT_OK;
}

/* The next bytes, at most `max`: first the header, which was kept, then the body as http_read()
 * gives it. */
static ptrdiff_t next_piece(struct fibocom_http *http, uint8_t *piece, size_t max)
{
    struct bytes *head = &http->response;
    size_t part = head->len < max ? head->len : max;

    if (part == 0)
        return http_read(http->exchange, piece, max);
    memcpy(piece, head->data, part);
    bytes_drop(head, part);
    return (ptrdiff_t)part;
}

static void show_piece(struct fibocom_http *http, struct at_session *at, struct span piece)
{
    if (http->read_at > 0)
        at_put_line_end(at);
    at_info(at, "+HTTPREAD: %zu", piece.len);
    at_put(at, piece);
    http->read_at += piece.len;
}

static enum at_status show_stream(struct fibocom_http *http, struct at_session *at)
{
    uint8_t piece[FIBOCOM_HTTP_PIECE_MOST];
    size_t max = (size_t)module_fact_peek(http->modem, FACT_HTTP_PIECE);
    ptrdiff_t got = -ERR_AGAIN;

    if (at_is_abandoned(at))
        return AT_OK; /* the rest is for the next host */
    while (at_answer_room(at) >= max + PIECE_FRAME && (got = next_piece(http, piece, max)) > 0) {
        if ((size_t)got == max)
            module_note_fact(http->modem, FACT_HTTP_PIECE);
        show_piece(http, at, span_at(piece, (size_t)got));
    }
    wipe(piece, max);
    if (got == -ERR_AGAIN || got > 0)
        return AT_LATER;
    fibocom_http_enter(http, HTTP_PHASE_NONE);
    if (got == 0 && http->read_at == 0)
        at_info(at, "+HTTPREAD: 0");
    return got == 0 ? AT_OK : at_refuse_said(at, FACT_ERROR_HTTP_BROKEN);
}

static enum at_status show(struct fibocom_http *http, struct at_session *at)
{
    return http->phase == HTTP_PHASE_STREAMING ? show_stream(http, at) : show_kept(http, at);
}

void fibocom_http_pump(struct fibocom_http *http)
{
    struct module_terminal *reader = http->reader;
    enum at_status status;

    if (reader == NULL)
        return;
    status = show(http, reader->at);
    if (status != AT_LATER)
        http->reader = NULL;
    at_finish(reader->at, status);
}

static void on_abort(struct at_session *at, void *ctx)
{
    ((struct fibocom_http *)ctx)->reader = NULL; /* the rest is the next +HTTPREAD's */
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static void on_room(void *ctx)
{
    fibocom_http_pump(ctx);
}

static enum at_status begin(struct fibocom_http *http, struct at_session *at)
{
    enum at_status status = show(http, at);

    if (status == AT_LATER) {
        http->reader = terminal_of(at);
        at_long_answer(at, on_room, http);
        at_await(at, on_abort, http);
    }
    return status;
}

static enum at_status read_part(struct at_session *at, size_t offset, size_t len)
{
    struct fibocom_http *http = fibocom_http_of(at);

    if (http == NULL)
        return AT_FAIL;
    if (fibocom_http_is_busy(http))
        return at_refuse(at, FACT_ERROR_STATE, "another HTTP command is under way");
    if (http->phase != HTTP_PHASE_COMPLETE)
        return at_refuse(at, FACT_ERROR_STATE, "there is no response to read; AT+HTTPACT first");
    if (offset > http->response.len)
        return at_refuse(at, FACT_ERROR_STATE, "the response has %zu bytes",
                         (size_t)http->response.len);
    if (len > http->response.len - offset)
        len = http->response.len - offset;
    http->read_at = offset;
    http->read_end = offset + len;
    at_info(at, "+HTTPREAD: %zu", len);
    return len > 0 ? begin(http, at) : AT_OK;
}

static enum at_status run_read(struct at_session *at)
{
    struct fibocom_http *http = fibocom_http_of(at);

    if (http == NULL)
        return AT_FAIL;
    if (http->phase != HTTP_PHASE_STREAMING || fibocom_http_is_busy(http))
        return read_part(at, 0, SIZE_MAX);
    http->read_at = 0;
    return begin(http, at);
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
      .help = "The response, with its header unless RESPONSEHEADER is 1; or a part of it; with "
              "MODE 1 as it comes.",
      .source = "NL668 HTTP V1.2.3 §1.4",
      AT_PARAMS(read_params),
      .run = run_read,
      .set = set_read },
};
const struct at_commands fibocom_http_read = AT_COMMANDS(rows);
