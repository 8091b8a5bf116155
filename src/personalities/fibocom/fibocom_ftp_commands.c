/* fibocom_ftp_commands.c: +FTPOPEN, +FTPLIST, +FTPGET, +FTPRECV, +FTPCLOSE.
 *
 * Source: docs/facts/fibocom.md §3.  OK comes at once; how it ended, a line later.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/wipe.h"

enum { LOGIN_SERVER, LOGIN_USER, LOGIN_PASSWORD, LOGIN_ACCOUNT, LOGIN_MODE, LOGIN_PORT };

enum { PORT_PRESET = 21, MODE_ACTIVE = 0 };

static void copy_text(char *to, const struct at_arg *arg)
{
    if (arg->given && arg->text.len > 0)
        memcpy(to, arg->text.data, arg->text.len);
}

/* A host that has read all need not know that the end of the file, and the server's last word on
 * it, are still due. */
static bool may_be_free_soon(const struct fibocom_ftp *ftp)
{
    return ftp->task == FTP_TASK_FILE && ftp_is_drained(&ftp->client);
}

struct fibocom_ftp *fibocom_ftp_ready(struct at_session *at)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    if (ftp != NULL && ftp->owner == terminal_of(at) && !ftp->telling &&
        (ftp_is_ready(&ftp->client) || may_be_free_soon(ftp)))
        return ftp;
    at_fail(at, FACT_ERROR_STATE);
    return NULL;
}

static void begin_task(struct fibocom_ftp *ftp, struct at_session *at, enum fibocom_ftp_task task)
{
    ftp->task = task;
    ftp->command = at_row_name(at);
    ftp->describe = NULL;
}

static enum ftp_error start(struct fibocom_ftp *ftp, const struct fibocom_ftp_operation *operation)
{
    if (operation->task != FTP_TASK_COMMAND) {
        ftp->reader = NULL;
        ftp_set_buffering(&ftp->client, operation->task == FTP_TASK_GET);
        return ftp_transfer(&ftp->client, operation->kind, operation->name, operation->offset);
    }
    if (operation->to.len > 0)
        return ftp_rename(&ftp->client, operation->name, operation->to);
    return ftp_command(&ftp->client, operation->verb, operation->name);
}

static enum at_status run(struct fibocom_ftp *ftp, struct at_session *at,
                          const struct fibocom_ftp_operation *operation)
{
    if (start(ftp, operation) != FTP_FINE) {
        if (operation->task == FTP_TASK_PUT)
            bytes_free(&ftp->put);
        return at_fail(at, FACT_ERROR_STATE);
    }
    begin_task(ftp, at, operation->task);
    ftp->describe = operation->describe;
    return AT_OK;
}

static void on_abort_next(struct at_session *at, void *ctx)
{
    (void)at;
    fibocom_ftp_refuse_next(ctx);
}

enum at_status fibocom_ftp_begin(struct at_session *at,
                                 const struct fibocom_ftp_operation *operation)
{
    struct fibocom_ftp *ftp = fibocom_ftp_ready(at);

    if (ftp == NULL)
        return AT_FAIL;
    if (ftp_is_ready(&ftp->client))
        return run(ftp, at, operation);
    ftp->next = *operation;
    ftp->next_until_ms = module_now(ftp->modem) + FACT_FTP_RECEIVE_MS;
    ftp->next_waits = true;
    at_await(at, on_abort_next, ftp);
    return AT_LATER;
}

void fibocom_ftp_begin_next(struct fibocom_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    ftp->next_waits = false;
    at_finish(at, run(ftp, at, &ftp->next));
}

void fibocom_ftp_refuse_next(struct fibocom_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    ftp->next_waits = false;
    if (ftp->next.task == FTP_TASK_PUT)
        bytes_free(&ftp->put);
    at_finish(at, at_fail(at, FACT_ERROR_STATE));
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);
    const struct at_arg *list = args->list;
    char host[CONNECTION_HOST_MAX + 1] = { 0 };
    char user[FTP_IDENTITY_MAX + 1] = { 0 }, password[FTP_IDENTITY_MAX + 1] = { 0 };
    const struct ftp_session session = {
        .host = host,
        .port = (uint16_t)(list[LOGIN_PORT].given ? list[LOGIN_PORT].number : PORT_PRESET),
        .user = user,
        .password = password,
        .passive = (list[LOGIN_MODE].given ? list[LOGIN_MODE].number
                                           : fibocom_of(at)->ftp.passive) != MODE_ACTIVE,
        .timeout_ms = FACT_FTP_TIMEOUT_MS,
        .total_ms = FACT_FTP_TOTAL_MS,
        .idle_ms = FACT_FTP_TIMEOUT_MS,
    };
    enum ftp_error started;

    if ((ftp != NULL && ftp->owner != NULL) || !fibocom_context(module_of(at))->active)
        return at_fail(at, FACT_ERROR_STATE);
    ftp = module_part(module_of(at), &fibocom_ftp_part, 0);
    if (ftp == NULL)
        return at_fail(at, FIBOCOM_MEMORY_FAILURE);
    copy_text(host, &list[LOGIN_SERVER]);
    copy_text(user, &list[LOGIN_USER]);
    copy_text(password, &list[LOGIN_PASSWORD]);
    started = ftp_open(&ftp->client, &session);
    wipe(password, sizeof(password));
    if (started != FTP_FINE)
        return at_fail(at, FACT_ERROR_STATE);
    begin_task(ftp, at, FTP_TASK_OPEN);
    ftp->owner = terminal_of(at);
    ftp->reader = NULL;
    return AT_OK;
}

static enum at_status read_open(struct at_session *at)
{
    const struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    at_info(at, "+FTPOPEN: %d", ftp != NULL && ftp_is_open(&ftp->client));
    return AT_OK;
}

static enum at_status list(struct at_session *at, struct span name)
{
    const struct fibocom_ftp_operation operation = { .task = FTP_TASK_LIST,
                                                     .kind = FTP_LIST,
                                                     .name = name };

    return fibocom_ftp_begin(at, &operation);
}

static enum at_status run_list(struct at_session *at)
{
    return list(at, span_at(NULL, 0));
}

static enum at_status set_list(struct at_session *at, const struct at_args *args)
{
    return list(at, args->list[0].text);
}

enum { GET_NAME, GET_MODE, GET_OFFSET };

static enum at_status set_get(struct at_session *at, const struct at_args *args)
{
    struct fibocom_ftp *ftp = fibocom_ftp_ready(at);
    const struct at_arg *offset = &args->list[GET_OFFSET];
    struct fibocom_ftp_operation operation = { .task = FTP_TASK_GET,
                                               .kind = FTP_RETR,
                                               .name = args->list[GET_NAME].text };

    if (ftp == NULL)
        return AT_FAIL;
    operation.offset = (uint64_t)(offset->given ? offset->number : fibocom_of(at)->ftp.restart);
    fibocom_of(at)->ftp.restart = 0;
    return fibocom_ftp_begin(at, &operation);
}

static enum at_status set_receive(struct at_session *at, const struct at_args *args)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    return ftp != NULL ? fibocom_ftp_receive(ftp, at, (size_t)args->list[0].number)
                       : at_fail(at, FACT_ERROR_STATE);
}

/* The session ends without the server's farewell. */
static void on_abort_close(struct at_session *at, void *ctx)
{
    fibocom_ftp_clear(ctx);
    at_finish(at, at_fail_plain(at));
}

static enum at_status run_close(struct at_session *at)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    if (ftp == NULL || ftp->owner != terminal_of(at) || ftp->task == FTP_TASK_OPEN)
        return at_fail(at, FACT_ERROR_STATE);
    if (ftp->task == FTP_TASK_NONE && ftp_quit(&ftp->client) == FTP_FINE) {
        ftp->task = FTP_TASK_CLOSE;
        at_await(at, on_abort_close, ftp);
        return AT_LATER;
    }
    fibocom_ftp_clear(ftp);
    at_info(at, "+FTPCLOSE: 1");
    return AT_OK;
}

static const struct at_param open_params[] = {
    { .name = "server", .type = AT_STRING, .min = 1, .max = CONNECTION_HOST_MAX },
    { .name = "user", .type = AT_STRING, .max = FTP_IDENTITY_MAX },
    { .name = "password", .type = AT_STRING, .secret = true, .max = FTP_IDENTITY_MAX },
    { .name = "account", .type = AT_STRING, .optional = true, .max = FTP_IDENTITY_MAX },
    { .name = "mode", .optional = true, .max = 1 },
    { .name = "port", .optional = true, .min = 1, .max = 65535 },
    { .name = "type", .optional = true, .max = 0 },
};
static const struct at_param list_params[] = {
    { .name = "path", .type = AT_STRING, .optional = true, .max = FTP_NAME_MAX },
};
static const struct at_param get_params[] = {
    { .name = "file", .type = AT_STRING, .min = 1, .max = FTP_NAME_MAX },
    { .name = "mode", .optional = true, .max = 1 },
    { .name = "offset", .optional = true, .max = INT32_MAX },
};
static const struct at_param receive_params[] = {
    { .name = "length", .min = 1, .max = FIBOCOM_FTP_BYTES },
};

#define SOURCE .source = "docs/facts/fibocom.md §3"

static const struct at_command rows[] = {
    { .name = "+FTPOPEN",
      .help = "Opens an FTP session: OK at once, +FTPOPEN: 1 when the server has let us in.",
      SOURCE,
      .secret = true,
      AT_PARAMS(open_params),
      .set = set_open,
      .read = read_open },
    { .name = "+FTPLIST",
      .help = "Lists a folder: the server's lines between +FTPLIST: 2 and +FTPLIST: 1.",
      SOURCE,
      AT_PARAMS(list_params),
      .run = run_list,
      .set = set_list },
    { .name = "+FTPGET",
      .help = "Fetches a file, which +FTPRECV reads.",
      SOURCE,
      AT_PARAMS(get_params),
      .set = set_get },
    { .name = "+FTPRETR",
      .help = "The same as +FTPGET.",
      SOURCE,
      AT_PARAMS(get_params),
      .set = set_get },
    { .name = "+FTPRECV",
      .help = "Reads the file that comes; 0 bytes are its end.",
      SOURCE,
      AT_PARAMS(receive_params),
      .set = set_receive },
    { .name = "+FTPCLOSE", .help = "Ends the session.", SOURCE, .run = run_close },
};
const struct at_commands fibocom_ftp = AT_COMMANDS(rows);
