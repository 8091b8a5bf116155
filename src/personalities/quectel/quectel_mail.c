/* quectel_mail.c: what a mail says and to whom: +QSMTPDST, +QSMTPSUB, +QSMTPBODY, +QSMTPATT.
 *
 * Source: quectel.md §4 (GSM SMTP AT Commands V1.1, V1.2).
 */
#include "personalities/quectel/quectel.h"

#include "base/number.h"
#include "base/wipe.h"

#include <stdio.h>
#include <stdlib.h>

enum { SECOND_MS = 1000, MODE_DELETE = 0, MODE_ADD };

static const char connect_text[] = "\r\nCONNECT\r\n";

static void forget_bytes(struct quectel_smtp_bytes *bytes)
{
    if (bytes->data != NULL)
        wipe(bytes->data, bytes->cap);
    free(bytes->data);
    *bytes = (struct quectel_smtp_bytes){ .data = NULL };
}

static bool make_room(struct quectel_smtp_bytes *bytes, size_t cap)
{
    forget_bytes(bytes);
    bytes->data = malloc(cap);
    bytes->cap = bytes->data != NULL ? cap : 0;
    return bytes->data != NULL;
}

/* With the one whose prompt is open. */
static void forget_attachments(struct quectel_smtp *mail)
{
    for (size_t i = 0; i < FACT_SMTP_ATTACHMENTS_MAX; i++)
        forget_bytes(&mail->attachments[i].bytes);
    mail->attachment_count = 0;
}

void quectel_mail_forget(struct quectel_smtp *mail)
{
    mail->recipient_count = 0;
    mail->charset = 0;
    wipe(mail->subject, sizeof(mail->subject));
    forget_bytes(&mail->body);
    forget_attachments(mail);
}

/* ---- +QSMTPDST ---- */

enum { DST_MODE, DST_TYPE, DST_ADDRESS };

static bool matches(const struct quectel_smtp *mail, size_t i, const struct at_args *args)
{
    const struct at_arg *type = &args->list[DST_TYPE], *address = &args->list[DST_ADDRESS];

    return (!type->given || mail->recipient_types[i] == type->number) &&
           (!address->given || span_equal(span_of(mail->recipients[i]), address->text));
}

static enum at_status delete_recipients(struct quectel_smtp *mail, const struct at_args *args)
{
    size_t kept = 0;

    for (size_t i = 0; i < mail->recipient_count; i++) {
        if (matches(mail, i, args))
            continue;
        memmove(mail->recipients[kept], mail->recipients[i], sizeof(mail->recipients[0]));
        mail->recipient_types[kept++] = mail->recipient_types[i];
    }
    mail->recipient_count = kept;
    return AT_OK;
}

static enum at_status set_recipient(struct at_session *at, const struct at_args *args)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    const struct at_arg *address = &args->list[DST_ADDRESS];

    if (args->list[DST_MODE].number == MODE_DELETE)
        return delete_recipients(mail, args);
    if (!args->list[DST_TYPE].given || !smtp_address_is_valid(address->text) ||
        mail->recipient_count == FACT_SMTP_RECIPIENTS_MAX)
        return at_fail(at, FACT_SMTP_ERROR);
    snprintf(mail->recipients[mail->recipient_count], sizeof(mail->recipients[0]), "%.*s",
             (int)address->text.len, (const char *)address->text.data);
    mail->recipient_types[mail->recipient_count++] = args->list[DST_TYPE].number;
    return AT_OK;
}

static enum at_status read_recipients(struct at_session *at)
{
    const struct quectel_smtp *mail = quectel_smtp_of(at);

    for (size_t i = 0; i < mail->recipient_count; i++)
        at_info(at, FACT_SMTP_RECIPIENT_LINE, (int)mail->recipient_types[i], mail->recipients[i]);
    return AT_OK;
}

/* ---- +QSMTPSUB ---- */

enum { SUB_CHARSET, SUB_TEXT };

static enum at_status set_subject(struct at_session *at, const struct at_args *args)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    struct span text = args->list[SUB_TEXT].text;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] == 0x7F)
            return at_fail(at, FACT_SMTP_ERROR);
    }
    mail->charset = args->list[SUB_CHARSET].number;
    snprintf(mail->subject, sizeof(mail->subject), "%.*s", (int)text.len, (const char *)text.data);
    return AT_OK;
}

static enum at_status read_subject(struct at_session *at)
{
    const struct quectel_smtp *mail = quectel_smtp_of(at);

    at_info(at, "+QSMTPSUB: %d,\"%s\"", (int)mail->charset, mail->subject);
    return AT_OK;
}

/* ---- +QSMTPBODY ---- */

enum { BODY_MODE, BODY_TIME };

static uint32_t milliseconds(int32_t seconds)
{
    return (uint32_t)seconds * SECOND_MS;
}

/* What has come counts, whether "+++" or time ended it. */
static enum at_status on_body(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload)
{
    struct quectel_smtp *mail = ctx;

    mail->collects = false;
    if (end != AT_PROMPT_ESCAPED && end != AT_PROMPT_TIMED_OUT) {
        forget_bytes(&mail->body);
        return at_fail(at, FACT_SMTP_ERROR_TOO_LONG);
    }
    mail->body.len = payload.len;
    at_info(at, "+QSMTPBODY: %zu", payload.len);
    return AT_OK;
}

static enum at_status edit_body(struct at_session *at, int32_t seconds)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    struct at_prompt prompt = { .max = FACT_SMTP_BODY_MAX,
                                .text = connect_text,
                                .total_ms = milliseconds(seconds),
                                .raw = true,
                                .escape_ends = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_body,
                                .ctx = mail };

    if (!make_room(&mail->body, FACT_SMTP_BODY_MAX))
        return at_fail(at, QUECTEL_MEMORY_FULL);
    mail->collects = true;
    prompt.memory = mail->body.data;
    at_result(at, AT_OK);
    at_prompt(at, &prompt);
    return AT_LATER;
}

static enum at_status set_body(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *time = &args->list[BODY_TIME];

    if (args->list[BODY_MODE].number != MODE_DELETE)
        return edit_body(at, time->given ? time->number : FACT_SMTP_INPUT_PRESET_S);
    forget_bytes(&quectel_smtp_of(at)->body);
    return AT_OK;
}

/* ---- +QSMTPATT ---- */

/* "name",size[,time], perhaps with a mode and an index in front, which the order replaces. */
struct attach_words {
    struct span name;
    int32_t size, seconds;
};

static bool parse_attach(const struct at_args *args, struct attach_words *ret)
{
    struct span first = args->list[0].text;
    size_t at = span_equal(first, span_of("1")) ? 2 : 0;

    ret->seconds = FACT_SMTP_INPUT_PRESET_S;
    ret->name = args->list[at].text;
    if (!args->list[at].given || !args->list[at + 1].given ||
        !number_parse(args->list[at + 1].text, &ret->size) || ret->size < 1 ||
        ret->size > FACT_SMTP_ATTACHMENT_MAX || ret->name.len == 0 || ret->name.len > SMTP_NAME_MAX)
        return false;
    if (args->list[at + 2].given && !number_parse(args->list[at + 2].text, &ret->seconds))
        return false;
    return ret->seconds >= 1 && ret->seconds <= FACT_SMTP_TIME_MAX_S;
}

static enum at_status on_attachment(struct at_session *at, void *ctx, enum at_prompt_end end,
                                    struct span payload)
{
    struct quectel_smtp *mail = ctx;
    struct quectel_smtp_attachment *attachment = &mail->attachments[mail->attachment_count];

    mail->collects = false;
    if (end != AT_PROMPT_COMPLETE) {
        forget_bytes(&attachment->bytes);
        return at_fail(at, QUECTEL_FILE_TIME_OUT);
    }
    attachment->bytes.len = payload.len;
    mail->attachment_count++;
    at_info(at, "+QSMTPATT: %zu", payload.len);
    return AT_OK;
}

static enum at_status add_attachment(struct at_session *at, const struct attach_words *words)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    struct quectel_smtp_attachment *attachment = &mail->attachments[mail->attachment_count];
    struct at_prompt prompt = { .max = (size_t)words->size,
                                .text = connect_text,
                                .total_ms = milliseconds(words->seconds),
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .on_done = on_attachment,
                                .ctx = mail };

    if (!make_room(&attachment->bytes, prompt.max))
        return at_fail(at, QUECTEL_MEMORY_FULL);
    snprintf(attachment->name, sizeof(attachment->name), "%.*s", (int)words->name.len,
             (const char *)words->name.data);
    mail->collects = true;
    prompt.memory = attachment->bytes.data;
    at_prompt(at, &prompt);
    return AT_LATER;
}

static enum at_status set_attachment(struct at_session *at, const struct at_args *args)
{
    struct quectel_smtp *mail = quectel_smtp_of(at);
    struct attach_words words;

    if (span_equal(args->list[0].text, span_of("0"))) {
        forget_attachments(mail);
        return AT_OK;
    }
    if (!args->list[1].given)
        return at_fail(at, QUECTEL_FILE_NOT_FOUND); /* there are no files but security data */
    if (!parse_attach(args, &words))
        return at_fail(at, QUECTEL_FILE_INVALID_PARAMETER);
    if (mail->attachment_count == FACT_SMTP_ATTACHMENTS_MAX)
        return at_fail(at, QUECTEL_FILE_NO_SPACE);
    return add_attachment(at, &words);
}

static enum at_status read_attachments(struct at_session *at)
{
    const struct quectel_smtp *mail = quectel_smtp_of(at);

    for (size_t i = 0; i < mail->attachment_count; i++)
        at_info(at, FACT_SMTP_ATTACHMENT_LINE, i + 1, mail->attachments[i].name,
                mail->attachments[i].bytes.len);
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
    .name = (text), .help = (say), .source = "quectel.md §4", .guard_set = quectel_smtp_guard

static const struct at_command rows[] = {
    { MAIL("+QSMTPDST", "Recipients: 1 to, 2 copy, 3 blind copy; mode 0 deletes."),
      AT_PARAMS(recipient_params), .set = set_recipient, .read = read_recipients },
    { MAIL("+QSMTPSUB", "Charset (0 ASCII, 1 UTF-8, 2 GB 2312, 3 Big5) and subject."),
      AT_PARAMS(subject_params), .set = set_subject, .read = read_subject },
    { MAIL("+QSMTPBODY", "The text, after CONNECT, ended by the escape sequence."),
      AT_PARAMS(body_params), .set = set_body },
    { MAIL("+QSMTPATT", "An attachment of so many bytes, after CONNECT; 0 deletes all."),
      AT_PARAMS(attachment_params), .test_text = "<name>,<size>[,<input time>]",
      .set = set_attachment, .read = read_attachments },
};
const struct at_commands quectel_mail_rows = AT_COMMANDS(rows);
