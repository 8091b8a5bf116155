/* fibocom_ftp_put.c: +FTPPUT: a file that the host enters goes to the server.
 *
 * Its name is known (docs/facts/fibocom.md §3); the form is that of +HTTPDATA (FACT_FTP_*).
 */
#include "personalities/fibocom/fibocom.h"

void fibocom_ftp_upload(struct fibocom_ftp *ftp)
{
    while (ftp->put_at < ftp->put.len) {
        size_t sent = ftp_write(&ftp->client, span_skip(bytes_span(&ftp->put), ftp->put_at));

        if (sent == 0)
            return; /* on_writable() follows, or on_done() */
        ftp->put_at += sent;
    }
    ftp_end_upload(&ftp->client);
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct fibocom_ftp *ftp = ctx;
    const struct fibocom_ftp_operation operation = { .phase = FTP_PHASE_PUT,
                                                     .kind = ftp->put_kind,
                                                     .name = span_of(ftp->put_name) };
    enum at_status status = AT_FAIL;

    ftp->entering = false;
    if (end == AT_PROMPT_TIMED_OUT)
        module_note_fact(ftp->modem, FACT_FTP_PUT_IDLE_MS);
    if (end == AT_PROMPT_COMPLETE) {
        bytes_commit(&ftp->put, payload.len);
        status = fibocom_ftp_begin(at, &operation);
    }
    if (status == AT_FAIL)
        bytes_free(&ftp->put);
    return end == AT_PROMPT_COMPLETE ? status
                                     : at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
}

enum { PUT_NAME, PUT_LENGTH, PUT_APPENDS };

static enum at_status set_put(struct at_session *at, const struct at_args *args)
{
    const struct tlsmodem *modem = module_of(at);
    struct fibocom_ftp *ftp = fibocom_ftp_ready(at);
    struct span name = args->list[PUT_NAME].text;
    struct at_prompt prompt = { .max = (size_t)args->list[PUT_LENGTH].number,
                                .idle_ms = (uint32_t)module_fact_peek(modem, FACT_FTP_PUT_IDLE_MS),
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_entered,
                                .ctx = ftp };

    if (ftp == NULL)
        return AT_FAIL;
    if (bytes_reserve(&ftp->put, prompt.max) != ERR_OK)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    ftp->put_at = 0;
    ftp->put_kind = args->list[PUT_APPENDS].number == 1 ? FTP_APPE : FTP_STOR;
    memcpy(ftp->put_name, name.data, name.len);
    ftp->put_name[name.len] = '\0';
    ftp->entering = true;
    prompt.memory = ftp->put.data;
    return at_prompt(at, &prompt);
}

static const struct at_param put_params[] = {
    { .name = "file", .type = AT_STRING, .min = 1, .max = FACT_FTP_NAME_MAX },
    { .name = "length", .min = 1, .max = FACT_FTP_PUT_MAX },
    { .name = "append", .optional = true, .max = 1 },
};

static const struct at_command rows[] = {
    { .name = "+FTPPUT",
      .help = "Takes a file of so many bytes and sends it: 0 in place of the old one, 1 behind it.",
      .source = "docs/facts/fibocom.md §3",
      AT_PARAMS(put_params),
      .set = set_put },
    { .name = "+FTPSTOR",
      .help = "The same as +FTPPUT.",
      .source = "docs/facts/fibocom.md §3",
      AT_PARAMS(put_params),
      .set = set_put },
};
const struct at_commands fibocom_ftp_put = AT_COMMANDS(rows);
