/* smtp_message.c: a mail as lines: what comes after what.  How a field is written is in
 * smtp_fields.c. */
#include "services/smtp_message.h"

#include "services/smtp_fields.h"

#include "base/base64.h"
#include "base/date.h"

#include <assert.h>

enum { ENCODED_BYTES = 57 }; /* of an attachment in one line of 76 characters */

/* ---- the body ---- */

/* The line at `at`, without its end; moves `at` behind the end. */
static struct span body_line(struct span body, size_t *at)
{
    size_t start = *at;
    size_t len;

    while (*at < body.len && body.data[*at] != '\r' && body.data[*at] != '\n')
        (*at)++;
    len = *at - start;
    if (*at < body.len)
        *at += body.data[*at] == '\r' && *at + 1 < body.len && body.data[*at + 1] == '\n' ? 2 : 1;
    return span_at(body.data + start, len);
}

/* As it is when it is ASCII in lines that may be sent, none of which looks like a boundary. */
static bool body_needs_encoding(const struct smtp_content *content)
{
    struct span body = content->body;
    size_t at = 0;

    if (!smtp_is_ascii(body) || (body.len > 0 && memchr(body.data, '\0', body.len) != NULL))
        return true;
    while (at < body.len) {
        struct span line = body_line(body, &at);

        if (line.len > SMTP_LINE_MAX ||
            (content->attachment_count > 0 && line.len > 1 && memcmp(line.data, "--", 2) == 0))
            return true;
    }
    return false;
}

void smtp_message_init(struct smtp_message *message, const struct smtp_content *content)
{
    assert(smtp_content_is_valid(content));
    *message = (struct smtp_message){ .content = content };
    message->body_encoded = body_needs_encoding(content);
}

static void go(struct smtp_message *message, enum smtp_place place)
{
    message->place = place;
    message->step = 0;
    message->index = 0;
    message->offset = 0;
}

/* ---- header fields ---- */

static void next_head(struct smtp_message *message, struct text *out)
{
    const struct smtp_content *content = message->content;
    char date[DATE_TEXT_MAX];

    switch (message->step++) {
    case 0:
        date_text(content->utc_s, content->zone_quarters, date, sizeof(date));
        text_add(out, "Date: %s", date);
        break;
    case 1:
        smtp_add_from(out, content);
        break;
    default:
        text_add(out, "Message-ID: <%lld.%llu%s>", (long long)content->utc_s,
                 (unsigned long long)content->unique, strchr(content->sender, '@'));
        go(message, SMTP_AT_RECIPIENTS);
    }
}

/* The next one of the kinds that are shown; NULL behind the last. */
static const struct smtp_recipient *shown_recipient(struct smtp_message *message)
{
    const struct smtp_content *content = message->content;

    while (message->kind != SMTP_BCC) {
        for (; message->index < content->recipient_count; message->index++) {
            if (content->recipients[message->index].kind == message->kind)
                return &content->recipients[message->index++];
        }
        message->index = 0;
        message->kind_begun = false;
        message->kind = message->kind == SMTP_TO ? SMTP_CC : SMTP_BCC;
    }
    return NULL;
}

static bool another_of_kind(const struct smtp_message *message)
{
    for (size_t i = message->index; i < message->content->recipient_count; i++) {
        if (message->content->recipients[i].kind == message->kind)
            return true;
    }
    return false;
}

/* One address a line; blind copies are not shown (RFC 5322 §3.6.3). */
static bool next_recipient(struct smtp_message *message, struct text *out)
{
    const struct smtp_recipient *recipient = shown_recipient(message);

    if (recipient == NULL && message->step == 0) {
        message->step = 1;
        text_add(out, "To: undisclosed-recipients:;");
        return true;
    }
    if (recipient == NULL) {
        go(message, SMTP_AT_SUBJECT);
        return false;
    }
    message->step = 1;
    if (message->kind_begun)
        text_add(out, "\t");
    else
        text_add(out, message->kind == SMTP_TO ? "To: " : "Cc: ");
    message->kind_begun = true;
    text_add(out, "<%s>%s", recipient->address, another_of_kind(message) ? "," : "");
    return true;
}

/* Plain when it can stand as it is; else one encoded word a line. */
static void next_subject(struct smtp_message *message, struct text *out)
{
    struct span subject = message->content->subject;
    const char *charset = smtp_charset(subject, message->content->subject_charset);
    struct span rest = span_skip(subject, message->offset);
    bool looks_encoded = false;

    for (size_t i = 0; i + 1 < subject.len; i++)
        looks_encoded = looks_encoded || (subject.data[i] == '=' && subject.data[i + 1] == '?');
    text_add(out, message->offset == 0 ? "Subject: " : " ");
    if (smtp_is_ascii(subject) && !looks_encoded) {
        text_add_span(out, subject);
        go(message, SMTP_AT_TYPE);
        return;
    }
    message->offset += smtp_add_encoded_word(out, rest, charset);
    if (message->offset == subject.len)
        go(message, SMTP_AT_TYPE);
}

static void add_boundary(const struct smtp_message *message, struct text *out)
{
    text_add(out, "=_%llx_%llx", (unsigned long long)message->content->utc_s,
             (unsigned long long)message->content->unique);
}

static const char *body_encoding(const struct smtp_message *message)
{
    return message->body_encoded ? "base64" : "7bit";
}

/* The fields that say what the body is, and the empty line. */
static void next_type(struct smtp_message *message, struct text *out)
{
    bool multipart = message->content->attachment_count > 0;
    int step = message->step++;

    if (step == 0) {
        text_add(out, "MIME-Version: 1.0");
        return;
    }
    if (multipart && step == 1) {
        text_add(out, "Content-Type: multipart/mixed; boundary=\"");
        add_boundary(message, out);
        text_add(out, "\"");
    } else if (multipart && step == 3) {
        text_add(out, "--");
        add_boundary(message, out);
    } else if (step == (multipart ? 4 : 1)) {
        text_add(out, "Content-Type: text/plain; charset=%s",
                 smtp_charset(message->content->body, message->content->body_charset));
    } else if (step == (multipart ? 5 : 2)) {
        text_add(out, "Content-Transfer-Encoding: %s", body_encoding(message));
    } else if (step == (multipart ? 6 : 3)) {
        go(message, SMTP_AT_BODY);
    }
}

/* ---- bodies ---- */

/* The next line of base64; false behind the last. */
static bool next_encoded(struct smtp_message *message, struct span bytes, struct text *out)
{
    struct span rest = span_skip(bytes, message->offset);
    char encoded[ENCODED_BYTES / 3 * 4 + 1];

    if (rest.len == 0)
        return false;
    if (rest.len > ENCODED_BYTES)
        rest.len = ENCODED_BYTES;
    base64_encode(rest, encoded);
    text_add(out, "%s", encoded);
    message->offset += rest.len;
    return true;
}

static bool next_body(struct smtp_message *message, struct text *out)
{
    struct span body = message->content->body;

    if (message->body_encoded && next_encoded(message, body, out))
        return true;
    if (!message->body_encoded && message->offset < body.len) {
        text_add_span(out, body_line(body, &message->offset));
        return true;
    }
    go(message, message->content->attachment_count > 0 ? SMTP_AT_ATTACHMENT : SMTP_AT_END);
    return false;
}

static void next_attachment(struct smtp_message *message, struct text *out)
{
    const struct smtp_attachment *attachment = &message->content->attachments[message->index];

    switch (message->step++) {
    case 0:
        text_add(out, "--");
        add_boundary(message, out);
        break;
    case 1:
        text_add(out, "Content-Type: application/octet-stream;");
        smtp_add_name_parameter(out, "name", attachment->name);
        break;
    case 2:
        text_add(out, "Content-Transfer-Encoding: base64");
        break;
    case 3:
        text_add(out, "Content-Disposition: attachment;");
        smtp_add_name_parameter(out, "filename", attachment->name);
        break;
    default: /* the empty line */
        message->place = SMTP_AT_BYTES;
        message->offset = 0;
    }
}

static bool next_bytes(struct smtp_message *message, struct text *out)
{
    const struct smtp_content *content = message->content;

    if (next_encoded(message, content->attachments[message->index].bytes, out))
        return true;
    message->index++;
    message->step = 0;
    message->place = message->index < content->attachment_count ? SMTP_AT_ATTACHMENT : SMTP_AT_LAST;
    return false;
}

/* One line, or the step to the next place: false. */
static bool next_line(struct smtp_message *message, struct text *out)
{
    switch (message->place) {
    case SMTP_AT_HEAD:
        next_head(message, out);
        return true;
    case SMTP_AT_RECIPIENTS:
        return next_recipient(message, out);
    case SMTP_AT_SUBJECT:
        next_subject(message, out);
        return true;
    case SMTP_AT_TYPE:
        next_type(message, out);
        return true;
    case SMTP_AT_BODY:
        return next_body(message, out);
    case SMTP_AT_ATTACHMENT:
        next_attachment(message, out);
        return true;
    case SMTP_AT_BYTES:
        return next_bytes(message, out);
    case SMTP_AT_LAST:
        text_add(out, "--");
        add_boundary(message, out);
        text_add(out, "--");
        go(message, SMTP_AT_END);
        return true;
    case SMTP_AT_END:
        break;
    }
    return false;
}

bool smtp_message_next(struct smtp_message *message, char *line, size_t *ret_len)
{
    struct text out;

    assert(message->place <= SMTP_AT_END);
    text_init(&out, line, SMTP_LINE_MAX + 1);
    while (message->place != SMTP_AT_END) {
        if (next_line(message, &out)) {
            *ret_len = out.len;
            return true;
        }
    }
    return false;
}
