/* quectel_upload.c: +QSECWRITE, +QSECREAD, +QSECDEL.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §2.2.7 to §2.2.9; docs/facts/quectel.md §1.10.
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000 };

static int error_of(enum err err)
{
    switch (err) {
    case ERR_NOT_FOUND:
        return FACT_ERROR_FILE_MISSING;
    case ERR_FULL:
    case ERR_NO_MEMORY:
        return FACT_ERROR_FILE_NO_ROOM;
    default:
        return FACT_ERROR_FILE_STORAGE;
    }
}

static bool take_name(const struct at_arg *arg, char name[QUECTEL_FILE_NAME_MAX + 1])
{
    if (!quectel_file_is_name(arg->text))
        return false;
    snprintf(name, QUECTEL_FILE_NAME_MAX + 1, "%.*s", (int)arg->text.len,
             (const char *)arg->text.data);
    return true;
}

/* ---- +QSECWRITE ---- */

static enum at_status say_upload(struct at_session *at, enum err err, uint32_t len, uint32_t sum)
{
    log_trace(at_log_of(at), TRACE_STORE, "file of %u bytes: %s", (unsigned)len, err_text(err));
    if (err != ERR_OK)
        return at_refuse_storage(at, error_of(err), err);
    at_info(at, "+QSECWRITE: %u,%x", (unsigned)len, (unsigned)sum);
    return AT_OK;
}

static enum at_status end_upload(struct at_session *at, enum err err, size_t len, uint16_t sum)
{
    return err == ERR_OK ? at_when_settled(at, say_upload, (uint32_t)len, sum)
                         : say_upload(at, err, (uint32_t)len, sum);
}

static enum at_status refuse_upload(struct at_session *at, struct quectel_file *upload,
                                    int32_t error, const char *reason)
{
    quectel_file_forget(upload);
    return at_refuse(at, error, "%s", reason);
}

/* What has come counts, however it ended, unless its host is gone. */
static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct quectel_file *upload = ctx;
    struct tlsmodem *modem = module_of(at);
    uint16_t sum = quectel_checksum(payload);
    size_t len = payload.len;

    if (end == AT_PROMPT_ABORTED || payload.len == 0)
        return refuse_upload(at, upload, FACT_ERROR_FILE_NO_DATA, "no byte of the file came");
    if (quectel_file_exists(modem, upload->name))
        return refuse_upload(at, upload, FACT_ERROR_FILE_EXISTS,
                             "a file of this name was stored meanwhile");
    bytes_commit(&upload->data, len);
    bytes_trim(&upload->data);
    upload->checksum = sum;
    return end_upload(at, quectel_file_keep(modem, upload), len, sum);
}

enum { WRITE_NAME, WRITE_SIZE, WRITE_TIMEOUT };

static int32_t timeout_s(const struct at_args *args)
{
    const struct at_arg *timeout = &args->list[WRITE_TIMEOUT];

    return timeout->given ? timeout->number : 100;
}

static const char names_are[] = "<filename> is none; there are RAM:<name>, NVRAM:CA0, NVRAM:CA1, "
                                "NVRAM:CC0 and NVRAM:CK0";

/* AT_OK, or the error is noted. */
static enum at_status check_upload(struct at_session *at, const struct at_args *args,
                                   const char *name)
{
    int32_t size = args->list[WRITE_SIZE].number;
    size_t limit = quectel_file_limit(span_of(name));

    if (size < 1 || timeout_s(args) < 3 || timeout_s(args) > 200)
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER,
                         "<filesize> is from 1 up, <timeout> from 3 to 200");
    if ((size_t)size > limit)
        return at_refuse(at, FACT_ERROR_FILE_TOO_LARGE, "<filesize> is %d; this memory takes %zu",
                         (int)size, limit);
    if (quectel_file_exists(module_of(at), name))
        return at_refuse(at, FACT_ERROR_FILE_EXISTS, "the file is there already; AT+QSECDEL first");
    return AT_OK;
}

static enum at_status set_write(struct at_session *at, const struct at_args *args)
{
    struct quectel_files *files = module_part(module_of(at), &quectel_files_part, 0);
    struct quectel_file *upload;
    char name[QUECTEL_FILE_NAME_MAX + 1];

    if (files == NULL)
        return at_refuse_memory(at, FACT_ERROR_FILE_NO_ROOM);
    upload = &files->upload;
    if (!take_name(&args->list[WRITE_NAME], name))
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "%s", names_are);
    if (check_upload(at, args, name) != AT_OK)
        return AT_FAIL;
    if (upload->data.data != NULL && files->uploader != at)
        return at_refuse(at, FACT_ERROR_FILE_BUSY, "another port is writing a file");
    quectel_file_forget(upload); /* one that a host has left behind */
    if (bytes_reserve(&upload->data, (size_t)args->list[WRITE_SIZE].number) != ERR_OK)
        return at_refuse_memory(at, FACT_ERROR_FILE_NO_ROOM);
    memcpy(upload->name, name, sizeof(upload->name));
    files->uploader = at;
    return at_prompt(at, &(struct at_prompt){ .max = upload->data.cap,
                                              .text = "\r\nCONNECT\r\n",
                                              .memory = upload->data.data,
                                              .idle_ms = (uint32_t)timeout_s(args) * SECOND_MS,
                                              .exact = true,
                                              .escape_ends = true,
                                              .secret = true,
                                              .echo = AT_ECHO_OFF,
                                              .on_done = on_entered,
                                              .ctx = upload });
}

/* ---- +QSECREAD, +QSECDEL ---- */

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    char name[QUECTEL_FILE_NAME_MAX + 1];
    uint16_t checksum = 0;
    bool good = false;
    enum err err;

    if (!take_name(&args->list[0], name))
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "%s", names_are);
    err = quectel_file_check(module_of(at), name, &good, &checksum);
    if (err != ERR_OK)
        return at_refuse_storage(at, error_of(err), err);
    at_info(at, "+QSECREAD: %d,%x", good, checksum);
    return AT_OK;
}

static enum at_status say_deletion(struct at_session *at, enum err err, uint32_t first,
                                   uint32_t second)
{
    (void)first;
    (void)second;
    return err == ERR_OK ? AT_OK : at_refuse_storage(at, error_of(err), err);
}

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    char name[QUECTEL_FILE_NAME_MAX + 1];
    enum err err;

    if (!take_name(&args->list[0], name))
        return at_refuse(at, FACT_ERROR_FILE_PARAMETER, "%s", names_are);
    err = quectel_file_remove(module_of(at), name);
    return err == ERR_OK ? at_when_settled(at, say_deletion, 0, 0) : say_deletion(at, err, 0, 0);
}

static enum at_status answer_ok(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

#define NAME                                                                                       \
    {                                                                                              \
        .name = "filename", .type = AT_STRING, .max = FACT_LINE_MAX                                \
    }

/* Ranges are the handler's: its errors differ from one to the next. */
static const struct at_param write_params[] = {
    NAME,
    { .name = "filesize", .max = INT32_MAX },
    { .name = "timeout", .optional = true, .max = INT32_MAX },
};
static const struct at_param name_params[] = { NAME };

#define NOTE "GSM_SSL_TCP_Application_Note V3.1 "

static const struct at_command rows[] = {
    { .name = "+QSECWRITE",
      .help = "Stores a certificate or key: up to 32768 bytes in RAM, 2025 in NVRAM; +++ ends it "
              "early, "
              "with silence around it.",
      .source = NOTE "§2.2.7",
      .surplus = true,
      AT_PARAMS(write_params),
      .test_text = "<filename>,<filesize>[,(3,200)]",
      .set = set_write,
      .read = answer_ok },
    { .name = "+QSECREAD",
      .help = "Whether a file is as it was stored, and its checksum.",
      .source = NOTE "§2.2.8",
      AT_PARAMS(name_params),
      .test_text = "<filename>",
      .set = set_read,
      .read = answer_ok },
    { .name = "+QSECDEL",
      .help = "Deletes a certificate or key.",
      .source = NOTE "§2.2.9",
      AT_PARAMS(name_params),
      .test_text = "<filename>",
      .set = set_delete,
      .read = answer_ok },
};
const struct at_commands quectel_upload = AT_COMMANDS(rows);
