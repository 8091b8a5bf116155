/* fault_kinds.h: what can go wrong on demand: one table of types with their attributes. */
#ifndef BASE_FAULT_KINDS_H
#define BASE_FAULT_KINDS_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_TYPES(X)                                                                             \
    X(FAULT_LATENCY, "latency")                                                                    \
    X(FAULT_BANDWIDTH, "bandwidth")                                                                \
    X(FAULT_SLOW_CLOSE, "slow_close")                                                              \
    X(FAULT_TIMEOUT, "timeout")                                                                    \
    X(FAULT_RESET_PEER, "reset_peer")                                                              \
    X(FAULT_SLICER, "slicer")                                                                      \
    X(FAULT_LIMIT_DATA, "limit_data")                                                              \
    X(FAULT_NAME_NOT_FOUND, "name_not_found")                                                      \
    X(FAULT_NAME_SILENT, "name_silent")                                                            \
    X(FAULT_REFUSED, "refused")                                                                    \
    X(FAULT_BLACK_HOLE, "black_hole")                                                              \
    X(FAULT_TLS, "tls")                                                                            \
    X(FAULT_ALERT, "alert")                                                                        \
    X(FAULT_RENEGOTIATION, "renegotiation")                                                        \
    X(FAULT_ANSWER_LATE, "answer_late")                                                            \
    X(FAULT_ANSWER_NEVER, "answer_never")                                                          \
    X(FAULT_ANSWER_CUT, "answer_cut")                                                              \
    X(FAULT_ANSWER_TWICE, "answer_twice")                                                          \
    X(FAULT_URC, "urc")                                                                            \
    X(FAULT_PROMPT_DEAF, "prompt_deaf")                                                            \
    X(FAULT_RESTART, "restart")                                                                    \
    X(FAULT_ERROR, "error")                                                                        \
    X(FAULT_NOISE, "noise")                                                                        \
    X(FAULT_LOSE, "lose")                                                                          \
    X(FAULT_DOUBLE, "double")                                                                      \
    X(FAULT_FLIP, "flip")                                                                          \
    X(FAULT_STORE_FULL, "store_full")                                                              \
    X(FAULT_STORE_WORN, "store_worn")                                                              \
    X(FAULT_STORE_SLOW, "store_slow")                                                              \
    X(FAULT_MEMORY_SHORT, "memory_short")                                                          \
    X(FAULT_CLOCK_UNSET, "clock_unset")                                                            \
    X(FAULT_CLOCK_JUMP, "clock_jump")                                                              \
    X(FAULT_CLOCK_DRIFT, "clock_drift")

enum fault_type {
#define FAULT_ENUM(name, word) name,
    FAULT_TYPES(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_TYPE_COUNT
};

/* The host is downstream, servers are upstream, and the module is between them. */
enum fault_stream { FAULT_DOWNSTREAM, FAULT_UPSTREAM };

#define FAULT_PHASES(X)                                                                            \
    X(FAULT_ANY_PHASE, "any")                                                                      \
    X(FAULT_RESOLVE, "resolve")                                                                    \
    X(FAULT_CONNECT, "connect")                                                                    \
    X(FAULT_CLIENT_HELLO, "client-hello") /* until the server's has come */                        \
    X(FAULT_CERTIFICATE, "certificate")   /* until its certificate has */                          \
    X(FAULT_FINISHED, "finished")         /* until the handshake is done */                        \
    X(FAULT_DATA, "data")                 /* after that; of a connection without TLS all */

enum fault_phase {
#define FAULT_ENUM(name, word) name,
    FAULT_PHASES(FAULT_ENUM)
#undef FAULT_ENUM
};

enum { FAULT_ATTRIBUTES_MAX = 3 };

/* What of `when` a type knows. */
enum fault_needs {
    FAULT_HAS_STREAM = 1,
    FAULT_HAS_SOCKET = 2, /* and its phases */
    FAULT_HAS_COMMAND = 4
};

struct fault_attribute {
    const char *name;  /* NULL: there are no more */
    const char *unit;  /* "ms"; "" where it has none */
    const char *words; /* with commas between them; NULL: a number; "": text */
    int32_t min, max;
    int32_t preset; /* of a number or word that is not given */
    bool needed;    /* it must be given */
};

/* A type, as tables, --help and pages show it. */
struct fault_kind {
    const char *name;
    const char *meaning; /* one clause */
    const char *strikes; /* what is counted: "connection", "byte" … */
    unsigned has;        /* enum fault_needs */
    struct fault_attribute attributes[FAULT_ATTRIBUTES_MAX];
};

/* The types, one for each of enum fault_type; NULL past the end.  Static. */
const struct fault_kind *fault_kind_at(size_t type);

/* The word of a phase of enum fault_phase; NULL past the end.  Static. */
const char *fault_phase_word(size_t phase);

/* The phases that faults of a type of enum fault_type may name, as such a list: "any,resolve".
 * Static. */
const char *fault_phases_of(size_t type);

/* The place of a word in a list such as fault_attribute.words; -1: it is none of them. */
int32_t fault_word_place(const char *list, struct span word);

/* The word at a place of such a list, which it has; borrowed from it. */
struct span fault_word_at(const char *list, int32_t place);

#endif
