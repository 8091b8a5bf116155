/* smtp_internal.h: what the files of the SMTP client share; each calls those above it only. */
#ifndef SERVICES_SMTP_INTERNAL_H
#define SERVICES_SMTP_INTERNAL_H

#include "base/time.h"
#include "services/smtp.h"

/* ---- smtp_line.c ---- */

/* The only writer of smtp->state. */
void smtp_enter(struct smtp *smtp, enum smtp_state next);

/* The owner's clock. */
int64_t smtp_now_ms(const struct smtp *smtp);

/* What EHLO said does not count any more. */
void smtp_forget_hello(struct smtp *smtp);

/* Ends the job and tells, from the event loop. */
void smtp_finish(struct smtp *smtp, enum smtp_error error);

/* The same where the server says nothing: one that has taken the mail owes no answer to QUIT. */
void smtp_finish_without_reply(struct smtp *smtp, enum smtp_error error);

/* Sends what can be sent now. */
void smtp_send(struct smtp *smtp);

/* Sends a line and waits in `next` for its reply. */
void smtp_say(struct smtp *smtp, enum smtp_state next, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- smtp_open.c ---- */

/* What the failure of an opening means. */
enum smtp_error smtp_opening_error(const struct smtp *smtp);

/* Connects again and begins anew, with the offer that the failure of smtp_secure() has left; false:
 * there is none. */
bool smtp_starts_anew(struct smtp *smtp);

/* Puts TLS on the connection. */
void smtp_secure(struct smtp *smtp);

/* ---- smtp_dialogue.c ---- */

/* The server has said a line of several. */
void smtp_on_line(struct smtp *smtp);

/* It has said all of its reply. */
void smtp_on_reply(struct smtp *smtp);

#endif
