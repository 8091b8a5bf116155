/* smtp_internal.h: what the files of the SMTP client share. */
#ifndef SERVICES_SMTP_INTERNAL_H
#define SERVICES_SMTP_INTERNAL_H

#include "base/time.h"
#include "services/smtp.h"

/* smtp.c: the only writer of smtp->state. */
void smtp_enter(struct smtp *smtp, enum smtp_state next);
/* smtp.c: ends the job and tells, from the event loop. */
void smtp_finish(struct smtp *smtp, enum smtp_error error);
/* smtp.c: sends a line and waits in `next` for its reply. */
void smtp_say(struct smtp *smtp, enum smtp_state next, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* smtp.c: sends what can be sent now. */
void smtp_send(struct smtp *smtp);
/* smtp.c: puts TLS on the connection. */
void smtp_secure(struct smtp *smtp);

/* smtp_dialogue.c: the server has said something. */
void smtp_on_line(struct smtp *smtp);
void smtp_on_reply(struct smtp *smtp);

#endif
