/* quectel_http_download.c: +QHTTPDL: the body of a response becomes a file, which +QFREAD gives
 * back and a later +QSSLCFG may name.  Where the server has not said its length, as with chunks,
 * the module takes what comes until the time is over.
 *
 * Source: docs/facts/quectel-files-and-servers.md §3.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>

enum { DL_FILE, DL_SIZE, DL_TIME };

enum { PIECE = 1024, SECOND_MS = 1000 };

/* 0, or the error of a file that cannot be kept. */
static int keep(struct quectel_http *http)
{
    struct quectel_exchange *exchange = http->exchange;
    const struct quectel_disk_name name = { .ram = exchange->download_ram,
                                            .name = span_of(exchange->download_name) };

    switch (quectel_disk_keep(http->modem, &name, &exchange->download)) {
    case ERR_OK:
        return 0;
    case ERR_BUSY:
        return QUECTEL_FILE_ACCESS_DENIED;
    case ERR_IO:
        return (int)module_fact(http->modem, FACT_ERROR_FILE_STORAGE);
    default:
        return QUECTEL_FILE_NO_SPACE;
    }
}

/* Keeps what has come, also where there was more than fits or the time is over, and tells. */
void quectel_http_end_download(struct quectel_http *http, int error)
{
    const struct http *client = &http->exchange->client;
    size_t got = http->exchange->download.len;
    long long length = http_length(client);

    if (error == 0 || error == QUECTEL_FILE_TOO_LARGE_2 ||
        error == QUECTEL_HTTP_WAIT_DATA_TIMEOUT) {
        int kept = keep(http);

        error = kept != 0 ? kept : error;
    }
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    at_urc(http->owner->at, "+QHTTPDL: %zu,%lld,%d", got, length, error);
}

/* What has come; ERR_FULL: it is more than fits. */
static enum err add(struct quectel_http *http, struct span piece)
{
    struct quectel_exchange *exchange = http->exchange;
    size_t room = exchange->download_max - exchange->download.len;
    bool fits = piece.len <= room;

    if (!fits)
        piece.len = room;
    if (bytes_add(&exchange->download, piece, exchange->download_max) != ERR_OK)
        return ERR_NO_MEMORY;
    return fits ? ERR_OK : ERR_FULL;
}

void quectel_http_pump_download(struct quectel_http *http)
{
    struct http *client = &http->exchange->client;
    uint8_t piece[PIECE];
    ptrdiff_t got;

    assert(http->exchange != NULL);
    if (http->exchange->download_over)
        return;
    while ((got = http_read(client, piece, sizeof(piece))) > 0) {
        enum err err = add(http, span_at(piece, (size_t)got));

        if (err == ERR_OK)
            continue;
        if (err == ERR_FULL && http->download_preset)
            module_note_fact(http->modem, FACT_HTTP_DOWNLOAD_PRESET);
        quectel_http_end_download(http, err == ERR_FULL ? QUECTEL_FILE_TOO_LARGE_2
                                                        : QUECTEL_FILE_NO_SPACE);
        return;
    }
    if (got == 0 && http_length(client) < 0)
        http->exchange->download_over = true;
    else if (got == 0)
        quectel_http_end_download(http, 0);
    else if (got != -ERR_AGAIN)
        quectel_http_end_download(http, quectel_http_error(http_failure(client)));
}

/* How much may come: what the host says, as far as there is room. */
static size_t most(struct tlsmodem *modem, const struct at_arg *size,
                   const struct quectel_disk_name *name)
{
    const struct quectel_disk_file *file = quectel_disk_find(modem, name);
    size_t room = quectel_disk_free(modem, name->ram) + (file != NULL ? file->data.len : 0);
    size_t wanted =
        (size_t)(size->given ? size->number : module_fact_peek(modem, FACT_HTTP_DOWNLOAD_PRESET));

    return wanted < room ? wanted : room;
}

/* The response of +QHTTPGET or +QHTTPPOST goes into the file. */
static void begin(struct quectel_http *http, const struct quectel_disk_name *name, size_t max)
{
    struct quectel_exchange *exchange = http->exchange;
    int64_t wait_ms = (int64_t)http->answer_time.seconds * SECOND_MS;

    exchange->download_max = max;
    exchange->download_over = false;
    exchange->download_ram = name->ram;
    snprintf(exchange->download_name, sizeof(exchange->download_name), "%.*s", (int)name->name.len,
             (const char *)name->name.data);
    exchange->download_until_ms = module_now(http->modem) + wait_ms;
    http_set_idle_timeout(&exchange->client, wait_ms);
    http_keep_chunks(&exchange->client);
    quectel_http_enter(http, QUECTEL_HTTP_DOWNLOAD);
    quectel_http_pump_download(http);
}

/* OK says that it has begun; +QHTTPDL: how it ended.  A file of that name is overwritten. */
static enum at_status set_download(struct at_session *at, const struct at_args *args)
{
    struct quectel_http *http = quectel_http_of(at);
    struct span text = args->list[DL_FILE].text;
    const struct at_arg *size = &args->list[DL_SIZE], *time = &args->list[DL_TIME];
    struct quectel_disk_name name;
    const struct quectel_disk_file *file;

    if (quectel_http_may_read(at) != AT_OK)
        return AT_FAIL;
    if (!quectel_disk_read_name(text, &name))
        return quectel_disk_refuse_name(at, text);
    file = quectel_disk_find(module_of(at), &name);
    if (file != NULL && file->users > 0)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open; AT+QFCLOSE first");
    http->owner = terminal_of(at);
    http->answer_time = quectel_http_time(at, time);
    http->download_preset = !size->given;
    begin(http, &name, most(module_of(at), size, &name));
    return AT_OK;
}

static const struct at_param download_params[] = {
    { .name = "file", .type = AT_STRING, .values = "<file>", .min = 1, .max = FACT_LINE_MAX },
    { .name = "size", .optional = true, .min = 1, .max = INT32_MAX },
    { .name = "wait time", .optional = true, .min = 1, .max = FACT_HTTP_TIME_MAX_S },
};

static const struct at_command rows[] = {
    { .name = "+QHTTPDL",
      .help = "The body of the response into a file of UFS or RAM; +QHTTPDL: says how much came.",
      .source = "docs/facts/quectel-files-and-servers.md §3",
      AT_PARAMS(download_params),
      .set = set_download },
};
const struct at_commands quectel_http_download_rows = AT_COMMANDS(rows);
