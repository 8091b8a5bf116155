/* host_config.h: what a host inside is given. */
#ifndef HOST_HOST_CONFIG_H
#define HOST_HOST_CONFIG_H

#include "host/on_error.h"
#include "host/programme.h"
#include "iface/channel.h"
#include "iface/clock.h"

/* What hosts share; only read. */
struct host_crowd {
    const struct programme *programme;
    struct on_error on_error;
    uint32_t patience_ms; /* how long what must come is waited for */
};

/* Why it came out otherwise. */
enum host_reason {
    HOST_REFUSED,    /* the module has said an error */
    HOST_CLOSED,     /* that the connection has ended */
    HOST_UNEXPECTED, /* something else */
    HOST_TIMED_OUT,  /* nothing that was awaited */
    HOST_TOO_LONG,   /* a text or a value has grown beyond what it may */
    HOST_OUT_OF_MEMORY
};

/* What a host asks of its place, and tells it; all are there.  Texts are good during the call. */
struct host_ops {
    /* A variable that the transcript does not make; the value is good until the next call. */
    bool (*find)(void *ctx, struct span name, struct span *ret_value);
    /* Microseconds that only grow. */
    uint64_t (*now_us)(void *ctx);
    /* From a `dial` step to its `connected`. */
    void (*dialled)(void *ctx, uint64_t us);
    /* From a command line to its final result, or the prompt that it opens. */
    void (*answered)(void *ctx, uint64_t us);
    /* A round of the outermost `repeat`, or where there is none the whole transcript. */
    void (*played)(void *ctx, uint64_t us);
    /* It came out otherwise; `words` says `reason` to a person, and is one of few and static.
     * `wanted` and `came` say what was awaited and what came instead; NULL: nothing came. */
    void (*failed)(void *ctx, enum host_reason reason, const char *words, const char *wanted,
                   const char *came);
    /* The same for a person, in one line. */
    void (*say)(void *ctx, bool is_end, const char *line);
    /* It does no more: its transcript is at its end, or it has given up.  host_end() comes later.
     */
    void (*finished)(void *ctx, bool has_given_up);
};

/* What is pointed to is borrowed until host_end(). */
struct host_config {
    const struct host_crowd *crowd;
    struct clock *clock;
    struct terminal *terminal; /* of the port whose channel the host is */
    const struct host_ops *ops;
    void *ctx;
    uint32_t seed;    /* of what is random */
    int64_t delay_ms; /* before it begins */
};

#endif
