/* telit_ftp_phase.c: how far an FTP session is, and what the command under way waits for. */
#include "personalities/telit/telit_ftp.h"

#include <assert.h>

#define NAME(name) [name] = #name,
static const char *const phase_names[] = { TELIT_FTP_PHASES(NAME) };
static const char *const task_names[] = { TELIT_FTP_TASKS(NAME) };
#undef NAME

#define TO(value) (1U << (value))

static const unsigned phases_after[] = {
    [FTP_PHASE_CLOSED] = TO(FTP_PHASE_OPENING),
    [FTP_PHASE_OPENING] = TO(FTP_PHASE_OPEN) | TO(FTP_PHASE_CLOSED),
    [FTP_PHASE_OPEN] = TO(FTP_PHASE_BACKGROUND) | TO(FTP_PHASE_CLOSED),
    [FTP_PHASE_BACKGROUND] = TO(FTP_PHASE_TAIL) | TO(FTP_PHASE_OPEN) | TO(FTP_PHASE_CLOSED),
    [FTP_PHASE_TAIL] = TO(FTP_PHASE_BACKGROUND) | TO(FTP_PHASE_OPEN) | TO(FTP_PHASE_CLOSED),
};

/* Beside FTP_TASK_NONE. */
static const unsigned tasks_after[] = {
    [FTP_TASK_NONE] = ~0U, /* anything */
    [FTP_TASK_LAST_WORD] = TO(FTP_TASK_CLOSE),
    [FTP_TASK_APPEND] = TO(FTP_TASK_APPENDED),
    /* its answer, too, comes later */
    [FTP_TASK_NEXT] = TO(FTP_TASK_COMMAND) | TO(FTP_TASK_ONLINE) | TO(FTP_TASK_PACKET),
};

void telit_ftp_enter(struct telit_ftp *ftp, enum telit_ftp_phase next)
{
    if (next == ftp->phase)
        return;
    assert((phases_after[ftp->phase] & TO(next)) != 0);
    log_trace(ftp->modem->config.log, TRACE_SOCKET, "#FTP: %s -> %s", phase_names[ftp->phase],
              phase_names[next]);
    ftp->phase = next;
    if (next == FTP_PHASE_CLOSED)
        ftp->owner = NULL;
}

void telit_ftp_expect(struct telit_ftp *ftp, enum telit_ftp_task next)
{
    if (next == ftp->task)
        return;
    assert(next == FTP_TASK_NONE || (tasks_after[ftp->task] & TO(next)) != 0);
    log_trace(ftp->modem->config.log, TRACE_SOCKET, "#FTP: %s -> %s", task_names[ftp->task],
              task_names[next]);
    ftp->task = next;
}
