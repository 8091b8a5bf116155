/* patterns.h: regular expressions, by PCRE2: those of transcripts. */
#ifndef DAEMON_CHECK_PATTERNS_H
#define DAEMON_CHECK_PATTERNS_H

#include "host/programme.h"
#include "transcript/play.h"

/* Whether `pattern` is one; false: `why` says what is wrong, and where. */
bool patterns_check(struct span pattern, struct text *why);

/* What a player is given.  A pattern that takes very long on a line counts as not matching. */
struct play_patterns patterns_iface(void);

/* What hosts inside are given, with the same limits. */
const struct programme_patterns *patterns_of_hosts(void);

#endif
