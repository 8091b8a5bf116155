/* reach.h: what stands between a modem and the network: `allow` and `deny`, `map`, `link`. */
#ifndef DAEMON_FILE_REACH_H
#define DAEMON_FILE_REACH_H

#include "file/subject.h"

#include <stdbool.h>

/* Takes these keys into the plan; false: the report says why. */
bool file_reach(const struct file_subject *subject);

#endif
