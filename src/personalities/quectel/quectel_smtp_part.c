/* quectel_smtp_part.c: the account of a mail, and sending it: +QSMTPSRV, +QSMTPUSER, +QSMTPPWD,
 * +QSMTPADDR, +QSMTPNAME, +QSMTPCLR, +QSMTPPUT.
 *
 * Source: docs/facts/quectel.md §4 (GSM SMTP AT Commands V1.1, V1.2).
 */
#include "personalities/quectel/quectel.h"

#include <stdio.h>

enum { SECOND_MS = 1000, STYLE_PLAIN = 0, STYLE_TLS, STYLE_STARTTLS };

/* A mail on its way: there until it has arrived, or not. */
struct sending {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that hears how it went */
    struct smtp client;
    size_t cid;       /* of the context that it runs on */
    bool time_preset; /* its command has named no time */
    /* What the client borrows, together with what the host has written. */
    struct smtp_job job;
    struct smtp_recipient recipients[QUECTEL_RECIPIENTS_MOST];
    struct smtp_attachment attachments[QUECTEL_ATTACHMENTS_MOST];
    char ehlo[MODULE_ADDRESS_MAX + 3];
};

/* The mail is being sent, or a prompt collects a part of it. */
static bool is_busy(const struct tlsmodem *modem)
{
    const struct sending *sending = module_part_if(modem, &quectel_smtp_part, 0);
    const struct quectel_mail *mail = module_part_if(modem, &quectel_mail_part, 0);

    return (mail != NULL && mail->collects) || (sending != NULL && smtp_is_busy(&sending->client));
}

static enum at_status refuse_busy(struct at_session *at)
{
    return at_refuse(at, FACT_SMTP_ERROR, "a mail is being written or sent");
}

enum at_status quectel_smtp_guard(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return is_busy(module_of(at)) ? refuse_busy(at) : AT_OK;
}

/* ---- what comes of a mail ---- */

/* What +QSMTPPUT says. */
static int code_of(const struct tlsmodem *modem, enum smtp_error error)
{
    static const int32_t codes[] = {
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

    return (int)module_fact(modem, codes[error]);
}

static void tell(const struct sending *sending, enum smtp_error error)
{
    if (error == SMTP_TIMEOUT && sending->time_preset)
        module_note_fact(sending->modem, FACT_SMTP_TIME_PRESET_S);
    else if (error != SMTP_TIMEOUT && sending->client.failure.err == ERR_TIMEOUT)
        module_note_fact(sending->modem, FACT_OPEN_LIMIT_MS);
    at_urc(sending->owner->at, "+QSMTPPUT: %d", code_of(sending->modem, error));
}

static void on_done(void *ctx, enum smtp_error error)
{
    tell(ctx, error);
}

static const struct smtp_events smtp_events = { .on_done = on_done };

static enum err lend_tls(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                         void *use_ctx)
{
    struct tlsmodem *modem = ((struct sending *)ctx)->modem;
    const struct quectel_ssl *ssl = &((struct quectel *)modem->maker)->ssl;
    struct quectel_ssl_context *context;
    struct tls_source source;

    if (ssl->smtp_context == QUECTEL_NO_CONTEXT) {
        log_say(modem->config.log, LOG_WARNING,
                "mail: TLS needs an SSL context, AT+QSSLCFG=\"smtpsctxi\"");
        return ERR_NOT_FOUND;
    }
    context = quectel_ssl_context(modem, ssl->smtp_context);
    if (context == NULL)
        return ERR_NO_MEMORY;
    source = quectel_ssl_source(context);
    return source.lend(source.ctx, use, use_ctx);
}

/* ---- the part ---- */

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct sending *sending = state;
    const struct tls_source tls = { lend_tls, sending };

    (void)unit;
    sending->modem = modem;
    smtp_init(&sending->client, 1, &modem->world, &smtp_events, sending, &tls);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)modem;
    smtp_stop(&((struct sending *)state)->client);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return !smtp_is_busy(&((const struct sending *)state)->client);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return smtp_deadline(&((const struct sending *)state)->client);
}

static void tick(struct tlsmodem *modem, void *state)
{
    (void)modem;
    smtp_tick(&((struct sending *)state)->client);
}

/* A mail that the server has taken has arrived, whether it says goodbye or not. */
static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct sending *sending = state;
    bool arrived = sending->client.state == SMTP_QUITTING;

    (void)modem;
    if (cid != sending->cid || !smtp_is_busy(&sending->client))
        return;
    smtp_stop(&sending->client);
    tell(sending, arrived ? SMTP_FINE : SMTP_NETWORK);
}

/* Before the mail, which it borrows. */
/* Its unit is there for one question. */
static bool owes(const struct tlsmodem *modem, const void *state)
{
    return !is_idle(modem, state);
}

const struct module_part quectel_smtp_part = {
    .size = sizeof(struct sending),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
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

static void fill_content(struct sending *sending, const struct quectel_mail *mail)
{
    static const enum smtp_recipient_kind kinds[] = {
        [QUECTEL_SMTP_TO] = SMTP_TO, [QUECTEL_SMTP_CC] = SMTP_CC, [QUECTEL_SMTP_BCC] = SMTP_BCC
    };
    struct tlsmodem *modem = sending->modem;
    struct quectel *quectel = modem->maker;

    for (size_t i = 0; i < mail->recipient_count; i++)
        sending->recipients[i] = (struct smtp_recipient){ kinds[mail->recipients[i].type],
                                                          at_text(mail->recipients[i].address) };
    for (size_t i = 0; i < mail->attachment_count; i++)
        sending->attachments[i] =
            (struct smtp_attachment){ at_text(mail->attachments[i].name),
                                      bytes_span(&mail->attachments[i].bytes) };
    sending->job.content = (struct smtp_content){
        .sender = at_text(quectel->account.address),
        .name = at_text(quectel->account.name),
        .recipients = sending->recipients,
        .recipient_count = mail->recipient_count,
        .subject = span_of(at_text(mail->subject)),
        .subject_charset = charset_name(mail->charset),
        .body = bytes_span(&mail->body),
        .body_charset = charset_name(mail->charset),
        .attachments = sending->attachments,
        .attachment_count = mail->attachment_count,
        .utc_s = module_clock_utc_s(&modem->clock),
        .zone_quarters = modem->clock.zone_quarters,
        .unique = (uint64_t)module_now(modem) << 8 | (++quectel->mails & 0xFF),
    };
}

static void fill_job(struct sending *sending, const struct quectel_mail *mail, int32_t seconds)
{
    static const enum smtp_security styles[] = {
        [STYLE_PLAIN] = SMTP_PLAIN, [STYLE_TLS] = SMTP_TLS_FIRST, [STYLE_STARTTLS] = SMTP_STARTTLS
    };
    const struct tlsmodem *modem = sending->modem;
    const struct quectel *quectel = modem->maker;
    char address[MODULE_ADDRESS_MAX + 1];

    network_address(sending->cid, address, sizeof(address));
    snprintf(sending->ehlo, sizeof(sending->ehlo), "[%s]", address);
    sending->job = (struct smtp_job){
        .host = at_text(quectel->account.host),
        .port = (uint16_t)quectel->account.port,
        .security = styles[quectel->ssl.smtp_style],
        .ehlo = sending->ehlo,
        .user = at_text(quectel->account.user),
        .password = at_text(quectel->account.password),
        .connect_timeout_ms = module_fact_peek(modem, FACT_OPEN_LIMIT_MS),
        .reply_timeout_ms = (int64_t)seconds * SECOND_MS,
        .total_timeout_ms = (int64_t)seconds * SECOND_MS,
    };
    fill_content(sending, mail);
}

/* OK says that it has begun; how it ended comes as +QSMTPPUT. */
static enum at_status put(struct at_session *at, const struct at_arg *time)
{
    struct tlsmodem *modem = module_of(at);
    int32_t seconds = time->given ? time->number : module_fact_peek(modem, FACT_SMTP_TIME_PRESET_S);
    struct quectel_mail *mail;
    struct sending *sending;
    enum smtp_error error;

    if (is_busy(modem))
        return refuse_busy(at);
    if (quectel_of(at)->account.host == NULL)
        return at_refuse(at, FACT_SMTP_ERROR, "there is no server; AT+QSMTPSRV first");
    if (!quectel_bearer_need(modem))
        return quectel_refuse_bearer(at, FACT_SMTP_ERROR);
    mail = quectel_mail_of(at);
    sending = module_part(modem, &quectel_smtp_part, 0);
    if (mail == NULL || sending == NULL)
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    sending->owner = terminal_of(at);
    sending->cid = quectel_bearer_cid(quectel_bearer_foreground(modem));
    sending->time_preset = !time->given;
    module_note_preset(modem, FACT_SMTP_PORT);
    fill_job(sending, mail, seconds);
    error = smtp_start(&sending->client, &sending->job);
    if (error == SMTP_INVALID)
        return at_refuse(at, FACT_SMTP_ERROR,
                         "no sender or no recipient; AT+QSMTPADDR and AT+QSMTPDST first");
    if (error != SMTP_FINE)
        tell(sending, error);
    return AT_OK;
}

static enum at_status run_put(struct at_session *at)
{
    return put(at, &(struct at_arg){ .given = false });
}

static enum at_status set_put(struct at_session *at, const struct at_args *args)
{
    return put(at, &args->list[0]);
}

/* ---- the account ---- */

static void *account(struct at_session *at, size_t index)
{
    (void)index;
    return &quectel_of(at)->account;
}

static void forget_account(const struct tlsmodem *modem, struct quectel_smtp_account *account)
{
    char **const texts[] = { &account->host, &account->user, &account->password, &account->address,
                             &account->name };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
    account->port = module_fact_peek(modem, FACT_SMTP_PORT);
    fact_restore(&modem->facts, FACT_SMTP_PORT);
}

static enum at_status run_clear(struct at_session *at)
{
    if (is_busy(module_of(at)))
        return refuse_busy(at);
    quectel_mail_forget(module_of(at));
    forget_account(module_of(at), &quectel_of(at)->account);
    return AT_OK;
}

static enum at_status guard_address(struct at_session *at, const struct at_args *args)
{
    if (!smtp_address_is_valid(args->list[0].text))
        return at_refuse(at, FACT_SMTP_ERROR, "<address> is no mail address");
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
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §4", .record = account

static const struct at_command rows[] = {
    { .name = "+QSMTPCLR",
      .help = "Forgets the mail and its account.",
      .source = "docs/facts/quectel.md §4",
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
      .source = "docs/facts/quectel.md §4",
      AT_PARAMS(put_params),
      .run = run_put,
      .set = set_put },
};
const struct at_commands quectel_smtp_rows = AT_COMMANDS(rows);
