/* ftp_transfer.c: the bytes of a transfer, and its end.
 *
 * A transfer is over when the data connection has ended and the server's final reply has come, in
 * whichever order.  Source: RFC 959 section 5.4; RFC 4217 sections 9, 12.
 */
#include "services/ftp_internal.h"

#include <assert.h>

enum { SCRATCH = 512 };

static bool is_upload(const struct ftp *ftp)
{
    return ftp_kind_is_upload(ftp->transfer.kind);
}

bool ftp_is_upload(const struct ftp *ftp)
{
    return ftp->state == FTP_TRANSFER && ftp->transfer.started && is_upload(ftp) &&
           !ftp->transfer.ending && ftp->transfer.failed == FTP_FINE;
}

bool ftp_is_over(const struct ftp *ftp)
{
    return ftp->state == FTP_TRANSFER && ftp->transfer.over && ftp->transfer.failed == FTP_FINE;
}

bool ftp_is_drained(const struct ftp *ftp)
{
    const struct ftp_transfer *transfer = &ftp->transfer;

    if (ftp->state != FTP_TRANSFER) /* its end is known, but not told */
        return ftp->state == FTP_READY && ftp->done_due;
    if (!transfer->started)
        return false;
    if (transfer->over || transfer->failed != FTP_FINE)
        return true;
    return is_upload(ftp) ? transfer->ending : connection_available(&ftp->data) == 0;
}

static void restart_idle(struct ftp *ftp)
{
    struct ftp_transfer *transfer = &ftp->transfer;
    int64_t limit_ms = transfer->answered ? ftp->timeout_ms : ftp->idle_ms;

    transfer->idle_until_ms =
        limit_ms > 0 ? ftp->world->now_ms(ftp->world->ctx) + limit_ms : CLOCK_NEVER;
}

static void close_data(struct ftp *ftp)
{
    connection_close(&ftp->data);
    ftp->transfer.idle_until_ms = CLOCK_NEVER;
}

/* The data connection has ended; the final reply is there already, or has a time limit now. */
static void check_complete(struct ftp *ftp)
{
    struct ftp_transfer *transfer = &ftp->transfer;

    if (ftp->state != FTP_TRANSFER || (!transfer->over && transfer->failed == FTP_FINE))
        return;
    if (transfer->answered)
        ftp_conclude(ftp, transfer->failed);
    else
        ftp_restart_timer(ftp);
}

static void end_data(struct ftp *ftp)
{
    close_data(ftp);
    ftp->transfer.over = true;
    check_complete(ftp);
}

/* The transfer has failed; the server still owes its final reply. */
static void fail_data(struct ftp *ftp, enum ftp_error error)
{
    close_data(ftp);
    if (ftp->transfer.failed == FTP_FINE)
        ftp->transfer.failed = error;
    check_complete(ftp);
}

/* ---- from the command to the first byte ---- */

static void put_tls_on(struct ftp *ftp)
{
    enum ftp_error error = FTP_NO_DATA;

    ftp->transfer.secured = true;
    if (ftp_name_data(ftp) == ERR_OK)
        error = ftp_secure(ftp, &ftp->data);
    if (error != FTP_FINE)
        fail_data(ftp, error);
}

static void advance(struct ftp *ftp)
{
    struct ftp_transfer *transfer = &ftp->transfer;
    struct connection_failure failure;

    if (ftp->state != FTP_TRANSFER || !transfer->begun || !transfer->open || transfer->started ||
        transfer->failed != FTP_FINE)
        return;
    if (ftp->secure && connection_has_ended(&ftp->data, &failure)) {
        fail_data(ftp, FTP_BAD_TLS);
    } else if (ftp->secure && !transfer->secured) {
        put_tls_on(ftp);
    } else if (ftp->data.state == CONNECTION_OPEN || ftp->data.state == CONNECTION_ENDED) {
        transfer->started = true;
        ftp->started_due = true;
        ftp->operation_until_ms = CLOCK_NEVER;
        connection_set_buffering(&ftp->data, ftp->data.buffering); /* it was paused until now */
        restart_idle(ftp);
    }
}

static void on_final_reply(struct ftp *ftp, int code)
{
    struct ftp_transfer *transfer = &ftp->transfer;
    bool positive = code / 100 == 2;
    bool cut = is_upload(ftp) && !transfer->over;

    ftp->deadline_ms = CLOCK_NEVER;
    transfer->answered = true;
    transfer->begun = true; /* some servers leave the 1xx out */
    if (transfer->failed == FTP_FINE && !positive)
        transfer->failed = code / 100 == 3 ? FTP_UNEXPECTED : FTP_REFUSED;
    if (transfer->failed == FTP_FINE && cut && transfer->started)
        transfer->failed = FTP_DATA_LOST; /* the server has enough before we have sent all */
    if (transfer->failed == FTP_FINE || (transfer->started && !is_upload(ftp) && !transfer->over &&
                                         connection_is_open(&ftp->data))) {
        advance(ftp); /* what the data connection still holds comes first */
        restart_idle(ftp);
        if (transfer->over)
            ftp_conclude(ftp, transfer->failed);
    } else {
        ftp_conclude(ftp, transfer->failed);
    }
}

void ftp_transfer_reply(struct ftp *ftp, int code)
{
    assert(ftp_is_transfer(ftp));
    switch (ftp->state) {
    case FTP_PASSIVE:
        if (ftp->transfer.failed != FTP_FINE)
            ftp_conclude(ftp, ftp->transfer.failed);
        else
            ftp_passive_reply(ftp, code);
        return;
    case FTP_ACTIVE:
    case FTP_RESTART:
        if (ftp->transfer.failed != FTP_FINE)
            ftp_conclude(ftp, ftp->transfer.failed);
        else if (code / 100 != (ftp->state == FTP_ACTIVE ? 2 : 3))
            ftp_conclude(ftp, FTP_REFUSED);
        else if (ftp->state == FTP_ACTIVE)
            ftp_send_restart_or_transfer(ftp);
        else
            ftp_send_transfer(ftp);
        return;
    case FTP_TRANSFER:
        break;
    default: /* FTP_DATA_CONNECTING: nobody has asked */
        return;
    }
    if (ftp->transfer.answered)
        return; /* nobody has asked */
    if (code / 100 != 1) {
        on_final_reply(ftp, code);
    } else if (!ftp->transfer.begun) {
        ftp->transfer.begun = true;
        if (ftp->transfer.failed == FTP_FINE)
            ftp->deadline_ms = CLOCK_NEVER; /* the data connection has its own */
        advance(ftp);
    }
}

/* ---- the data connection's events ---- */

static void on_data_open(void *ctx)
{
    struct ftp *ftp = ctx;

    if (!ftp->transfer.open) {
        ftp->transfer.open = true;
        (void)ftp_name_data(ftp); /* for the log, which does without */
    }
    if (ftp->state == FTP_DATA_CONNECTING)
        ftp_send_restart_or_transfer(ftp);
    advance(ftp);
    ftp_settle(ftp);
}

static void on_data_failed(void *ctx, const struct connection_failure *failure)
{
    struct ftp *ftp = ctx;

    if (ftp->state == FTP_DATA_CONNECTING)
        ftp_conclude(ftp, FTP_NO_DATA);
    else
        fail_data(ftp, failure->during == CONNECTION_HANDSHAKING ? FTP_BAD_TLS : FTP_NO_DATA);
    ftp_settle(ftp);
}

/* The server has ended the data connection, and nothing of it is left to read. */
static void notice_end(struct ftp *ftp)
{
    struct connection_failure failure;

    if (!connection_has_ended(&ftp->data, &failure) || connection_available(&ftp->data) > 0)
        return;
    if (is_upload(ftp) || failure.err != ERR_OK)
        fail_data(ftp, FTP_DATA_LOST);
    else
        end_data(ftp);
}

static void on_data_data(void *ctx)
{
    struct ftp *ftp = ctx;
    uint8_t nothing[SCRATCH];

    if (!ftp->transfer.started) {
        connection_pause(&ftp->data); /* what comes now is read once the transfer has begun */
        return;
    }
    if (is_upload(ftp)) {
        while (connection_read(&ftp->data, nothing, sizeof(nothing)) > 0)
            continue; /* a server has nothing to say here */
    } else {
        restart_idle(ftp);
        ftp->events->on_data(ftp->ctx);
    }
    notice_end(ftp);
    ftp_settle(ftp);
}

static void on_data_writable(void *ctx)
{
    struct ftp *ftp = ctx;

    if (!ftp->transfer.started)
        return;
    restart_idle(ftp);
    if (!ftp->transfer.ending)
        ftp->events->on_writable(ftp->ctx);
    else if (connection_is_flushed(&ftp->data))
        end_data(ftp);
    notice_end(ftp);
    ftp_settle(ftp);
}

const struct connection_events ftp_data_events = {
    .on_open = on_data_open,
    .on_failed = on_data_failed,
    .on_data = on_data_data,
    .on_writable = on_data_writable,
};

static bool server_stands_still(const struct ftp *ftp)
{
    if (is_upload(ftp))
        return !connection_is_flushed(&ftp->data);
    return !ftp->data.paused && connection_available(&ftp->data) == 0;
}

void ftp_transfer_tick(struct ftp *ftp)
{
    if (server_stands_still(ftp))
        fail_data(ftp, FTP_DATA_STALLED);
    else
        restart_idle(ftp);
}

/* ---- bytes ---- */

size_t ftp_read(struct ftp *ftp, uint8_t *buf, size_t cap)
{
    size_t got;

    assert(cap > 0);
    if (ftp->state != FTP_TRANSFER || !ftp->transfer.started || is_upload(ftp) ||
        !connection_is_open(&ftp->data))
        return 0;
    got = connection_read(&ftp->data, buf, cap);
    if (got > 0)
        restart_idle(ftp);
    notice_end(ftp);
    return got;
}

size_t ftp_available(const struct ftp *ftp)
{
    return ftp->transfer.started && connection_is_open(&ftp->data)
               ? connection_available(&ftp->data)
               : 0;
}

void ftp_pause(struct ftp *ftp)
{
    connection_pause(&ftp->data);
}

void ftp_set_buffering(struct ftp *ftp, bool buffering)
{
    connection_set_buffering(&ftp->data, buffering);
}

size_t ftp_write(struct ftp *ftp, struct span bytes)
{
    size_t done;

    if (!ftp_is_upload(ftp) || bytes.len == 0)
        return 0;
    done = connection_write(&ftp->data, bytes);
    if (done > 0)
        restart_idle(ftp);
    notice_end(ftp);
    return done;
}

void ftp_end_upload(struct ftp *ftp)
{
    if (!ftp_is_upload(ftp))
        return;
    ftp->transfer.ending = true;
    if (connection_is_flushed(&ftp->data))
        end_data(ftp);
}

void ftp_abort(struct ftp *ftp)
{
    if (!ftp_is_transfer(ftp))
        return;
    if (ftp->state == FTP_DATA_CONNECTING)
        ftp_conclude(ftp, FTP_ABORTED);
    else
        fail_data(ftp, FTP_ABORTED);
}
