/* telit_ftp_files.c: commands that one reply of the server answers: #FTPTYPE, #FTPCWD, #FTPPWD,
 * #FTPDELE, #FTPFSIZE; and #FTPREST.  docs/facts/telit.md §3. */
#include "personalities/telit/telit.h"

#include <inttypes.h>

static void *settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &telit_ftp_of(at)->settings;
}

typedef enum at_status answer_fn(struct telit_ftp *ftp, struct at_session *at);

static enum at_status start(struct at_session *at, enum ftp_verb verb, struct span argument,
                            answer_fn *answer)
{
    const struct telit_ftp_operation operation = {
        .task = FTP_TASK_COMMAND, .verb = verb, .name = argument, .answer = answer
    };

    return telit_ftp_begin(at, &operation);
}

enum { TYPE_BINARY, TYPE_ASCII };

static enum at_status is_binary(struct telit_ftp *ftp, struct at_session *at)
{
    (void)at;
    ftp->type = TYPE_BINARY;
    return AT_OK;
}

static enum at_status is_ascii(struct telit_ftp *ftp, struct at_session *at)
{
    (void)at;
    ftp->type = TYPE_ASCII;
    return AT_OK;
}

static enum at_status set_type(struct at_session *at, const struct at_args *args)
{
    bool ascii = args->list[0].number == TYPE_ASCII;

    return start(at, ascii ? FTP_ASCII : FTP_BINARY, span_at(NULL, 0),
                 ascii ? is_ascii : is_binary);
}

static enum at_status read_type(struct at_session *at)
{
    at_info(at, "#FTPTYPE: %d", (int)telit_ftp_of(at)->type);
    return AT_OK;
}

static enum at_status set_folder(struct at_session *at, const struct at_args *args)
{
    if (args->list[0].text.len == 0) {
        if (telit_ftp_ready(at) == NULL)
            return AT_FAIL;
        return module_fact_is(module_of(at), FACT_FTP_EMPTY_FOLDER_IS_OK)
                   ? AT_OK
                   : at_refuse(at, FACT_ERROR_RANGE, "<dirname> is empty");
    }
    return start(at, FTP_CWD, args->list[0].text, NULL);
}

static enum at_status answer_folder(struct telit_ftp *ftp, struct at_session *at)
{
    at_info(at, "#FTPPWD: %s", ftp->work->client.reply.text);
    return AT_OK;
}

static enum at_status run_folder(struct at_session *at)
{
    return start(at, FTP_PWD, span_at(NULL, 0), answer_folder);
}

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_DELE, args->list[0].text, NULL);
}

static enum at_status answer_size(struct telit_ftp *ftp, struct at_session *at)
{
    uint64_t size;

    if (!ftp_reply_size(&ftp->work->client.reply, &size))
        return at_refuse(at, TELIT_FTP_REPLY, "the server's reply holds no size: %s",
                         ftp->work->client.reply.text);
    at_info(at, "#FTPFSIZE: %" PRIu64, size);
    return AT_OK;
}

static enum at_status set_size(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_SIZE, args->list[0].text, answer_size);
}

#define NAME                                                                                       \
    {                                                                                              \
        .name = "filename", .type = AT_STRING, .min = 1, .max = 200                                \
    }

static const struct at_param type_params[] = { { .name = "type", .max = 1 } };
static const struct at_param folder_params[] = {
    { .name = "dirname", .type = AT_STRING, .optional = true, .max = 200 },
};
static const struct at_param name_params[] = { NAME };
static const struct at_param restart_params[] = {
    { .name = "restartposition", .max = INT32_MAX, .bound = AT_BIND(telit_ftp_settings, restart) },
};

static const struct at_command rows[] = {
    { .name = "#FTPTYPE",
      .help = "Binary or ASCII.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(type_params),
      .set = set_type,
      .read = read_type },
    { .name = "#FTPCWD",
      .help = "Changes the folder on the server.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(folder_params),
      .set = set_folder },
    { .name = "#FTPPWD",
      .help = "The folder on the server.",
      .source = "docs/facts/telit.md §3",
      .run = run_folder },
    { .name = "#FTPREST",
      .help = "Where the next download begins.",
      .source = "S000574 p.249",
      AT_PARAMS(restart_params),
      .record = settings_record },
    { .name = "#FTPDELE",
      .help = "Deletes a file on the server.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(name_params),
      .set = set_delete },
    { .name = "#FTPFSIZE",
      .help = "Size of a file on the server.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(name_params),
      .set = set_size },
};
const struct at_commands telit_ftp_files = AT_COMMANDS(rows);
