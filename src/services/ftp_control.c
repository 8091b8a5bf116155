/* ftp_control.c: the conversation on an FTP session's control connection. */
#include "services/ftp_internal.h"

#include <string.h>

/* Replies that mean something by themselves (RFC 959 section 4.2.2, RFC 2228). */
enum {
    REPLY_NEED_PASSWORD = 331,
    REPLY_PENDING = 350,
    REPLY_SHUT_DOWN = 421,
    REPLY_AUTH_DONE = 234
};

static void send_next(struct ftp *ftp, enum ftp_state state, const char *verb, const char *argument)
{
    ftp_enter(ftp, state);
    ftp_send(ftp, verb, span_of(argument));
}

/* ---- logging in ---- */

static void begin_tls(struct ftp *ftp)
{
    enum ftp_error error;

    ftp->deadline_ms = CLOCK_NEVER; /* the handshake has its own */
    ftp_enter(ftp, FTP_SECURING);
    error = ftp_secure(ftp, &ftp->control);
    if (error != FTP_FINE)
        ftp_fail(ftp, error);
}

static void on_greeting(struct ftp *ftp, int code)
{
    if (code / 100 != 2)
        ftp_fail(ftp, FTP_NOT_READY);
    else if (ftp->secure)
        send_next(ftp, FTP_AUTH, "AUTH", "TLS");
    else
        send_next(ftp, FTP_USER, "USER", ftp->user);
}

static void on_logged_in(struct ftp *ftp)
{
    wipe(ftp->user, sizeof(ftp->user));
    wipe(ftp->password, sizeof(ftp->password));
    send_next(ftp, FTP_FIRST_TYPE, "TYPE", ftp->ascii ? "A" : "I");
}

static void on_user(struct ftp *ftp, int code)
{
    if (code == REPLY_NEED_PASSWORD) {
        send_next(ftp, FTP_PASS, "PASS", ftp->password);
        wipe(ftp->password, sizeof(ftp->password));
    } else if (code / 100 == 2) {
        on_logged_in(ftp);
    } else {
        ftp_fail(ftp, FTP_NO_LOGIN);
    }
}

static void on_rename_from(struct ftp *ftp, int code)
{
    if (code == REPLY_PENDING)
        send_next(ftp, FTP_COMMAND, "RNTO", ftp->transfer.name);
    else
        ftp_conclude(ftp, code / 100 >= 4 ? FTP_REFUSED : FTP_UNEXPECTED);
}

/* The next step when the reply is positive, else the end. */
static void step(struct ftp *ftp, int code, enum ftp_error error, enum ftp_state state,
                 const char *verb, const char *argument)
{
    if (code / 100 == 2)
        send_next(ftp, state, verb, argument);
    else
        ftp_fail(ftp, error);
}

static void on_final_reply(struct ftp *ftp, int code)
{
    bool positive = code / 100 == 2;

    switch (ftp->state) {
    case FTP_GREETING:
        on_greeting(ftp, code);
        break;
    case FTP_AUTH:
        if (code == REPLY_AUTH_DONE)
            begin_tls(ftp);
        else
            ftp_fail(ftp, FTP_NO_TLS);
        break;
    case FTP_PBSZ:
        step(ftp, code, FTP_NO_TLS, FTP_PROT, "PROT", "P");
        break;
    case FTP_PROT:
        step(ftp, code, FTP_NO_TLS, FTP_USER, "USER", ftp->user);
        break;
    case FTP_USER:
        on_user(ftp, code);
        break;
    case FTP_PASS:
        if (positive)
            on_logged_in(ftp);
        else
            ftp_fail(ftp, FTP_NO_LOGIN);
        break;
    case FTP_FIRST_TYPE:
        if (positive)
            ftp_conclude(ftp, FTP_FINE);
        else
            ftp_fail(ftp, FTP_UNEXPECTED);
        break;
    case FTP_COMMAND:
        ftp_conclude(ftp, positive ? FTP_FINE : code / 100 == 3 ? FTP_UNEXPECTED : FTP_REFUSED);
        break;
    case FTP_RENAME_FROM:
        on_rename_from(ftp, code);
        break;
    case FTP_PASSIVE:
    case FTP_DATA_CONNECTING:
    case FTP_ACTIVE:
    case FTP_RESTART:
    case FTP_TRANSFER:
        ftp_transfer_reply(ftp, code);
        break;
    case FTP_QUITTING:
        ftp_fail(ftp, FTP_FINE);
        break;
    case FTP_CLOSED:
    case FTP_CONNECTING:
    case FTP_SECURING:
    case FTP_READY: /* nobody has asked */
        break;
    }
}

/* The session is over, but what a data connection still holds comes first where the server has said
 * its last word on the transfer. */
static void end_session(struct ftp *ftp, enum ftp_error error)
{
    if (ftp->state == FTP_TRANSFER && ftp->transfer.answered) {
        ftp_close_control(ftp);
        ftp->ending = error;
    } else {
        ftp_fail(ftp, error);
    }
}

/* The last word on what was asked of us: that of the login, not of the TYPE that we add to it. */
static void keep_reply(struct ftp *ftp)
{
    if (ftp->state == FTP_FIRST_TYPE && ftp->reader.code / 100 == 2)
        return;
    ftp->reply.code = ftp->reader.code;
    memcpy(ftp->reply.text, ftp->reader.text, sizeof(ftp->reply.text));
}

static void on_reply(struct ftp *ftp)
{
    int code = ftp->reader.code;

    keep_reply(ftp);
    log_trace(ftp->world->log, TRACE_NET, "ftp %d: < %s", ftp->id, ftp->reader.text);
    if (code == REPLY_SHUT_DOWN && ftp->state != FTP_GREETING && ftp->state != FTP_QUITTING)
        end_session(ftp, FTP_SHUT_DOWN);
    else if (code / 100 != 1)
        on_final_reply(ftp, code);
    else if (ftp->state == FTP_TRANSFER)
        ftp_transfer_reply(ftp, code);
}

/* ---- the connection's events ---- */

static void feed(struct ftp *ftp, uint8_t byte)
{
    if (ftp->state == FTP_SECURING) { /* unprotected bytes must not pass for protected ones */
        ftp_fail(ftp, FTP_UNEXPECTED);
        return;
    }
    switch (reply_feed(&ftp->reader, byte)) {
    case REPLY_MORE:
    case REPLY_LINE:
        break;
    case REPLY_WHOLE:
        on_reply(ftp);
        break;
    case REPLY_BROKEN:
        ftp_fail(ftp, FTP_UNEXPECTED);
        break;
    }
}

/* Bytes to look at; false when there are none now. */
static bool fill(struct ftp *ftp)
{
    if (ftp->in_at == ftp->in_len && connection_is_open(&ftp->control)) {
        ftp->in_at = 0;
        ftp->in_len = connection_read(&ftp->control, ftp->in, sizeof(ftp->in));
    }
    return ftp->in_at < ftp->in_len;
}

/* Reply by reply: what one has brought is told before the next counts, as it would be had that come
 * later. */
static void read_replies(struct ftp *ftp)
{
    struct connection_failure failure;
    size_t total = 0;

    ftp_settle(ftp);
    while (fill(ftp)) {
        /* Replies that nobody has asked for, without a pause. */
        if (total++ > REPLY_BYTES_MAX)
            ftp_fail(ftp, FTP_UNEXPECTED);
        else
            feed(ftp, ftp->in[ftp->in_at++]);
        ftp_settle(ftp);
    }
    if (connection_has_ended(&ftp->control, &failure))
        end_session(ftp, ftp->state == FTP_QUITTING ? FTP_FINE : FTP_LOST);
    ftp_settle(ftp);
}

static void on_control_data(void *ctx)
{
    read_replies(ctx);
}

static void on_control_writable(void *ctx)
{
    struct ftp *ftp = ctx;

    outbox_flush(&ftp->outbox, &ftp->control);
    read_replies(ftp);
}

static void on_control_open(void *ctx)
{
    struct ftp *ftp = ctx;

    if (ftp->state == FTP_SECURING) {
        send_next(ftp, FTP_PBSZ, "PBSZ", "0");
        return;
    }
    ftp_enter(ftp, FTP_GREETING);
    ftp_restart_timer(ftp);
}

/* From the greeting on, with the next offer; name and password were not sent yet. */
static bool starts_anew(struct ftp *ftp, const struct connection_failure *failure)
{
    if (!failure->may_do)
        return false;
    log_say(ftp->world->log, LOG_WARNING, "ftp: %s port %u is dialled again, %s", ftp->control.host,
            (unsigned)ftp->control.port,
            failure->next.fallback ? "with the oldest version alone"
                                   : "with a part of the suites, and no others");
    ftp->offer = failure->next;
    ftp_close_control(ftp);
    return ftp_connect(ftp, ftp->control.host, ftp->control.port) == ERR_OK;
}

static void on_control_failed(void *ctx, const struct connection_failure *failure)
{
    struct ftp *ftp = ctx;
    enum ftp_error error = FTP_NO_CONNECTION;

    if (starts_anew(ftp, failure))
        return;
    if (failure->during == CONNECTION_HANDSHAKING || !tls_offer_is_first(&ftp->offer))
        error = FTP_BAD_TLS; /* what the server refused before, if it is not there now */
    else if (failure->during == CONNECTION_RESOLVING)
        error = FTP_NO_NAME;
    else if (failure->err == ERR_TIMEOUT)
        error = FTP_TIMED_OUT;
    ftp_fail(ftp, error);
    ftp_settle(ftp);
}

const struct connection_events ftp_control_events = {
    .on_open = on_control_open,
    .on_failed = on_control_failed,
    .on_data = on_control_data,
    .on_writable = on_control_writable,
};
