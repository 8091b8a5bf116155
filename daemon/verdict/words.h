/* words.h: a summary for people. */
#ifndef DAEMON_VERDICT_WORDS_H
#define DAEMON_VERDICT_WORDS_H

#include "verdict/summary.h"

#include <stdio.h>

enum { WORDS_TIME_CAP = 32 };

/* "850 us", "1.20 ms", "2.5 min", in `ret_words`, which is returned. */
const char *words_time(uint64_t us, char ret_words[WORDS_TIME_CAP]);

/* Writes some lines that say it all, each with `end` behind. */
void words_print(FILE *out, const struct summary *summary, const char *end);

/* Writes a line where shards are missing. */
void words_print_missing(FILE *out, const struct summary *summary, const char *end);

/* Adds "12 of 300 (4.0 %): 8 timeout, 4 refused", the most frequent kinds first, `most` of them. */
void words_errors(struct text *text, const struct summary *summary, size_t most);

#endif
