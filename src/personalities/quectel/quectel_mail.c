/* quectel_mail.c: what a mail says and to whom: +QSMTPDST, +QSMTPSUB, +QSMTPBODY, +QSMTPATT.
 *
 * Source: docs/facts/quectel.md §4 (GSM SMTP AT Commands V1.1, V1.2).
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>

enum { SECOND_MS = 1000, MODE_DELETE = 0, MODE_ADD };

static const char connect_text[] = "\r\nCONNECT\r\n";

struct quectel_mail *quectel_mail_of(const struct at_session *at)
{
    return module_part(module_of(at), &quectel_mail_part, 0);
}

static void forget_attachment(struct quectel_smtp_attachment *attachment)
{
    bytes_free(&attachment->bytes);
    at_text_set(&attachment->name, span_at(NULL, 0));
}

/* With the one whose prompt is open. */
static void forget_attachments(struct quectel_mail *mail)
{
    for (size_t i = 0; i < QUECTEL_ATTACHMENTS_MOST; i++)
        forget_attachment(&mail->attachments[i]);
    mail->attachment_count = 0;
}

static void forget_recipient(struct quectel_mail *mail, size_t i)
{
    at_text_set(&mail->recipients[i].address, span_at(NULL, 0));
}

/* ---- the part ---- */

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_mail *mail = state;

    (void)modem;
    for (size_t i = 0; i < mail->recipient_count; i++)
        forget_recipient(mail, i);
    free(mail->recipients);
    at_text_set(&mail->subject, span_at(NULL, 0));
    bytes_free(&mail->body);
    forget_attachments(mail);
    *mail = (struct quectel_mail){ .collects = false };
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_mail *mail = state;

    return !mail->collects && mail->recipient_count == 0 && mail->subject == NULL &&
           mail->charset == 0 && mail->body.data == NULL && mail->attachment_count == 0 &&
           module_part_if(modem, &quectel_smtp_part, 0) == NULL;
}

const struct module_part quectel_mail_part = { .size = sizeof(struct quectel_mail),
                                               .deinit = deinit,
                                               .is_idle = is_idle };

void quectel_mail_forget(struct tlsmodem *modem)
{
    struct quectel_mail *mail = module_part_if(modem, &quectel_mail_part, 0);

    if (mail != NULL)
        deinit(modem, mail);
}

/* One more than there may be is refused. */
static bool is_full(const struct at_session *at, size_t count, int32_t most)
{
    if (count < (size_t)module_fact_peek(module_of(at), most))
        return false;
    module_note_fact(module_of(at), most);
    return true;
}

/* ---- +QSMTPDST ---- */

enum { DST_MODE, DST_TYPE, DST_ADDRESS };

static bool matches(const struct quectel_mail *mail, size_t i, const struct at_args *args)
{
    const struct at_arg *type = &args->list[DST_TYPE], *address = &args->list[DST_ADDRESS];

    return (!type->given || mail->recipients[i].type == type->number) &&
           (!address->given ||
            span_equal(span_of(at_text(mail->recipients[i].address)), address->text));
}

static enum at_status delete_recipients(struct quectel_mail *mail, const struct at_args *args)
{
    size_t kept = 0;

    for (size_t i = 0; i < mail->recipient_count; i++) {
        if (matches(mail, i, args))
            forget_recipient(mail, i);
        else
            mail->recipients[kept++] = mail->recipients[i];
    }
    mail->recipient_count = kept;
    return AT_OK;
}

/* False: no memory. */
static bool add_recipient(struct quectel_mail *mail, int32_t type, struct span address)
{
    struct quectel_smtp_recipient next = { .type = type };
    struct quectel_smtp_recipient *list =
        realloc(mail->recipients, (mail->recipient_count + 1) * sizeof(*list));

    if (list == NULL)
        return false;
    mail->recipients = list;
    if (!at_text_set(&next.address, address))
        return false;
    list[mail->recipient_count++] = next;
    return true;
}

static enum at_status set_recipient(struct at_session *at, const struct at_args *args)
{
    struct quectel_mail *mail = quectel_mail_of(at);
    const struct at_arg *address = &args->list[DST_ADDRESS];

    if (mail == NULL)
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    if (args->list[DST_MODE].number == MODE_DELETE)
        return delete_recipients(mail, args);
    if (!args->list[DST_TYPE].given)
        return at_refuse(at, FACT_SMTP_ERROR, "<type> is missing; allowed: 1 to 3");
    if (!smtp_address_is_valid(address->text))
        return at_refuse(at, FACT_SMTP_ERROR, "<address> is no mail address");
    if (is_full(at, mail->recipient_count, FACT_SMTP_RECIPIENTS_MAX))
        return at_refuse(at, FACT_SMTP_ERROR, "there are %zu recipients, and no more are taken",
                         mail->recipient_count);
    if (!add_recipient(mail, args->list[DST_TYPE].number, address->text))
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    if (module_fact_is(module_of(at), FACT_SMTP_LINES_FOLLOW))
        at_urc(at, "+QSMTPDST: 0");
    return AT_OK;
}

static enum at_status read_recipients(struct at_session *at)
{
    const struct quectel_mail *mail = module_part_if(module_of(at), &quectel_mail_part, 0);

    if (!module_fact_is(module_of(at), FACT_SMTP_LISTS_ARE_READ))
        return AT_OK;
    for (size_t i = 0; mail != NULL && i < mail->recipient_count; i++)
        at_info(at, "+QSMTPDST: %d,\"%s\"", (int)mail->recipients[i].type,
                at_text(mail->recipients[i].address));
    return AT_OK;
}

/* ---- +QSMTPSUB ---- */

enum { SUB_CHARSET, SUB_TEXT };

static enum at_status set_subject(struct at_session *at, const struct at_args *args)
{
    struct quectel_mail *mail = quectel_mail_of(at);
    struct span text = args->list[SUB_TEXT].text;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] == 0x7F)
            return at_refuse(at, FACT_SMTP_ERROR, "<subject> holds a control character");
    }
    if (mail == NULL || !at_text_set(&mail->subject, text))
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    mail->charset = args->list[SUB_CHARSET].number;
    return AT_OK;
}

static enum at_status read_subject(struct at_session *at)
{
    const struct quectel_mail *mail = module_part_if(module_of(at), &quectel_mail_part, 0);

    at_info(at, "+QSMTPSUB: %d,\"%s\"", mail != NULL ? (int)mail->charset : 0,
            mail != NULL ? at_text(mail->subject) : "");
    return AT_OK;
}

/* ---- +QSMTPBODY ---- */

enum { BODY_MODE, BODY_TIME };

static uint32_t milliseconds(int32_t seconds)
{
    return (uint32_t)seconds * SECOND_MS;
}

/* The prompt has ended. */
static void stop_collecting(struct at_session *at, struct quectel_mail *mail,
                            enum at_prompt_end end)
{
    mail->collects = false;
    if (end == AT_PROMPT_TIMED_OUT && mail->collects_preset)
        module_note_fact(module_of(at), FACT_SMTP_INPUT_PRESET_S);
}

/* What has come counts, whether "+++" or time ended it. */
static enum at_status on_body(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload)
{
    struct quectel_mail *mail = ctx;

    stop_collecting(at, mail, end);
    if (end == AT_PROMPT_OVERFLOW || payload.len == mail->body.cap)
        module_note_fact(module_of(at), FACT_SMTP_BODY_MAX);
    if (end != AT_PROMPT_ESCAPED && end != AT_PROMPT_TIMED_OUT) {
        bytes_free(&mail->body);
        return at_refuse_prompt(at, FACT_SMTP_ERROR_TOO_LONG, end, payload.len);
    }
    bytes_commit(&mail->body, payload.len);
    bytes_trim(&mail->body);
    at_info(at, "+QSMTPBODY: %zu", payload.len);
    return AT_OK;
}

static enum at_status edit_body(struct at_session *at, const struct at_arg *time)
{
    const struct tlsmodem *modem = module_of(at);
    struct quectel_mail *mail = quectel_mail_of(at);
    int32_t seconds =
        time->given ? time->number : module_fact_peek(modem, FACT_SMTP_INPUT_PRESET_S);
    struct at_prompt prompt = { .max = (size_t)module_fact_peek(modem, FACT_SMTP_BODY_MAX),
                                .text = connect_text,
                                .total_ms = milliseconds(seconds),
                                .raw = true,
                                .escape_ends = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_body,
                                .ctx = mail };

    if (mail != NULL)
        bytes_free(&mail->body);
    if (mail == NULL || bytes_reserve(&mail->body, prompt.max) != ERR_OK)
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    mail->collects = true;
    mail->collects_preset = !time->given;
    prompt.memory = mail->body.data;
    at_result(at, AT_OK);
    return at_prompt(at, &prompt);
}

static enum at_status set_body(struct at_session *at, const struct at_args *args)
{
    struct quectel_mail *mail = module_part_if(module_of(at), &quectel_mail_part, 0);
    const struct at_arg *time = &args->list[BODY_TIME];

    if (args->list[BODY_MODE].number != MODE_DELETE)
        return edit_body(at, time);
    if (mail != NULL)
        bytes_free(&mail->body);
    return AT_OK;
}

/* ---- +QSMTPATT ---- */

/* "name",size[,time], perhaps with a mode and an index in front, which the order replaces. */
struct attach_words {
    struct span name;
    int32_t size, seconds;
    bool preset; /* the time is not named */
};

/* A number from 1 up to a fact. */
static bool parse_up_to(const struct tlsmodem *modem, struct span text, int32_t most, int32_t *ret)
{
    if (!number_parse(text, ret) || *ret < 1)
        return false;
    if (*ret <= module_fact_peek(modem, most))
        return true;
    module_note_fact(modem, most);
    return false;
}

static bool parse_attach(const struct tlsmodem *modem, const struct at_args *args,
                         struct attach_words *ret)
{
    size_t front = span_equal(args->list[0].text, span_of("1")) ? 2 : 0;
    const struct at_arg *name = &args->list[front], *size = name + 1, *time = name + 2;

    ret->name = name->text;
    ret->preset = !time->given;
    ret->seconds = module_fact_peek(modem, FACT_SMTP_INPUT_PRESET_S);
    if (!name->given || name->text.len == 0 || name->text.len > SMTP_NAME_MAX || !size->given ||
        !parse_up_to(modem, size->text, FACT_SMTP_ATTACHMENT_MAX, &ret->size))
        return false;
    return ret->preset || parse_up_to(modem, time->text, FACT_SMTP_TIME_MAX_S, &ret->seconds);
}

static enum at_status on_attachment(struct at_session *at, void *ctx, enum at_prompt_end end,
                                    struct span payload)
{
    struct quectel_mail *mail = ctx;
    struct quectel_smtp_attachment *attachment = &mail->attachments[mail->attachment_count];

    stop_collecting(at, mail, end);
    if (end != AT_PROMPT_COMPLETE) {
        forget_attachment(attachment);
        return at_refuse_prompt(at, QUECTEL_FILE_TIME_OUT, end, payload.len);
    }
    bytes_commit(&attachment->bytes, payload.len);
    mail->attachment_count++;
    at_info(at, "+QSMTPATT: %zu", payload.len);
    return AT_OK;
}

static enum at_status add_attachment(struct at_session *at, struct quectel_mail *mail,
                                     const struct attach_words *words)
{
    struct quectel_smtp_attachment *attachment = &mail->attachments[mail->attachment_count];
    struct at_prompt prompt = { .max = (size_t)words->size,
                                .text = connect_text,
                                .total_ms = milliseconds(words->seconds),
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_attachment,
                                .ctx = mail };

    if (bytes_reserve(&attachment->bytes, prompt.max) != ERR_OK ||
        !at_text_set(&attachment->name, words->name)) {
        forget_attachment(attachment);
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    }
    mail->collects = true;
    mail->collects_preset = words->preset;
    prompt.memory = attachment->bytes.data;
    return at_prompt(at, &prompt);
}

/* "/UFS/name", or 1,<index>,"RAM:name": the file is copied, so it may go before the mail does. */
static bool is_file(const struct at_args *args, struct span *ret_name)
{
    size_t front = span_equal(args->list[0].text, span_of("1")) ? 2 : 0;

    *ret_name = args->list[front].text;
    return args->list[front].given && !args->list[front + 1].given;
}

static enum at_status attach_file(struct at_session *at, struct quectel_mail *mail,
                                  struct span text)
{
    struct quectel_smtp_attachment *attachment = &mail->attachments[mail->attachment_count];
    size_t most = (size_t)module_fact_peek(module_of(at), FACT_SMTP_ATTACHMENT_MAX);
    const struct quectel_disk_file *file;
    struct quectel_disk_name name;

    if (!quectel_disk_read_path(text, &name) || name.name.len > SMTP_NAME_MAX)
        return quectel_disk_refuse_name(at, text);
    file = quectel_disk_find(module_of(at), &name);
    if (file == NULL)
        return quectel_disk_refuse_missing(at);
    if (file->data.len == 0 || file->data.len > most)
        return at_refuse(at, QUECTEL_FILE_TOO_LARGE,
                         "the file has %zu bytes; an attachment has 1 to %zu",
                         (size_t)file->data.len, most);
    if (bytes_copy(&attachment->bytes, bytes_span(&file->data)) != ERR_OK ||
        !at_text_set(&attachment->name, name.name)) {
        forget_attachment(attachment);
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    }
    mail->attachment_count++;
    if (module_fact_is(module_of(at), FACT_SMTP_LINES_FOLLOW))
        at_urc(at, "+QSMTPATT: %zu", (size_t)attachment->bytes.len);
    return AT_OK;
}

static enum at_status set_attachment(struct at_session *at, const struct at_args *args)
{
    struct quectel_mail *mail = quectel_mail_of(at);
    struct attach_words words;
    struct span name;
    bool from_file = is_file(args, &name);

    if (mail == NULL)
        return at_refuse_memory(at, QUECTEL_MEMORY_FULL);
    if (span_equal(args->list[0].text, span_of("0"))) {
        forget_attachments(mail);
        return AT_OK;
    }
    if (!from_file && !parse_attach(module_of(at), args, &words))
        return at_refuse(
            at, QUECTEL_FILE_INVALID_PARAMETER,
            "it takes <name> of 1 to %d bytes, <size> of 1 to %d and an input time of 1 to %d s",
            (int)SMTP_NAME_MAX, (int)module_fact_peek(module_of(at), FACT_SMTP_ATTACHMENT_MAX),
            (int)module_fact_peek(module_of(at), FACT_SMTP_TIME_MAX_S));
    if (is_full(at, mail->attachment_count, FACT_SMTP_ATTACHMENTS_MAX))
        return at_refuse(at, QUECTEL_FILE_NO_SPACE,
                         "there are %zu attachments, and no more are taken",
                         mail->attachment_count);
    return from_file ? attach_file(at, mail, name) : add_attachment(at, mail, &words);
}

static enum at_status read_attachments(struct at_session *at)
{
    const struct quectel_mail *mail = module_part_if(module_of(at), &quectel_mail_part, 0);

    if (!module_fact_is(module_of(at), FACT_SMTP_LISTS_ARE_READ))
        return AT_OK;
    for (size_t i = 0; mail != NULL && i < mail->attachment_count; i++)
        at_info(at, "+QSMTPATT: %zu,\"%s\",%zu", i + 1, at_text(mail->attachments[i].name),
                (size_t)mail->attachments[i].bytes.len);
    return AT_OK;
}

static const struct at_param recipient_params[] = {
    { .name = "mode", .max = 1 },
    { .name = "type", .optional = true, .min = QUECTEL_SMTP_TO, .max = QUECTEL_SMTP_BCC },
    { .name = "address",
      .type = AT_STRING,
      .values = "<address>",
      .optional = true,
      .max = SMTP_ADDRESS_MAX },
};
static const struct at_param subject_params[] = {
    { .name = "charset", .max = 3 },
    { .name = "subject", .type = AT_STRING, .values = "<subject>", .max = FACT_SMTP_SUBJECT_MAX },
};
static const struct at_param body_params[] = {
    { .name = "mode", .max = 1 },
    { .name = "input time", .optional = true, .min = 1, .max = FACT_SMTP_TIME_MAX_S },
};
#define WORD(text, may_lack)                                                                       \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (may_lack), .max = SMTP_NAME_MAX            \
    }
static const struct at_param attachment_params[] = {
    WORD("name", false), WORD("size", true), WORD("input time", true),
    WORD("size", true),  WORD("time", true),
};

#define MAIL(text, say)                                                                            \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §4",                           \
    .guard_set = quectel_smtp_guard

static const struct at_command rows[] = {
    { MAIL("+QSMTPDST", "Recipients: 1 to, 2 copy, 3 blind copy; mode 0 deletes."),
      AT_PARAMS(recipient_params), .set = set_recipient, .read = read_recipients },
    { MAIL("+QSMTPSUB", "Charset (0 ASCII, 1 UTF-8, 2 GB 2312, 3 Big5) and subject."),
      AT_PARAMS(subject_params), .set = set_subject, .read = read_subject },
    { MAIL("+QSMTPBODY", "The text, after CONNECT, ended by the escape sequence."),
      AT_PARAMS(body_params), .set = set_body },
    { MAIL("+QSMTPATT",
           "An attachment: a file of a host, or so many bytes after CONNECT; 0 deletes all."),
      AT_PARAMS(attachment_params), .test_text = "<name>[,<size>[,<input time>]]",
      .set = set_attachment, .read = read_attachments },
};
const struct at_commands quectel_mail_rows = AT_COMMANDS(rows);
