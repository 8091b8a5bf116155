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

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
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
        .timeout_ms = module_fact_peek(modem, FACT_FTP_TIMEOUT_MS),
        .total_ms = module_fact_peek(modem, FACT_FTP_TOTAL_MS),
        .idle_ms = module_fact_peek(modem, FACT_FTP_TIMEOUT_MS),
    };
    enum ftp_error started;

    if (ftp != NULL && ftp->owner != NULL)
        return at_refuse(at, FACT_ERROR_STATE, "a session is open on port %zu; AT+FTPCLOSE first",
                         ftp->owner->index + 1);
    if (!fibocom_context(modem)->active)
        return fibocom_refuse_offline(at);
    ftp = module_part(modem, &fibocom_ftp_part, 0);
    if (ftp == NULL)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    copy_text(host, &list[LOGIN_SERVER]);
    copy_text(user, &list[LOGIN_USER]);
    copy_text(password, &list[LOGIN_PASSWORD]);
    started = ftp_open(&ftp->client, &session);
    wipe(password, sizeof(password));
    if (started == FTP_NO_CONNECTION)
        return at_refuse_said(at, FACT_ERROR_STATE);
    if (started != FTP_FINE)
        return at_refuse(at, FACT_ERROR_STATE, "%s", ftp_error_text(started));
    if (!list[LOGIN_MODE].given)
        module_note_preset(modem, FACT_FTP_PASSIVE);
    fibocom_ftp_begin_task(ftp, at, FTP_PHASE_OPENING);
    ftp->owner = terminal_of(at);
    ftp->reader = NULL;
    fibocom_of(at)->ftp_asker = NULL;
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
    const struct fibocom_ftp_operation operation = { .phase = FTP_PHASE_LIST,
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
    struct fibocom_ftp_operation operation = { .phase = FTP_PHASE_GET,
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

    return ftp != NULL && ftp->owner != NULL
               ? fibocom_ftp_receive(ftp, at, (size_t)args->list[0].number)
               : fibocom_ftp_ask_for_more(at);
}

/* The session ends without the server's farewell. */
static void on_abort_close(struct at_session *at, void *ctx)
{
    fibocom_ftp_clear(ctx);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status run_close(struct at_session *at)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    if (ftp == NULL || ftp->owner == NULL)
        return at_refuse(at, FACT_ERROR_STATE, "there is no FTP session");
    if (ftp->owner != terminal_of(at))
        return at_refuse(at, FACT_ERROR_STATE, "the session is port %zu's", ftp->owner->index + 1);
    if (ftp->phase == FTP_PHASE_OPENING)
        return at_refuse(at, FACT_ERROR_STATE, "the session is still being opened");
    if ((ftp->phase == FTP_PHASE_READY || ftp->phase == FTP_PHASE_TELLING) &&
        ftp_quit(&ftp->client) == FTP_FINE) {
        fibocom_ftp_enter(ftp, FTP_PHASE_CLOSING);
        at_await(at, on_abort_close, ftp);
        return AT_LATER;
    }
    fibocom_ftp_clear(ftp);
    at_info(at, "+FTPCLOSE: 1");
    return AT_OK;
}

static const struct at_param open_params[] = {
    { .name = "server",
      .type = AT_STRING,
      .min = 1,
      .max = CONNECTION_HOST_MAX,
      .values = "(url)" },
    { .name = "user", .type = AT_STRING, .max = FTP_IDENTITY_MAX, .values = "(user)" },
    { .name = "password",
      .type = AT_STRING,
      .secret = true,
      .max = FTP_IDENTITY_MAX,
      .values = "(password)" },
    { .name = "account",
      .type = AT_STRING,
      .optional = true,
      .max = FTP_IDENTITY_MAX,
      .values = "(account)" },
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
      .acts = true,
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
    { .name = "+FTPCLOSE", .help = "Ends the session.", SOURCE, .run = run_close, .acts = true },
};
const struct at_commands fibocom_ftp = AT_COMMANDS(rows);
