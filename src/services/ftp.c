/* ftp.c: an FTP session: its states, its end, and its clock.  The conversation is in ftp_control.c,
 * the data connection in ftp_transfer.c. */
#include "services/ftp_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
#define FTP_NAME(name) [name] = #name,
    FTP_STATES(FTP_NAME)
#undef FTP_NAME
};

const char *ftp_error_text(enum ftp_error error)
{
    static const char *const texts[] = {
#define FTP_TEXT(name, text) [name] = text,
        FTP_ERRORS(FTP_TEXT)
#undef FTP_TEXT
    };

    return texts[error];
}

void ftp_enter(struct ftp *ftp, enum ftp_state next)
{
    log_trace(ftp->world->log, TRACE_SOCKET, "ftp %d: %s -> %s", ftp->id, state_names[ftp->state],
              state_names[next]);
    ftp->state = next;
}

void ftp_restart_timer(struct ftp *ftp)
{
    ftp->deadline_ms = ftp->world->now_ms(ftp->world->ctx) + ftp->timeout_ms;
}

void ftp_start_total(struct ftp *ftp)
{
    ftp->operation_until_ms =
        ftp->total_ms != 0 ? ftp->world->now_ms(ftp->world->ctx) + ftp->total_ms : CLOCK_NEVER;
}

void ftp_init(struct ftp *ftp, int id, const struct connection_world *world,
              const struct ftp_events *events, void *ctx, const struct tls_source *tls,
              size_t received_cap)
{
    *ftp = (struct ftp){ .world = world, .events = events, .ctx = ctx, .id = id };
    if (tls != NULL)
        ftp->tls = *tls;
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp->transfer.idle_until_ms = CLOCK_NEVER;
    connection_init(&ftp->control, id, world, &ftp_control_events, ftp, 0);
    connection_init(&ftp->data, id, world, &ftp_data_events, ftp, received_cap);
}

static void wipe_identity(struct ftp *ftp)
{
    wipe(ftp->user, sizeof(ftp->user));
    wipe(ftp->password, sizeof(ftp->password));
    wipe(ftp->out, sizeof(ftp->out));
    ftp->out_len = 0;
    ftp->out_done = 0;
}

void ftp_close_control(struct ftp *ftp)
{
    connection_close(&ftp->control);
    ftp->in_at = ftp->in_len = 0;
}

static void close_all(struct ftp *ftp)
{
    ftp_transfer_end(ftp);
    ftp_close_control(ftp);
    wipe_identity(ftp);
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp->ending = FTP_FINE;
    if (ftp->state != FTP_CLOSED)
        ftp_enter(ftp, FTP_CLOSED);
}

void ftp_drop(struct ftp *ftp)
{
    close_all(ftp);
    ftp->started_due = false;
    ftp->done_due = false;
    ftp->lost_due = false;
}

/* The connection, or who lends TLS settings, has said it already. */
static bool was_said(const struct ftp *ftp, enum ftp_error error)
{
    return ftp->state == FTP_CONNECTING || error == FTP_BAD_TLS || error == FTP_BAD_CREDENTIALS ||
           error == FTP_NO_DATA;
}

static void say_failure(const struct ftp *ftp, enum ftp_error error)
{
    if (error == FTP_FINE || error == FTP_ABORTED || was_said(ftp, error))
        return;
    log_say(ftp->world->log, LOG_WARNING, "ftp %d: %s port %u: %s%s%s", ftp->id, ftp->control.host,
            (unsigned)ftp->control.port, ftp_error_text(error),
            ftp->reply.code != 0 ? "; its last reply was " : "", ftp->reply.text);
}

void ftp_conclude(struct ftp *ftp, enum ftp_error error)
{
    assert(!ftp->done_due && !ftp->lost_due); /* one thing is told after the other */
    say_failure(ftp, error);
    ftp_transfer_end(ftp);
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp_enter(ftp, FTP_READY);
    ftp->done_due = true;
    ftp->done_error = error;
}

void ftp_fail(struct ftp *ftp, enum ftp_error error)
{
    bool idle = ftp->state == FTP_READY;

    assert(ftp->state != FTP_CLOSED && !ftp->done_due && !ftp->lost_due);
    say_failure(ftp, error);
    close_all(ftp);
    if (idle) {
        ftp->lost_due = true;
        ftp->lost_error = error;
    } else {
        ftp->done_due = true;
        ftp->done_error = error;
    }
}

static enum err put_tls_on(void *ctx, const struct tls_config *tls)
{
    struct connection_failure failure;

    return connection_secure(ctx, tls, &failure);
}

enum ftp_error ftp_secure(struct ftp *ftp, struct connection *connection)
{
    switch (ftp->tls.lend(ftp->tls.ctx, put_tls_on, connection)) {
    case ERR_OK:
        return FTP_FINE;
    case ERR_NOT_FOUND:
    case ERR_CREDENTIALS:
        return FTP_BAD_CREDENTIALS;
    default:
        return FTP_BAD_TLS;
    }
}

void ftp_settle(struct ftp *ftp)
{
    if (ftp->started_due) {
        ftp->started_due = false;
        ftp->events->on_started(ftp->ctx);
    }
    if (ftp->done_due) {
        ftp->done_due = false;
        ftp->events->on_done(ftp->ctx, ftp->done_error);
    }
    if (ftp->ending != FTP_FINE && ftp->state == FTP_READY)
        ftp_fail(ftp, ftp->ending);
    if (ftp->lost_due) {
        ftp->lost_due = false;
        ftp->events->on_lost(ftp->ctx, ftp->lost_error);
    }
}

static bool has_news(const struct ftp *ftp)
{
    return ftp->started_due || ftp->done_due || ftp->lost_due;
}

bool ftp_is_open(const struct ftp *ftp)
{
    return ftp->state >= FTP_READY;
}

bool ftp_is_ready(const struct ftp *ftp)
{
    return ftp->state == FTP_READY && !has_news(ftp);
}

enum ftp_error ftp_obstacle(const struct ftp *ftp)
{
    if (ftp->state == FTP_READY && ftp->ending != FTP_FINE)
        return ftp->ending;
    return ftp_is_ready(ftp) ? FTP_FINE : FTP_BUSY;
}

bool ftp_is_transfer(const struct ftp *ftp)
{
    return ftp->state >= FTP_PASSIVE && ftp->state <= FTP_TRANSFER;
}

static bool copy_identity(char to[FTP_IDENTITY_MAX + 1], const char *from)
{
    if (ftp_check_argument(span_of(from), FTP_IDENTITY_MAX) != FTP_FINE)
        return false;
    memcpy(to, from, strlen(from) + 1);
    return true;
}

enum ftp_error ftp_open(struct ftp *ftp, const struct ftp_session *session)
{
    struct connection_target target = { .host = session->host,
                                        .port = session->port,
                                        .transport = NET_TCP,
                                        .step_timeout_ms = session->timeout_ms,
                                        .total_timeout_ms = session->total_ms };
    struct connection_failure failure;

    if (ftp->state != FTP_CLOSED || has_news(ftp))
        return FTP_BUSY;
    if (!copy_identity(ftp->user, session->user) ||
        !copy_identity(ftp->password, session->password)) {
        wipe_identity(ftp);
        return FTP_INVALID;
    }
    ftp->secure = session->secure;
    ftp->passive = session->passive;
    ftp->ignore_private = session->ignore_private;
    ftp->timeout_ms = session->timeout_ms;
    ftp->total_ms = session->total_ms;
    ftp->idle_ms = session->idle_ms;
    ftp->reply = (struct ftp_reply){ .code = 0 };
    reply_reset(&ftp->reader);
    if (connection_open(&ftp->control, &target, &failure) != ERR_OK) {
        wipe_identity(ftp);
        return FTP_NO_CONNECTION;
    }
    ftp_start_total(ftp);
    ftp_enter(ftp, FTP_CONNECTING);
    return FTP_FINE;
}

enum ftp_error ftp_quit(struct ftp *ftp)
{
    if (!ftp_is_open(ftp) || ftp->state == FTP_QUITTING)
        return FTP_BUSY;
    ftp->started_due = false;
    ftp->done_due = false;
    ftp->lost_due = false;
    /* The reply of what is under way would be taken for QUIT's. */
    if (ftp->state != FTP_READY || ftp->ending != FTP_FINE) {
        close_all(ftp);
        ftp->done_due = true;
        ftp->done_error = FTP_FINE;
        return FTP_FINE;
    }
    ftp_enter(ftp, FTP_QUITTING);
    ftp_send(ftp, "QUIT", span_at(NULL, 0));
    return FTP_FINE;
}

int64_t ftp_deadline(const struct ftp *ftp)
{
    int64_t deadline_ms = time_earlier(time_earlier(ftp->deadline_ms, ftp->operation_until_ms),
                                       ftp->transfer.idle_until_ms);

    if (has_news(ftp))
        return 0;
    deadline_ms = time_earlier(deadline_ms, connection_deadline(&ftp->control));
    return time_earlier(deadline_ms, connection_deadline(&ftp->data));
}

static enum ftp_error time_out_error(const struct ftp *ftp)
{
    if (ftp->state == FTP_QUITTING)
        return FTP_FINE;
    return ftp->control.state == CONNECTION_ENDED ? FTP_LOST : FTP_TIMED_OUT;
}

void ftp_tick(struct ftp *ftp)
{
    int64_t now_ms = ftp->world->now_ms(ftp->world->ctx);

    if (now_ms >= connection_deadline(&ftp->control))
        connection_tick(&ftp->control);
    if (now_ms >= connection_deadline(&ftp->data))
        connection_tick(&ftp->data);
    if (now_ms >= ftp->transfer.idle_until_ms)
        ftp_transfer_tick(ftp, now_ms);
    if (now_ms >= ftp->deadline_ms || now_ms >= ftp->operation_until_ms)
        ftp_fail(ftp, time_out_error(ftp));
    ftp_settle(ftp);
}
