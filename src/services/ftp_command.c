/* ftp_command.c: commands of an FTP session, and how one is sent. */
#include "services/ftp_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum ftp_error ftp_check_argument(struct span argument, size_t max)
{
    assert(max <= FTP_LINE_MAX);
    if (argument.len > max)
        return FTP_INVALID;
    for (size_t i = 0; i < argument.len; i++) {
        /* A line end would start a command of the host's own. */
        if (argument.data[i] < ' ' || argument.data[i] == 0x7F)
            return FTP_INVALID;
    }
    return FTP_FINE;
}

void ftp_send(struct ftp *ftp, const char *verb, struct span argument)
{
    int len;

    outbox_clear(&ftp->outbox);
    len = snprintf((char *)outbox_tail(&ftp->outbox), sizeof(ftp->out),
                   argument.len > 0 ? "%s %.*s\r\n" : "%s\r\n", verb, (int)argument.len,
                   (const char *)argument.data);
    assert(len > 0 && (size_t)len < sizeof(ftp->out)); /* arguments were checked */
    log_trace(ftp->world->log, TRACE_NET, "ftp %d: > %s", ftp->id, verb);
    outbox_commit(&ftp->outbox, (size_t)len);
    ftp_restart_timer(ftp);
    outbox_flush(&ftp->outbox, &ftp->control);
    if (ftp->control.state != CONNECTION_OPEN) /* found when sending: no event will come */
        ftp->deadline_ms = 0;
}

enum ftp_error ftp_command(struct ftp *ftp, enum ftp_verb verb, struct span argument)
{
    static const char *const verbs[] = {
#define FTP_VERB_TEXT(name, text) [name] = text,
        FTP_VERBS(FTP_VERB_TEXT)
#undef FTP_VERB_TEXT
    };

    if (ftp_check_argument(argument, FTP_NAME_MAX) != FTP_FINE)
        return FTP_INVALID;
    if (ftp_obstacle(ftp) != FTP_FINE)
        return ftp_obstacle(ftp);
    ftp_start_total(ftp);
    ftp_enter(ftp, FTP_COMMAND);
    ftp_send(ftp, verbs[verb], argument);
    return FTP_FINE;
}

enum ftp_error ftp_rename(struct ftp *ftp, struct span from, struct span to)
{
    if (from.len == 0 || to.len == 0 || ftp_check_argument(from, FTP_NAME_MAX) != FTP_FINE ||
        ftp_check_argument(to, FTP_NAME_MAX) != FTP_FINE)
        return FTP_INVALID;
    if (ftp_obstacle(ftp) != FTP_FINE)
        return ftp_obstacle(ftp);
    memcpy(ftp->transfer.name, to.data, to.len);
    ftp->transfer.name[to.len] = '\0';
    ftp_start_total(ftp);
    ftp_enter(ftp, FTP_RENAME_FROM);
    ftp_send(ftp, "RNFR", from);
    return FTP_FINE;
}
