/* quectel_disk_data.c: bytes between a host and its files: +QFUPL, +QFDWL, +QFREAD, +QFWRITE.
 *
 * Source: docs/facts/quectel-files-and-servers.md §2.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000, ROOM_FOR_A_LINE = 64 };

/* ---- to the host ---- */

static void on_room(void *ctx)
{
    struct quectel_disk *disk = ctx;
    struct quectel_disk_transfer *transfer = &disk->transfer;
    struct at_session *at = transfer->at;

    while (transfer->left > 0) {
        struct span piece = span_skip(bytes_span(&transfer->file->data), transfer->from);
        size_t room = at_answer_room(at);

        if (room == 0)
            return;
        piece.len = transfer->left < room ? transfer->left : room;
        at_put(at, piece);
        transfer->from += piece.len;
        transfer->left -= piece.len;
    }
    if (at_answer_room(at) < ROOM_FOR_A_LINE)
        return;
    if (transfer->download) {
        at_put_line_end(at);
        at_info(at, "+QFDWL: %zu,%x", (size_t)transfer->file->data.len,
                quectel_checksum(bytes_span(&transfer->file->data)));
    }
    quectel_disk_end(disk);
    at_finish(at, AT_OK);
}

static enum at_status give(struct at_session *at, struct quectel_disk *disk,
                           struct quectel_disk_file *file, size_t from, size_t count)
{
    disk->transfer.file = file;
    disk->transfer.from = from;
    disk->transfer.left = count;
    file->users++;
    at_long_answer(at, on_room, disk);
    return AT_LATER;
}

static enum at_status set_download(struct at_session *at, const struct at_args *args)
{
    struct span text = args->list[0].text;
    struct quectel_disk_name name;
    struct quectel_disk_file *file;
    struct quectel_disk *disk;

    if (!quectel_disk_read_name(text, &name))
        return quectel_disk_refuse_name(at, text);
    file = quectel_disk_find(module_of(at), &name);
    if (file == NULL)
        return quectel_disk_refuse_missing(at);
    disk = quectel_disk_begin(at);
    if (disk == NULL)
        return AT_FAIL;
    disk->transfer.download = true;
    at_info(at, "CONNECT");
    return give(at, disk, file, 0, file->data.len);
}

enum { DATA_HANDLE, DATA_LENGTH, DATA_TIMEOUT };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[DATA_HANDLE]);
    const struct at_arg *length = &args->list[DATA_LENGTH];
    struct quectel_disk *disk;
    size_t from, count;

    if (handle == NULL)
        return AT_FAIL;
    disk = quectel_disk_begin(at);
    if (disk == NULL)
        return AT_FAIL;
    from = handle->at;
    count = handle->file->data.len - from;
    if (length->given && (size_t)length->number < count)
        count = (size_t)length->number;
    handle->at += count;
    at_info(at, "CONNECT %zu", count);
    return give(at, disk, handle->file, from, count);
}

/* ---- from the host ---- */

enum { ACK_EVERY = 1024 };

/* What a prompt of +QFUPL and +QFWRITE is told. */
struct upload {
    size_t size;
    int32_t timeout_s;
    bool acknowledges;
    enum at_status (*on_done)(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload);
};

static enum at_status collect(struct at_session *at, struct quectel_disk *disk,
                              const struct upload *upload)
{
    if (bytes_reserve(&disk->transfer.incoming, upload->size) != ERR_OK) {
        quectel_disk_end(disk);
        return at_refuse_memory(at, FACT_ERROR_FILE_NO_ROOM);
    }
    return at_prompt(at, &(struct at_prompt){ .max = upload->size,
                                              .text = "\r\nCONNECT\r\n",
                                              .memory = disk->transfer.incoming.data,
                                              .idle_ms = (uint32_t)upload->timeout_s * SECOND_MS,
                                              .exact = true,
                                              .escape_ends = true,
                                              .ack_every = upload->acknowledges ? ACK_EVERY : 0,
                                              .echo = AT_ECHO_OFF,
                                              .on_done = upload->on_done,
                                              .ctx = disk });
}

static enum at_status refuse(struct at_session *at, struct quectel_disk *disk, int32_t error,
                             const char *reason)
{
    quectel_disk_end(disk);
    return at_refuse(at, error, "%s", reason);
}

/* What has come counts, however it ended, unless its host is gone. */
static enum at_status on_uploaded(struct at_session *at, void *ctx, enum at_prompt_end end,
                                  struct span payload)
{
    struct quectel_disk *disk = ctx;
    struct quectel_disk_transfer *transfer = &disk->transfer;
    uint16_t sum = quectel_checksum(payload);
    size_t len = payload.len;
    enum err err;

    if (end == AT_PROMPT_ABORTED || len == 0)
        return refuse(at, disk, FACT_ERROR_FILE_NO_DATA, "no byte of the file came");
    if (quectel_disk_find(module_of(at), &transfer->name) != NULL)
        return refuse(at, disk, FACT_ERROR_FILE_EXISTS, "a file of this name was made meanwhile");
    bytes_commit(&transfer->incoming, len);
    err = quectel_disk_keep(module_of(at), &transfer->name, &transfer->incoming);
    if (err == ERR_IO) {
        quectel_disk_end(disk);
        return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
    }
    if (err != ERR_OK)
        return refuse(at, disk, FACT_ERROR_FILE_NO_ROOM, "there is no room for the file");
    quectel_disk_end(disk);
    at_info(at, "+QFUPL: %zu,%x", len, sum);
    return AT_OK;
}

enum { UPLOAD_NAME, UPLOAD_SIZE, UPLOAD_TIMEOUT, UPLOAD_ACK };
enum { PRESET_SIZE = 10240, PRESET_TIMEOUT_S = 5 };

static int32_t value_of(const struct at_arg *arg, int32_t preset)
{
    return arg->given ? arg->number : preset;
}

static enum at_status set_upload(struct at_session *at, const struct at_args *args)
{
    struct span text = args->list[UPLOAD_NAME].text;
    size_t size = (size_t)value_of(&args->list[UPLOAD_SIZE], PRESET_SIZE);
    struct quectel_disk_name name;
    struct quectel_disk *disk;

    if (!quectel_disk_read_name(text, &name))
        return quectel_disk_refuse_name(at, text);
    if (quectel_disk_find(module_of(at), &name) != NULL)
        return at_refuse(at, FACT_ERROR_FILE_EXISTS, "the file is there already; AT+QFDEL first");
    if (size > quectel_disk_free(module_of(at), name.ram))
        return at_refuse(at, FACT_ERROR_FILE_TOO_LARGE, "%zu bytes are free",
                         quectel_disk_free(module_of(at), name.ram));
    disk = quectel_disk_begin(at);
    if (disk == NULL)
        return AT_FAIL;
    memcpy(disk->transfer.text, name.name.data, name.name.len);
    disk->transfer.name = (struct quectel_disk_name){
        .ram = name.ram, .name = span_at((uint8_t *)disk->transfer.text, name.name.len)
    };
    return collect(
        at, disk,
        &(struct upload){ .size = size,
                          .timeout_s = value_of(&args->list[UPLOAD_TIMEOUT], PRESET_TIMEOUT_S),
                          .acknowledges = value_of(&args->list[UPLOAD_ACK], 0) != 0,
                          .on_done = on_uploaded });
}

/* Puts the bytes where the handle is, in memory and in storage, or leaves the file as it was. */
static enum err put(const struct tlsmodem *modem, struct quectel_disk_handle *handle,
                    struct span bytes)
{
    struct bytes *data = &handle->file->data, before = { .len = 0 };
    struct span over = span_skip(bytes_span(data), handle->at);
    uint32_t had = data->len;
    enum err err;

    if (over.len > bytes.len)
        over.len = bytes.len;
    err = bytes_copy(&before, over);
    if (err == ERR_OK)
        err = bytes_add(data, span_skip(bytes, over.len), SIZE_MAX / 2);
    if (err == ERR_OK) {
        if (over.len > 0)
            memcpy(data->data + handle->at, bytes.data, over.len);
        err = quectel_disk_store(modem, handle->file, handle->at, had);
    }
    if (err == ERR_OK) {
        handle->at += bytes.len;
    } else {
        if (before.len > 0)
            memcpy(data->data + handle->at, before.data, before.len);
        data->len = had;
    }
    bytes_free(&before);
    return err;
}

static enum at_status on_written(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct quectel_disk *disk = ctx;
    const struct at_arg number = { .given = true, .number = disk->transfer.handle };
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &number);
    size_t len = payload.len, room;
    enum err err;

    if (handle == NULL) { /* closed meanwhile, by another port */
        quectel_disk_end(disk);
        return AT_FAIL;
    }
    if (end == AT_PROMPT_ABORTED || len == 0)
        return refuse(at, disk, FACT_ERROR_FILE_NO_DATA, "no byte came");
    room = quectel_disk_free(module_of(at), handle->file->ram);
    err = len > room + handle->file->data.len - handle->at ? ERR_FULL
                                                           : put(module_of(at), handle, payload);
    if (err != ERR_OK && err != ERR_IO)
        return refuse(at, disk, FACT_ERROR_FILE_NO_ROOM, "there is no room for so many bytes");
    quectel_disk_end(disk);
    if (err == ERR_IO)
        return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
    at_info(at, "+QFWRITE: %zu,%zu", len, (size_t)handle->file->data.len);
    return AT_OK;
}

static enum at_status set_write(struct at_session *at, const struct at_args *args)
{
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[DATA_HANDLE]);
    size_t size = (size_t)value_of(&args->list[DATA_LENGTH], PRESET_SIZE);
    struct quectel_disk *disk;
    size_t room;

    if (handle == NULL)
        return AT_FAIL;
    if (handle->mode == QUECTEL_DISK_READ)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open to read");
    room =
        quectel_disk_free(module_of(at), handle->file->ram) + handle->file->data.len - handle->at;
    if (size > room)
        return at_refuse(at, FACT_ERROR_FILE_TOO_LARGE, "there is room for %zu bytes", room);
    disk = quectel_disk_begin(at);
    if (disk == NULL)
        return AT_FAIL;
    disk->transfer.handle = handle->number;
    return collect(
        at, disk,
        &(struct upload){ .size = size,
                          .timeout_s = value_of(&args->list[DATA_TIMEOUT], PRESET_TIMEOUT_S),
                          .on_done = on_written });
}

#define HANDLE                                                                                     \
    {                                                                                              \
        .name = "filehandle", .max = INT32_MAX                                                     \
    }
#define NUMBER(text, most)                                                                         \
    {                                                                                              \
        .name = (text), .optional = true, .min = 1, .max = (most)                                  \
    }
#define NAME                                                                                       \
    {                                                                                              \
        .name = "filename", .type = AT_STRING, .min = 1, .max = FACT_LINE_MAX                      \
    }
static const struct at_param upload_params[] = {
    NAME,
    NUMBER("size", INT32_MAX),
    NUMBER("timeout", UINT16_MAX),
    { .name = "ackmode", .optional = true, .max = 1 },
};
static const struct at_param name_params[] = { NAME };
static const struct at_param read_params[] = { HANDLE, NUMBER("length", INT32_MAX) };
static const struct at_param write_params[] = { HANDLE, NUMBER("length", INT32_MAX),
                                                NUMBER("timeout", UINT16_MAX) };

#define ROW(text, say, parameters, test)                                                           \
    .name = (text), .help = (say), .source = "docs/facts/quectel-files-and-servers.md §2",         \
    AT_PARAMS(parameters), .test_text = (test)

static const struct at_command rows[] = {
    { ROW("+QFUPL", "Makes a file of what follows CONNECT: 10240 bytes, or what came in time.",
          upload_params, "<filename>[,<size>[,(1-65535)[,(0,1)]]]"),
      .set = set_upload },
    { ROW("+QFDWL", "Gives a whole file, after CONNECT.", name_params, "<filename>"),
      .set = set_download },
    { ROW("+QFREAD", "Gives the next bytes of an open file, after CONNECT and their number.",
          read_params, "<filehandle>[,<length>]"),
      .set = set_read },
    { ROW("+QFWRITE", "Writes what follows CONNECT to an open file.", write_params,
          "<filehandle>[,<length>[,<timeout>]]"),
      .set = set_write },
};
const struct at_commands quectel_disk_data_rows = AT_COMMANDS(rows);
