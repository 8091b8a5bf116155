/* play_config.h: what a player is given. */
#ifndef TRANSCRIPT_PLAY_CONFIG_H
#define TRANSCRIPT_PLAY_CONFIG_H

#include "transcript/fill.h"
#include "transcript/reader.h"
#include "transcript/stage.h"

/* Gets the groups of a pattern that has matched; both spans are good during the call. */
typedef void play_group_fn(void *ctx, struct span name, struct span value);

/* Who knows regular expressions. */
struct play_patterns {
    /* True when the pattern matches all of `line`, after `on_group` was called for each named group
     * (without a value: an empty one).  Else `why` may say that it could not be tried. */
    bool (*match)(void *ctx, struct span pattern, struct span line, play_group_fn *on_group,
                  void *group_ctx, struct report *why);
    void *ctx;
};

/* All borrowed during play_script(). */
struct play_config {
    struct reader *reader; /* at its first step */
    size_t model;          /* which of the header's gives its variables */
    struct stage *stage;
    struct fill_variables given; /* before those of the model and after what the script captures */
    struct fill_variables usual; /* those that nobody else knows: addresses, certificates */
    struct play_patterns patterns;
    /* Whether the rest need not be played, asked behind each step; NULL: all of it. */
    bool (*is_over)(void *ctx);
    void *is_over_ctx;
    uint32_t
        patience_ms; /* how long what must come of the module is waited for; 0: STAGE_ANSWER_MS */
};

#endif
