/* quectel_http_download.c: +QHTTPDL: the body of a response becomes a file in RAM, which a later
 * +QSSLCFG may name.
 *
 * Source: docs/facts/quectel.md §3.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>

enum { DL_FILE, DL_SIZE, DL_TIME };

/* Keeps what has come, also where there was more than fits, and tells. */
void quectel_http_end_download(struct quectel_http *http, int error)
{
    struct quectel_file *file = &http->exchange->download;
    size_t got = file->data.len;
    const struct http *client = &http->exchange->client;
    int64_t length = http_status(client) != 0 ? http_length(client)
                                              : module_fact(http->modem, FACT_HTTP_LENGTH_UNKNOWN);

    if (error == 0 || error == QUECTEL_FILE_TOO_LARGE_2) {
        file->checksum = quectel_checksum(bytes_span(&file->data));
        if (quectel_file_keep(http->modem, file) != ERR_OK)
            error = QUECTEL_FILE_NO_SPACE;
    }
    quectel_http_end(http, QUECTEL_HTTP_IDLE);
    at_urc(http->owner->at, "+QHTTPDL: %zu,%lld,%d", got, (long long)length, error);
}

void quectel_http_pump_download(struct quectel_http *http)
{
    struct http *client = &http->exchange->client;
    struct bytes *data = &http->exchange->download.data;
    ptrdiff_t got;

    assert(http->exchange != NULL);
    do {
        uint8_t extra;
        bool full = data->len == http->exchange->download_max;

        got = http_read(client, full ? &extra : data->data + data->len,
                        full ? 1 : http->exchange->download_max - data->len);
        if (got > 0 && full) {
            if (http->download_preset)
                module_note_fact(http->modem, FACT_HTTP_DOWNLOAD_PRESET);
            quectel_http_end_download(http, QUECTEL_FILE_TOO_LARGE_2);
            return;
        }
        if (got > 0)
            bytes_commit(data, (size_t)got);
    } while (got > 0);
    if (got == 0)
        quectel_http_end_download(http, 0);
    else if (got != -ERR_AGAIN)
        quectel_http_end_download(http, quectel_http_error(http_failure(client)));
}

static bool is_in_ram(struct span name)
{
    return quectel_file_is_name(name) && memcmp(name.data, "RAM:", 4) == 0;
}

/* OK says that it has begun; +QHTTPDL: how it ended. */
static enum at_status set_download(struct at_session *at, const struct at_args *args)
{
    struct quectel_http *http = quectel_http_of(at);
    struct span name = args->list[DL_FILE].text;
    const struct at_arg *size = &args->list[DL_SIZE], *time = &args->list[DL_TIME];
    char text[QUECTEL_FILE_NAME_MAX + 1];

    if (quectel_http_may_request(at) != AT_OK)
        return AT_FAIL;
    if (!is_in_ram(name))
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, /* there is no other place for files */
                         "<file> is not in RAM: RAM:<name>");
    snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.data);
    if (quectel_file_exists(module_of(at), text))
        return at_refuse(at, FACT_ERROR_FILE_EXISTS, "the file is there already; AT+QSECDEL first");
    if (quectel_http_request(at, HTTP_GET, quectel_http_time(at, time)) != AT_LATER)
        return AT_FAIL;
    http->download_preset = !size->given;
    http->exchange->download_max =
        (size_t)(size->given ? size->number
                             : module_fact_peek(module_of(at), FACT_HTTP_DOWNLOAD_PRESET));
    if (bytes_reserve(&http->exchange->download.data, http->exchange->download_max) != ERR_OK) {
        quectel_http_end(http, QUECTEL_HTTP_IDLE);
        return at_refuse_memory(at, QUECTEL_HTTP_ALLOC_MEMORY_FAIL);
    }
    memcpy(http->exchange->download.name, text, sizeof(text));
    quectel_http_enter(http, QUECTEL_HTTP_DOWNLOAD);
    return AT_OK;
}

static const struct at_param download_params[] = {
    { .name = "file",
      .type = AT_STRING,
      .values = "<file>",
      .min = 1,
      .max = QUECTEL_FILE_NAME_MAX },
    { .name = "size", .optional = true, .min = 1, .max = QUECTEL_RAM_FILE_MAX },
    { .name = "wait time", .optional = true, .min = 1, .max = FACT_HTTP_TIME_MAX_S },
};

static const struct at_command rows[] = {
    { .name = "+QHTTPDL",
      .help = "GET into a file in RAM; +QHTTPDL: says how much came.",
      .source = "docs/facts/quectel.md §3",
      AT_PARAMS(download_params),
      .set = set_download },
};
const struct at_commands quectel_http_download_rows = AT_COMMANDS(rows);
