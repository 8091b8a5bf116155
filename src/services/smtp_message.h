/* smtp_message.h: a mail as the lines that are sent after DATA (RFC 5322, RFC 2045, RFC 2047).
 *
 * Pure: lines come one at a time, so nothing of the mail is held twice.
 */
#ifndef SERVICES_SMTP_MESSAGE_H
#define SERVICES_SMTP_MESSAGE_H

#include "base/span.h"

#include <stdbool.h>

enum smtp_recipient_kind { SMTP_TO, SMTP_CC, SMTP_BCC };

struct smtp_recipient {
    enum smtp_recipient_kind kind;
    const char *address;
};

struct smtp_attachment {
    const char *name; /* of the file, in UTF-8 */
    struct span bytes;
};

/* What a mail says.  Everything is borrowed until it is sent. */
struct smtp_content {
    const char *sender; /* address */
    const char *name;   /* of the sender, in UTF-8; may be empty */
    const struct smtp_recipient *recipients;
    size_t recipient_count;
    struct span subject;
    const char *subject_charset; /* "US-ASCII", "UTF-8", … */
    struct span body;            /* lines ended by CR LF, LF or CR */
    const char *body_charset;
    const struct smtp_attachment *attachments;
    size_t attachment_count;
    int64_t utc_s;     /* its date */
    int zone_quarters; /* and zone */
    uint64_t unique;   /* makes the Message-ID its own */
};

enum {
    SMTP_ADDRESS_MAX = 254, /* RFC 5321 §4.5.3.1 */
    SMTP_NAME_MAX = 100,    /* of a person or a file, in bytes */
    SMTP_SUBJECT_MAX = 400, /* in bytes */
    SMTP_LINE_MAX = 998     /* RFC 5322 §2.1.1 */
};

/* True for local@domain in printable ASCII without blanks and angle brackets. */
bool smtp_address_is_valid(struct span address);

/* True when nothing in it could end a line or break a limit. */
bool smtp_content_is_valid(const struct smtp_content *content);

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
