/* engine_state.h: the engine's stage as it plays, and its time. */
#ifndef TRANSCRIPT_ENGINE_STATE_H
#define TRANSCRIPT_ENGINE_STATE_H

#include "scripted/world.h"
#include "transcript/engine_config.h"
#include "transcript/scenario_play.h"
#include "transcript/stage.h"

enum { ENGINE_LOG_LINES = 40, ENGINE_LOG_LINE = 560 };

/* The other end of a peer: what it got and no step has asked for. */
struct engine_peer {
    uint16_t port;
    bool is_udp;
    unsigned nth;           /* of those at its port, from 0 */
    struct byte_queue got;  /* UDP: toy records */
    struct byte_queue last; /* that was handed out */
    bool last_is_taken;     /* by a step, so that it is not unread */
};

struct engine_stage {
    struct stage base;
    struct engine_stage_config config;
    struct world world;
    struct byte_queue pending[SCRIPT_PORTS_MAX]; /* heard, and not dropped */
    unsigned port;                               /* from 0 */
    bool is_held; /* the network is not looked at before a host types */
    int64_t start_ms;
    struct engine_peer *peers;                   /* as many as the header has */
    char log[ENGINE_LOG_LINES][ENGINE_LOG_LINE]; /* the last lines, a ring */
    uint64_t logged;
    char fault[WORLD_LOG_LINE];     /* of the program; empty: none */
    struct scenario_play *scenario; /* NULL: none */
    char misstep[ENGINE_LOG_LINE];  /* of the scenario, the first; empty: none */
};

/* Lets everything happen that can happen now; what peers have done has been seen. */
void engine_stage_settle(struct engine_stage *stage);

/* The same, and what hosts have heard waits for its steps: at any port it would let no time go by.
 */
void engine_stage_take(struct engine_stage *stage);

/* What was heard on the port that is selected. */
struct span engine_stage_pending(struct stage *base);

/* As stage_ops.receive(). */
int64_t engine_stage_receive(struct stage *base, int64_t limit_ms);

#endif
