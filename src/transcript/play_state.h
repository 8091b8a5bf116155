/* play_state.h: a script that plays. */
#ifndef TRANSCRIPT_PLAY_STATE_H
#define TRANSCRIPT_PLAY_STATE_H

#include "transcript/made.h"
#include "transcript/play_config.h"
#include "transcript/values.h"

enum { PLAY_RECORD_MAX = 20 };

/* Where counted patterns stand: each way, at each end. */
enum play_stream { PLAY_TYPED, PLAY_EXPECTED, PLAY_SENDS, PLAY_GETS, PLAY_STREAMS };

/* Steps that are played again. */
struct play_round {
    uint32_t left; /* rounds after this one */
    struct reader_mark first;
};

struct play {
    const struct play_config *config;
    struct stage *stage;
    const struct script_header *header;
    struct values captured; /* and the ports */
    struct made made;
    char made_value[MADE_CAP]; /* the last one */
    unsigned port;
    bool echoes[SCRIPT_PORTS_MAX + 1];
    uint64_t positions[PLAY_STREAMS];
    struct bytes filled;                 /* of the step that plays */
    struct span record[PLAY_RECORD_MAX]; /* the last lines that came out as written, a ring */
    uint64_t steps;                      /* that did */
    struct play_round rounds[SCRIPT_NESTED_MAX];
    unsigned nested;
    bool plays_once;   /* each step, whatever is repeated */
    struct report why; /* of the step that did not */
    bool is_wrong;     /* the script is, not the module */
};

#endif
