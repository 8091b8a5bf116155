/* host_state.h: what a host knows while it plays, for the files of host.h alone. */
#ifndef HOST_HOST_STATE_H
#define HOST_HOST_STATE_H

#include "host/ears.h"
#include "host/host_config.h"
#include "transcript/values.h"

enum host_phase {
    HOST_DELAYED, /* until the deadline */
    HOST_AT_STEP, /* which has not begun */
    HOST_IN_STEP, /* which waits for something, or for the deadline */
    HOST_PAUSED,  /* after an error, until the deadline */
    HOST_DONE
};

/* Which of a transcript's streams a counted pattern is of. */
enum host_stream { HOST_TYPED, HOST_EXPECTED, HOST_STREAMS };

/* A `repeat` that is under way. */
struct host_round {
    int64_t begun_ms; /* when the round was to begin */
    uint32_t left;    /* rounds, with this one */
};

struct host {
    struct channel channel;
    const struct host_crowd *crowd;
    struct clock *clock;
    struct terminal *terminal;
    const struct host_ops *ops;
    void *ctx;
    struct clock_timer *timer;
    struct made made;
    struct values values; /* that the transcript has made */
    struct ears ears;
    struct bytes text; /* of the step: what is to be typed, or what is awaited */
    uint64_t positions[HOST_STREAMS];
    int64_t start_ms, deadline_ms;
    int64_t escape_ms; /* in a pause: when it types +++; CLOCK_NEVER: it does not */
    uint64_t typed_us, dial_us, round_us; /* when they began; typed_us 0: no result is awaited */
    struct host_round rounds[SCRIPT_NESTED_MAX];
    uint32_t step;      /* of the programme */
    uint32_t dial_step; /* to which a redial goes back */
    uint32_t failures;  /* since the last success */
    uint8_t phase, nested, dial_nested;
    bool echo;
    bool has_typed_escape; /* of an ESCAPE step, or a pause */
    bool has_rounds;       /* an outermost `repeat` was there */
    bool is_dialling, is_connected;
    bool has_number; /* it knows the one of its connection */
    uint8_t number;
    bool is_acting;
};

/* Fills a text into host->text.  ERR_FULL: it would be longer than FILL_MAX; ERR_NO_MEMORY. */
enum err host_fill(struct host *host, const struct script_text *text, enum host_stream stream);

/* A variable of the transcript has this value from now on.  ERR_FULL: it is longer than
 * VALUES_LEN_MAX, or VALUES_MAX are there; ERR_NO_MEMORY. */
enum err host_set(struct host *host, struct span name, struct span value);

/* Takes what the module has said, as far as there is room for it. */
void host_hear(struct host *host);

/* Microseconds since `us`, a moment of ops->now_us(). */
uint64_t host_since(const struct host *host, uint64_t us);

#endif
