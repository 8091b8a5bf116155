/* quectel_smtp.h: the mail that a host puts together, and its sending. */
#ifndef QUECTEL_SMTP_H
#define QUECTEL_SMTP_H

#include "module/module.h"
#include "personalities/quectel/quectel_facts.h"
#include "services/smtp.h"

struct quectel_part;

/* As +QSMTPDST numbers them. */
enum { QUECTEL_SMTP_TO = 1, QUECTEL_SMTP_CC, QUECTEL_SMTP_BCC };

/* What +QSMTPSRV to +QSMTPNAME set. */
struct quectel_smtp_account {
    char *host, *user, *password; /* owned, as the next: at_text() reads them */
    char *address, *name;         /* of the sender */
    int32_t port;
};

/* Bytes that a prompt has collected; owned, wiped when they are freed. */
struct quectel_smtp_bytes {
    uint8_t *data;
    size_t len, cap;
};

struct quectel_smtp_attachment {
    char name[SMTP_NAME_MAX + 1];
    struct quectel_smtp_bytes bytes;
};

struct quectel_smtp {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that hears how it went */
    struct smtp client;
    size_t cid;     /* of the context that it runs on */
    bool collects;  /* a prompt collects the body or an attachment */
    uint64_t mails; /* begun since power-on */
    struct quectel_smtp_account account;
    char recipients[FACT_SMTP_RECIPIENTS_MAX][SMTP_ADDRESS_MAX + 1];
    int32_t recipient_types[FACT_SMTP_RECIPIENTS_MAX];
    size_t recipient_count;
    int32_t charset; /* of subject and body */
    char subject[FACT_SMTP_SUBJECT_MAX + 1];
    struct quectel_smtp_bytes body;
    struct quectel_smtp_attachment attachments[FACT_SMTP_ATTACHMENTS_MAX];
    size_t attachment_count;
    /* What the client borrows while it sends. */
    struct smtp_job job;
    struct smtp_recipient job_recipients[FACT_SMTP_RECIPIENTS_MAX];
    struct smtp_attachment job_attachments[FACT_SMTP_ATTACHMENTS_MAX];
    char ehlo[MODULE_ADDRESS_MAX + 3];
};

struct quectel_smtp *quectel_smtp_of(const struct at_session *at);

/* For the rows: a mail that is being sent or collected stays as it is. */
enum at_status quectel_smtp_guard(struct at_session *at, const struct at_args *args);
bool quectel_smtp_is_busy(const struct quectel_smtp *mail);

/* quectel_mail.c: forgets body, subject, recipients and attachments. */
void quectel_mail_forget(struct quectel_smtp *mail);

extern const struct quectel_part quectel_smtp_part;
extern const struct at_commands quectel_smtp_rows, quectel_mail_rows;

#endif
