/* reader_header.h: the lines of a transcript's header. */
#ifndef TRANSCRIPT_READER_HEADER_H
#define TRANSCRIPT_READER_HEADER_H

#include "transcript/reader_state.h"

/* The header's words; NULL past the end. */
const char *reader_header_word(size_t index);

/* Reads a line of the header, `rest` being what is behind its word, the reader's key.  False: the
 * word is none of the header's. */
bool reader_take_header(struct reader *reader, struct span rest);

/* True when `rest` declares a peer, as it is said behind `peer`: then it is taken. */
bool reader_take_peer(struct reader *reader, struct span rest);

/* All lines are read: makes the header of what was collected, tells what is missing. */
void reader_finish_header(struct reader *reader);

#endif
