/* message_write.h: messages that hosts write: stored, or sent to who takes them. */
#ifndef PERSONALITIES_COMMON_MESSAGE_WRITE_H
#define PERSONALITIES_COMMON_MESSAGE_WRITE_H

#include "base/err.h"
#include "module/part.h"

#include <stdbool.h>
#include <stdint.h>

struct tlsmodem;

/* Lists it among a maker's parts. */
extern const struct module_part common_sending_part;

/* Member of struct module_phone_ops. */
enum err message_decided(struct tlsmodem *modem, uint32_t ticket, bool accepted);

#endif
