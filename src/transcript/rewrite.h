/* rewrite.h: puts what the module really says into a transcript, for review.
 *
 * Only `<` lines of the file itself change, never those of files that it includes, and only where
 * they differ.  A file without any gets them all; in others they are added where the host would
 * type the next line too early.  A person looks at the difference afterwards: the manual decides,
 * not the module.
 */
#ifndef TRANSCRIPT_REWRITE_H
#define TRANSCRIPT_REWRITE_H

#include "transcript/play.h"

/* The opened file. */
struct rewrite_file {
    const char *path; /* by which it was opened */
    struct span bytes;
};

/* Plays as play_script() does, and adds the file as it ought to be to `text`, whose `cut` tells
 * that there was no memory.  PLAY_AS_WRITTEN: all other steps came out as written; else the text
 * means nothing, and the report says why. */
enum play_end rewrite_script(const struct play_config *config, const struct rewrite_file *file,
                             struct report *text, struct report *report);

/* Adds what a module has said, as lines of a transcript, each with its end. */
void rewrite_as_lines(struct report *text, struct span said);

#endif
