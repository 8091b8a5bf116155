/* step_copy.h: steps that outlive the reader's next one. */
#ifndef TRANSCRIPT_STEP_COPY_H
#define TRANSCRIPT_STEP_COPY_H

#include "base/err.h"
#include "transcript/script.h"

/* Puts copies of their own in the place of the step's texts; all else of it is good until
 * reader_close().  ERR_NO_MEMORY: then the texts are empty. */
enum err step_copy(struct script_step *step);

/* Frees them. */
void step_free(struct script_step *step);

/* The first variable of the step's texts, or of the words where it fills them in, for which
 * `wanted` says so; empty: there is none. */
struct span step_find_variable(const struct script_step *step,
                               bool (*wanted)(const void *ctx, struct span name), const void *ctx);

#endif
