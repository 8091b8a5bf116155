/* smtp_client.c: sending a mail: what its connection and the time bring.  Who says what when is in
 * smtp_dialogue.c. */
#include "services/smtp_internal.h"

#include <assert.h>

enum { INPUT_BYTES = 512 };

static void on_open(void *ctx)
{
    struct smtp *smtp = ctx;

    if (smtp->job->security == SMTP_TLS_FIRST || smtp->state == SMTP_SECURING)
        smtp->secured = true;
    if (smtp->state == SMTP_SECURING) {
        smtp_say(smtp, SMTP_EHLO, "EHLO %s", smtp->job->ehlo);
        return;
    }
    smtp->reply_until_ms = smtp_now_ms(smtp) + smtp->job->reply_timeout_ms;
    smtp_enter(smtp, SMTP_GREETING);
}

static void on_failed(void *ctx, const struct connection_failure *failure)
{
    struct smtp *smtp = ctx;

    if (!tls_offer_is_first(&smtp->offer) && failure->during != CONNECTION_HANDSHAKING) {
        smtp_finish(smtp, SMTP_TLS); /* what the server refused before counts */
        return;
    }
    smtp->failure = *failure;
    if (smtp_starts_anew(smtp))
        return;
    smtp_finish(smtp, smtp_opening_error(smtp));
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
    smtp_finish_without_reply(smtp, SMTP_NETWORK);
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
    assert(world != NULL && events->on_done != NULL);
    *smtp = (struct smtp){ .world = world, .events = events, .ctx = ctx, .id = id };
    if (tls != NULL)
        smtp->tls = *tls;
    smtp->reply_until_ms = smtp->total_until_ms = CLOCK_NEVER;
    outbox_init_in(&smtp->outbox, smtp->out, sizeof(smtp->out));
    connection_init(&smtp->connection, id, world, &connection_events, smtp, 0);
    connection_name(&smtp->connection, "mail");
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
    if (smtp_now_ms(smtp) < smtp->reply_until_ms && smtp_now_ms(smtp) < smtp->total_until_ms)
        return;
    smtp_finish_without_reply(smtp, SMTP_TIMEOUT);
}
