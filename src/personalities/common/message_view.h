/* message_view.h: a short message as a host reads it, by the settings of its port. */
#ifndef PERSONALITIES_COMMON_MESSAGE_VIEW_H
#define PERSONALITIES_COMMON_MESSAGE_VIEW_H

#include "at/handler.h"
#include "base/text.h"
#include "module/messages.h"

enum { MESSAGE_VIEW_MAX = 4 * SMS_OCTETS_MAX + 240, MESSAGE_STATES = 5 };

/* 27.005 <stat> in words, in their order; the last stands for all. */
extern const char *const message_state_words[MESSAGE_STATES];

/* A <stat> as the format of the port has it; MESSAGE_STATES: there is none such. */
size_t message_state_typed(struct at_session *at, struct span typed);

/* +CMGF=1 */
bool message_is_text(struct at_session *at);

/* The set of +CSCS. */
enum charset message_charset(struct at_session *at);

/* The header as +CMGR shows it, behind its name. */
void message_add_header(struct at_session *at, const struct message *message, struct text *out);

/* The header as +CMT shows it, behind its name. */
void message_add_arrival(struct at_session *at, const struct sms *sms, struct text *out);

/* Its text, or its octets. */
void message_add_body(struct at_session *at, const struct sms *sms, struct text *out);

#endif
