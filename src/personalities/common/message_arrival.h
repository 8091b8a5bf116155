/* message_arrival.h: messages that come in: stored and told, or shown at once. */
#ifndef PERSONALITIES_COMMON_MESSAGE_ARRIVAL_H
#define PERSONALITIES_COMMON_MESSAGE_ARRIVAL_H

#include "base/err.h"
#include "module/part.h"
#include "services/sms_text.h"

struct at_session;
struct tlsmodem;

/* Lists it among a maker's parts. */
extern const struct module_part common_arrival_part;

/* Member of struct module_phone_ops. */
enum err message_receive(struct tlsmodem *modem, const struct sms *sms);

/* `changed` of +CNMI: what has waited for the port is told by its mode, or forgotten. */
void message_tell_changed(struct at_session *at, size_t index);

#endif
