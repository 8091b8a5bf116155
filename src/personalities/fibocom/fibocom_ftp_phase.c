/* fibocom_ftp_phase.c: the phases of the FTP session, and what is let go of when one is left. */
#include "personalities/fibocom/fibocom_ftp.h"

#include "module/facts.h"
#include "module/module.h"

#include <assert.h>

static const char *const phase_names[] = {
#define PHASE_NAME(name) [name] = #name,
    FIBOCOM_FTP_PHASES(PHASE_NAME)
#undef PHASE_NAME
};

#define TO(phase) (1U << (phase))

/* Beside FTP_PHASE_NONE: what is told to nobody may end any. */
static const unsigned allowed[] = {
    [FTP_PHASE_NONE] = TO(FTP_PHASE_OPENING),
    [FTP_PHASE_OPENING] = TO(FTP_PHASE_READY),
    [FTP_PHASE_READY] = TO(FTP_PHASE_COMMAND) | TO(FTP_PHASE_PUT) | TO(FTP_PHASE_LIST) |
                        TO(FTP_PHASE_GET) | TO(FTP_PHASE_CLOSING) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_COMMAND] = TO(FTP_PHASE_READY) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_PUT] = TO(FTP_PHASE_READY) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_LIST] = TO(FTP_PHASE_TELLING) | TO(FTP_PHASE_READY) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_TELLING] = TO(FTP_PHASE_READY) | TO(FTP_PHASE_CLOSING) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_GET] = TO(FTP_PHASE_FILE) | TO(FTP_PHASE_READY) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_FILE] = TO(FTP_PHASE_READY) | TO(FTP_PHASE_ENDED),
    [FTP_PHASE_CLOSING] = 0,
    [FTP_PHASE_ENDED] = 0,
};

void fibocom_ftp_enter(struct fibocom_ftp *ftp, enum fibocom_ftp_phase next)
{
    enum fibocom_ftp_phase before = ftp->phase;

    assert(next == FTP_PHASE_NONE || (allowed[before] & TO(next)) != 0);
    if (next == before)
        return;
    log_trace(ftp->modem->config.log, TRACE_SOCKET, "ftp: %s -> %s", phase_names[before],
              phase_names[next]);
    ftp->phase = next;
    if (before == FTP_PHASE_PUT)
        bytes_free(&ftp->put);
    if (next != FTP_PHASE_TELLING)
        bytes_free(&ftp->list);
    if (next == FTP_PHASE_NONE)
        ftp->owner = NULL;
}

void fibocom_ftp_expect(struct fibocom_ftp *ftp, enum fibocom_ftp_wait next)
{
    static const char *const names[] = {
#define WAIT_NAME(name) [name] = #name,
        FIBOCOM_FTP_WAITS(WAIT_NAME)
#undef WAIT_NAME
    };

    if (next == ftp->waiting)
        return;
    assert(next == FTP_WAIT_NOTHING || ftp->waiting == FTP_WAIT_NOTHING);
    log_trace(ftp->modem->config.log, TRACE_SOCKET, "ftp: %s -> %s", names[ftp->waiting],
              names[next]);
    ftp->waiting = next;
    ftp->wait_until_ms = CLOCK_NEVER;
    if (next != FTP_WAIT_NOTHING)
        ftp->wait_until_ms =
            module_now(ftp->modem) + module_fact_peek(ftp->modem, FACT_FTP_RECEIVE_MS);
}
