/* reader.h: reads a transcript: bytes of files in, header and steps out.
 *
 * reader_open() goes through all of it once, so that every mistake is known before anything plays
 * and the header is complete; then reader_next() goes through it again, step by step, in memory of
 * one step.  Both take time in proportion to the bytes.
 */
#ifndef TRANSCRIPT_READER_H
#define TRANSCRIPT_READER_H

#include "transcript/reader_place.h"
#include "transcript/script.h"

struct reader;

/* Reads all of the transcript at `path`.  ERR_INVALID: it has mistakes, all told; ERR_NO_MEMORY; or
 * what read_file() has said of `path` itself, told too.  Then nothing is left behind. */
enum err reader_open(struct reader_world *world, const char *path, struct reader **ret_reader);

/* The same of a scenario: a transcript without hosts and peers, which needs no header; of that it
 * may say what it is for. */
enum err reader_open_scenario(struct reader_world *world, const char *path,
                              struct reader **ret_reader);

/* The same of a transcript that a host inside plays: without ports but the first and without the
 * world, which are mistakes; it needs no header, and what it says of peers is for who plays it with
 * some. */
enum err reader_open_host(struct reader_world *world, const char *path, struct reader **ret_reader);

/* The same of a transcript that may be of a module that nobody knows: model and source may be
 * missing. */
enum err reader_open_recording(struct reader_world *world, const char *path,
                               struct reader **ret_reader);

/* What holds for all of it; good until reader_close(). */
const struct script_header *reader_header(const struct reader *reader);

/* The next step, good until the next call.  ERR_NOT_FOUND: there are no more; ERR_NO_MEMORY. */
enum err reader_next(struct reader *reader, const struct script_step **ret_step);

/* Where the next reader_next() goes on. */
void reader_mark(const struct reader *reader, struct reader_mark *ret_mark);

/* It goes on there again. */
void reader_return(struct reader *reader, const struct reader_mark *mark);

/* From the first step again. */
void reader_rewind(struct reader *reader);

/* Frees it; NULL is nothing. */
void reader_close(struct reader *reader);

#endif
