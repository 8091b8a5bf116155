/* Made by tools/public_headers of src/base/fault.h. */
/* tlsmodem/fault.h: a fault that is wanted, as data and as text.
 *
 * `latency latency=2000 socket=1 phase=data` is a type and NAME=VALUE words behind it, in any
 * order, each once; a VALUE with blanks stands in quotes.  Names and units of what toxiproxy has
 * are its own.  What a fault strikes is counted, from 0 when it was added; which of them it strikes
 * depends on that number and on its seed alone.
 */
#ifndef TLSMODEM_BASE_FAULT_H
#define TLSMODEM_BASE_FAULT_H

#include "tlsmodem/fault_kinds.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TLSMODEM_FAULT_COMMAND_MAX = 79, /* bytes of a pattern */
    TLSMODEM_FAULT_TEXT_MAX = 79,    /* bytes of an attribute that is text */
    TLSMODEM_FAULT_WORDS_MAX = 512,  /* bytes of a fault as text, with its end */
    TLSMODEM_FAULT_ANY_SOCKET = -1,
    TLSMODEM_FAULT_CERTAIN = 1000000 /* toxicity: millionths */
};

struct tlsmodem_fault {
    enum tlsmodem_fault_type type;
    enum tlsmodem_fault_stream stream;
    uint32_t toxicity; /* how likely it strikes: 0 to TLSMODEM_FAULT_CERTAIN */
    /* In the order of fault_kind.attributes; of one of words, the word's place. */
    int32_t attributes[TLSMODEM_FAULT_ATTRIBUTES_MAX];
    char text[TLSMODEM_FAULT_TEXT_MAX + 1]; /* of the attribute that is text; else empty */
    /* When: a command line as a host types it, AT included, in any case, each * is anything; empty:
     * any.  Of a longer line the first TLSMODEM_FAULT_LINE_MAX bytes are looked at. */
    char command[TLSMODEM_FAULT_COMMAND_MAX + 1];
    int32_t socket; /* number of the module's; TLSMODEM_FAULT_ANY_SOCKET */
    enum tlsmodem_fault_phase phase;
    /* Of what fits, so many pass first; then each `every`-th (1: each) is struck, so many times at
     * most (0: without end). */
    uint32_t after, count, every;
    uint32_t seed;
    unsigned given; /* a bit for each attribute that was set */
};

enum { TLSMODEM_FAULT_LINE_MAX = 159 };

/* A fault of the type of this name with everything preset.  False: there is none, and `why` gets
 * one sentence that says what is allowed, cut at `cap` bytes (at least 1). */
bool tlsmodem_fault_begin(struct tlsmodem_span name, struct tlsmodem_fault *ret_fault, char *why,
                          size_t cap);

/* Sets one member by its name in text (stream, toxicity, command, socket, phase, after, count,
 * every, seed) or one of the type's attributes.  False as above. */
bool tlsmodem_fault_set(struct tlsmodem_fault *fault, struct tlsmodem_span name,
                        struct tlsmodem_span value, char *why, size_t cap);

/* Whether all is there that its type needs, and fits together.  False as above. */
bool tlsmodem_fault_check(const struct tlsmodem_fault *fault, char *why, size_t cap);

/* Reads a fault as text, all of it.  False as above. */
bool tlsmodem_fault_read(struct tlsmodem_span words, struct tlsmodem_fault *ret_fault, char *why,
                         size_t cap);

/* The same fault as text, with what is not preset; `words` has TLSMODEM_FAULT_WORDS_MAX bytes. */
void tlsmodem_fault_write(const struct tlsmodem_fault *fault, char *words);

/* ---- decisions ---- */

/* A number that depends on nothing but these, each bit as likely as not. */
uint64_t tlsmodem_fault_draw(uint32_t seed, uint64_t number);

/* Whether the fault strikes what fits for the `number`-th time (from 0), having struck `struck`
 * times. */
bool tlsmodem_fault_strikes(const struct tlsmodem_fault *fault, uint64_t number, uint64_t struck);

/* Whether a command line fits the fault's pattern. */
bool tlsmodem_fault_fits_line(const struct tlsmodem_fault *fault, struct tlsmodem_span line);

#ifdef __cplusplus
}
#endif

#endif
