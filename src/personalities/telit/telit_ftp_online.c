/* telit_ftp_online.c: #FTPGET, #FTPLIST, #FTPPUT, #FTPAPP: the port is the data connection.
 *
 * Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3: the escape sequence ends a transfer, and
 * NO CARRIER every one.
 */
#include "personalities/telit/telit.h"

#include <assert.h>

static struct telit_ftp *ftp_of(struct online *online)
{
    return (struct telit_ftp *)online;
}

static struct ftp *client_of(struct online *online)
{
    return &ftp_of(online)->work->client;
}

static size_t read(struct online *online, uint8_t *buf, size_t cap)
{
    return ftp_read(client_of(online), buf, cap);
}

static void pause(struct online *online)
{
    ftp_pause(client_of(online));
}

static bool takes(struct online *online)
{
    return ftp_is_upload(client_of(online));
}

static size_t write(struct online *online, struct span bytes)
{
    return ftp_write(client_of(online), bytes);
}

static void on_escape(struct online *online)
{
    struct telit_ftp *ftp = ftp_of(online);

    telit_ftp_wait(ftp, ftp->owner->at, FTP_TASK_NONE); /* NO CARRIER follows */
    if (ftp_is_upload(client_of(online)))
        ftp_end_upload(client_of(online));
    else
        ftp_abort(client_of(online));
}

void telit_ftp_go_online(struct telit_ftp *ftp)
{
    static const struct online_ops ops = {
        .read = read, .pause = pause, .takes = takes, .write = write, .on_escape = on_escape
    };

    assert(ftp->owner != NULL);
    online_enter(&ftp->online, &ops, ftp->owner->at);
}

static enum at_status start(struct at_session *at, enum ftp_kind kind, struct span name,
                            enum telit_ftp_task task)
{
    const struct telit_ftp_operation operation = {
        .task = task, .transfer = true, .kind = kind, .name = name
    };

    return telit_ftp_begin(at, &operation);
}

static enum at_status set_get(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_RETR, args->list[0].text, FTP_TASK_ONLINE);
}

static enum at_status run_list(struct at_session *at)
{
    return start(at, FTP_LIST, span_at(NULL, 0), FTP_TASK_ONLINE);
}

static enum at_status set_list(struct at_session *at, const struct at_args *args)
{
    return start(at, FTP_LIST, args->list[0].text, FTP_TASK_ONLINE);
}

/* connMode 1: #FTPAPPEXT brings the bytes. */
static enum at_status upload(struct at_session *at, enum ftp_kind kind, const struct at_args *args)
{
    bool command_mode = args->list[1].given && args->list[1].number == 1;

    return start(at, kind, args->list[0].text, command_mode ? FTP_TASK_PACKET : FTP_TASK_ONLINE);
}

static enum at_status set_put(struct at_session *at, const struct at_args *args)
{
    return upload(at, FTP_STOR, args);
}

static enum at_status set_append(struct at_session *at, const struct at_args *args)
{
    return upload(at, FTP_APPE, args);
}

#define NAME(shortest)                                                                             \
    {                                                                                              \
        .name = "filename", .type = AT_STRING, .min = (shortest), .max = 200                       \
    }

static const struct at_param get_params[] = { NAME(1) };
static const struct at_param list_params[] = {
    { .name = "name", .type = AT_STRING, .optional = true, .max = 200 },
};
static const struct at_param put_params[] = {
    NAME(1),
    { .name = "connMode", .optional = true, .max = 1 },
};

static const struct at_command rows[] = {
    { .name = "#FTPLIST",
      .help = "Lists a folder on the server, online.",
      .source = "1vv0300989 r12 §6",
      AT_PARAMS(list_params),
      .run = run_list,
      .set = set_list },
    { .name = "#FTPGET",
      .help = "Reads a file from the server, online.",
      .source = "1vv0300989 r12 §6",
      AT_PARAMS(get_params),
      .set = set_get },
    { .name = "#FTPPUT",
      .help = "Writes a file to the server, online or with #FTPAPPEXT.",
      .source = "1vv0300989 r12 §6",
      AT_PARAMS(put_params),
      .set = set_put },
    { .name = "#FTPAPP",
      .help = "Appends to a file on the server, online or with #FTPAPPEXT.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(put_params),
      .set = set_append },
};
const struct at_commands telit_ftp_online = AT_COMMANDS(rows);
