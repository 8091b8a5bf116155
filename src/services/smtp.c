/* smtp.c: sending a mail: its connection, its times, bytes in and out.  Who says what when is in
 * smtp_dialogue.c. */
#include "services/smtp_internal.h"

#include "base/text.h"
#include "base/wipe.h"

#include <stdarg.h>
#include <stdio.h>

enum { INPUT_BYTES = 512, QUIT_WAIT_MS = 5000 };

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

static int64_t now_ms(const struct smtp *smtp)
{
    return smtp->world->now_ms(smtp->world->ctx);
}

void smtp_stop(struct smtp *smtp)
{
    connection_close(&smtp->connection);
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

/* ---- opening ---- */

static enum smtp_error opening_error(const struct smtp *smtp)
{
    switch (smtp->failure.during) {
    case CONNECTION_CONNECTING:
        return SMTP_CONNECT;
    case CONNECTION_HANDSHAKING:
    case CONNECTION_OPEN:
    case CONNECTION_ENDED:
        return SMTP_TLS;
    case CONNECTION_CLOSED:
        return smtp->failure.tls.reason != TLS_FINE ? SMTP_TLS : SMTP_DNS;
    case CONNECTION_RESOLVING:
    case CONNECTION_LISTENING:
        break;
    }
    return SMTP_DNS;
}

static enum err open_with(void *ctx, const struct tls_config *tls)
{
    struct smtp *smtp = ctx;
    struct connection_target target = {
        .host = smtp->job->host,
        .port = smtp->job->port,
        .transport = NET_TCP,
        .step_timeout_ms = smtp->job->connect_timeout_ms,
        .tls = tls,
    };

    return connection_open(&smtp->connection, &target, &smtp->failure);
}

static enum err secure_with(void *ctx, const struct tls_config *tls)
{
    struct smtp *smtp = ctx;

    return connection_secure(&smtp->connection, tls, &smtp->failure);
}

static enum err borrow(struct smtp *smtp,
                       enum err (*use)(void *use_ctx, const struct tls_config *tls))
{
    smtp->failure = (struct connection_failure){ .tls = { .reason = TLS_INTERNAL } };
    return smtp->tls.lend != NULL ? smtp->tls.lend(smtp->tls.ctx, use, smtp) : ERR_UNSUPPORTED;
}

static bool credentials_are_valid(const struct smtp_job *job)
{
    return strlen(job->user) <= SMTP_CREDENTIAL_MAX &&
           strlen(job->password) <= SMTP_CREDENTIAL_MAX && strlen(job->ehlo) <= SMTP_NAME_MAX &&
           strpbrk(job->ehlo, " \r\n") == NULL;
}

enum smtp_error smtp_start(struct smtp *smtp, const struct smtp_job *job)
{
    enum err err;

    smtp_stop(smtp);
    if (!smtp_content_is_valid(&job->content) || !credentials_are_valid(job))
        return SMTP_INVALID;
    smtp->job = job;
    smtp->secured = false;
    smtp->recipient = 0;
    smtp->content_done = false;
    smtp->offers_tls = smtp->offers_plain = smtp->offers_login = false;
    reply_reset(&smtp->reply);
    if (job->security == SMTP_TLS_FIRST)
        err = borrow(smtp, open_with);
    else
        err = open_with(smtp, NULL);
    if (err != ERR_OK) {
        smtp_stop(smtp);
        return opening_error(smtp);
    }
    smtp->total_until_ms = now_ms(smtp) + job->total_timeout_ms;
    smtp_enter(smtp, SMTP_OPENING);
    return SMTP_FINE;
}

void smtp_secure(struct smtp *smtp)
{
    smtp->reply_until_ms = CLOCK_NEVER;
    smtp_enter(smtp, SMTP_SECURING);
    if (borrow(smtp, secure_with) != ERR_OK)
        smtp_finish(smtp, SMTP_TLS);
}

/* ---- bytes out ---- */

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

/* A server that has taken the mail owes no answer to QUIT. */
static void finish_without_reply(struct smtp *smtp, enum smtp_error error)
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
        smtp->reply_until_ms = now_ms(smtp) + smtp->job->reply_timeout_ms;
    }
    if (connection_has_ended(&smtp->connection, &failure)) {
        finish_without_reply(smtp, SMTP_NETWORK);
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
        now_ms(smtp) + (next == SMTP_QUITTING ? QUIT_WAIT_MS : smtp->job->reply_timeout_ms);
    smtp_enter(smtp, next);
    smtp_send(smtp);
}

/* ---- events of the connection ---- */

static void on_open(void *ctx)
{
    struct smtp *smtp = ctx;

    if (smtp->job->security == SMTP_TLS_FIRST || smtp->state == SMTP_SECURING)
        smtp->secured = true;
    if (smtp->state == SMTP_SECURING) {
        smtp_say(smtp, SMTP_EHLO, "EHLO %s", smtp->job->ehlo);
        return;
    }
    smtp->reply_until_ms = now_ms(smtp) + smtp->job->reply_timeout_ms;
    smtp_enter(smtp, SMTP_GREETING);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct smtp *smtp = ctx;

    smtp->failure = *failure;
    smtp_finish(smtp, opening_error(smtp));
}

/* False when nothing more is to be read: the job has ended, or TLS comes first. */
static bool take(struct smtp *smtp, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        enum smtp_state before = smtp->state;

        switch (reply_feed(&smtp->reply, bytes.data[i])) {
        case REPLY_MORE:
            break;
        case REPLY_LINE:
            smtp_on_line(smtp);
            break;
        case REPLY_BROKEN:
            smtp->reply.code = 0;
            smtp_finish(smtp, smtp->secured || before != SMTP_ASKING_TLS ? SMTP_SERVER : SMTP_TLS);
            return false;
        case REPLY_WHOLE:
            /* What follows a "go ahead" without being protected is not the server's (RFC 3207
             * §5). */
            if (before == SMTP_ASKING_TLS && i + 1 < bytes.len)
                smtp_finish(smtp, SMTP_TLS);
            else
                smtp_on_reply(smtp);
            break;
        }
        if (smtp->state == SMTP_IDLE || smtp->state == SMTP_SECURING ||
            smtp->state == SMTP_OPENING) /* the next job */
            return false;
    }
    return true;
}

static void on_data(void *ctx)
{
    struct smtp *smtp = ctx;
    struct connection_failure failure;
    uint8_t bytes[INPUT_BYTES];
    size_t len;

    do {
        len = connection_read(&smtp->connection, bytes, sizeof(bytes));
    } while (len > 0 && take(smtp, span_at(bytes, len)));
    if (smtp->state == SMTP_IDLE || !connection_has_ended(&smtp->connection, &failure))
        return;
    finish_without_reply(smtp, SMTP_NETWORK);
}

static void on_writable(void *ctx)
{
    smtp_send(ctx);
}

static const struct connection_events connection_events = {
    .on_open = on_open,
    .on_failed = on_failed,
    .on_data = on_data,
    .on_writable = on_writable,
};

void smtp_init(struct smtp *smtp, int id, const struct connection_world *world,
               const struct smtp_events *events, void *ctx, const struct tls_source *tls)
{
    *smtp = (struct smtp){ .world = world, .events = events, .ctx = ctx, .id = id };
    if (tls != NULL)
        smtp->tls = *tls;
    smtp->reply_until_ms = smtp->total_until_ms = CLOCK_NEVER;
    connection_init(&smtp->connection, id, world, &connection_events, smtp, 0);
}

bool smtp_is_busy(const struct smtp *smtp)
{
    return smtp->state != SMTP_IDLE;
}

int64_t smtp_deadline(const struct smtp *smtp)
{
    return time_earlier(connection_deadline(&smtp->connection),
                        time_earlier(smtp->reply_until_ms, smtp->total_until_ms));
}

void smtp_tick(struct smtp *smtp)
{
    connection_tick(&smtp->connection);
    if (now_ms(smtp) < smtp->reply_until_ms && now_ms(smtp) < smtp->total_until_ms)
        return;
    finish_without_reply(smtp, SMTP_TIMEOUT);
}
