/* reader_words.h: words, numbers, times of a transcript's line; pure. */
#ifndef TRANSCRIPT_READER_WORDS_H
#define TRANSCRIPT_READER_WORDS_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The next word, up to a blank; `text` goes on behind it.  Empty when there are no more. */
struct span words_next(struct span *text);

/* True when `text` is `word`. */
bool words_are(struct span text, const char *word);

/* True when `text` is `head`, or `head`, a blank, and more, to which `ret_rest` points. */
bool words_begin(struct span text, const char *head, struct span *ret_rest);

/* `NAME=VALUE`: parts a word at its first `=`.  False: there is none, or nothing before it. */
bool words_pair(struct span word, struct span *ret_name, struct span *ret_value);

/* `1.5s`, `200ms`: whole milliseconds, SCRIPT_DURATION_MAX_S at most. */
bool words_duration(struct span text, uint32_t *ret_ms);

/* Parts `60s ± 5s` at its sign, for which +- stands, too; blanks around it may be left out.  False:
 * there is none, and all is the time. */
bool words_cut_spread(struct span text, struct span *ret_time, struct span *ret_spread);

/* A number of decimal digits from 0 to `max`. */
bool words_number(struct span text, uint32_t max, uint32_t *ret_number);

/* Four hexadecimal digits in any case. */
bool words_wire_number(struct span text, int *ret_number);

#endif
