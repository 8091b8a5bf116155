/* reader_world.h: what a reader of transcripts asks of its caller. */
#ifndef TRANSCRIPT_READER_WORLD_H
#define TRANSCRIPT_READER_WORLD_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

enum {
    READER_MISTAKES_MAX = 20,  /* told one by one; the reading ends there */
    READER_DEPTH_MAX = 16,     /* files that include each other */
    READER_MISTAKE_MAX = 1600, /* bytes of one mistake's line, behind its path */
    READER_PATH_MAX = 1024
};

struct reader_world;

struct reader_world_ops {
    /* The bytes of the file at `path`, which stay until reader_close(): the opened one, and those
     * that it includes, by the path from which it was opened.  Each path is asked for once.  An
     * error is told as a mistake of the line that includes it. */
    enum err (*read_file)(struct reader_world *world, const char *path, struct span *ret_bytes);
    /* A mistake, one line without its end: `FILE:LINE: KEY: what is wrong; allowed: …`. */
    void (*complain)(struct reader_world *world, const char *mistake);
    /* Whether a regular expression can be used; false: `why` says what is wrong.  NULL: nobody
     * looks. */
    bool (*check_pattern)(struct reader_world *world, struct span pattern, struct text *why);
};

/* Begins a struct of the caller's, who keeps it until reader_close(). */
struct reader_world {
    const struct reader_world_ops *ops;
    const char *why_not_read; /* read_file()'s error in more words than it has; NULL: none */
};

#endif
