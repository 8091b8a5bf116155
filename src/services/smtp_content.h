/* smtp_content.h: what a mail says, and what it may. */
#ifndef SERVICES_SMTP_CONTENT_H
#define SERVICES_SMTP_CONTENT_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

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

/* True when no byte is above 0x7E. */
bool smtp_is_ascii(struct span text);

#endif
