/* sample.h: a line that a regular expression matches, for the module whose line it stands for. */
#ifndef DAEMON_REPLAY_SAMPLE_H
#define DAEMON_REPLAY_SAMPLE_H

#include "base/bytes.h"

enum { SAMPLE_MAX = 65536 }; /* more than a line of any module has */

/* Puts a text behind `bytes` that the pattern may match as a whole: the first of what it offers, as
 * few as it may be; of what recordings have (addresses, times, dates) a likely one.  What it does
 * not know (look-arounds, back-references) is left out, and what would be longer than SAMPLE_MAX
 * is cut, so that the caller tries the text.  ERR_NO_MEMORY. */
enum err sample_pattern(struct span pattern, struct bytes *bytes);

#endif
