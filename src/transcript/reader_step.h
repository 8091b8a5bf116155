/* reader_step.h: the lines of a transcript that are steps. */
#ifndef TRANSCRIPT_READER_STEP_H
#define TRANSCRIPT_READER_STEP_H

#include "transcript/reader_state.h"

/* The words that steps begin with, without `peer`; NULL past the end. */
const char *reader_step_word(size_t index);

/* Reads a step, `rest` being what is behind its word, the reader's key, into the reader's step,
 * which is zero but for its place.  False: the word is none of a step.  After a mistake, which is
 * told, the step is not to be used. */
bool reader_take_step(struct reader *reader, struct span rest);

/* True for the word of a step of a host at the one port that it has, or of time. */
bool reader_step_is_of_host(struct span word);

/* True for the word of a step of the world or of time, which a scenario has too. */
bool reader_step_is_of_world(struct span word);

#endif
