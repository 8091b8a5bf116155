/* player.h: the module's side of a recording, said to a host that types its own. */
#ifndef DAEMON_REPLAY_PLAYER_H
#define DAEMON_REPLAY_PLAYER_H

#include "replay/line.h"
#include "transcript/reader.h"
#include "transcript/report.h"
#include "transcript/values.h"

enum replay_end {
    REPLAY_AS_RECORDED,
    REPLAY_OTHERWISE, /* the host did something else, or nothing more: the report says what */
    REPLAY_WRONG      /* the recording cannot be said: the report says why */
};

/* All borrowed. */
struct replay_config {
    struct reader *reader;       /* at its first step */
    struct replay_line *lines;   /* one for each port of its header, open */
    const struct values *values; /* of --set */
};

/* Plays all of it: waits for what the host types, as long as it takes, and says what the module
 * said, after the silences that it made then.  A variable that nobody has set is what the host
 * types in its place. */
enum replay_end replay_play(const struct replay_config *config, struct report *report);

#endif
