/* relied.h: what a run relied on without a source. */
#ifndef DAEMON_RELIED_H
#define DAEMON_RELIED_H

#include "tlsmodem.h"

struct relied_model;

/* By models, in the order of their first modem.  Zeroed it is empty. */
struct relied {
    struct relied_model *first, **end;
    bool has_lost; /* there was no memory for one */
};

/* Adds the facts that a modem of `model`, a static name, has relied on so far. */
void relied_note(struct relied *relied, const char *model, const struct tlsmodem *modem);

/* Logs for each model the names of the unconfirmed facts that were relied on: one line, or as many
 * as it takes; as an info, or as `level` says where there are any.  Gives their number, which is
 * not 0 where it is not known. */
size_t relied_say(const struct relied *relied, const struct log *log, enum log_level level);

/* Gives its memory back; it is empty. */
void relied_clear(struct relied *relied);

#endif
