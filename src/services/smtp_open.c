/* smtp_open.c: a mail's connection, under TLS from its beginning or later. */
#include "services/smtp_internal.h"

#include <assert.h>
#include <string.h>

enum smtp_error smtp_opening_error(const struct smtp *smtp)
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
    struct tls_config config = *tls;

    config.offer = smtp->offer;
    return connection_secure(&smtp->connection, &config, &smtp->failure);
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

static enum err connect(struct smtp *smtp)
{
    smtp->secured = false;
    smtp_forget_hello(smtp);
    reply_reset(&smtp->reply);
    return smtp->job->security == SMTP_TLS_FIRST ? borrow(smtp, open_with) : open_with(smtp, NULL);
}

bool smtp_starts_anew(struct smtp *smtp)
{
    if (!smtp->failure.may_do)
        return false;
    log_say(smtp->world->log, LOG_WARNING, "mail: %s port %u is dialled again, %s", smtp->job->host,
            (unsigned)smtp->job->port,
            smtp->failure.next.fallback ? "with the oldest version alone"
                                        : "with a part of the suites, and no others");
    smtp->offer = smtp->failure.next;
    if (connect(smtp) != ERR_OK)
        return false;
    smtp_enter(smtp, SMTP_OPENING);
    return true;
}

enum smtp_error smtp_start(struct smtp *smtp, const struct smtp_job *job)
{
    enum err err;

    assert(job->host != NULL && job->ehlo != NULL);
    assert(job->connect_timeout_ms > 0 && job->reply_timeout_ms > 0 && job->total_timeout_ms > 0);
    smtp_stop(smtp);
    if (!smtp_content_is_valid(&job->content) || !credentials_are_valid(job))
        return SMTP_INVALID;
    smtp->job = job;
    smtp->recipient = 0;
    smtp->content_done = false;
    smtp->offer = (struct tls_offer){ .part = 0 };
    err = connect(smtp);
    if (err != ERR_OK) {
        smtp_stop(smtp);
        return smtp_opening_error(smtp);
    }
    smtp->total_until_ms = smtp_now_ms(smtp) + job->total_timeout_ms;
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
