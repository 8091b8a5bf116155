/* Made by tools/public_headers of src/base/fault_kinds.h. */
/* tlsmodem/fault_kinds.h: what can go wrong on demand: one table of types with their attributes. */
#ifndef TLSMODEM_BASE_FAULT_KINDS_H
#define TLSMODEM_BASE_FAULT_KINDS_H

#include "tlsmodem/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TLSMODEM_FAULT_TYPES(X)                                                                    \
    X(TLSMODEM_FAULT_LATENCY, "latency")                                                           \
    X(TLSMODEM_FAULT_BANDWIDTH, "bandwidth")                                                       \
    X(TLSMODEM_FAULT_SLOW_CLOSE, "slow_close")                                                     \
    X(TLSMODEM_FAULT_TIMEOUT, "timeout")                                                           \
    X(TLSMODEM_FAULT_RESET_PEER, "reset_peer")                                                     \
    X(TLSMODEM_FAULT_SLICER, "slicer")                                                             \
    X(TLSMODEM_FAULT_LIMIT_DATA, "limit_data")                                                     \
    X(TLSMODEM_FAULT_NAME_NOT_FOUND, "name_not_found")                                             \
    X(TLSMODEM_FAULT_NAME_SILENT, "name_silent")                                                   \
    X(TLSMODEM_FAULT_REFUSED, "refused")                                                           \
    X(TLSMODEM_FAULT_BLACK_HOLE, "black_hole")                                                     \
    X(TLSMODEM_FAULT_TLS, "tls")                                                                   \
    X(TLSMODEM_FAULT_ALERT, "alert")                                                               \
    X(TLSMODEM_FAULT_RENEGOTIATION, "renegotiation")                                               \
    X(TLSMODEM_FAULT_ANSWER_LATE, "answer_late")                                                   \
    X(TLSMODEM_FAULT_ANSWER_NEVER, "answer_never")                                                 \
    X(TLSMODEM_FAULT_ANSWER_CUT, "answer_cut")                                                     \
    X(TLSMODEM_FAULT_ANSWER_TWICE, "answer_twice")                                                 \
    X(TLSMODEM_FAULT_URC, "urc")                                                                   \
    X(TLSMODEM_FAULT_PROMPT_DEAF, "prompt_deaf")                                                   \
    X(TLSMODEM_FAULT_RESTART, "restart")                                                           \
    X(TLSMODEM_FAULT_ERROR, "error")                                                               \
    X(TLSMODEM_FAULT_NOISE, "noise")                                                               \
    X(TLSMODEM_FAULT_LOSE, "lose")                                                                 \
    X(TLSMODEM_FAULT_DOUBLE, "double")                                                             \
    X(TLSMODEM_FAULT_FLIP, "flip")                                                                 \
    X(TLSMODEM_FAULT_STORE_FULL, "store_full")                                                     \
    X(TLSMODEM_FAULT_STORE_WORN, "store_worn")                                                     \
    X(TLSMODEM_FAULT_STORE_SLOW, "store_slow")                                                     \
    X(TLSMODEM_FAULT_MEMORY_SHORT, "memory_short")                                                 \
    X(TLSMODEM_FAULT_CLOCK_UNSET, "clock_unset")                                                   \
    X(TLSMODEM_FAULT_CLOCK_JUMP, "clock_jump")                                                     \
    X(TLSMODEM_FAULT_CLOCK_DRIFT, "clock_drift")

enum tlsmodem_fault_type {
#define TLSMODEM_FAULT_ENUM(name, word) name,
    TLSMODEM_FAULT_TYPES(TLSMODEM_FAULT_ENUM)
#undef TLSMODEM_FAULT_ENUM
        TLSMODEM_FAULT_TYPE_COUNT
};

/* The host is downstream, servers are upstream, and the module is between them. */
enum tlsmodem_fault_stream { TLSMODEM_FAULT_DOWNSTREAM, TLSMODEM_FAULT_UPSTREAM };

#define TLSMODEM_FAULT_PHASES(X)                                                                   \
    X(TLSMODEM_FAULT_ANY_PHASE, "any")                                                             \
    X(TLSMODEM_FAULT_RESOLVE, "resolve")                                                           \
    X(TLSMODEM_FAULT_CONNECT, "connect")                                                           \
    X(TLSMODEM_FAULT_CLIENT_HELLO, "client-hello") /* until the server's has come */               \
    X(TLSMODEM_FAULT_CERTIFICATE, "certificate")   /* until its certificate has */                 \
    X(TLSMODEM_FAULT_FINISHED, "finished")         /* until the handshake is done */               \
    X(TLSMODEM_FAULT_DATA, "data")                 /* after that; of a connection without TLS all */

enum tlsmodem_fault_phase {
#define TLSMODEM_FAULT_ENUM(name, word) name,
    TLSMODEM_FAULT_PHASES(TLSMODEM_FAULT_ENUM)
#undef TLSMODEM_FAULT_ENUM
};

enum { TLSMODEM_FAULT_ATTRIBUTES_MAX = 3 };

/* What of `when` a type knows. */
enum tlsmodem_fault_needs {
    TLSMODEM_FAULT_HAS_STREAM = 1,
    TLSMODEM_FAULT_HAS_SOCKET = 2, /* and its phases */
    TLSMODEM_FAULT_HAS_COMMAND = 4
};

struct tlsmodem_fault_attribute {
    const char *name;  /* NULL: there are no more */
    const char *unit;  /* "ms"; "" where it has none */
    const char *words; /* with commas between them; NULL: a number; "": text */
    int32_t min, max;
    int32_t preset; /* of a number or word that is not given */
    bool needed;    /* it must be given */
};

/* A type, as tables, --help and pages show it. */
struct tlsmodem_fault_kind {
    const char *name;
    const char *meaning; /* one clause */
    const char *strikes; /* what is counted: "connection", "byte" … */
    unsigned has;        /* enum tlsmodem_fault_needs */
    struct tlsmodem_fault_attribute attributes[TLSMODEM_FAULT_ATTRIBUTES_MAX];
};

/* The types, one for each of enum tlsmodem_fault_type; NULL past the end.  Static. */
const struct tlsmodem_fault_kind *tlsmodem_fault_kind_at(size_t type);

/* The word of a phase of enum tlsmodem_fault_phase; NULL past the end.  Static. */
const char *tlsmodem_fault_phase_word(size_t phase);

/* The phases that faults of a type of enum tlsmodem_fault_type may name, as such a list:
 * "any,resolve". Static. */
const char *tlsmodem_fault_phases_of(size_t type);

/* The place of a word in a list such as fault_attribute.words; -1: it is none of them. */
int32_t tlsmodem_fault_word_place(const char *list, struct tlsmodem_span word);

/* The word at a place of such a list, which it has; borrowed from it. */
struct tlsmodem_span tlsmodem_fault_word_at(const char *list, int32_t place);

#ifdef __cplusplus
}
#endif

#endif
