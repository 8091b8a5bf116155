/* smtp_dialogue.c: who says what when (RFC 5321 §4.3.2): one function for each reply that is
 * waited for. */
#include "services/smtp_internal.h"

#include "base/base64.h"
#include "base/letters.h"
#include "base/wipe.h"

#include <stdio.h>

enum {
    READY = 220,
    AUTHENTICATED = 235,
    DONE = 250,
    DONE_ELSEWHERE = 251,
    CHALLENGE = 334,
    GO_ON = 354,
    NOT_AUTHENTICATED = 530
};

static void say_mail(struct smtp *smtp)
{
    smtp_say(smtp, SMTP_MAIL, "MAIL FROM:<%s>", smtp->job->content.sender);
}

/* "\0user\0password" (RFC 4616) */
static void say_plain(struct smtp *smtp)
{
    char plain[2 * SMTP_CREDENTIAL_MAX + 2];
    char encoded[sizeof(plain) / 3 * 4 + 8];
    size_t user_len = strlen(smtp->job->user), password_len = strlen(smtp->job->password);

    plain[0] = '\0';
    memcpy(plain + 1, smtp->job->user, user_len + 1);
    memcpy(plain + 2 + user_len, smtp->job->password, password_len);
    base64_encode(span_at(plain, user_len + password_len + 2), encoded);
    smtp_say(smtp, SMTP_AUTH_PLAIN, "AUTH PLAIN %s", encoded);
    wipe(plain, sizeof(plain));
    wipe(encoded, sizeof(encoded));
}

static void say_encoded(struct smtp *smtp, enum smtp_state next, const char *secret)
{
    char encoded[SMTP_CREDENTIAL_MAX / 3 * 4 + 8];

    base64_encode(span_of(secret), encoded);
    smtp_say(smtp, next, "%s", encoded);
    wipe(encoded, sizeof(encoded));
}

/* The server has said hello: TLS, login, mail. */
static void on_hello(struct smtp *smtp)
{
    if (smtp->job->security == SMTP_STARTTLS && !smtp->secured) {
        if (smtp->offers_tls)
            smtp_say(smtp, SMTP_ASKING_TLS, "STARTTLS");
        else
            smtp_finish(smtp, SMTP_TLS);
    } else if (smtp->job->user[0] == '\0') {
        say_mail(smtp);
    } else if (smtp->offers_plain) {
        say_plain(smtp);
    } else if (smtp->offers_login) {
        smtp_say(smtp, SMTP_AUTH_LOGIN, "AUTH LOGIN");
    } else {
        smtp_finish(smtp, SMTP_AUTH);
    }
}

static bool has_word(struct span list, const char *word)
{
    while (list.len > 0) {
        size_t len = 0;

        while (len < list.len && list.data[len] != ' ')
            len++;
        if (letters_equal(span_at(list.data, len), span_of(word)))
            return true;
        list = span_skip(list, len < list.len ? len + 1 : len);
    }
    return false;
}

/* One line of the answer to EHLO; old servers write "AUTH=LOGIN". */
static void take_extension(struct smtp *smtp)
{
    struct span line = span_of(reply_words(&smtp->reply));

    if (letters_equal(line, span_of("STARTTLS")))
        smtp->offers_tls = true;
    if (letters_start(line, "AUTH ") || letters_start(line, "AUTH=")) {
        struct span list = span_skip(line, 5);

        snprintf(smtp->logins, sizeof(smtp->logins), "%.*s", (int)list.len,
                 (const char *)list.data);
        smtp->offers_plain = smtp->offers_plain || has_word(list, "PLAIN");
        smtp->offers_login = smtp->offers_login || has_word(list, "LOGIN");
    }
}

void smtp_on_line(struct smtp *smtp)
{
    if (smtp->state == SMTP_EHLO)
        take_extension(smtp);
}

static void say_ehlo(struct smtp *smtp)
{
    smtp_say(smtp, SMTP_EHLO, "EHLO %s", smtp->job->ehlo);
}

/* What does not know EHLO may know HELO, and then neither TLS nor login. */
static void on_ehlo(struct smtp *smtp, int code)
{
    if (code == DONE) {
        take_extension(smtp);
        on_hello(smtp);
    } else if (code >= 500 && !smtp->secured && smtp->job->security == SMTP_PLAIN) {
        smtp_say(smtp, SMTP_HELO, "HELO %s", smtp->job->ehlo);
    } else {
        smtp_finish(smtp, SMTP_SERVER);
    }
}

static void say_recipient(struct smtp *smtp)
{
    smtp_say(smtp, SMTP_RCPT, "RCPT TO:<%s>",
             smtp->job->content.recipients[smtp->recipient++].address);
}

static void on_recipient(struct smtp *smtp, int code)
{
    if (code != DONE && code != DONE_ELSEWHERE)
        smtp_finish(smtp, code == NOT_AUTHENTICATED ? SMTP_AUTH : SMTP_RECIPIENT);
    else if (smtp->recipient < smtp->job->content.recipient_count)
        say_recipient(smtp);
    else
        smtp_say(smtp, SMTP_ASKING_DATA, "DATA");
}

static void on_go_on(struct smtp *smtp)
{
    smtp_message_init(&smtp->message, &smtp->job->content);
    smtp_enter(smtp, SMTP_SENDING);
    smtp_send(smtp);
}

/* True when the reply is the one that is wanted; else the job has ended. */
static bool wants(struct smtp *smtp, int wanted, enum smtp_error otherwise)
{
    if (smtp->reply.code == wanted)
        return true;
    smtp_finish(smtp, otherwise);
    return false;
}

void smtp_on_reply(struct smtp *smtp)
{
    switch (smtp->state) {
    case SMTP_GREETING:
        if (wants(smtp, READY, SMTP_SERVER))
            say_ehlo(smtp);
        break;
    case SMTP_EHLO:
        on_ehlo(smtp, smtp->reply.code);
        break;
    case SMTP_HELO:
        if (wants(smtp, DONE, SMTP_SERVER))
            on_hello(smtp);
        break;
    case SMTP_ASKING_TLS:
        if (wants(smtp, READY, SMTP_TLS)) {
            smtp_forget_hello(smtp);
            smtp_secure(smtp);
        }
        break;
    case SMTP_AUTH_LOGIN:
        if (wants(smtp, CHALLENGE, SMTP_AUTH))
            say_encoded(smtp, SMTP_AUTH_USER, smtp->job->user);
        break;
    case SMTP_AUTH_USER:
        if (wants(smtp, CHALLENGE, SMTP_AUTH))
            say_encoded(smtp, SMTP_AUTH_PASSWORD, smtp->job->password);
        break;
    case SMTP_AUTH_PLAIN:
    case SMTP_AUTH_PASSWORD:
        if (wants(smtp, AUTHENTICATED, SMTP_AUTH))
            say_mail(smtp);
        break;
    case SMTP_MAIL:
        if (wants(smtp, DONE, smtp->reply.code == NOT_AUTHENTICATED ? SMTP_AUTH : SMTP_SENDER))
            say_recipient(smtp);
        break;
    case SMTP_RCPT:
        on_recipient(smtp, smtp->reply.code);
        break;
    case SMTP_ASKING_DATA:
        if (wants(smtp, GO_ON, SMTP_DATA))
            on_go_on(smtp);
        break;
    case SMTP_SENDING: /* before it has all of it */
        smtp_finish(smtp, SMTP_DATA);
        break;
    case SMTP_ACCEPTING:
        if (wants(smtp, DONE, SMTP_DATA))
            smtp_say(smtp, SMTP_QUITTING, "QUIT");
        break;
    case SMTP_QUITTING:
        smtp_finish(smtp, SMTP_FINE);
        break;
    case SMTP_IDLE:
    case SMTP_OPENING:
    case SMTP_SECURING:
        break;
    }
}
