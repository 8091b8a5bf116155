/* fibocom_ftp_task.c: the FTP session: who may use it, and what it is to do.
 *
 * Source: docs/facts/fibocom.md §3 (a driver of the L610).
 */
#include "personalities/fibocom/fibocom.h"

#include <assert.h>

struct fibocom_ftp *fibocom_ftp_if(const struct at_session *at)
{
    return module_part_if(module_of(at), &fibocom_ftp_part, 0);
}

void fibocom_ftp_clear(struct fibocom_ftp *ftp)
{
    ftp_drop(&ftp->client);
    if (!ftp->entering)
        bytes_free(&ftp->put);
    ftp->reader = NULL;
    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    fibocom_ftp_enter(ftp, FTP_PHASE_NONE);
}

/* A host that has read all need not know that the end of the file, and the server's last word on
 * it, are still due. */
static bool may_be_free_soon(const struct fibocom_ftp *ftp)
{
    return ftp->phase == FTP_PHASE_FILE && ftp_is_drained(&ftp->client);
}

struct fibocom_ftp *fibocom_ftp_ready(struct at_session *at)
{
    struct fibocom_ftp *ftp = fibocom_ftp_if(at);

    if (ftp != NULL && ftp->owner == terminal_of(at) && ftp->phase != FTP_PHASE_TELLING &&
        (ftp_is_ready(&ftp->client) || may_be_free_soon(ftp)))
        return ftp;
    if (ftp == NULL || ftp->owner == NULL)
        at_refuse(at, FACT_ERROR_STATE, "there is no FTP session; AT+FTPOPEN first");
    else if (ftp->owner != terminal_of(at))
        at_refuse(at, FACT_ERROR_STATE, "port %zu uses FTP", ftp->owner->index + 1);
    else
        at_refuse(at, FACT_ERROR_STATE, "another FTP command is under way");
    return NULL;
}

void fibocom_ftp_begin_task(struct fibocom_ftp *ftp, struct at_session *at,
                            enum fibocom_ftp_phase phase)
{
    fibocom_ftp_enter(ftp, phase);
    ftp->command = at_row_name(at);
    ftp->describe = NULL;
}

static enum ftp_error start(struct fibocom_ftp *ftp, const struct fibocom_ftp_operation *operation)
{
    if (operation->phase != FTP_PHASE_COMMAND) {
        ftp->reader = NULL;
        ftp_set_buffering(&ftp->client, operation->phase == FTP_PHASE_GET);
        return ftp_transfer(&ftp->client, operation->kind, operation->name, operation->offset);
    }
    if (operation->to.len > 0)
        return ftp_rename(&ftp->client, operation->name, operation->to);
    return ftp_command(&ftp->client, operation->verb, operation->name);
}

static enum at_status run(struct fibocom_ftp *ftp, struct at_session *at,
                          const struct fibocom_ftp_operation *operation)
{
    enum ftp_error error = start(ftp, operation);

    if (error != FTP_FINE) {
        if (operation->phase == FTP_PHASE_PUT)
            bytes_free(&ftp->put);
        return at_refuse(at, FACT_ERROR_STATE, "%s", ftp_error_text(error));
    }
    fibocom_ftp_begin_task(ftp, at, operation->phase);
    ftp->describe = operation->describe;
    return AT_OK;
}

static void on_abort_next(struct at_session *at, void *ctx)
{
    (void)at;
    fibocom_ftp_refuse_next(ctx);
}

enum at_status fibocom_ftp_begin(struct at_session *at,
                                 const struct fibocom_ftp_operation *operation)
{
    struct fibocom_ftp *ftp = fibocom_ftp_ready(at);

    if (ftp == NULL)
        return AT_FAIL;
    if (ftp_is_ready(&ftp->client))
        return run(ftp, at, operation);
    ftp->next = *operation;
    fibocom_ftp_expect(ftp, FTP_WAIT_NEXT);
    at_await(at, on_abort_next, ftp);
    return AT_LATER;
}

void fibocom_ftp_begin_next(struct fibocom_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    assert(ftp->owner != NULL);
    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    at_finish(at, run(ftp, at, &ftp->next));
}

void fibocom_ftp_refuse_next(struct fibocom_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;

    fibocom_ftp_expect(ftp, FTP_WAIT_NOTHING);
    if (ftp->next.phase == FTP_PHASE_PUT)
        bytes_free(&ftp->put);
    at_finish(at, at_refuse(at, FACT_ERROR_STATE, "the transfer before it has not ended"));
}
