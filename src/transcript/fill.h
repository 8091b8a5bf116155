/* fill.h: a step's text becomes bytes: variables get their values, counted patterns are made. */
#ifndef TRANSCRIPT_FILL_H
#define TRANSCRIPT_FILL_H

#include "base/bytes.h"
#include "transcript/script.h"

/* What a text comes to at most: variables in it may have grown from round to round. */
enum { FILL_MAX = 2 * SCRIPT_COUNTED_MAX };

/* Who knows the variables. */
struct fill_variables {
    /* The value of `name`; false: there is none. */
    bool (*find)(void *ctx, struct span name, struct span *ret_value);
    void *ctx;
};

/* Puts the bytes of `text` behind those of `bytes`.  `position` is where the counted pattern of
 * this stream stands, and goes on.  ERR_NOT_FOUND: `ret_unknown` is the name of a variable that
 * nobody knows; ERR_FULL: `bytes` would be more than FILL_MAX; ERR_NO_MEMORY.  Then `bytes` may
 * have a part of it. */
enum err fill_text(const struct script_text *text, const struct fill_variables *variables,
                   uint64_t *position, struct bytes *bytes, struct span *ret_unknown);

/* The same for words as they stand in a file, where `${name}` is a variable and nothing else is
 * special. */
enum err fill_words(struct span words, const struct fill_variables *variables, struct bytes *bytes,
                    struct span *ret_unknown);

/* The byte at `position` of a counted pattern: of lines that begin with their own position, 44
 * bytes each; binary: all values, with a period that no buffer's size divides. */
uint8_t fill_counted_byte(uint64_t position, bool binary);

#endif
