/* telit_ftp.c: the FTP session of a Telit module: who may use it, its events, and its end.
 *
 * Source: Telit 1vv0300989 r12 §6; telit.md §3.  The commands are in telit_ftp_*.c.
 */
#include "personalities/telit/telit.h"

#include "base/wipe.h"

struct telit_ftp *telit_ftp_of(const struct at_session *at)
{
    return &telit_of(at)->ftp;
}

struct telit_ftp *telit_ftp_mine(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_of(at);

    if (ftp->owner != NULL && ftp->owner != terminal_of(at)) {
        at_fail(at, TELIT_OTHER_INSTANCE);
        return NULL;
    }
    return ftp;
}

struct telit_ftp *telit_ftp_ready(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    if (ftp == NULL)
        return NULL;
    if (ftp->owner == NULL) {
        at_fail(at, FACT_ERROR_FTP_NO_SESSION);
        return NULL;
    }
    if (ftp->background) {
        at_fail(at, TELIT_FTP_DATA_OPEN);
        return NULL;
    }
    return ftp;
}

bool telit_ftp_wants_tls(const struct at_session *at)
{
    return telit_ftp_of(at)->settings.secure != 0;
}

static bool writes(const struct telit_ftp *ftp)
{
    return ftp_kind_is_upload(ftp->client.transfer.kind);
}

static int refused_error(const struct telit_ftp *ftp)
{
    enum { REPLY_NO_FILE = 550 };
    bool transfer = ftp->task != FTP_TASK_COMMAND;

    if (transfer && writes(ftp))
        return TELIT_FTP_PUT;
    if (ftp->client.reply.code == REPLY_NO_FILE)
        return TELIT_FTP_NO_FILE;
    return transfer ? TELIT_FTP_GET : TELIT_FTP_REPLY;
}

int telit_ftp_error(const struct telit_ftp *ftp, enum ftp_error error)
{
    bool opening = ftp->task == FTP_TASK_OPEN;

    switch (error) {
    case FTP_NO_NAME:
        return TELIT_FTP_RESOLVE;
    case FTP_NO_CONNECTION:
        return TELIT_FTP_CONNECT;
    case FTP_NOT_READY:
        return TELIT_FTP_SERVER_NOT_READY;
    case FTP_NO_TLS:
        return FACT_ERROR_FTP_NO_TLS;
    case FTP_BAD_TLS:
        return FACT_ERROR_FTP_TLS;
    case FTP_BAD_CREDENTIALS:
        return FACT_ERROR_FTP_CREDENTIALS;
    case FTP_NO_LOGIN:
        return TELIT_FTP_LOGIN;
    case FTP_REFUSED:
        return refused_error(ftp);
    case FTP_UNEXPECTED:
        return opening ? TELIT_FTP_RESPONSE : TELIT_FTP_REPLY;
    case FTP_TIMED_OUT:
        return opening ? TELIT_FTP_OPEN_TIMEOUT : TELIT_FTP_COMMUNICATION_TIMEOUT;
    case FTP_LOST:
        return opening ? TELIT_FTP_RESPONSE : TELIT_FTP_DISCONNECTED;
    case FTP_SHUT_DOWN:
        return TELIT_FTP_SERVER_DOWN;
    case FTP_NO_DATA:
        return ftp->client.passive ? TELIT_FTP_OPEN_TIMEOUT : TELIT_FTP_ACCEPT;
    case FTP_NO_LISTENER:
        return TELIT_FTP_LISTEN;
    case FTP_DATA_LOST:
        return writes(ftp) ? TELIT_FTP_WRITE_DATA_CLOSED : TELIT_FTP_READ_DATA_CLOSED;
    case FTP_DATA_STALLED:
        return TELIT_FTP_TIMEOUT;
    case FTP_INVALID:
        return TELIT_TEXT_CHARACTERS;
    case FTP_BUSY:
        return TELIT_FTP_STATE;
    case FTP_FINE:
    case FTP_ABORTED:
        break;
    }
    return TELIT_FTP_GENERIC;
}

enum at_status telit_ftp_await(struct at_session *at, enum telit_ftp_task task,
                               enum ftp_error started)
{
    struct telit_ftp *ftp = telit_ftp_of(at);

    if (started != FTP_FINE)
        return at_fail(at, telit_ftp_error(ftp, started));
    ftp->task = task;
    return AT_LATER;
}

/* ---- the client's events ---- */

/* The settings of the first secure socket. */
static enum err lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx)
{
    const struct telit_ftp *ftp = ctx;
    const struct telit *telit = ftp->modem->maker;

    return telit_ssl_lend(&telit->ssl[0], use, use_ctx);
}

static void on_started(void *ctx)
{
    struct telit_ftp *ftp = ctx;
    enum telit_ftp_task task = ftp->task;

    ftp->task = FTP_TASK_NONE;
    ftp->settings.restart = 0;
    if (task == FTP_TASK_ONLINE) {
        telit_ftp_go_online(ftp);
        at_finish(&ftp->owner->at, AT_CONNECT);
    } else {
        ftp->background = true;
        at_finish(&ftp->owner->at, AT_OK);
    }
}

static void on_data(void *ctx)
{
    struct telit_ftp *ftp = ctx;

    if (ftp->online)
        telit_ftp_pump(ftp);
}

static void on_writable(void *ctx)
{
    struct telit_ftp *ftp = ctx;

    if (ftp->online)
        at_unblock(&ftp->owner->at);
    else if (ftp->task == FTP_TASK_APPEND)
        telit_ftp_continue_append(ftp);
}

static void finish(struct telit_ftp *ftp, struct at_session *at, enum at_status status)
{
    ftp->task = FTP_TASK_NONE;
    at_finish(at, status);
}

/* The command that waited for the end of an operation. */
static void finish_task(struct telit_ftp *ftp, struct at_session *at, enum ftp_error error)
{
    enum at_status status = error == FTP_FINE ? AT_OK : at_fail(at, telit_ftp_error(ftp, error));

    switch (ftp->task) {
    case FTP_TASK_NONE:
        break;
    case FTP_TASK_LAST_CHUNK:
        ftp->task = FTP_TASK_CLOSE;
        if (ftp_quit(&ftp->client) != FTP_FINE)
            finish(ftp, at, AT_OK);
        break;
    case FTP_TASK_CLOSE:
        finish(ftp, at, AT_OK);
        break;
    case FTP_TASK_COMMAND:
        at->block_open = false;
        if (status == AT_OK && ftp->answer != NULL)
            status = ftp->answer(ftp, at);
        finish(ftp, at, status);
        break;
    case FTP_TASK_APPENDED:
        finish(ftp, at, status == AT_OK ? telit_ftp_appended(ftp, at) : status);
        break;
    case FTP_TASK_OPEN:
    case FTP_TASK_ONLINE:
    case FTP_TASK_PACKET:
    case FTP_TASK_APPEND:
        finish(ftp, at, status);
        break;
    }
}

static void end_online(struct telit_ftp *ftp, struct at_session *at)
{
    ftp->online = false;
    if (at->state == AT_ONLINE)
        at_leave_online(at, AT_NO_CARRIER);
    else
        at_finish(at, AT_NO_CARRIER);
}

static void on_done(void *ctx, enum ftp_error error)
{
    struct telit_ftp *ftp = ctx;
    struct at_session *at = &ftp->owner->at;

    ftp->complete = ftp->background && error == FTP_FINE;
    ftp->background = false;
    if (!ftp_is_open(&ftp->client))
        ftp->owner = NULL;
    if (ftp->online)
        end_online(ftp, at);
    else
        finish_task(ftp, at, error);
}

static void on_lost(void *ctx, enum ftp_error error)
{
    struct telit_ftp *ftp = ctx;

    (void)error;
    ftp->owner = NULL;
    ftp->background = false;
}

static const struct ftp_events events = {
    .on_started = on_started,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_done = on_done,
    .on_lost = on_lost,
};

/* ---- power, time, and what ends a session from outside ---- */

void telit_ftp_start(struct telit_ftp *ftp, struct tlsmodem *modem)
{
    ftp->modem = modem;
    ftp->tls = (struct tls_source){ lend, ftp };
    ftp_init(&ftp->client, 0, &modem->world, &events, ftp, &ftp->tls, ftp->received,
             sizeof(ftp->received));
}

void telit_ftp_stop(struct telit_ftp *ftp)
{
    ftp_drop(&ftp->client);
    ftp->owner = NULL;
    ftp->task = FTP_TASK_NONE;
    ftp->online = false;
    ftp->background = false;
    wipe(ftp->packet, sizeof(ftp->packet));
}

int64_t telit_ftp_deadline(const struct telit_ftp *ftp)
{
    return ftp_deadline(&ftp->client);
}

void telit_ftp_tick(struct telit_ftp *ftp)
{
    if (module_now(ftp->modem) >= ftp_deadline(&ftp->client))
        ftp_tick(&ftp->client);
}

void telit_ftp_on_context_down(struct telit_ftp *ftp, size_t cid)
{
    struct at_session *at;
    bool online = ftp->online;
    bool waits = ftp->task != FTP_TASK_NONE;

    if (ftp->owner == NULL || ftp->cid != (int32_t)cid)
        return;
    at = &ftp->owner->at;
    telit_ftp_stop(ftp);
    if (online)
        end_online(ftp, at);
    else if (waits)
        at_finish(at, at_fail(at, TELIT_FTP_CONTEXT_DOWN));
}

/* As the escape sequence: the transfer ends, and NO CARRIER follows. */
void telit_ftp_on_dtr_drop(struct telit_ftp *ftp, struct module_terminal *terminal)
{
    if (ftp->owner != terminal || !ftp->online)
        return;
    if (ftp_is_upload(&ftp->client))
        ftp_end_upload(&ftp->client);
    else
        ftp_abort(&ftp->client);
}
