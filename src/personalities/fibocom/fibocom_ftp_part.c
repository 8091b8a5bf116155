/* fibocom_ftp_part.c: the FTP session: its events, and the lines that tell of them.
 *
 * Source: docs/facts/fibocom.md §3 (a driver of the L610); what the manuals of FTP say is not
 * known.
 */
#include "personalities/fibocom/fibocom.h"

enum { STATUS_FAILED, STATUS_DONE, STATUS_COMING };

static struct at_session *session_of(const struct fibocom_ftp *ftp)
{
    return ftp->owner->at;
}

/* ---- the client's events ---- */

static void on_started(void *ctx)
{
    struct fibocom_ftp *ftp = ctx;

    if (ftp->phase == FTP_PHASE_PUT)
        fibocom_ftp_upload(ftp);
    if (ftp->phase != FTP_PHASE_GET)
        return;
    fibocom_ftp_enter(ftp, FTP_PHASE_FILE);
    ftp->reader = ftp->owner;
    if (module_fact_is(ftp->modem, FACT_FTP_GET_COMING))
        at_urc(session_of(ftp), "%s: %d", ftp->command, STATUS_COMING);
    at_urc(session_of(ftp), "%s: %d", ftp->command, STATUS_DONE);
}

static void collect_list(struct fibocom_ftp *ftp)
{
    uint8_t piece[FIBOCOM_FTP_BYTES];
    size_t max = (size_t)module_fact_peek(ftp->modem, FACT_FTP_LIST_MAX);
    size_t got;

    while ((got = ftp_read(&ftp->client, piece, sizeof(piece))) > 0) {
        enum err err = bytes_add(&ftp->list, span_at(piece, got), max);

        if (err == ERR_FULL)
            module_note_fact(ftp->modem, FACT_FTP_LIST_MAX);
        if (err != ERR_OK) {
            ftp_abort(&ftp->client);
            return;
        }
    }
}

static void on_data(void *ctx)
{
    struct fibocom_ftp *ftp = ctx;

    if (ftp->phase == FTP_PHASE_LIST)
        collect_list(ftp);
    else
        fibocom_ftp_go_on_receiving(ftp, session_of(ftp));
    if (ftp->waiting == FTP_WAIT_NEXT && !ftp_is_drained(&ftp->client))
        fibocom_ftp_refuse_next(ftp);
}

static void on_writable(void *ctx)
{
    struct fibocom_ftp *ftp = ctx;

    if (ftp->phase == FTP_PHASE_PUT)
        fibocom_ftp_upload(ftp);
}

static void tell_list(struct fibocom_ftp *ftp, struct at_session *at)
{
    ftp->told = 0;
    at_urc(at, "+FTPLIST: %d", STATUS_COMING);
}

/* The name of the command, how it ended, and what the reply has brought. */
static void tell_command(struct fibocom_ftp *ftp, struct at_session *at, bool good)
{
    char line[REPLY_TEXT_MAX + 40];
    struct text text;

    text_init(&text, line, sizeof(line));
    text_add(&text, "%s: %d", ftp->command, STATUS_DONE);
    if (good && (ftp->describe == NULL || ftp->describe(ftp, &text)))
        at_urc(at, "%s", line);
    else
        at_urc(at, "%s: %d", ftp->command, STATUS_FAILED);
}

static void tell_done(struct fibocom_ftp *ftp, struct at_session *at, enum fibocom_ftp_phase phase,
                      bool good)
{
    switch (phase) {
    case FTP_PHASE_OPENING:
        at_urc(at, "+FTPOPEN: %d", good ? STATUS_DONE : STATUS_FAILED);
        break;
    case FTP_PHASE_PUT:
    case FTP_PHASE_COMMAND:
        tell_command(ftp, at, good);
        break;
    case FTP_PHASE_LIST:
        if (good)
            tell_list(ftp, at);
        else
            at_urc(at, "+FTPLIST: %d", STATUS_FAILED);
        break;
    case FTP_PHASE_GET:
        at_urc(at, "%s: %d", ftp->command, STATUS_FAILED);
        break;
    case FTP_PHASE_FILE:
        if (good)
            fibocom_ftp_go_on_receiving(ftp, at);
        else
            fibocom_ftp_break_file(ftp, at);
        break;
    case FTP_PHASE_CLOSING:
        at_info(at, "+FTPCLOSE: %d", STATUS_DONE);
        at_finish(at, AT_OK);
        break;
    case FTP_PHASE_NONE:
    case FTP_PHASE_READY:
    case FTP_PHASE_TELLING:
    case FTP_PHASE_ENDED:
        break;
    }
}

/* Whether +FTPCLOSE: 1 is due when the session is over. */
static bool is_for_a_session(enum fibocom_ftp_phase phase)
{
    return phase != FTP_PHASE_OPENING && phase != FTP_PHASE_CLOSING;
}

/* What has ended is told to the host behind its list. */
static enum fibocom_ftp_phase phase_when_free(const struct fibocom_ftp *ftp)
{
    return ftp_is_open(&ftp->client) ? FTP_PHASE_READY : FTP_PHASE_ENDED;
}

static enum fibocom_ftp_phase phase_after(const struct fibocom_ftp *ftp, bool good)
{
    if (ftp->phase == FTP_PHASE_LIST && good)
        return FTP_PHASE_TELLING;
    if (!ftp_is_open(&ftp->client) && !is_for_a_session(ftp->phase))
        return FTP_PHASE_NONE;
    return phase_when_free(ftp);
}

static void note_time(const struct fibocom_ftp *ftp, enum ftp_error error)
{
    if (error == FTP_TIMED_OUT)
        module_note_fact(ftp->modem, ftp_is_out_of_time(&ftp->client) ? FACT_FTP_TOTAL_MS
                                                                      : FACT_FTP_TIMEOUT_MS);
}

/* Telling may run the rest of a command line, which may open the next session: it comes last. */
static void on_done(void *ctx, enum ftp_error error)
{
    struct fibocom_ftp *ftp = ctx;
    struct at_session *at = session_of(ftp);
    enum fibocom_ftp_phase phase = ftp->phase;

    note_time(ftp, error);
    fibocom_ftp_enter(ftp, phase_after(ftp, error == FTP_FINE));
    tell_done(ftp, at, phase, error == FTP_FINE);
    if (ftp->waiting == FTP_WAIT_NEXT && ftp_is_open(&ftp->client))
        fibocom_ftp_begin_next(ftp);
    else if (ftp->waiting == FTP_WAIT_NEXT)
        fibocom_ftp_refuse_next(ftp);
    at_poke(at);
}

static void on_lost(void *ctx, enum ftp_error error)
{
    struct fibocom_ftp *ftp = ctx;

    note_time(ftp, error);
    if (ftp->phase != FTP_PHASE_TELLING)
        fibocom_ftp_enter(ftp, FTP_PHASE_ENDED);
    at_poke(session_of(ftp));
}

static const struct ftp_events events = {
    .on_started = on_started,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_done = on_done,
    .on_lost = on_lost,
};

/* ---- the part, and what ends a session from outside ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct fibocom_ftp *ftp = state;

    (void)unit;
    ftp->modem = modem;
    ftp->wait_until_ms = CLOCK_NEVER;
    ftp_init(&ftp->client, 1, &modem->world, &events, ftp, NULL, FIBOCOM_FTP_BYTES);
}

/* The server's last word stays for +FTPINFO, if there is memory for it. */
static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom *fibocom = modem->maker;
    struct fibocom_ftp *ftp = state;

    if (ftp->client.reply.text[0] != '\0')
        at_text_set(&fibocom->ftp_reply, span_of(ftp->client.reply.text));
    ftp->entering = false;
    fibocom_ftp_clear(ftp);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_ftp *ftp = state;

    (void)modem;
    return ftp->owner == NULL && !ftp->entering && ftp->put.data == NULL && ftp->list.data == NULL;
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct fibocom_ftp *ftp = state;
    struct module_terminal *owner = ftp->owner;
    enum fibocom_ftp_phase phase = ftp->phase;
    bool waiting = ftp->waiting != FTP_WAIT_NOTHING;

    (void)modem;
    if (cid != CALL_CID || owner == NULL)
        return;
    fibocom_ftp_clear(ftp);
    if (waiting)
        at_finish(owner->at, at_refuse(owner->at, FACT_ERROR_STATE, "the context has gone down"));
    tell_done(ftp, owner->at, phase, false);
    if (is_for_a_session(phase))
        at_urc(owner->at, "+FTPCLOSE: %d", STATUS_DONE);
}

static void tell_ended(struct fibocom_ftp *ftp)
{
    struct at_session *at = session_of(ftp);
    struct module_terminal *reader = ftp->reader;

    if (ftp->phase != FTP_PHASE_ENDED || !at_may_speak(at))
        return;
    fibocom_ftp_clear(ftp);
    ((struct fibocom *)ftp->modem->maker)->ftp_asker = reader;
    at_unsolicited(at, span_at(NULL, 0), "+FTPCLOSE: %d", STATUS_DONE);
}

/* The lines of the list, as far as the port has room, and one that ends them. */
static void tell_lines(struct fibocom_ftp *ftp, struct at_session *at)
{
    while (ftp->phase == FTP_PHASE_TELLING && at_may_speak_at_length(at)) {
        size_t left = ftp->list.len - ftp->told;
        size_t part = left < FIBOCOM_FTP_BYTES ? left : FIBOCOM_FTP_BYTES;

        if (part == 0) {
            fibocom_ftp_enter(ftp, phase_when_free(ftp));
            at_unsolicited(at, span_at(NULL, 0), "+FTPLIST: %d", STATUS_DONE);
            break;
        }
        at_put(at, span_at(ftp->list.data + ftp->told, part));
        ftp->told += part;
    }
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct fibocom_ftp *ftp = state;

    bool has_news = ftp->phase == FTP_PHASE_TELLING || ftp->phase == FTP_PHASE_ENDED;

    if (ftp->owner != terminal || fibocom_socket_holds_back(terminal, has_news))
        return;
    tell_lines(ftp, terminal->at);
    tell_ended(ftp);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_ftp *ftp = state;

    (void)modem;
    return time_earlier(ftp_deadline(&ftp->client), ftp->wait_until_ms);
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct fibocom_ftp *ftp = state;

    ftp_tick(&ftp->client);
    if (module_now(modem) < ftp->wait_until_ms)
        return;
    module_note_fact(modem, FACT_FTP_RECEIVE_MS);
    if (ftp->waiting == FTP_WAIT_RECEIVE)
        fibocom_ftp_receive_nothing(ftp);
    else
        fibocom_ftp_refuse_next(ftp);
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    enum fibocom_ftp_phase phase = ((const struct fibocom_ftp *)state)->phase;

    (void)modem;
    return phase != FTP_PHASE_NONE && phase != FTP_PHASE_READY && phase != FTP_PHASE_FILE &&
           phase != FTP_PHASE_ENDED;
}

const struct module_part fibocom_ftp_part = {
    .size = sizeof(struct fibocom_ftp),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_context_down = on_context_down,
};
