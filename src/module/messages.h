/* messages.h: the SIM's store of short messages. */
#ifndef MODULE_MESSAGES_H
#define MODULE_MESSAGES_H

#include "base/err.h"
#include "services/sms_text.h"

#include <stdbool.h>
#include <stddef.h>

struct tlsmodem;

enum { MESSAGE_PLACES = 10 };

/* 27.005 <stat>, in its order. */
enum message_state { MESSAGE_UNREAD, MESSAGE_READ, MESSAGE_UNSENT, MESSAGE_SENT };

struct message {
    bool used;
    enum message_state state;
    struct sms sms;
};

struct message_store {
    struct message places[MESSAGE_PLACES];
};

/* The message at a place from 1 to MESSAGE_PLACES; NULL: there is none.  Good until it is removed
 * or the modem is freed. */
struct message *messages_at(const struct tlsmodem *modem, size_t place);

/* How many places are taken. */
size_t messages_count(const struct tlsmodem *modem);

/* Stores a copy at the first place that is free.  ERR_FULL, ERR_NO_MEMORY. */
enum err messages_add(struct tlsmodem *modem, enum message_state state, const struct sms *sms,
                      size_t *ret_place);

/* Frees a place; nothing if it is free.  What it held is wiped. */
void messages_remove(struct tlsmodem *modem, size_t place);

/* Wipes and frees all of them. */
void messages_deinit(struct tlsmodem *modem);

#endif
