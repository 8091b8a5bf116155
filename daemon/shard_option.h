/* shard_option.h: which part of a list of modems a process has, of several with the same list. */
#ifndef DAEMON_SHARD_OPTION_H
#define DAEMON_SHARD_OPTION_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { SHARDS_MAX = 65535 };

/* Modem n belongs to shard n mod `count`. */
struct shard {
    uint32_t index; /* below `count` */
    uint32_t count; /* 0: there are no shards, and every modem is this process's */
};

/* Reads the value of --shard: I/N.  False: `error` says what is allowed. */
bool shard_option_read(const char *value, struct shard *ret_shard, struct text *error);

/* What the environment says without --shard: TLSMODEM_SHARDS is N, JOB_COMPLETION_INDEX or else
 * TLSMODEM_SHARD is I, which may stand behind a name and a dash; without N no shard.  False:
 * `error` says which variable is wrong. */
bool shard_option_from_environment(struct shard *ret_shard, struct text *error);

/* True when the modem of this number is of the shard. */
bool shard_has(const struct shard *shard, uint32_t number);

#endif
