/* quectel_disk_change.c: +QFMOV, +QFTUCAT, +QFFLUSH.
 *
 * Source: docs/facts/quectel-files-and-servers.md §2.
 */
#include "personalities/quectel/quectel.h"

#include <string.h>

/* ---- +QFMOV ---- */

enum { MOVE_FROM, MOVE_TO, MOVE_COPY, MOVE_OVERWRITE };

static enum at_status refuse_open(struct at_session *at)
{
    return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open; AT+QFCLOSE first");
}

/* AT_OK: the file may become the one of this name. */
static enum at_status check_target(struct at_session *at, const struct quectel_disk_file *file,
                                   const struct quectel_disk_name *to, bool overwrite)
{
    const struct quectel_disk_file *there = quectel_disk_find(module_of(at), to);

    if (to->ram && !file->ram)
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "a file of UFS does not go to RAM");
    if (there == file)
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "that is the file itself");
    if (there != NULL && !overwrite)
        return at_refuse(at, FACT_ERROR_FILE_EXISTS, "a file of the new name is there");
    return there != NULL && there->users > 0 ? refuse_open(at) : AT_OK;
}

static enum err copy_file(struct tlsmodem *modem, const struct quectel_disk_file *file,
                          const struct quectel_disk_name *to)
{
    struct bytes copy = { .len = 0 };
    enum err err = bytes_copy(&copy, bytes_span(&file->data));

    return err == ERR_OK ? quectel_disk_keep(modem, to, &copy) : err;
}

static enum err move_file(struct tlsmodem *modem, struct quectel_disk_file *file,
                          const struct quectel_disk_name *to, bool copy)
{
    enum err err;

    if (!copy && to->ram == file->ram)
        return quectel_disk_rename(modem, file, to);
    err = copy_file(modem, file, to);
    return err == ERR_OK && !copy ? quectel_disk_remove(modem, file) : err;
}

static enum at_status set_move(struct at_session *at, const struct at_args *args)
{
    bool copy = args->list[MOVE_COPY].given && args->list[MOVE_COPY].number != 0;
    bool overwrite = args->list[MOVE_OVERWRITE].given && args->list[MOVE_OVERWRITE].number != 0;
    struct tlsmodem *modem = module_of(at);
    struct quectel_disk_name from, to;
    struct quectel_disk_file *file;
    enum err err;

    if (!quectel_disk_read_name(args->list[MOVE_FROM].text, &from))
        return quectel_disk_refuse_name(at, args->list[MOVE_FROM].text);
    if (!quectel_disk_read_name(args->list[MOVE_TO].text, &to))
        return quectel_disk_refuse_name(at, args->list[MOVE_TO].text);
    file = quectel_disk_find(modem, &from);
    if (file == NULL)
        return quectel_disk_refuse_missing(at);
    if (file->users > 0)
        return refuse_open(at);
    if (check_target(at, file, &to, overwrite) != AT_OK)
        return AT_FAIL;
    err = move_file(modem, file, &to, copy);
    if (err == ERR_IO)
        return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
    return err == ERR_OK ? AT_OK
                         : at_refuse(at, FACT_ERROR_FILE_NO_ROOM, "there is no room for the copy");
}

/* ---- open files ---- */

static enum at_status set_cut(struct at_session *at, const struct at_args *args)
{
    struct quectel_disk_handle *handle = quectel_disk_handle(at, &args->list[0]);
    uint32_t had;
    enum err err;

    if (handle == NULL)
        return AT_FAIL;
    if (handle->mode == QUECTEL_DISK_READ)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "the file is open to read");
    had = handle->file->data.len;
    handle->file->data.len = (uint32_t)handle->at;
    err = quectel_disk_store(module_of(at), handle->file, handle->at, had);
    if (err == ERR_OK)
        return AT_OK;
    handle->file->data.len = had;
    return at_refuse_storage(at, FACT_ERROR_FILE_STORAGE, err);
}

/* What a host has written is stored when its command ends: there is nothing left to flush. */
static enum at_status set_flush(struct at_session *at, const struct at_args *args)
{
    return quectel_disk_handle(at, &args->list[0]) != NULL ? AT_OK : AT_FAIL;
}

#define NAME(text)                                                                                 \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .min = 1, .max = 2 * QUECTEL_DISK_NAME_MAX              \
    }
static const struct at_param move_params[] = {
    NAME("src_filename"),
    NAME("dst_filename"),
    { .name = "copy", .optional = true, .max = 1 },
    { .name = "overwrite", .optional = true, .max = 1 },
};
static const struct at_param handle_params[] = { { .name = "filehandle", .max = INT32_MAX } };

#define ROW(text, say, parameters, test)                                                           \
    .name = (text), .help = (say), .source = "docs/facts/quectel-files-and-servers.md §2",         \
    AT_PARAMS(parameters), .test_text = (test)

static const struct at_command rows[] = {
    { ROW("+QFMOV", "Gives a file another name (0), or copies it (1); over another file (1).",
          move_params, "<src_filename>,<dst_filename>[,(0,1)[,(0,1)]]"),
      .set = set_move },
    { ROW("+QFTUCAT", "Cuts an open file where its next byte is.", handle_params, "<filehandle>"),
      .set = set_cut },
    { ROW("+QFFLUSH", "Asks that what was written is stored; it is.", handle_params,
          "<filehandle>"),
      .set = set_flush },
};
const struct at_commands quectel_disk_change_rows = AT_COMMANDS(rows);
