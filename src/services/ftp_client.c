/* ftp_client.c: an FTP session from its opening to QUIT, and its clock.  The conversation is in
 * ftp_control.c, the data connection in ftp_data.c and ftp_transfer.c. */
#include "services/ftp_internal.h"

#include <assert.h>
#include <string.h>

void ftp_init(struct ftp *ftp, int id, const struct connection_world *world,
              const struct ftp_events *events, void *ctx, const struct tls_source *tls,
              size_t received_cap)
{
    assert(events->on_started != NULL && events->on_data != NULL && events->on_writable != NULL);
    assert(events->on_done != NULL && events->on_lost != NULL);
    *ftp = (struct ftp){ .world = world, .events = events, .ctx = ctx, .id = id };
    if (tls != NULL)
        ftp->tls = *tls;
    ftp->deadline_ms = ftp->operation_until_ms = CLOCK_NEVER;
    ftp->transfer.idle_until_ms = CLOCK_NEVER;
    outbox_init_in(&ftp->outbox, ftp->out, sizeof(ftp->out));
    connection_init(&ftp->control, id, world, &ftp_control_events, ftp, 0);
    connection_init(&ftp->data, id, world, &ftp_data_events, ftp, received_cap);
    connection_name(&ftp->control, "ftp control");
    connection_name(&ftp->data, "ftp data");
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
    assert(session->host != NULL && session->user != NULL && session->password != NULL &&
           session->timeout_ms > 0);
    if (ftp->state != FTP_CLOSED || ftp_has_news(ftp))
        return FTP_BUSY;
    if (!copy_identity(ftp->user, session->user) ||
        !copy_identity(ftp->password, session->password)) {
        ftp_wipe_identity(ftp);
        return FTP_INVALID;
    }
    ftp->secure = session->secure;
    ftp->passive = session->passive;
    ftp->ascii = session->ascii;
    ftp->ignore_private = session->ignore_private;
    ftp->timeout_ms = session->timeout_ms;
    ftp->total_ms = session->total_ms;
    ftp->idle_ms = session->idle_ms;
    ftp->offer = (struct tls_offer){ .part = 0 };
    ftp->reply = (struct ftp_reply){ .code = 0 };
    if (ftp_connect(ftp, session->host, session->port) != ERR_OK) {
        ftp_wipe_identity(ftp);
        return FTP_NO_CONNECTION;
    }
    ftp_start_total(ftp);
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
        ftp_close_all(ftp);
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

    if (ftp_has_news(ftp))
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
        ftp_transfer_tick(ftp);
    if (now_ms >= ftp->deadline_ms || now_ms >= ftp->operation_until_ms)
        ftp_fail(ftp, time_out_error(ftp));
    ftp_settle(ftp);
}
