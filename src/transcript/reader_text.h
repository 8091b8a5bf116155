/* reader_text.h: what a line has behind its first words: texts as parts (literals, variables,
 * counted patterns), times, patterns. */
#ifndef TRANSCRIPT_READER_TEXT_H
#define TRANSCRIPT_READER_TEXT_H

#include "transcript/reader_state.h"

/* Whether a text is one of the forms of bytes. */
enum reader_form {
    READER_NOT_BYTES, /* it is another */
    READER_BYTES,     /* its parts are added */
    READER_MISTAKE    /* it was to be one; told */
};

/* Adds the bytes of `"…"`, `N bytes` or `N binary bytes` to the parts. */
enum reader_form reader_add_quoted(struct reader *reader, struct span text);

/* The bytes of `"…"` that are text of a file: UTF-8 besides ASCII and escapes. */
enum reader_form reader_add_quoted_text(struct reader *reader, struct span text);

/* The same for `bytes "…"`, `N bytes`, `N binary bytes`. */
enum reader_form reader_add_bytes(struct reader *reader, struct span text);

/* Adds a text as it stands, but for its variables. */
void reader_add_template(struct reader *reader, struct span text);

/* Adds bytes that are static. */
void reader_add_literal(struct reader *reader, struct span bytes);

/* The parts from the one at `first`; good while no more are added. */
struct script_text reader_text_from(const struct reader *reader, size_t first);

/* The line ends here: anything behind its first words is a mistake. */
void reader_take_nothing(struct reader *reader, struct span rest);

/* The rest is a time, and nothing else. */
void reader_take_duration(struct reader *reader, struct span rest, uint32_t *ret_ms);

/* The rest is a pattern, of the step; one that is none is a mistake where patterns are looked at.
 */
void reader_take_pattern(struct reader *reader, struct span rest);

#endif
