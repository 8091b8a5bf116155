/* fibocom_ftp_receive.c: +FTPRECV reads the file that comes, at once or when there is something. */
#include "personalities/fibocom/fibocom.h"

#include <assert.h>

static void answer_received(struct fibocom_ftp *ftp, struct at_session *at, struct span data)
{
    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    at_info(at, "+FTPRECV: %zu", data.len);
    if (data.len > 0) {
        at_put(at, data);
        at_put_line_end(at);
    }
}

/* True when there was something to say: data, or the end of the file. */
static bool receive(struct fibocom_ftp *ftp, struct at_session *at)
{
    uint8_t data[FIBOCOM_FTP_BYTES];
    size_t got = ftp_read(&ftp->client, data, ftp->receive_max);

    if (got == 0 && ftp_is_transfer(&ftp->client))
        return false;
    if (got == 0)
        ftp->reader = NULL;
    answer_received(ftp, at, span_at(data, got));
    return true;
}

/* The data is the next +FTPRECV's. */
static void on_abort(struct at_session *at, void *ctx)
{
    struct fibocom_ftp *ftp = ctx;

    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    at_finish(at, at_refuse_plain(at, "given up: DTR has dropped"));
}

static enum at_status refuse_no_file(struct at_session *at)
{
    return at_refuse(at, FACT_ERROR_STATE, "this port reads no file; AT+FTPGET first");
}

enum at_status fibocom_ftp_ask_for_more(struct at_session *at)
{
    struct fibocom *fibocom = fibocom_of(at);

    if (fibocom->ftp_asker != terminal_of(at))
        return refuse_no_file(at);
    fibocom->ftp_asker = NULL;
    at_info(at, "+FTPRECV: 0");
    return AT_OK;
}

enum at_status fibocom_ftp_receive(struct fibocom_ftp *ftp, struct at_session *at, size_t max)
{
    assert(max > 0);
    if (ftp->reader != terminal_of(at))
        return refuse_no_file(at);
    ftp->receive_max = max;
    if (receive(ftp, at))
        return AT_OK;
    fibocom_ftp_expect(ftp, FTP_WAIT_RECEIVE);
    at_await(at, on_abort, ftp);
    return AT_LATER;
}

void fibocom_ftp_go_on_receiving(struct fibocom_ftp *ftp, struct at_session *at)
{
    if (ftp->waiting == FTP_WAIT_RECEIVE && receive(ftp, at))
        at_finish(at, AT_OK);
}

void fibocom_ftp_break_file(struct fibocom_ftp *ftp, struct at_session *at)
{
    ftp->reader = NULL;
    if (ftp->waiting != FTP_WAIT_RECEIVE)
        return;
    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    at_finish(at, at_refuse_said(at, FACT_ERROR_STATE));
}

void fibocom_ftp_receive_nothing(struct fibocom_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    answer_received(ftp, at, span_at(NULL, 0));
    at_finish(at, AT_OK);
}
