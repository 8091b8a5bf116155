/* relied.h: what a run relied on without a source. */
#ifndef DAEMON_RELIED_H
#define DAEMON_RELIED_H

#include "tlsmodem.h"

/* Logs the names of the unconfirmed facts that `engine`, a modem of `model`, has relied on so far:
 * one line, or as many as it takes; as an info, or as an error where there are any and there were
 * to be none (`strict`).  Gives their number. */
size_t relied_say(const struct tlsmodem *engine, const char *model, const struct log *log,
                  bool strict);

#endif
