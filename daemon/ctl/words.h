/* words.h: what `tlsmodem ctl` can do, as a table: the words of its command line, and the call that
 * they are. */
#ifndef CTL_WORDS_H
#define CTL_WORDS_H

#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { WORDS_TAIL_CAP = 80, WORDS_VALUES_MAX = 16 };

/* What a word asks for. */
struct words_call {
    const char *method;        /* static */
    char tail[WORDS_TAIL_CAP]; /* of the path: behind /v1, or behind the modem's name */
    bool is_for_modem;
    bool follows; /* its answer goes on */
    json_t *body; /* owned; NULL: none */
};

/* Reads the words behind the options, at least one.  False: `why` says what is wrong, and what is
 * allowed; then there is nothing to free. */
bool words_read(char *const *words, size_t count, struct words_call *ret_call, struct text *why);

/* One line of help for each; NULL past the last.  `line` has `cap` bytes. */
bool words_help(size_t index, char *line, size_t cap);

#endif
