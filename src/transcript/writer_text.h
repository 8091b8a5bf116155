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

/* True when a secret stands in the bytes, of those that are ones wherever they stand. */
bool writer_has_secret(const struct writer *writer, struct span bytes);

/* How much of the bytes at most, up to `len`, is written without a secret being cut; and of what
 * may begin one that is still to come, nothing is where `more` may follow.  0: all of it waits. */
size_t writer_uncut(const struct writer *writer, struct span bytes, size_t len, bool more);

/* The bytes end where a secret may have begun, and are written now: both parts of it are secrets.
 */
void writer_note_cut(struct writer *writer, struct span bytes);

/* The same of one that stands in the bytes that are written next, and there is a secret however
 * short; at most WRITER_PLACED_MAX, until their count is 0 again. */
void writer_place_secret(struct writer *writer, struct span value);

/* The number of a secret, from 1; a new one is told in a comment.  0: there is no place for it, and
 * the transcript ends with a comment that says so, lest it stands somewhere in clear. */
size_t writer_note_secret(struct writer *writer, struct span value);

#endif
