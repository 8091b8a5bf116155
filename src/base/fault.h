/* fault.h: a fault that is wanted, as data and as text.
 *
 * `latency latency=2000 socket=1 phase=data` is a type and NAME=VALUE words behind it, in any
 * order, each once; a VALUE with blanks stands in quotes.  Names and units of what toxiproxy has
 * are its own.  What a fault strikes is counted, from 0 when it was added; which of them it strikes
 * depends on that number and on its seed alone.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/fault_kinds.h"

enum {
    FAULT_COMMAND_MAX = 79, /* bytes of a pattern */
    FAULT_TEXT_MAX = 79,    /* bytes of an attribute that is text */
    FAULT_WORDS_MAX = 512,  /* bytes of a fault as text, with its end */
    FAULT_ANY_SOCKET = -1,
    FAULT_CERTAIN = 1000000 /* toxicity: millionths */
};

struct fault {
    enum fault_type type;
    enum fault_stream stream;
    uint32_t toxicity; /* how likely it strikes: 0 to FAULT_CERTAIN */
    /* In the order of fault_kind.attributes; of one of words, the word's place. */
    int32_t attributes[FAULT_ATTRIBUTES_MAX];
    char text[FAULT_TEXT_MAX + 1]; /* of the attribute that is text; else empty */
    /* When: a command line as a host types it, AT included, in any case, each * is anything; empty:
     * any.  Of a longer line the first FAULT_LINE_MAX bytes are looked at. */
    char command[FAULT_COMMAND_MAX + 1];
    int32_t socket; /* number of the module's; FAULT_ANY_SOCKET */
    enum fault_phase phase;
    /* Of what fits, so many pass first; then each `every`-th (1: each) is struck, so many times at
     * most (0: without end). */
    uint32_t after, count, every;
    uint32_t seed;
    unsigned given; /* a bit for each attribute that was set */
};

enum { FAULT_LINE_MAX = 159 };

/* A fault of the type of this name with everything preset.  False: there is none, and `why` gets
 * one sentence that says what is allowed, cut at `cap` bytes (at least 1). */
bool fault_begin(struct span name, struct fault *ret_fault, char *why, size_t cap);

/* Sets one member by its name in text (stream, toxicity, command, socket, phase, after, count,
 * every, seed) or one of the type's attributes.  False as above. */
bool fault_set(struct fault *fault, struct span name, struct span value, char *why, size_t cap);

/* Whether all is there that its type needs, and fits together.  False as above. */
bool fault_check(const struct fault *fault, char *why, size_t cap);

/* Reads a fault as text, all of it.  False as above. */
bool fault_read(struct span words, struct fault *ret_fault, char *why, size_t cap);

/* The same fault as text, with what is not preset; `words` has FAULT_WORDS_MAX bytes. */
void fault_write(const struct fault *fault, char *words);

/* ---- decisions ---- */

/* A number that depends on nothing but these, each bit as likely as not. */
uint64_t fault_draw(uint32_t seed, uint64_t number);

/* Whether the fault strikes what fits for the `number`-th time (from 0), having struck `struck`
 * times. */
bool fault_strikes(const struct fault *fault, uint64_t number, uint64_t struck);

/* Whether a command line fits the fault's pattern. */
bool fault_fits_line(const struct fault *fault, struct span line);

#endif
