/* smtp_message.h: a mail as the lines that are sent after DATA (RFC 5322, RFC 2045, RFC 2047).
 *
 * Pure: lines come one at a time, so nothing of the mail is held twice.
 */
#ifndef SERVICES_SMTP_MESSAGE_H
#define SERVICES_SMTP_MESSAGE_H

#include "services/smtp_content.h"

enum smtp_place {
    SMTP_AT_HEAD,
    SMTP_AT_RECIPIENTS,
    SMTP_AT_SUBJECT,
    SMTP_AT_TYPE,
    SMTP_AT_BODY,
    SMTP_AT_ATTACHMENT,
    SMTP_AT_BYTES,
    SMTP_AT_LAST,
    SMTP_AT_END
};

struct smtp_message {
    const struct smtp_content *content;
    enum smtp_place place;
    int step;          /* line of the place */
    size_t index;      /* of the recipient or attachment */
    size_t offset;     /* into subject, body or attachment */
    bool body_encoded; /* the body goes as base64 */
    enum smtp_recipient_kind kind;
    bool kind_begun;
};

/* `content` must be valid. */
void smtp_message_init(struct smtp_message *message, const struct smtp_content *content);

/* The next line without its end, in `line` of SMTP_LINE_MAX + 1 bytes; false behind the last.  Dots
 * are not doubled yet. */
bool smtp_message_next(struct smtp_message *message, char *line, size_t *ret_len);

#endif
