/* writer_text.h: bytes as a transcript has them: lines, quotes, patterns, secrets. */
#ifndef TRANSCRIPT_WRITER_TEXT_H
#define TRANSCRIPT_WRITER_TEXT_H

#include "transcript/writer_state.h"

/* True for what a line can have as it stands: behind `>` where it is typed, else behind `<` or
 * `<|`. */
bool writer_is_plain(struct span text, bool typed);

/* Adds such a text, secrets as their variables. */
void writer_add_plain(struct writer *writer, struct span text, bool typed);

/* Adds `"…"`, secrets as their variables. */
void writer_add_quoted(struct writer *writer, struct span bytes, bool typed);

/* True when a line of the module differs each time: the regular expression that it matches is
 * added. */
bool writer_add_pattern(struct writer *writer, struct span text);

/* True when a word that was said to vary stands in the text. */
bool writer_has_varying(const struct writer *writer, struct span text);

/* A word that varies, of at most WRITER_WORD_MAX bytes and not empty; `pattern` is static. */
void writer_note_varying(struct writer *writer, struct span word, const char *pattern);

/* The number of a secret, from 1; a new one is told in a comment.  0: there is no place for it, and
 * the transcript ends with a comment that says so, lest it stands somewhere in clear. */
size_t writer_note_secret(struct writer *writer, struct span value);

#endif
