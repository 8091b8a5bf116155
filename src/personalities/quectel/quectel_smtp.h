/* quectel_smtp.h: the mail that a host puts together, and its sending. */
#ifndef QUECTEL_SMTP_H
#define QUECTEL_SMTP_H

#include "base/bytes.h"
#include "module/module.h"
#include "personalities/quectel/quectel_facts.h"
#include "services/smtp.h"

/* As +QSMTPDST numbers them. */
enum { QUECTEL_SMTP_TO = 1, QUECTEL_SMTP_CC, QUECTEL_SMTP_BCC };

/* What +QSMTPSRV to +QSMTPNAME set. */
struct quectel_smtp_account {
    char *host, *user, *password; /* owned, as the next: at_text() reads them */
    char *address, *name;         /* of the sender */
    int32_t port;
};

struct quectel_smtp_attachment {
    char *name; /* owned */
    struct bytes bytes;
};

struct quectel_smtp_recipient {
    int32_t type;
    char *address; /* owned */
};

/* What a host has written: there until +QSMTPCLR. */
struct quectel_mail {
    bool collects;                             /* a prompt collects the body or an attachment */
    bool collects_preset;                      /* in a time that its command has not named */
    struct quectel_smtp_recipient *recipients; /* owned; NULL: none */
    size_t recipient_count;
    int32_t charset; /* of subject and body */
    char *subject;   /* owned */
    struct bytes body;
    struct quectel_smtp_attachment attachments[QUECTEL_ATTACHMENTS_MOST];
    size_t attachment_count;
};

/* NULL: no memory. */
struct quectel_mail *quectel_mail_of(const struct at_session *at);

/* quectel_mail.c: forgets body, subject, recipients and attachments. */
void quectel_mail_forget(struct tlsmodem *modem);

/* For the rows: a mail that is being sent or collected stays as it is. */
enum at_status quectel_smtp_guard(struct at_session *at, const struct at_args *args);

extern const struct module_part quectel_mail_part, quectel_smtp_part;
extern const struct at_commands quectel_smtp_rows, quectel_mail_rows;

#endif
