/* relied.h: what a run relied on without a source. */
#ifndef DAEMON_RELIED_H
#define DAEMON_RELIED_H

#include "tlsmodem.h"

/* Logs the names of the unconfirmed facts of `model` that `is_relied_on` says yes to, for indices
 * of tlsmodem_fact_at(): one line, or as many as it takes; as an info, or as an error where there
 * are any and there were to be none (`strict`).  Gives their number. */
size_t relied_say(const char *model, bool (*is_relied_on)(void *ctx, size_t fact), void *ctx,
                  const struct log *log, bool strict);

#endif
