/* telit_ftp_online.c: #FTPGET, #FTPLIST, #FTPPUT, #FTPAPP: the port is the data connection.
 *
 * Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3: the escape sequence ends a transfer, and
 * NO CARRIER every one.
 */
#include "personalities/telit/telit.h"

static size_t on_input(void *ctx, struct span bytes)
{
    struct telit_ftp *ftp = ctx;
    size_t done = ftp_write(&ftp->work->client, bytes);

    if (done == 0 && !ftp_is_upload(&ftp->work->client))
        return bytes.len; /* nobody is there to get it; NO CARRIER follows */
    return done;
}

static void on_escape(void *ctx)
{
    struct telit_ftp *ftp = ctx;

    telit_ftp_wait(ftp, ftp->owner->at, FTP_TASK_NONE); /* NO CARRIER follows */
    if (ftp_is_upload(&ftp->work->client))
        ftp_end_upload(&ftp->work->client);
    else
        ftp_abort(&ftp->work->client);
}

static void on_room(void *ctx)
{
    telit_ftp_pump(ctx);
}

void telit_ftp_go_online(struct telit_ftp *ftp)
{
    const struct at_online online = {
        .on_input = on_input, .on_escape = on_escape, .on_room = on_room, .ctx = ftp
    };

    ftp->online = true;
    at_online(ftp->owner->at, &online);
}

void telit_ftp_pump(struct telit_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    while (at_is_online(at)) {
        size_t room, got;
        uint8_t *tail = at_output_tail(at, &room);

        if (room == 0) {
            ftp_pause(&ftp->work->client);
            return;
        }
        got = ftp_read(&ftp->work->client, tail, room);
        if (got == 0)
            return;
        at_output_commit(at, got);
    }
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
