/* telit_ftp_session.c: #FTPTO, #FTPCFG, #FTPOPEN, #FTPCLOSE, #FTPMSG.  docs/facts/telit.md §3;
 * Telit 1vv0300989 r12 §6. */
#include "personalities/telit/telit.h"

#include "base/number.h"
#include "base/wipe.h"

#include <string.h>

enum { DECISECOND_MS = 100, PORT_DEFAULT = 21, SERVER_MAX = CONNECTION_HOST_MAX + 6 };

enum { OPEN_SERVER, OPEN_USER, OPEN_PASSWORD, OPEN_MODE, OPEN_CID };

enum { MODE_ACTIVE, MODE_PASSIVE };

static void *settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &telit_ftp_of(at)->settings;
}

/* Splits "host:port", "[2001:db8::1]:port", and both without a port; false when it is neither. */
static bool split_server(struct span server, char host[CONNECTION_HOST_MAX + 1], uint16_t *ret_port)
{
    const char *text = (const char *)server.data;
    size_t len = server.len;
    size_t host_len = len;
    int32_t port = PORT_DEFAULT;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != ':')
            continue;
        /* An address of IPv6 has more than one colon, and its port stands behind the bracket. */
        if (host_len == len && (text[0] != '[' || (i > 0 && text[i - 1] == ']')))
            host_len = i;
        else if (text[0] != '[')
            host_len = len + 1;
    }
    if (host_len > len)
        host_len = len;
    else if (host_len < len && (!number_parse(span_skip(server, host_len + 1), &port) || port < 1 ||
                                port > UINT16_MAX))
        return false;
    if (host_len == 0 || host_len > CONNECTION_HOST_MAX)
        return false;
    memcpy(host, text, host_len);
    host[host_len] = '\0';
    *ret_port = (uint16_t)port;
    return true;
}

static void copy_text(char *to, struct span text)
{
    if (text.len > 0)
        memcpy(to, text.data, text.len);
    to[text.len] = '\0';
}

static enum at_status check_open(struct at_session *at, struct telit_ftp *ftp, int32_t cid)
{
    if (ftp->phase != FTP_PHASE_CLOSED)
        return at_refuse(at, TELIT_FTP_CONNECTED, "a session is open already; AT#FTPCLOSE first");
    if (!network_context(&ftp->modem->network, (size_t)cid)->active)
        return at_refuse(at, TELIT_FTP_CONTEXT_DOWN,
                         "context %d is not active; AT#SGACT=%d,1 first", (int)cid, (int)cid);
    return ftp->settings.secure != 0 ? telit_ssl_guard_ftp(at) : AT_OK;
}

static enum at_status start(struct at_session *at, struct telit_ftp *ftp,
                            const struct at_args *args, const struct ftp_session *session)
{
    enum at_status status;

    if (module_part(ftp->modem, &telit_ftp_part, 0) == NULL)
        return at_refuse_memory(at, TELIT_FTP_ALLOCATE);
    ftp->owner = terminal_of(at);
    telit_ftp_enter(ftp, FTP_PHASE_OPENING);
    telit_ftp_expect(ftp, FTP_TASK_OPEN); /* so that an error is one of opening */
    status = telit_ftp_await(at, FTP_TASK_OPEN, ftp_open(&ftp->work->client, session));
    if (status != AT_LATER) {
        telit_ftp_expect(ftp, FTP_TASK_NONE);
        telit_ftp_enter(ftp, FTP_PHASE_CLOSED);
        return status;
    }
    ftp->cid = args->list[OPEN_CID].given ? args->list[OPEN_CID].number : 1;
    ftp->type = session->ascii ? 1 : 0;
    ftp->complete = false;
    at_text_set(&ftp->name, span_at(NULL, 0));
    return status;
}

static enum at_status set_open(struct at_session *at, const struct at_args *args)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);
    const struct at_arg *list = args->list;
    char host[CONNECTION_HOST_MAX + 1];
    char user[FTP_IDENTITY_MAX + 1], password[FTP_IDENTITY_MAX + 1];
    struct ftp_session session = { .host = host,
                                   .user = user,
                                   .password = password,
                                   .idle_ms = module_fact_peek(module_of(at), FACT_FTP_IDLE_MS),
                                   .ascii = module_fact_is(module_of(at), FACT_FTP_TYPE_PRESET) };
    enum at_status status;

    if (ftp == NULL ||
        check_open(at, ftp, list[OPEN_CID].given ? list[OPEN_CID].number : 1) != AT_OK)
        return AT_FAIL;
    if (!split_server(list[OPEN_SERVER].text, host, &session.port))
        return at_refuse(at, FACT_ERROR_SYNTAX,
                         "<server:port> is no name or address with a port of 1 to 65535");
    copy_text(user, list[OPEN_USER].text);
    copy_text(password, list[OPEN_PASSWORD].text);
    session.secure = ftp->settings.secure != 0;
    session.ignore_private = ftp->settings.ignore_private != 0;
    session.passive = list[OPEN_MODE].given && list[OPEN_MODE].number == MODE_PASSIVE;
    session.timeout_ms = (int64_t)ftp->settings.timeout_ds * DECISECOND_MS;
    session.total_ms = telit_total_ms(ftp->modem, session.timeout_ms);
    status = start(at, ftp, args, &session);
    wipe(password, sizeof(password));
    return status;
}

static enum at_status run_close(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    if (ftp == NULL)
        return AT_FAIL;
    if (ftp->phase == FTP_PHASE_CLOSED)
        return module_fact(ftp->modem, FACT_FTP_CLOSE_TWICE) == TWICE_IS_OK
                   ? AT_OK
                   : at_refuse(at, FACT_ERROR_FTP_NO_SESSION, "there is no FTP session");
    ftp_end_upload(&ftp->work->client); /* if there is one */
    if (ftp_is_over(&ftp->work->client))
        return telit_ftp_await(at, FTP_TASK_LAST_WORD, FTP_FINE);
    return telit_ftp_await(at, FTP_TASK_CLOSE, ftp_quit(&ftp->work->client));
}

static enum at_status run_message(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    if (ftp == NULL)
        return AT_FAIL;
    at_info(at, "#FTPMSG: %s",
            ftp->work != NULL ? ftp->work->client.reply.text : at_text(ftp->message));
    return AT_OK;
}

#define SETTING(field) AT_BIND(telit_ftp_settings, field)
#define TIMEOUT                                                                                    \
    {                                                                                              \
        .name = "tout", .min = 100, .max = 5000, .preset = 100, .bound = SETTING(timeout_ds)       \
    }

static const struct at_param timeout_params[] = { TIMEOUT };
/* FTPext is of later families, taken here and ignored. */
static const struct at_param config_params[] = {
    TIMEOUT,
    { .name = "IPPignoring", .max = 1, .bound = SETTING(ignore_private) },
    { .name = "FTPSEn", .optional = true, .max = 1, .bound = SETTING(secure) },
    { .name = "FTPext", .optional = true, .hidden = true, .max = FACT_FTP_EXTENSION_MAX },
};
static const struct at_param open_params[] = {
    { .name = "server:port", .type = AT_STRING, .min = 1, .max = SERVER_MAX },
    { .name = "username", .type = AT_STRING, .max = FTP_IDENTITY_MAX },
    { .name = "password", .type = AT_STRING, .secret = true, .max = FTP_IDENTITY_MAX },
    { .name = "mode", .optional = true, .max = 1 },
    { .name = "cid", .optional = true, .min = 1, .max_limit = LIMIT_CONTEXTS },
};

static const struct at_command rows[] = {
    { .name = "#FTPTO",
      .help = "Time limit of FTP, in tenths of a second.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(timeout_params),
      .keep = AT_KEEP_PROFILE,
      .record = settings_record },
    { .name = "#FTPCFG",
      .help = "Time limit, private addresses in passive mode, and TLS.",
      .source = "1vv0300989 r12 §6",
      AT_PARAMS(config_params),
      .keep = AT_KEEP_PROFILE,
      .record = settings_record },
    { .name = "#FTPOPEN",
      .help = "Connects to an FTP server and logs in.",
      .source = "1vv0300989 r12 §6",
      AT_PARAMS(open_params),
      .set = set_open },
    { .name = "#FTPCLOSE",
      .help = "Ends the FTP session.",
      .source = "1vv0300989 r12 §6",
      .run = run_close },
    { .name = "#FTPMSG",
      .help = "The last reply of the FTP server.",
      .source = "docs/facts/telit.md §3",
      .run = run_message },
};
const struct at_commands telit_ftp_session = AT_COMMANDS(rows);
