/* smtp_line.c: the states of a mail that is sent, its end, and what goes to the server. */
#include "services/smtp_internal.h"

#include <assert.h>
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
    outbox_clear(&smtp->outbox);
    smtp->job = NULL;
    smtp->reply_until_ms = smtp->total_until_ms = CLOCK_NEVER;
    if (smtp->state != SMTP_IDLE)
        smtp_enter(smtp, SMTP_IDLE);
}

void smtp_forget_hello(struct smtp *smtp)
{
    smtp->offers_tls = smtp->offers_plain = smtp->offers_login = false;
    smtp->logins[0] = '\0';
}

/* What the server lacks, where it has refused nothing. */
static bool say_what_is_lacking(const struct smtp *smtp, enum smtp_error error)
{
    bool said_hello = smtp->state == SMTP_EHLO || smtp->state == SMTP_HELO;
    const char *host = smtp->job->host;
    unsigned port = smtp->job->port;

    if (!said_hello || smtp->reply.code >= 400)
        return false;
    if (error == SMTP_TLS)
        log_say(smtp->world->log, LOG_WARNING, "mail: %s port %u offers no STARTTLS", host, port);
    else if (error == SMTP_AUTH && smtp->logins[0] == '\0')
        log_say(smtp->world->log, LOG_WARNING,
                "mail: %s port %u offers no login here; leave user and password out, or use TLS",
                host, port);
    else if (error == SMTP_AUTH)
        log_say(smtp->world->log, LOG_WARNING,
                "mail: %s port %u offers only the logins %s; the module has PLAIN and LOGIN", host,
                port, smtp->logins);
    else
        return false;
    return true;
}

/* What the connection has not said in the log already. */
static void say_failure(const struct smtp *smtp, enum smtp_error error)
{
    bool said = error == SMTP_DNS || error == SMTP_CONNECT ||
                (error == SMTP_TLS && smtp->state != SMTP_EHLO && smtp->state != SMTP_ASKING_TLS);
    bool replied = smtp->reply.code >= 400;

    if (error == SMTP_FINE || said || say_what_is_lacking(smtp, error))
        return;
    log_say(smtp->world->log, LOG_WARNING, "mail: %s port %u: %s%s%s", smtp->job->host,
            (unsigned)smtp->job->port, error_texts[error], replied ? ": " : "",
            replied ? smtp->reply.text : "");
}

void smtp_finish(struct smtp *smtp, enum smtp_error error)
{
    assert(smtp->state != SMTP_IDLE);
    say_failure(smtp, error);
    smtp_stop(smtp);
    smtp->events->on_done(smtp->ctx, error);
}

/* Puts the next line into the empty outbox; false behind the last.  A dot at the front is doubled,
 * the line end comes behind (RFC 5321 §4.5.2). */
static bool next_content_line(struct smtp *smtp)
{
    char *line = (char *)outbox_tail(&smtp->outbox);
    size_t len;

    if (smtp->content_done)
        return false;
    if (!smtp_message_next(&smtp->message, line, &len)) {
        smtp->content_done = true;
        line[0] = '.';
        len = 1;
    } else if (len > 0 && line[0] == '.') {
        memmove(line + 1, line, len++);
    }
    line[len++] = '\r';
    line[len++] = '\n';
    outbox_commit(&smtp->outbox, len);
    return true;
}

void smtp_finish_without_reply(struct smtp *smtp, enum smtp_error error)
{
    smtp->reply.code = 0;
    smtp_finish(smtp, smtp->state == SMTP_QUITTING ? SMTP_FINE : error);
}

/* True when nothing is left of the line; each time that the server takes some of it, it has its
 * whole time again. */
static bool flush(struct smtp *smtp)
{
    size_t before = outbox_len(&smtp->outbox);
    bool flushed = outbox_flush(&smtp->outbox, &smtp->connection);

    if (outbox_len(&smtp->outbox) < before)
        smtp->reply_until_ms = smtp_now_ms(smtp) + smtp->job->reply_timeout_ms;
    return flushed;
}

void smtp_send(struct smtp *smtp)
{
    struct connection_failure failure;
    bool flushed;

    do {
        flushed = flush(smtp);
    } while (flushed && smtp->state == SMTP_SENDING && next_content_line(smtp));
    if (connection_has_ended(&smtp->connection, &failure))
        smtp_finish_without_reply(smtp, SMTP_NETWORK);
    else if (flushed && smtp->state == SMTP_SENDING)
        smtp_enter(smtp, SMTP_ACCEPTING);
}

void smtp_say(struct smtp *smtp, enum smtp_state next, const char *format, ...)
{
    va_list args;
    char *line;
    int len;

    outbox_clear(&smtp->outbox);
    line = (char *)outbox_tail(&smtp->outbox);
    va_start(args, format);
    len = vsnprintf(line, sizeof(smtp->out) - 2, format, args);
    va_end(args);
    line[len] = '\r'; /* every part is limited, so that all of it fits */
    line[len + 1] = '\n';
    outbox_commit(&smtp->outbox, (size_t)len + 2);
    smtp->reply_until_ms =
        smtp_now_ms(smtp) + (next == SMTP_QUITTING ? QUIT_WAIT_MS : smtp->job->reply_timeout_ms);
    smtp_enter(smtp, next);
    smtp_send(smtp);
}
