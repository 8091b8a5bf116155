/* quectel_smtp.c: the account of a mail, and sending it: +QSMTPSRV, +QSMTPUSER, +QSMTPPWD,
 * +QSMTPADDR, +QSMTPNAME, +QSMTPCLR, +QSMTPPUT.
 *
 * Source: quectel.md §4 (GSM SMTP AT Commands V1.1, V1.2).
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000, STYLE_PLAIN = 0, STYLE_TLS, STYLE_STARTTLS };

struct quectel_smtp *quectel_smtp_of(const struct at_session *at)
{
    return &quectel_of(at)->smtp;
}

static struct quectel_smtp *smtp_of(const struct tlsmodem *modem)
{
    return &((struct quectel *)modem->maker)->smtp;
}

bool quectel_smtp_is_busy(const struct quectel_smtp *mail)
{
    return mail->collects || smtp_is_busy(&mail->client);
}

enum at_status quectel_smtp_guard(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return quectel_smtp_is_busy(quectel_smtp_of(at)) ? at_fail(at, FACT_SMTP_ERROR) : AT_OK;
}

/* ---- what comes of a mail ---- */

static int code_of(enum smtp_error error)
{
    static const int codes[] = {
        [SMTP_FINE] = 0,
        [SMTP_INVALID] = FACT_SMTP_GENERAL,
        [SMTP_DNS] = FACT_SMTP_DNS,
        [SMTP_CONNECT] = FACT_SMTP_CONNECT,
        [SMTP_TLS] = FACT_SMTP_TLS,
        [SMTP_AUTH] = FACT_SMTP_AUTH,
        [SMTP_SENDER] = FACT_SMTP_RECIPIENT,
        [SMTP_RECIPIENT] = FACT_SMTP_RECIPIENT,
        [SMTP_DATA] = FACT_SMTP_DATA,
        [SMTP_TIMEOUT] = FACT_SMTP_TIMEOUT,
        [SMTP_NETWORK] = FACT_SMTP_NETWORK,
        [SMTP_SERVER] = FACT_SMTP_GENERAL,
    };

    return codes[error];
}

static void tell(struct quectel_smtp *mail, enum smtp_error error)
{
    at_urc(mail->owner->at, "+QSMTPPUT: %d", code_of(error));
}

static void on_done(void *ctx, enum smtp_error error)
{
    tell(ctx, error);
}

static const struct smtp_events smtp_events = { .on_done = on_done };

static enum err lend_tls(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                         void *use_ctx)
{
    struct quectel_smtp *mail = ctx;
    struct quectel_ssl *ssl = &((struct quectel *)mail->modem->maker)->ssl;
    struct tls_source source;

    if (ssl->smtp_context == QUECTEL_NO_CONTEXT) {
        log_say(mail->modem->config.log, LOG_WARNING,
                "mail: TLS needs an SSL context, AT+QSSLCFG=\"smtpsctxi\"");
        return ERR_NOT_FOUND;
    }
    source = quectel_ssl_source(&ssl->contexts[ssl->smtp_context]);
    return source.lend(source.ctx, use, use_ctx);
}

/* ---- the part ---- */

static enum err start(struct tlsmodem *modem)
{
    struct quectel_smtp *mail = smtp_of(modem);
    const struct tls_source tls = { lend_tls, mail };

    mail->modem = modem;
    smtp_init(&mail->client, 1, &modem->world, &smtp_events, mail, &tls);
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    struct quectel_smtp *mail = smtp_of(modem);

    smtp_stop(&mail->client);
    mail->collects = false;
    quectel_mail_forget(mail);
}

static int64_t deadline(struct tlsmodem *modem)
{
    return smtp_deadline(&smtp_of(modem)->client);
}

static void tick(struct tlsmodem *modem)
{
    smtp_tick(&smtp_of(modem)->client);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct quectel_smtp *mail = smtp_of(modem);

    if (cid != mail->cid || !smtp_is_busy(&mail->client))
        return;
    smtp_stop(&mail->client);
    tell(mail, SMTP_NETWORK);
}

const struct quectel_part quectel_smtp_part = {
    .start = start,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_context_down = on_context_down,
};

/* ---- +QSMTPPUT ---- */

static const char *charset_name(int32_t charset)
{
    static const char *const names[] = { "US-ASCII", "UTF-8", "GB2312", "Big5" };

    return names[charset];
}

static void fill_content(struct quectel_smtp *mail)
{
    static const enum smtp_recipient_kind kinds[] = {
        [QUECTEL_SMTP_TO] = SMTP_TO, [QUECTEL_SMTP_CC] = SMTP_CC, [QUECTEL_SMTP_BCC] = SMTP_BCC
    };

    for (size_t i = 0; i < mail->recipient_count; i++)
        mail->job_recipients[i] =
            (struct smtp_recipient){ kinds[mail->recipient_types[i]], mail->recipients[i] };
    for (size_t i = 0; i < mail->attachment_count; i++)
        mail->job_attachments[i] =
            (struct smtp_attachment){ mail->attachments[i].name,
                                      span_at(mail->attachments[i].bytes.data,
                                              mail->attachments[i].bytes.len) };
    mail->job.content = (struct smtp_content){
        .sender = at_text(mail->account.address),
        .name = at_text(mail->account.name),
        .recipients = mail->job_recipients,
        .recipient_count = mail->recipient_count,
        .subject = span_of(mail->subject),
        .subject_charset = charset_name(mail->charset),
        .body = span_at(mail->body.data, mail->body.len),
        .body_charset = charset_name(mail->charset),
        .attachments = mail->job_attachments,
        .attachment_count = mail->attachment_count,
        .utc_s = module_clock_utc_s(&mail->modem->clock),
        .zone_quarters = mail->modem->clock.zone_quarters,
        .unique = (uint64_t)module_now(mail->modem) << 8 | (++mail->mails & 0xFF),
    };
}

static void fill_job(struct quectel_smtp *mail, int32_t seconds)
{
    static const enum smtp_security styles[] = {
        [STYLE_PLAIN] = SMTP_PLAIN, [STYLE_TLS] = SMTP_TLS_FIRST, [STYLE_STARTTLS] = SMTP_STARTTLS
    };
    const struct quectel *quectel = mail->modem->maker;
    char address[MODULE_ADDRESS_MAX + 1];

    network_address(mail->cid, address, sizeof(address));
    snprintf(mail->ehlo, sizeof(mail->ehlo), "[%s]", address);
    mail->job = (struct smtp_job){
        .host = at_text(mail->account.host),
        .port = (uint16_t)mail->account.port,
        .security = styles[quectel->ssl.smtp_style],
        .ehlo = mail->ehlo,
        .user = at_text(mail->account.user),
        .password = at_text(mail->account.password),
        .connect_timeout_ms = FACT_OPEN_LIMIT_MS,
        .reply_timeout_ms = (int64_t)seconds * SECOND_MS,
        .total_timeout_ms = (int64_t)seconds * SECOND_MS,
    };
    fill_content(mail);
}

/* OK says that it has begun; how it ended comes as +QSMTPPUT. */
static enum at_status put(struct at_session *at, int32_t seconds)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    enum smtp_error error;

    if (quectel_smtp_is_busy(mail) || mail->account.host == NULL ||
        !quectel_bearer_need(module_of(at)))
        return at_fail(at, FACT_SMTP_ERROR);
    mail->owner = terminal_of(at);
    mail->cid = (size_t)quectel_of(at)->settings.foreground + 1;
    fill_job(mail, seconds);
    error = smtp_start(&mail->client, &mail->job);
    if (error == SMTP_INVALID)
        return at_fail(at, FACT_SMTP_ERROR); /* no sender or no recipient */
    if (error != SMTP_FINE)
        tell(mail, error);
    return AT_OK;
}

static enum at_status run_put(struct at_session *at)
{
    return put(at, FACT_SMTP_TIME_PRESET_S);
}

static enum at_status set_put(struct at_session *at, const struct at_args *args)
{
    return put(at, args->list[0].number);
}

/* ---- the account ---- */

static void *account(struct at_session *at, size_t index)
{
    (void)index;
    return &quectel_smtp_of(at)->account;
}

static void forget_account(struct quectel_smtp_account *account)
{
    char **const texts[] = { &account->host, &account->user, &account->password, &account->address,
                             &account->name };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
    account->port = FACT_SMTP_PORT;
}

static enum at_status run_clear(struct at_session *at)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);

    if (quectel_smtp_is_busy(mail))
        return at_fail(at, FACT_SMTP_ERROR);
    quectel_mail_forget(mail);
    forget_account(&mail->account);
    return AT_OK;
}

static enum at_status guard_address(struct at_session *at, const struct at_args *args)
{
    if (!smtp_address_is_valid(args->list[0].text))
        return at_fail(at, FACT_SMTP_ERROR);
    return quectel_smtp_guard(at, args);
}

/* A password is never read back. */
static enum at_status read_password(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

#define TEXT(text, member, most)                                                                   \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .values = "<" text ">", .max = (most), .owned = true,   \
        .bound = AT_BIND(quectel_smtp_account, member)                                             \
    }
static const struct at_param server_params[] = {
    TEXT("server", host, CONNECTION_HOST_MAX),
    { .name = "port",
      .optional = true,
      .quoted_too = true,
      .min = 1,
      .max = UINT16_MAX,
      .preset = FACT_SMTP_PORT,
      .bound = AT_BIND(quectel_smtp_account, port) },
};
static const struct at_param user_params[] = { TEXT("user", user, SMTP_CREDENTIAL_MAX) };
static const struct at_param password_params[] = {
    { .name = "password",
      .type = AT_STRING,
      .values = "<password>",
      .secret = true,
      .max = SMTP_CREDENTIAL_MAX,
      .owned = true,
      .bound = AT_BIND(quectel_smtp_account, password) },
};
static const struct at_param address_params[] = { TEXT("address", address, SMTP_ADDRESS_MAX) };
static const struct at_param name_params[] = { TEXT("name", name, SMTP_NAME_MAX) };
static const struct at_param put_params[] = {
    { .name = "timeout", .min = 1, .max = FACT_SMTP_TIME_MAX_S },
};

#define ACCOUNT(text, say)                                                                         \
    .name = (text), .help = (say), .source = "quectel.md §4", .record = account

static const struct at_command rows[] = {
    { .name = "+QSMTPCLR",
      .help = "Forgets the mail and its account.",
      .source = "quectel.md §4",
      .run = run_clear },
    { ACCOUNT("+QSMTPSRV", "Mail server and its port."), AT_PARAMS(server_params),
      .guard_set = quectel_smtp_guard },
    { ACCOUNT("+QSMTPUSER", "User of the mail server; empty: no login."), AT_PARAMS(user_params),
      .guard_set = quectel_smtp_guard },
    { ACCOUNT("+QSMTPPWD", "Password of that user; not read back."), AT_PARAMS(password_params),
      .guard_set = quectel_smtp_guard, .read = read_password },
    { ACCOUNT("+QSMTPADDR", "Address of the sender."), AT_PARAMS(address_params),
      .guard_set = guard_address },
    { ACCOUNT("+QSMTPNAME", "Name of the sender."), AT_PARAMS(name_params),
      .guard_set = quectel_smtp_guard },
    { .name = "+QSMTPPUT",
      .help = "Sends the mail; +QSMTPPUT: says how it went.",
      .source = "quectel.md §4",
      AT_PARAMS(put_params),
      .run = run_put,
      .set = set_put },
};
const struct at_commands quectel_smtp_rows = AT_COMMANDS(rows);
