/* smtp_line.c: the states of a mail that is sent, its end, and what goes to the server. */
#include "services/smtp_internal.h"

#include "base/wipe.h"

#include <stdarg.h>
#include <stdio.h>

enum { QUIT_WAIT_MS = 5000 };

static const char *const state_names[] = {
#define SMTP_STATE_NAME(name) [name] = #name,
    SMTP_STATES(SMTP_STATE_NAME)
#undef SMTP_STATE_NAME
};

static const char *const error_texts[] = {
#define SMTP_ERROR_TEXT(name, text) [name] = text,
    SMTP_ERRORS(SMTP_ERROR_TEXT)
#undef SMTP_ERROR_TEXT
};

void smtp_enter(struct smtp *smtp, enum smtp_state next)
{
    log_trace(smtp->world->log, TRACE_SOCKET, "mail %d: %s -> %s", smtp->id,
              state_names[smtp->state], state_names[next]);
    smtp->state = next;
}

int64_t smtp_now_ms(const struct smtp *smtp)
{
    return smtp->world->now_ms(smtp->world->ctx);
}

void smtp_stop(struct smtp *smtp)
{
    connection_deinit(&smtp->connection);
    wipe(smtp->out, sizeof(smtp->out));
    smtp->out_at = smtp->out_len = 0;
    smtp->job = NULL;
    smtp->reply_until_ms = smtp->total_until_ms = CLOCK_NEVER;
    if (smtp->state != SMTP_IDLE)
        smtp_enter(smtp, SMTP_IDLE);
}

/* What the connection has not said in the log already. */
static void say_failure(const struct smtp *smtp, enum smtp_error error)
{
    bool said = error == SMTP_DNS || error == SMTP_CONNECT ||
                (error == SMTP_TLS && smtp->state != SMTP_EHLO && smtp->state != SMTP_ASKING_TLS);
    bool replied = smtp->reply.code >= 400;

    if (error == SMTP_FINE || said)
        return;
    log_say(smtp->world->log, LOG_WARNING, "mail %d: %s port %u: %s%s%s", smtp->id, smtp->job->host,
            (unsigned)smtp->job->port, error_texts[error], replied ? ": " : "",
            replied ? smtp->reply.text : "");
}

void smtp_finish(struct smtp *smtp, enum smtp_error error)
{
    say_failure(smtp, error);
    smtp_stop(smtp);
    smtp->events->on_done(smtp->ctx, error);
}

/* A dot at the front is doubled, the line end comes behind (RFC 5321 §4.5.2). */
static bool next_content_line(struct smtp *smtp)
{
    size_t len;

    if (smtp->content_done)
        return false;
    smtp->out_at = 1;
    if (!smtp_message_next(&smtp->message, smtp->out + 1, &len)) {
        smtp->content_done = true;
        smtp->out[1] = '.';
        len = 1;
    } else if (smtp->out[1] == '.') {
        smtp->out[0] = '.';
        smtp->out_at = 0;
    }
    smtp->out[1 + len] = '\r';
    smtp->out[2 + len] = '\n';
    smtp->out_len = 3 + len;
    return true;
}

void smtp_finish_without_reply(struct smtp *smtp, enum smtp_error error)
{
    smtp->reply.code = 0;
    smtp_finish(smtp, smtp->state == SMTP_QUITTING ? SMTP_FINE : error);
}

void smtp_send(struct smtp *smtp)
{
    struct connection_failure failure;

    while (smtp->out_at < smtp->out_len ||
           (smtp->state == SMTP_SENDING && next_content_line(smtp))) {
        size_t done = connection_write(
            &smtp->connection, span_at(smtp->out + smtp->out_at, smtp->out_len - smtp->out_at));

        if (done == 0)
            break;
        smtp->out_at += done;
        smtp->reply_until_ms = smtp_now_ms(smtp) + smtp->job->reply_timeout_ms;
    }
    if (connection_has_ended(&smtp->connection, &failure)) {
        smtp_finish_without_reply(smtp, SMTP_NETWORK);
        return;
    }
    if (smtp->out_at == smtp->out_len && smtp->state != SMTP_SENDING)
        wipe(smtp->out, sizeof(smtp->out)); /* it may have been a password */
    if (smtp->state == SMTP_SENDING && smtp->content_done && smtp->out_at == smtp->out_len)
        smtp_enter(smtp, SMTP_ACCEPTING);
}

void smtp_say(struct smtp *smtp, enum smtp_state next, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(smtp->out, sizeof(smtp->out) - 2, format, args);
    va_end(args);
    smtp->out[len] = '\r'; /* every part is limited, so that all of it fits */
    smtp->out[len + 1] = '\n';
    smtp->out_at = 0;
    smtp->out_len = (size_t)len + 2;
    smtp->reply_until_ms =
        smtp_now_ms(smtp) + (next == SMTP_QUITTING ? QUIT_WAIT_MS : smtp->job->reply_timeout_ms);
    smtp_enter(smtp, next);
    smtp_send(smtp);
}
