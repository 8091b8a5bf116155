/* reader.h: reads a transcript: bytes of files in, header and steps out.
 *
 * reader_open() goes through all of it once, so that every mistake is known before anything plays
 * and the header is complete; then reader_next() goes through it again, step by step, in memory of
 * one step.  Both take time in proportion to the bytes.
 */
#ifndef TRANSCRIPT_READER_H
#define TRANSCRIPT_READER_H

#include "base/err.h"
#include "base/text.h"
#include "transcript/script.h"

enum {
    READER_MISTAKES_MAX = 20, /* told one by one; the reading ends there */
    READER_DEPTH_MAX = 16,    /* files that include each other */
    READER_INCLUDES_MAX = 100000,
    READER_MISTAKE_MAX = 400, /* bytes of one mistake's line */
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
};

struct reader;

/* Reads all of the transcript at `path`.  ERR_INVALID: it has mistakes, all told; ERR_NO_MEMORY; or
 * what read_file() has said of `path` itself, told too.  Then nothing is left behind. */
enum err reader_open(struct reader_world *world, const char *path, struct reader **ret_reader);

/* What holds for all of it; good until reader_close(). */
const struct script_header *reader_header(const struct reader *reader);

/* The next step, good until the next call.  ERR_NOT_FOUND: there are no more; ERR_NO_MEMORY. */
enum err reader_next(struct reader *reader, const struct script_step **ret_step);

/* From the first step again. */
void reader_rewind(struct reader *reader);

/* Frees it; NULL is nothing. */
void reader_close(struct reader *reader);

#endif
