/* play_state.h: a script that plays. */
#ifndef TRANSCRIPT_PLAY_STATE_H
#define TRANSCRIPT_PLAY_STATE_H

#include "transcript/play_config.h"
#include "transcript/values.h"

enum { PLAY_RECORD_MAX = 20 };

/* Where counted patterns stand: each way, at each end. */
enum play_stream { PLAY_TYPED, PLAY_EXPECTED, PLAY_SENDS, PLAY_GETS, PLAY_STREAMS };

struct play {
    const struct play_config *config;
    struct stage *stage;
    const struct script_header *header;
    struct values captured; /* and the ports */
    unsigned port;
    bool echoes[SCRIPT_PORTS_MAX + 1];
    uint64_t positions[PLAY_STREAMS];
    struct bytes filled;                 /* of the step that plays */
    struct span record[PLAY_RECORD_MAX]; /* the last lines that came out as written, a ring */
    uint64_t steps;                      /* that did */
    struct report why;                   /* of the step that did not */
    bool is_wrong;                       /* the script is, not the module */
};

#endif
