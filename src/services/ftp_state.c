/* ftp_state.c: the states of an FTP session, the end of what is under way, and what is told of it.
 */
#include "services/ftp_internal.h"

#include <assert.h>

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

bool ftp_kind_is_upload(enum ftp_kind kind)
{
    return kind == FTP_STOR || kind == FTP_APPE;
}

void ftp_close_data(struct ftp *ftp)
{
    connection_close(&ftp->data);
    connection_set_buffering(&ftp->data, false);
    ftp->transfer.idle_until_ms = CLOCK_NEVER;
}

void ftp_wipe_identity(struct ftp *ftp)
{
    wipe(ftp->user, sizeof(ftp->user));
    wipe(ftp->password, sizeof(ftp->password));
    outbox_clear(&ftp->outbox);
}

void ftp_close_control(struct ftp *ftp)
{
    connection_close(&ftp->control);
    ftp->in_at = ftp->in_len = 0;
}

void ftp_close_all(struct ftp *ftp)
{
    ftp_close_data(ftp);
    ftp_close_control(ftp);
    ftp_wipe_identity(ftp);
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp->ending = FTP_FINE;
    if (ftp->state != FTP_CLOSED)
        ftp_enter(ftp, FTP_CLOSED);
}

void ftp_drop(struct ftp *ftp)
{
    ftp_close_all(ftp);
    connection_deinit(&ftp->control);
    connection_deinit(&ftp->data);
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
    log_say(ftp->world->log, LOG_WARNING, "ftp: %s port %u: %s%s%s",
            ftp->control.host != NULL ? ftp->control.host : "", (unsigned)ftp->control.port,
            ftp_error_text(error), ftp->reply.code != 0 ? "; its last reply was " : "",
            ftp->reply.text);
}

void ftp_conclude(struct ftp *ftp, enum ftp_error error)
{
    assert(!ftp->done_due && !ftp->lost_due); /* one thing is told after the other */
    say_failure(ftp, error);
    ftp_close_data(ftp);
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp_enter(ftp, FTP_READY);
    ftp->done_due = true;
    ftp->done_error = error;
}

bool ftp_is_out_of_time(const struct ftp *ftp)
{
    return ftp->out_of_time;
}

void ftp_fail(struct ftp *ftp, enum ftp_error error)
{
    bool idle = ftp->state == FTP_READY;

    assert(ftp->state != FTP_CLOSED && !ftp->done_due && !ftp->lost_due);
    ftp->out_of_time = ftp->world->now_ms(ftp->world->ctx) >= ftp->operation_until_ms;
    say_failure(ftp, error);
    ftp_close_all(ftp);
    if (idle) {
        ftp->lost_due = true;
        ftp->lost_error = error;
    } else {
        ftp->done_due = true;
        ftp->done_error = error;
    }
}

enum err ftp_connect(struct ftp *ftp, const char *host, uint16_t port)
{
    struct connection_target target = { .host = host,
                                        .port = port,
                                        .transport = NET_TCP,
                                        .step_timeout_ms = ftp->timeout_ms,
                                        .total_timeout_ms = ftp->total_ms };
    struct connection_failure failure;
    enum err err = connection_open(&ftp->control, &target, &failure);

    assert(host != NULL);
    reply_reset(&ftp->reader);
    if (err == ERR_OK)
        ftp_enter(ftp, FTP_CONNECTING);
    return err;
}

struct securing {
    struct connection *connection;
    struct tls_offer offer;
};

static enum err put_tls_on(void *ctx, const struct tls_config *tls)
{
    const struct securing *securing = ctx;
    struct tls_config config = *tls;
    struct connection_failure failure;

    config.offer = securing->offer;
    return connection_secure(securing->connection, &config, &failure);
}

enum ftp_error ftp_secure(struct ftp *ftp, struct connection *connection)
{
    struct securing securing = { connection, ftp->offer };

    assert(ftp->secure);
    switch (ftp->tls.lend(ftp->tls.ctx, put_tls_on, &securing)) {
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

bool ftp_has_news(const struct ftp *ftp)
{
    return ftp->started_due || ftp->done_due || ftp->lost_due;
}

bool ftp_is_open(const struct ftp *ftp)
{
    return ftp->state >= FTP_READY;
}

bool ftp_is_ready(const struct ftp *ftp)
{
    return ftp->state == FTP_READY && !ftp_has_news(ftp);
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
