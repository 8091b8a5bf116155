/* quectel_disk_commands.c: +QFLDS, +QFLST, +QFDEL, +QFOPEN, +QFSEEK, +QFPOSITION, +QFCLOSE.
 *
 * Source: docs/facts/quectel-files-and-servers.md §2.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct quectel_disk_file *files_of(const struct tlsmodem *modem)
{
    const struct quectel_disk *disk = module_part_if(modem, &quectel_disk_part, 0);

    return disk != NULL ? disk->files : NULL;
}

/* ---- +QFLDS ---- */

static enum at_status set_room(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    bool ram = span_equal(args->list[0].text, span_of("RAM"));

    if (span_equal(args->list[0].text, span_of("SD")))
        return at_refuse(at, FACT_ERROR_FILE_STORAGE, "there is no card");
    module_note_fact(modem, ram ? FACT_DISK_RAM : FACT_DISK_FLASH);
    at_info(at, "+QFLDS: %zu,%zu", quectel_disk_free(modem, ram), quectel_disk_total(modem, ram));
    return AT_OK;
}

static enum at_status run_room(struct at_session *at)
{
    size_t count = 0, bytes = 0;

    for (const struct quectel_disk_file *file = files_of(module_of(at)); file != NULL;
         file = file->next) {
        if (file->ram)
            continue;
        count++;
        bytes += file->data.len;
    }
    at_info(at, "+QFLDS: %zu,%zu", bytes, count);
    return AT_OK;
}

/* ---- +QFLST, +QFDEL ---- */

/* "a*" is all that begin with "a". */
struct pattern {
    struct quectel_disk_name begin;
    bool many;
};

static bool read_pattern(struct span text, struct pattern *ret)
{
    struct span bare = text;

    ret->many = text.len > 0 && text.data[text.len - 1] == '*';
    if (!ret->many)
        return quectel_disk_read_name(text, &ret->begin);
    bare.len--;
    ret->begin.ram = bare.len >= 4 && memcmp(bare.data, "RAM:", 4) == 0;
    ret->begin.name = span_at(bare.data, 0);
    return bare.len == 0 || span_equal(bare, span_of("RAM:")) ||
           span_equal(bare, span_of("UFS:")) || quectel_disk_read_name(bare, &ret->begin);
}

static bool matches(const struct pattern *pattern, const struct quectel_disk_file *file)
{
    struct span name = span_of(file->name), begin = pattern->begin.name;

    if (file->ram != pattern->begin.ram)
        return false;
    if (!pattern->many)
        return span_equal(name, begin);
    return name.len >= begin.len && memcmp(name.data, begin.data, begin.len) == 0;
}

/* The first file from this one on that the pattern is about; NULL: none. */
static struct quectel_disk_file *next_match(const struct pattern *pattern,
                                            struct quectel_disk_file *file)
{
    while (file != NULL && !matches(pattern, file))
        file = file->next;
    return file;
}

/* A line of the list, and what ends the answer. */
enum { LISTED_MAX = QUECTEL_DISK_NAME_MAX + 64 };

static void show(struct at_session *at, const struct quectel_disk_file *file)
{
    at_info(at, "+QFLST: \"%s%s\",%zu", file->ram ? "RAM:" : "", file->name,
            (size_t)file->data.len);
}

/* What is still to be listed, while there is room.  The next file is held meanwhile, so that it
 * stays. */
static void on_list_room(void *ctx)
{
    struct quectel_disk *disk = ctx;
    struct quectel_disk_transfer *transfer = &disk->transfer;
    const struct pattern pattern = { .begin = transfer->name, .many = true };
    struct at_session *at = transfer->at;

    while (transfer->file != NULL) {
        if (at_answer_room(at) < LISTED_MAX)
            return;
        show(at, transfer->file);
        transfer->file->users--;
        transfer->file = next_match(&pattern, transfer->file->next);
        if (transfer->file != NULL)
            transfer->file->users++;
    }
    quectel_disk_end(disk);
    at_finish(at, AT_OK);
}

/* A list that is longer than an answer may be. */
static enum at_status list_on(struct at_session *at, const struct pattern *pattern,
                              struct quectel_disk_file *file)
{
    struct quectel_disk *disk = quectel_disk_begin(at);
    struct quectel_disk_transfer *transfer;

    if (disk == NULL)
        return AT_FAIL;
    transfer = &disk->transfer;
    memcpy(transfer->text, pattern->begin.name.data, pattern->begin.name.len);
    transfer->name.ram = pattern->begin.ram;
    transfer->name.name = span_at(transfer->text, pattern->begin.name.len);
    transfer->file = file;
    file->users++;
    at_long_answer(at, on_list_room, disk);
    show(at, file);
    file->users--;
    transfer->file = next_match(pattern, file->next);
    transfer->file->users++;
    return AT_LATER;
}

static enum at_status list_files(struct at_session *at, struct span text)
{
    struct quectel_disk_file *first;
    struct pattern pattern;
    size_t count = 0;

    if (!read_pattern(text, &pattern))
        return quectel_disk_refuse_name(at, text);
    first = next_match(&pattern, files_of(module_of(at)));
    for (struct quectel_disk_file *file = first; file != NULL;
         file = next_match(&pattern, file->next))
        count++;
    if (count > 1 && count * LISTED_MAX > at_answer_room(at))
        return list_on(at, &pattern, first);
    for (struct quectel_disk_file *file = first; file != NULL;
         file = next_match(&pattern, file->next))
        show(at, file);
    return first != NULL || pattern.many ? AT_OK : quectel_disk_refuse_missing(at);
}

static enum at_status set_list(struct at_session *at, const struct at_args *args)
{
    return list_files(at, args->list[0].text);
}

static enum at_status run_list(struct at_session *at)
{
    return list_files(at, span_of("*"));
}

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    struct span text = args->list[0].text;
    struct tlsmodem *modem = module_of(at);
    struct quectel_disk_file *next;
    struct pattern pattern;
    bool any = false;
    enum err err;

    if (!read_pattern(text, &pattern))
        return quectel_disk_refuse_name(at, text);
    for (const struct quectel_disk_file *file = files_of(modem); file != NULL; file = file->next) {
        if (matches(&pattern, file) && file->users > 0)
            return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open; AT+QFCLOSE first");
    }
    for (struct quectel_disk_file *file = files_of(modem); file != NULL; file = next) {
        next = file->next;
        if (!matches(&pattern, file))
            continue;
        any = true;
        err = quectel_disk_remove(modem, file);
        if (err != ERR_OK)
            return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
    }
    if (any)
        return AT_OK;
    return pattern.many ? at_refuse(at, FACT_ERROR_FILE_PARAMETER, "there is no such file")
                        : quectel_disk_refuse_missing(at);
}

/* ---- handles ---- */

enum { OPEN_NAME, OPEN_MODE, OPEN_LENGTH };

static struct quectel_disk_handle *spare_handle(struct quectel_disk *disk)
{
    for (size_t i = 0; i < QUECTEL_DISK_HANDLES; i++) {
        if (disk->handles[i].file == NULL)
            return &disk->handles[i];
    }
    return NULL;
}

static enum at_status open_file(struct at_session *at, struct quectel_disk_file *file, int32_t mode)
{
    struct quectel_disk *disk = module_part_if(module_of(at), &quectel_disk_part, 0);
    struct quectel_disk_handle *handle = spare_handle(disk);

    assert(handle != NULL);
    *handle = (struct quectel_disk_handle){
        .file = file, .number = QUECTEL_DISK_FIRST_HANDLE + 1000 * disk->opened, .mode = mode
    };
    disk->opened = (disk->opened + 1) % 1000000;
    file->users++;
    at_info(at, "+QFOPEN: %d", (int)handle->number);
    return AT_OK;
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct span text = args->list[OPEN_NAME].text;
    int32_t mode =
        args->list[OPEN_MODE].given ? args->list[OPEN_MODE].number : QUECTEL_DISK_AS_IT_IS;
    const struct at_arg *length = &args->list[OPEN_LENGTH];
    struct tlsmodem *modem = module_of(at);
    struct quectel_disk *disk = module_part_if(modem, &quectel_disk_part, 0);
    struct bytes empty = { .len = 0 };
    struct quectel_disk_name name;
    struct quectel_disk_file *file;
    size_t room;

    if (!quectel_disk_read_name(text, &name))
        return quectel_disk_refuse_name(at, text);
    file = quectel_disk_find(modem, &name);
    if (disk != NULL && spare_handle(disk) == NULL)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "%d files are open; AT+QFCLOSE first",
                         (int)QUECTEL_DISK_HANDLES);
    if (file == NULL && mode == QUECTEL_DISK_READ)
        return quectel_disk_refuse_missing(at);
    if (file != NULL && file->users > 0)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open; AT+QFCLOSE first");
    room = quectel_disk_free(modem, name.ram) +
           (file != NULL && mode == QUECTEL_DISK_EMPTIED ? file->data.len : 0);
    if (length->given && (size_t)length->number > room)
        return at_refuse(at, FACT_ERROR_FILE_TOO_LARGE, "%zu bytes are free", room);
    if (file == NULL || mode == QUECTEL_DISK_EMPTIED) {
        enum err err = quectel_disk_keep(modem, &name, &empty);

        if (err == ERR_IO)
            return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
        if (err != ERR_OK)
            return at_refuse(at, FACT_ERROR_FILE_NO_ROOM, "no more files fit");
        file = quectel_disk_find(modem, &name);
    }
    return open_file(at, file, mode);
}

static enum at_status read_open(struct at_session *at)
{
    const struct quectel_disk *disk = module_part_if(module_of(at), &quectel_disk_part, 0);

    for (size_t i = 0; disk != NULL && i < QUECTEL_DISK_HANDLES; i++) {
        const struct quectel_disk_handle *handle = &disk->handles[i];

        if (handle->file != NULL)
            at_info(at, "+QFOPEN: \"%s%s\",%d,%d", handle->file->ram ? "RAM:" : "",
                    handle->file->name, (int)handle->number, (int)handle->mode);
    }
    return AT_OK;
}

enum { SEEK_HANDLE, SEEK_OFFSET, SEEK_POSITION };
enum { FROM_START, FROM_HERE };

static enum at_status set_seek(struct at_session *at, const struct at_args *args)
{
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[SEEK_HANDLE]);
    int32_t position = args->list[SEEK_POSITION].given ? args->list[SEEK_POSITION].number : 0;
    size_t len, to;

    if (handle == NULL)
        return AT_FAIL;
    len = handle->file->data.len;
    to = (size_t)args->list[SEEK_OFFSET].number + (position == FROM_START  ? 0
                                                   : position == FROM_HERE ? handle->at
                                                                           : len);
    if (to > len)
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "the file ends at %zu", len);
    handle->at = to;
    return AT_OK;
}

static enum at_status set_position(struct at_session *at, const struct at_args *args)
{
    const struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[0]);

    if (handle == NULL)
        return AT_FAIL;
    at_info(at, "+QFPOSITION: %zu", handle->at);
    return AT_OK;
}

static enum at_status set_close(struct at_session *at, const struct at_args *args)
{
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[0]);

    if (handle == NULL)
        return AT_FAIL;
    handle->file->users--;
    *handle = (struct quectel_disk_handle){ .file = NULL };
    return AT_OK;
}

#define NAME                                                                                       \
    {                                                                                              \
        .name = "filename", .type = AT_STRING, .min = 1, .max = FACT_LINE_MAX                      \
    }
#define HANDLE                                                                                     \
    {                                                                                              \
        .name = "filehandle", .max = INT32_MAX                                                     \
    }
static const struct at_param room_params[] = {
    { .name = "storage", .type = AT_STRING, .min = 1, .words = "UFS,RAM,SD", .max = 3 },
};
static const struct at_param name_params[] = { NAME };
static const struct at_param open_params[] = {
    NAME,
    { .name = "mode", .optional = true, .max = QUECTEL_DISK_READ },
    { .name = "length", .optional = true, .min = 1, .max = INT32_MAX },
};
static const struct at_param seek_params[] = {
    HANDLE,
    { .name = "offset", .max = INT32_MAX },
    { .name = "position", .optional = true, .max = 2 },
};
static const struct at_param handle_params[] = { HANDLE };

#define ROW(text, say, parameters, test)                                                           \
    .name = (text), .help = (say), .source = "docs/facts/quectel-files-and-servers.md §2",         \
    AT_PARAMS(parameters), .test_text = (test)

static const struct at_command rows[] = {
    { ROW("+QFLDS", "Free and all bytes of UFS or RAM; alone: bytes and files in UFS.", room_params,
          ""),
      .run = run_room, .set = set_room },
    { ROW("+QFLST", "Lists files and their sizes: a name, \"*\", \"RAM:*\", \"a*\".", name_params,
          ""),
      .run = run_list, .set = set_list },
    { ROW("+QFDEL", "Deletes a file, or all that a pattern fits.", name_params, "<filename>"),
      .set = set_delete },
    { ROW("+QFOPEN", "Opens a file: 0 as it is, 1 emptied, 2 to read; tells its handle.",
          open_params, "<filename>[,(0-2)[,<length>]]"),
      .set = set_open, .read = read_open },
    { ROW("+QFSEEK", "Moves in an open file: from its start (0), from here (1), from its end (2).",
          seek_params, "<filehandle>,<offset>[,(0-2)]"),
      .set = set_seek },
    { ROW("+QFPOSITION", "Where in an open file the next byte is.", handle_params, "<filehandle>"),
      .set = set_position },
    { ROW("+QFCLOSE", "Closes a file.", handle_params, "<filehandle>"), .set = set_close },
};
const struct at_commands quectel_disk_rows = AT_COMMANDS(rows);
