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
    uint8_t state;   /* enum message_state */
    uint16_t untold; /* ports whose hosts have still to hear that it is there, a bit each */
    struct sms sms;
};

struct message_store {
    struct message places[MESSAGE_PLACES];
};

/* The program starts, or storage has lost what it had taken: the messages are those that are
 * stored.  One that is damaged is left out, with a line in the log. */
void messages_load(struct tlsmodem *modem);

/* The message at a place from 1 to MESSAGE_PLACES; NULL: there is none.  Good until it is removed
 * or the modem is freed. */
struct message *messages_at(const struct tlsmodem *modem, size_t place);

/* How many places are taken. */
size_t messages_count(const struct tlsmodem *modem);

/* Stores a copy at the first place that is free.  ERR_FULL, ERR_NO_MEMORY; ERR_IO: then it is not
 * there. */
enum err messages_add(struct tlsmodem *modem, enum message_state state, const struct sms *sms,
                      size_t *ret_place);

/* Changes what a message is marked as.  ERR_IO: the mark is lost at the next start. */
enum err messages_mark(struct tlsmodem *modem, size_t place, enum message_state state);

/* Frees places, a bit each from place 1 on; those that are free are nothing.  What they held is
 * wiped.  ERR_IO: then they are there still. */
enum err messages_remove(struct tlsmodem *modem, unsigned places);

/* Wipes and frees all of them; what is stored stays. */
void messages_deinit(struct tlsmodem *modem);

#endif
