/* fibocom_ftp_files.c: commands that one reply of the server answers, and those about the session.
 *
 * Their names are known (docs/facts/fibocom.md §3); all else is as the commands of it that drivers
 * use: OK at once, then a line with 1 or 0, and behind the 1 what the reply has brought
 * (FACT_FTP_*).
 */
#include "personalities/fibocom/fibocom.h"

#include <inttypes.h>

static enum at_status start(struct at_session *at, enum ftp_verb verb, struct span argument,
                            fibocom_ftp_describe *describe)
{
    const struct fibocom_ftp_operation operation = {
        .phase = FTP_PHASE_COMMAND, .verb = verb, .name = argument, .describe = describe
    };

    return fibocom_ftp_begin(at, &operation);
}

/* ---- what replies bring ---- */

/* "213 " */
enum { CODE_LENGTH = 4 };

static bool describe_size(const struct fibocom_ftp *ftp, struct text *line)
{
    uint64_t size;

    if (!ftp_reply_size(&ftp->client.reply, &size))
        return false;
    text_add(line, ",%" PRIu64, size);
    return true;
}

static bool describe_folder(const struct fibocom_ftp *ftp, struct text *line)
{
    char path[REPLY_TEXT_MAX + 1];

    if (!ftp_reply_path(&ftp->client.reply, path, sizeof(path)))
        return false;
    text_add(line, ",\"%s\"", path);
    return true;
}

static bool describe_words(const struct fibocom_ftp *ftp, struct text *line)
{
    const char *text = ftp->client.reply.text;

    text_add(line, ",\"%s\"", strlen(text) > CODE_LENGTH ? text + CODE_LENGTH : "");
    return true;
}

/* ---- commands ---- */

static enum at_status set_folder(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_CWD, args->list[0].text, NULL);
}

static enum at_status set_make(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_MKD, args->list[0].text, NULL);
}

static enum at_status set_remove(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_RMD, args->list[0].text, NULL);
}

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_DELE, args->list[0].text, NULL);
}

static enum at_status set_size(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_SIZE, args->list[0].text, describe_size);
}

static enum at_status set_time(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_MDTM, args->list[0].text, describe_words);
}

static enum at_status run_folder(struct at_session *at)
{
    return start(at, FTP_PWD, span_at(NULL, 0), describe_folder);
}

static enum at_status run_up(struct at_session *at)
{
    return start(at, FTP_CDUP, span_at(NULL, 0), NULL);
}

static enum at_status run_system(struct at_session *at)
{
    return start(at, FTP_SYST, span_at(NULL, 0), describe_words);
}

static enum at_status run_nothing(struct at_session *at)
{
    return start(at, FTP_NOOP, span_at(NULL, 0), NULL);
}

static enum at_status set_name(struct at_session *at, const struct at_args *args)
{
    const struct fibocom_ftp_operation operation = { .phase = FTP_PHASE_COMMAND,
                                                     .name = args->list[0].text,
                                                     .to = args->list[1].text };

    return fibocom_ftp_begin(at, &operation);
}

/* ---- the session ---- */

static void *settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &fibocom_of(at)->ftp;
}

enum { STATE_CLOSED, STATE_READY, STATE_BUSY };

/* Not when the server has ended it while the host gets a list. */
static bool is_going_on(const struct fibocom_ftp *ftp)
{
    return ftp->phase != FTP_PHASE_NONE && ftp->phase != FTP_PHASE_ENDED &&
           (ftp->phase != FTP_PHASE_TELLING || ftp_is_open(&ftp->client));
}

static enum at_status run_state(struct at_session *at)
{
    const struct fibocom_ftp *ftp = fibocom_ftp_if(at);
    int state = STATE_CLOSED;

    if (ftp != NULL && ftp_is_ready(&ftp->client) && ftp->phase != FTP_PHASE_TELLING)
        state = STATE_READY;
    else if (ftp != NULL && is_going_on(ftp))
        state = STATE_BUSY;
    at_info(at, "+FTPSTAT: %d", state);
    return AT_OK;
}

static enum at_status run_reply(struct at_session *at)
{
    const struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    at_info(at, "+FTPINFO: \"%s\"",
            ftp != NULL ? ftp->client.reply.text : at_text(fibocom_of(at)->ftp_reply));
    return AT_OK;
}

#define NAME(text)                                                                                 \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .min = 1, .max = FACT_FTP_NAME_MAX                      \
    }
#define SETTING(field) AT_BIND(fibocom_ftp_settings, field)

static const struct at_param folder_params[] = { NAME("path") };
static const struct at_param file_params[] = { NAME("file") };
static const struct at_param names_params[] = { NAME("from"), NAME("to") };
static const struct at_param mode_params[] = {
    { .name = "mode", .max = 1, .preset = FACT_FTP_PASSIVE, .bound = SETTING(passive) },
};
static const struct at_param restart_params[] = {
    { .name = "offset", .max = INT32_MAX, .bound = SETTING(restart) },
};

#define ROW(text, say) .name = (text), .help = (say), .source = "docs/facts/fibocom.md §3"

static const struct at_command rows[] = {
    { ROW("+FTPCWD", "Changes the folder."), AT_PARAMS(folder_params), .set = set_folder },
    { ROW("+FTPCDUP", "Goes to the folder above."), .run = run_up, .acts = true },
    { ROW("+FTPPWD", "The folder on the server."), .run = run_folder },
    { ROW("+FTPMKD", "Makes a folder."), AT_PARAMS(folder_params), .set = set_make },
    { ROW("+FTPRMD", "Removes a folder."), AT_PARAMS(folder_params), .set = set_remove },
    { ROW("+FTPDEL", "Deletes a file."), AT_PARAMS(file_params), .set = set_delete },
    { ROW("+FTPREN", "Renames a file."), AT_PARAMS(names_params), .set = set_name },
    { ROW("+FTPSIZE", "Size of a file in bytes."), AT_PARAMS(file_params), .set = set_size },
    { ROW("+FTPTIME", "When a file was changed."), AT_PARAMS(file_params), .set = set_time },
    { ROW("+FTPSYST", "The kind of server."), .run = run_system },
    { ROW("+FTPNOOP", "Asks the server for a sign of life."), .run = run_nothing, .acts = true },
    { ROW("+FTPMODE", "How sessions make data connections: 0 active, 1 passive."),
      AT_PARAMS(mode_params), .record = settings_record },
    { ROW("+FTPREST", "Where the next +FTPGET begins."), AT_PARAMS(restart_params),
      .record = settings_record },
    { ROW("+FTPSTAT", "State of the session: 0 closed, 1 ready, 2 busy."), .run = run_state },
    { ROW("+FTPINFO", "The last reply of the server."), .run = run_reply },
};
const struct at_commands fibocom_ftp_files = AT_COMMANDS(rows);
