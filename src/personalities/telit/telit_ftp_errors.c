/* telit_ftp_errors.c: Telit's numbers for what an FTP server does.  docs/facts/telit.md §3, §6
 * (UNCONFIRMED but for the words of the numbers). */
#include "personalities/telit/telit.h"

static bool writes(const struct telit_ftp *ftp)
{
    return ftp_kind_is_upload(ftp->work->client.transfer.kind);
}

static int refused_error(const struct telit_ftp *ftp)
{
    enum { REPLY_NO_FILE = 550 };
    bool transfer = ftp->task != FTP_TASK_COMMAND;

    if (transfer && writes(ftp))
        return TELIT_FTP_PUT;
    if (ftp->work->client.reply.code == REPLY_NO_FILE)
        return TELIT_FTP_NO_FILE;
    return transfer ? TELIT_FTP_GET : TELIT_FTP_REPLY;
}

int telit_ftp_error(const struct telit_ftp *ftp, enum ftp_error error)
{
    bool opening = ftp->task == FTP_TASK_OPEN;

    switch (error) {
    case FTP_NO_NAME:
        return TELIT_FTP_RESOLVE;
    case FTP_NO_CONNECTION:
        return TELIT_FTP_CONNECT;
    case FTP_NOT_READY:
        return TELIT_FTP_SERVER_NOT_READY;
    case FTP_NO_TLS:
        return FACT_ERROR_FTP_NO_TLS;
    case FTP_BAD_TLS:
        return FACT_ERROR_FTP_TLS;
    case FTP_BAD_CREDENTIALS:
        return FACT_ERROR_FTP_CREDENTIALS;
    case FTP_NO_LOGIN:
        return TELIT_FTP_LOGIN;
    case FTP_REFUSED:
        return refused_error(ftp);
    case FTP_UNEXPECTED:
        return opening ? TELIT_FTP_RESPONSE : TELIT_FTP_REPLY;
    case FTP_TIMED_OUT:
        return opening ? TELIT_FTP_OPEN_TIMEOUT : TELIT_FTP_COMMUNICATION_TIMEOUT;
    case FTP_LOST:
        return opening ? TELIT_FTP_RESPONSE : TELIT_FTP_DISCONNECTED;
    case FTP_SHUT_DOWN:
        return TELIT_FTP_SERVER_DOWN;
    case FTP_NO_DATA:
        return ftp->work->client.passive ? TELIT_FTP_OPEN_TIMEOUT : TELIT_FTP_ACCEPT;
    case FTP_NO_LISTENER:
        return TELIT_FTP_LISTEN;
    case FTP_DATA_LOST:
        return writes(ftp) ? TELIT_FTP_WRITE_DATA_CLOSED : TELIT_FTP_READ_DATA_CLOSED;
    case FTP_DATA_STALLED:
        return TELIT_FTP_TIMEOUT;
    case FTP_INVALID:
        return TELIT_TEXT_CHARACTERS;
    case FTP_BUSY:
        return TELIT_FTP_STATE;
    case FTP_FINE:
    case FTP_ABORTED:
        break;
    }
    return TELIT_FTP_GENERIC;
}
