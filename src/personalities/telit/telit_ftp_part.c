/* telit_ftp_part.c: what an FTP session's client, its port and the time bring.
 *
 * Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3.
 */
#include "personalities/telit/telit.h"

/* ---- the client's events ---- */

/* The settings of the first secure socket. */
static enum err lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                     void *use_ctx)
{
    return telit_ssl_lend(((struct telit_ftp *)ctx)->modem, 1, use, use_ctx);
}

static void on_started(void *ctx)
{
    struct telit_ftp *ftp = ctx;
    enum telit_ftp_task task = ftp->task;

    telit_ftp_expect(ftp, FTP_TASK_NONE);
    if (ftp->work->client.transfer.kind == FTP_RETR)
        ftp->settings.restart = 0; /* #FTPREST counts for one download */
    if (task == FTP_TASK_ONLINE) {
        telit_ftp_enter(ftp, FTP_PHASE_OPEN);
        telit_ftp_go_online(ftp);
        at_finish(ftp->owner->at, AT_CONNECT);
    } else {
        telit_ftp_enter(ftp, FTP_PHASE_BACKGROUND);
        at_finish(ftp->owner->at, AT_OK);
    }
}

static void finish(struct telit_ftp *ftp, struct at_session *at, enum at_status status)
{
    telit_ftp_expect(ftp, FTP_TASK_NONE);
    at_finish(at, status);
}

/* The command that waited for the end of a transfer has waited in vain. */
static void refuse_next(struct telit_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    finish(ftp, at,
           at_refuse(at, TELIT_FTP_DATA_OPEN,
                     "the transfer in command mode has not ended; read it to its end first"));
}

static void on_data(void *ctx)
{
    struct telit_ftp *ftp = ctx;

    if (online_is_on(&ftp->online))
        online_pump(&ftp->online);
    else if (ftp->task == FTP_TASK_NEXT && !ftp_is_drained(&ftp->work->client))
        refuse_next(ftp);
}

static void on_writable(void *ctx)
{
    struct telit_ftp *ftp = ctx;

    if (online_is_on(&ftp->online))
        online_writable(&ftp->online);
    else if (ftp->task == FTP_TASK_APPEND)
        telit_ftp_continue_append(ftp);
}

/* The command that waited for the end of an operation. */
static void finish_task(struct telit_ftp *ftp, struct at_session *at, enum ftp_error error)
{
    enum at_status status =
        error == FTP_FINE ? AT_OK : at_refuse_said(at, telit_ftp_error(ftp, error));

    switch (ftp->task) {
    case FTP_TASK_NONE:
        break;
    case FTP_TASK_LAST_WORD:
        telit_ftp_expect(ftp, FTP_TASK_CLOSE);
        if (ftp_quit(&ftp->work->client) != FTP_FINE)
            finish(ftp, at, AT_OK);
        break;
    case FTP_TASK_CLOSE:
        finish(ftp, at, AT_OK);
        break;
    case FTP_TASK_COMMAND:
        if (status == AT_OK && ftp->answer != NULL)
            status = ftp->answer(ftp, at);
        finish(ftp, at, status);
        break;
    case FTP_TASK_ANSWER:
        finish(ftp, at, ftp->answer(ftp, at));
        break;
    case FTP_TASK_NEXT:
        if (ftp->phase != FTP_PHASE_CLOSED)
            status = telit_ftp_run(ftp, at, &ftp->work->next);
        if (status != AT_LATER)
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

/* What else an operation has failed by. */
static void note_end(const struct telit_ftp *ftp, enum ftp_error error)
{
    if (error == FTP_DATA_STALLED)
        module_note_fact(ftp->modem, FACT_FTP_IDLE_MS);
    if (error == FTP_TIMED_OUT && ftp_is_out_of_time(&ftp->work->client))
        telit_note_total(ftp->modem, ftp->work->client.timeout_ms);
}

/* An operation other than a transfer in command mode leaves a tail as it is. */
static enum telit_ftp_phase phase_after(const struct telit_ftp *ftp, bool downloaded)
{
    if (!ftp_is_open(&ftp->work->client))
        return FTP_PHASE_CLOSED;
    if (downloaded && module_fact_peek(ftp->modem, FACT_FTP_LAST_RECEIVE_IS_EMPTY) != 0)
        return FTP_PHASE_TAIL;
    return ftp->phase == FTP_PHASE_TAIL ? FTP_PHASE_TAIL : FTP_PHASE_OPEN;
}

static void on_done(void *ctx, enum ftp_error error)
{
    struct telit_ftp *ftp = ctx;
    struct at_session *at = ftp->owner->at;
    bool downloaded =
        ftp->phase == FTP_PHASE_BACKGROUND && !ftp_kind_is_upload(ftp->work->client.transfer.kind);

    note_end(ftp, error);
    if (downloaded)
        ftp->complete = error == FTP_FINE && ftp->task != FTP_TASK_CLOSE;
    telit_ftp_enter(ftp, phase_after(ftp, downloaded));
    if (online_is_on(&ftp->online))
        online_leave(&ftp->online, AT_NO_CARRIER);
    else
        finish_task(ftp, at, error);
}

static void on_lost(void *ctx, enum ftp_error error)
{
    (void)error;
    telit_ftp_enter(ctx, FTP_PHASE_CLOSED);
}

static const struct ftp_events events = {
    .on_started = on_started,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_done = on_done,
    .on_lost = on_lost,
};

/* ---- power, time, and what ends a session from outside ---- */

static enum err start(struct tlsmodem *modem)
{
    ((struct telit *)modem->maker)->ftp.modem = modem;
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    struct telit_ftp *ftp = &((struct telit *)modem->maker)->ftp;

    at_text_set(&ftp->message, span_at(NULL, 0));
    at_text_set(&ftp->name, span_at(NULL, 0));
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct telit_ftp *ftp = &((struct telit *)modem->maker)->ftp;
    const struct tls_source tls = { lend, ftp };

    (void)unit;
    ftp->work = state;
    ftp_init(&ftp->work->client, 0, &modem->world, &events, ftp, &tls,
             (size_t)module_fact_peek(modem, FACT_FTP_RECEIVE_MAX));
}

/* The server's last words stay for #FTPMSG, if there is memory for them. */
static void deinit(struct tlsmodem *modem, void *state)
{
    struct telit_ftp *ftp = &((struct telit *)modem->maker)->ftp;
    struct telit_ftp_work *work = state;

    at_text_set(&ftp->message, span_of(work->client.reply.text));
    telit_ftp_drop(ftp);
    online_forget(&ftp->online);
    ftp->work = NULL;
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct telit_ftp *ftp = &((const struct telit *)modem->maker)->ftp;

    (void)state;
    return ftp->phase == FTP_PHASE_CLOSED && ftp->task == FTP_TASK_NONE;
}

/* Once the data has ended, the server's last word has a time limit of its own. */
static int64_t next_deadline(const struct telit_ftp *ftp)
{
    return ftp->task == FTP_TASK_NEXT && !telit_ftp_is_nearly_free(ftp) ? ftp->next_until_ms
                                                                        : CLOCK_NEVER;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct telit_ftp *ftp = &((const struct telit *)modem->maker)->ftp;
    const struct telit_ftp_work *work = state;

    return time_earlier(ftp_deadline(&work->client), next_deadline(ftp));
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct telit_ftp *ftp = &((struct telit *)modem->maker)->ftp;
    int64_t now_ms = module_now(modem);

    if (now_ms < deadline(modem, state))
        return;
    ftp_tick(&ftp->work->client);
    if (now_ms >= next_deadline(ftp))
        refuse_next(ftp);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct telit_ftp *ftp = &((struct telit *)modem->maker)->ftp;
    struct at_session *at;
    bool waits = ftp->task != FTP_TASK_NONE;

    (void)state;
    if (ftp->phase == FTP_PHASE_CLOSED || ftp->cid != (int32_t)cid)
        return;
    at = ftp->owner->at;
    telit_ftp_drop(ftp);
    if (online_is_on(&ftp->online))
        online_leave(&ftp->online, AT_NO_CARRIER);
    else if (waits)
        at_finish(at, at_refuse(at, TELIT_FTP_CONTEXT_DOWN, "context %zu has gone down", cid));
}

/* As the escape sequence: the transfer ends, and NO CARRIER follows. */
static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    const struct telit_ftp *ftp = telit_ftp_of(terminal->at);
    struct telit_ftp_work *work = state;

    if (ftp->owner != terminal || !online_is_on(&ftp->online))
        return;
    if (ftp_is_upload(&work->client))
        ftp_end_upload(&work->client);
    else
        ftp_abort(&work->client);
}

const struct module_part telit_ftp_part = {
    .size = sizeof(struct telit_ftp_work),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .start = start,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_dtr_drop = on_dtr_drop,
    .on_context_down = on_context_down,
};
