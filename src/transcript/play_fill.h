/* play_fill.h: variables of a script that plays, and patterns that make some. */
#ifndef TRANSCRIPT_PLAY_FILL_H
#define TRANSCRIPT_PLAY_FILL_H

#include "transcript/play_state.h"

/* Fills a text into play->filled, in place of what was there, until the next call; false: a
 * variable is unknown, or there is no memory. */
bool play_fill(struct play *play, const struct script_text *text, enum play_stream stream,
               struct span *ret_bytes);

/* The same for words of a line. */
bool play_fill_words(struct play *play, struct span words, struct span *ret_bytes);

/* The pattern matches the line as a whole; its groups become variables. */
bool play_match(struct play *play, struct span pattern, struct span line);

/* LET: the variable has the value of the text from now on. */
bool play_let(struct play *play, const struct script_step *step);

/* The variables of the stage: the ports of peers and free ones. */
bool play_name_ports(struct play *play);

#endif
