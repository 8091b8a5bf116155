/* telit_ftp_task.c: the FTP session of a Telit module: who may use it, and what it is to do.
 *
 * Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3.  The commands are in telit_ftp_*.c.
 */
#include "personalities/telit/telit.h"

#include <assert.h>

struct telit_ftp *telit_ftp_of(const struct at_session *at)
{
    return &telit_of(at)->ftp;
}

struct telit_ftp *telit_ftp_mine(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_of(at);

    if (ftp->owner != NULL && ftp->owner != terminal_of(at)) {
        at_refuse(at, TELIT_OTHER_INSTANCE, "port %zu uses FTP", ftp->owner->index + 1);
        return NULL;
    }
    return ftp;
}

struct telit_ftp *telit_ftp_ready(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    if (ftp == NULL)
        return NULL;
    if (ftp->phase == FTP_PHASE_CLOSED) {
        at_refuse(at, FACT_ERROR_FTP_NO_SESSION, "there is no FTP session; AT#FTPOPEN first");
        return NULL;
    }
    if (ftp->phase == FTP_PHASE_BACKGROUND) {
        at_refuse(at, TELIT_FTP_DATA_OPEN, "a transfer in command mode is under way");
        return NULL;
    }
    return ftp;
}

bool telit_ftp_wants_tls(const struct at_session *at)
{
    return telit_ftp_of(at)->settings.secure != 0;
}

const struct module_terminal *telit_ftp_tls_port(const struct at_session *at)
{
    const struct telit_ftp *ftp = telit_ftp_of(at);

    return ftp->work != NULL && ftp->work->client.secure ? ftp->owner : NULL;
}

void telit_ftp_drop(struct telit_ftp *ftp)
{
    if (ftp->work != NULL)
        ftp_drop(&ftp->work->client);
    telit_ftp_enter(ftp, FTP_PHASE_CLOSED);
    telit_ftp_expect(ftp, FTP_TASK_NONE);
}

/* A reply that nobody waits for would be taken for the next command's, so the session goes too; a
 * transfer in command mode goes on where only its end was waited for. */
static void on_abort(struct at_session *at, void *ctx)
{
    struct telit_ftp *ftp = ctx;
    bool online = online_is_on(&ftp->online) || ftp->task == FTP_TASK_ONLINE;

    if (ftp->task == FTP_TASK_NEXT || ftp->task == FTP_TASK_ANSWER)
        telit_ftp_expect(ftp, FTP_TASK_NONE);
    else
        telit_ftp_drop(ftp);
    online_forget(&ftp->online);
    at_finish(at, online ? AT_NO_CARRIER : at_refuse_plain(at, "given up: DTR has dropped"));
}

enum at_status telit_ftp_wait(struct telit_ftp *ftp, struct at_session *at,
                              enum telit_ftp_task task)
{
    telit_ftp_expect(ftp, task);
    at_await(at, on_abort, ftp);
    return AT_LATER;
}

enum at_status telit_ftp_await(struct at_session *at, enum telit_ftp_task task,
                               enum ftp_error started)
{
    struct telit_ftp *ftp = telit_ftp_of(at);

    assert(task != FTP_TASK_NONE);
    if (started != FTP_FINE)
        return started == FTP_NO_CONNECTION
                   ? at_refuse_said(at, telit_ftp_error(ftp, started))
                   : at_refuse(at, telit_ftp_error(ftp, started), "%s", ftp_error_text(started));
    return telit_ftp_wait(ftp, at, task);
}

enum at_status telit_ftp_run(struct telit_ftp *ftp, struct at_session *at,
                             const struct telit_ftp_operation *operation)
{
    bool download = operation->transfer && operation->kind == FTP_RETR;
    uint64_t offset = download ? (uint64_t)ftp->settings.restart : 0;
    bool packets = download && operation->task == FTP_TASK_PACKET;
    enum ftp_error started;
    char *name = NULL;

    assert(ftp->work != NULL);
    if (packets && !at_text_set(&name, operation->name))
        return at_refuse_memory(at, TELIT_FTP_ALLOCATE);
    started = operation->transfer
                  ? ftp_transfer(&ftp->work->client, operation->kind, operation->name, offset)
                  : ftp_command(&ftp->work->client, operation->verb, operation->name);
    ftp->answer = operation->answer;
    if (started == FTP_FINE && packets) {
        ftp_set_buffering(&ftp->work->client, true);
        at_text_set(&ftp->name, span_at(NULL, 0));
        ftp->name = name;
        ftp->view = operation->view;
        ftp->complete = false;
    } else {
        at_text_set(&name, span_at(NULL, 0));
    }
    return telit_ftp_await(at, operation->task, started);
}

bool telit_ftp_is_nearly_free(const struct telit_ftp *ftp)
{
    return ftp->phase == FTP_PHASE_BACKGROUND && ftp_is_over(&ftp->work->client);
}

/* Nor that the end of the data itself is: who counts bytes goes on behind the last of them. */
static bool may_be_free_soon(const struct telit_ftp *ftp)
{
    return ftp->phase == FTP_PHASE_BACKGROUND && ftp_is_drained(&ftp->work->client);
}

enum at_status telit_ftp_begin(struct at_session *at, const struct telit_ftp_operation *operation)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    assert(operation != NULL);
    if (ftp == NULL)
        return AT_FAIL;
    if (may_be_free_soon(ftp)) {
        ftp->work->next = *operation;
        ftp->next_until_ms = module_now(ftp->modem) + ftp->work->client.timeout_ms;
        return telit_ftp_wait(ftp, at, FTP_TASK_NEXT);
    }
    return telit_ftp_ready(at) != NULL ? telit_ftp_run(ftp, at, operation) : AT_FAIL;
}

enum at_status telit_ftp_await_end(struct at_session *at,
                                   enum at_status (*answer)(struct telit_ftp *ftp,
                                                            struct at_session *at))
{
    struct telit_ftp *ftp = telit_ftp_of(at);

    if (!telit_ftp_is_nearly_free(ftp))
        return answer(ftp, at);
    ftp->answer = answer;
    return telit_ftp_wait(ftp, at, FTP_TASK_ANSWER);
}
