/* telit_ftp_packet.c: transfers in command mode: #FTPGETPKT with #FTPRECV, and #FTPAPPEXT.
 *
 * Source: S000574 p.249; 80529ST10815A r2 p.191; docs/facts/telit.md §3.
 */
#include "personalities/telit/telit.h"

#include "base/wipe.h"

#include <string.h>

enum { GETPKT_NAME, GETPKT_VIEW };

static enum at_status set_get(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *view = &args->list[GETPKT_VIEW];
    const struct telit_ftp_operation operation = { .task = FTP_TASK_PACKET,
                                                   .transfer = true,
                                                   .kind = FTP_RETR,
                                                   .name = args->list[GETPKT_NAME].text,
                                                   .view = view->given ? view->number : 0 };

    return telit_ftp_begin(at, &operation);
}

static enum at_status answer_get(struct telit_ftp *ftp, struct at_session *at)
{
    if (ftp->phase == FTP_PHASE_TAIL && ftp->complete)
        telit_ftp_enter(ftp, FTP_PHASE_OPEN);
    at_info(at, "#FTPGETPKT: %s,%d,%d", at_text(ftp->name), (int)ftp->view, ftp->complete);
    return AT_OK;
}

static enum at_status read_get(struct at_session *at)
{
    return telit_ftp_mine(at) != NULL ? telit_ftp_await_end(at, answer_get) : AT_FAIL;
}

/* A download in command mode is there, or its end is not known yet; NULL: the error is noted. */
static struct telit_ftp *downloading(struct at_session *at)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);

    if (ftp == NULL)
        return NULL;
    if (ftp->phase != FTP_PHASE_TAIL &&
        (ftp->phase != FTP_PHASE_BACKGROUND || ftp->work->client.transfer.kind != FTP_RETR)) {
        at_refuse(at, FACT_ERROR_FTP_NO_DATA, "no download is under way; AT#FTPGETPKT first");
        return NULL;
    }
    return ftp;
}

static void put_hexadecimal(struct at_session *at, struct span bytes)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < bytes.len; i++) {
        char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 0x0F] };

        at_put(at, span_at(pair, sizeof(pair)));
    }
}

/* Each byte is two digits. */
static size_t half_of_most(const struct telit_ftp *ftp)
{
    return (size_t)module_fact_peek(ftp->modem, FACT_FTP_RECEIVE_MAX) / 2;
}

static enum at_status set_receive(struct at_session *at, const struct at_args *args)
{
    struct telit_ftp *ftp = downloading(at);
    uint8_t data[TELIT_FTP_RECEIVE_MOST];
    size_t most = (size_t)args->list[0].number;
    size_t got;

    if (ftp == NULL)
        return AT_FAIL;
    if (ftp->view == 1 && most > half_of_most(ftp)) {
        most = half_of_most(ftp);
        module_note_fact(ftp->modem, FACT_FTP_RECEIVE_MAX);
    }
    if (ftp->phase == FTP_PHASE_TAIL) {
        module_note_fact(ftp->modem, FACT_FTP_LAST_RECEIVE_IS_EMPTY);
        telit_ftp_enter(ftp, FTP_PHASE_OPEN);
    }
    got = ftp_read(&ftp->work->client, data, most);
    at_info(at, "#FTPRECV: %zu", got);
    if (ftp->view == 1)
        put_hexadecimal(at, span_at(data, got));
    else
        at_put(at, span_at(data, got));
    at_put_line_end(at); /* after no bytes too: strict hosts cut the tail off by its length */
    return AT_OK;
}

static enum at_status read_receive(struct at_session *at)
{
    struct telit_ftp *ftp = downloading(at);

    if (ftp == NULL)
        return AT_FAIL;
    at_info(at, "#FTPRECV: %zu", ftp_available(&ftp->work->client));
    return AT_OK;
}

/* ---- #FTPAPPEXT ---- */

enum at_status telit_ftp_appended(struct telit_ftp *ftp, struct at_session *at)
{
    at_info(at, "#FTPAPPEXT: %zu", ftp->work->packet_sent);
    return AT_OK;
}

/* Gives the server what it takes: AT_LATER while there is more, or while its reply is due. */
static enum at_status append(struct telit_ftp *ftp, struct at_session *at)
{
    while (ftp->work->packet_sent < ftp->work->packet_len) {
        size_t sent =
            ftp_write(&ftp->work->client, span_at(ftp->work->packet + ftp->work->packet_sent,
                                                  ftp->work->packet_len - ftp->work->packet_sent));

        if (sent == 0) /* on_writable() follows, or on_done() */
            return telit_ftp_wait(ftp, at, FTP_TASK_APPEND);
        ftp->work->packet_sent += sent;
    }
    wipe(ftp->work->packet, ftp->work->packet_len);
    if (!ftp->work->packet_last)
        return telit_ftp_appended(ftp, at);
    ftp_end_upload(&ftp->work->client);
    return telit_ftp_wait(ftp, at, FTP_TASK_APPENDED);
}

void telit_ftp_continue_append(struct telit_ftp *ftp)
{
    struct at_session *at = ftp->owner->at;
    enum at_status status = append(ftp, at);

    if (status != AT_LATER) {
        telit_ftp_expect(ftp, FTP_TASK_NONE);
        at_finish(at, status);
    }
}

static bool may_append(const struct telit_ftp *ftp, const struct at_session *at)
{
    return ftp->owner == terminal_of(at) && ftp->phase == FTP_PHASE_BACKGROUND &&
           ftp_is_upload(&ftp->work->client);
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct telit_ftp *ftp = ctx;

    if (end != AT_PROMPT_COMPLETE)
        return at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    if (!may_append(ftp, at)) /* it was lost meanwhile */
        return at_refuse(at, FACT_ERROR_FTP_NO_DATA, "the upload has ended meanwhile");
    memcpy(ftp->work->packet, payload.data, payload.len);
    ftp->work->packet_len = payload.len;
    ftp->work->packet_sent = 0;
    return append(ftp, at);
}

enum { APPEND_COUNT, APPEND_LAST };

static enum at_status set_append(struct at_session *at, const struct at_args *args)
{
    struct telit_ftp *ftp = telit_ftp_mine(at);
    struct at_prompt prompt = { .max = (size_t)args->list[APPEND_COUNT].number,
                                .exact = true,
                                .on_done = on_entered,
                                .ctx = ftp };

    if (ftp == NULL)
        return AT_FAIL;
    if (!may_append(ftp, at))
        return at_refuse(at, FACT_ERROR_FTP_NO_DATA,
                         "no upload is under way; AT#FTPPUT or #FTPAPP with <connMode> 1 first");
    ftp->work->packet_last = args->list[APPEND_LAST].given && args->list[APPEND_LAST].number == 1;
    return at_prompt(at, &prompt);
}

static const struct at_param get_params[] = {
    { .name = "filename", .type = AT_STRING, .min = 1, .max = 200 },
    { .name = "viewMode", .optional = true, .max = 1 },
};
static const struct at_param receive_params[] = {
    { .name = "blocksize", .min = 1, .max = FACT_FTP_RECEIVE_MAX },
};
static const struct at_param append_params[] = {
    { .name = "bytestosend", .min = 1, .max = FACT_FTP_APPEND_MAX },
    { .name = "eof", .optional = true, .max = 1 },
};

static const struct at_command rows[] = {
    { .name = "#FTPGETPKT",
      .help = "Reads a file from the server in the background.",
      .source = "docs/facts/telit.md §3",
      AT_PARAMS(get_params),
      .set = set_get,
      .read = read_get },
    { .name = "#FTPRECV",
      .help = "Hands out what #FTPGETPKT has read.",
      .source = "S000574 p.249",
      AT_PARAMS(receive_params),
      .set = set_receive,
      .read = read_receive },
    { .name = "#FTPAPPEXT",
      .help = "Sends an exact number of bytes to the file of #FTPPUT or #FTPAPP.",
      .source = "80529ST10815A r2 p.191",
      AT_PARAMS(append_params),
      .set = set_append },
};
const struct at_commands telit_ftp_packet = AT_COMMANDS(rows);
