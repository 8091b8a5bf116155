/* stage.h: where a script plays: a module with a host at each port, and the peers around it.
 *
 * The engine in virtual time is one (engine_stage.h), a real module with real peers another.  Times
 * are milliseconds.  What fails says why in a report, in lines that end.
 */
#ifndef TRANSCRIPT_STAGE_H
#define TRANSCRIPT_STAGE_H

#include "transcript/report.h"
#include "transcript/script.h"

/* What a peer does next, or waits for; members as those of a step, texts filled in. */
struct stage_order {
    size_t peer; /* which of the header's */
    enum script_verb verb;
    struct span bytes; /* GETS, SENDS; CLIENT: the name */
    uint16_t port;     /* CONNECTS */
    uint32_t duration_ms;
    int version, suite;
    enum script_resumption resumption;
    enum tls_reason reason;
    int alert;
    bool is_warning;
};

/* From when a silence counts. */
enum stage_since {
    STAGE_SINCE_NOW,
    STAGE_SINCE_TYPED, /* the host began to type its last bytes */
    STAGE_SINCE_READ   /* the module had read what was typed */
};

struct stage;

struct stage_ops {
    /* Time goes on only where the player waits, and what is said at one moment is there at once. */
    bool is_virtual;

    /* ---- hosts ---- */

    /* Whose host types and hears from now on: of port 1 to header.ports; 1 at the beginning. */
    void (*select)(struct stage *stage, unsigned port);
    /* The host types; false: the port is gone. */
    bool (*type)(struct stage *stage, struct span bytes, struct report *why);
    /* What the module has said and nobody has dropped; good until the next call. */
    struct span (*pending)(struct stage *stage);
    /* Forgets so many of them. */
    void (*drop)(struct stage *stage, size_t count);
    /* Waits until something came for the host, or a peer has changed, or so long; returns how long
     * it was. */
    int64_t (*receive)(struct stage *stage, int64_t limit_ms);
    /* So long passes, whatever comes. */
    void (*wait)(struct stage *stage, int64_t ms);
    /* What peers do is there, and the module looks for it only when a host has typed; where that
     * can be told. */
    void (*hold)(struct stage *stage);
    /* The host hears nothing for so long: true.  Else `ret_ms` is when something came. */
    bool (*is_quiet)(struct stage *stage, int64_t ms, enum stage_since since, int64_t *ret_ms);
    /* Lets come what is still on its way. */
    void (*settle)(struct stage *stage);
    /* The host drives a circuit (DTR, RTS), or waits until one of the module is so, or was since it
     * was asked for last, for so long at most.  False: it was not, or, where the stage says that it
     * `cannot`, there is none. */
    bool (*circuit)(struct stage *stage, enum channel_line circuit, bool on, int64_t limit_ms,
                    struct report *why);
    /* Since the beginning. */
    int64_t (*elapsed_ms)(struct stage *stage);

    /* ---- the module and its world ---- */

    /* Off and on again, as one that has just been made. */
    bool (*cycle)(struct stage *stage, struct report *why);
    /* SET, ACT, FAULT, LINK; `first` is the step's text, or its words, `second` its second text. */
    bool (*change)(struct stage *stage, const struct script_step *step, struct span first,
                   struct span second, struct report *why);
    /* True when the program itself has gone wrong, and how. */
    bool (*has_fault)(struct stage *stage, struct report *why);
    /* The end of the module's log, each line behind `indent`. */
    void (*show_log)(struct stage *stage, const char *indent, struct report *report);

    /* ---- peers ---- */

    /* The port of a peer of the header, and of a free port of it. */
    uint16_t (*peer_port)(struct stage *stage, size_t peer);
    uint16_t (*free_port)(struct stage *stage, size_t index);
    /* A peer does what it is told, or what it waits for has come. */
    bool (*order)(struct stage *stage, const struct stage_order *order, struct report *why);
    /* The next line that it gets, without its end, good until the next call; what came where no end
     * comes. */
    bool (*peer_line)(struct stage *stage, size_t peer, struct span *ret_line, struct report *why);
    /* What the module's hello offered, as KEY=VALUE words with a blank between them, good until the
     * next call; keys that this stage cannot see are left out. */
    bool (*peer_offer)(struct stage *stage, size_t peer, struct span *ret_words,
                       struct report *why);
    /* The module's own port of the connection. */
    bool (*peer_from)(struct stage *stage, size_t peer, uint16_t *ret_port, struct report *why);
    /* What it got and no order asked for, good until the next call. */
    struct span (*peer_unread)(struct stage *stage, size_t peer);
};

/* Begins a struct of its own. */
struct stage {
    const struct stage_ops *ops;
    bool cannot; /* set by an operation: the script asks for what this stage cannot bring about */
};

/* How long what must come is waited for. */
enum { STAGE_ANSWER_MS = 45000 };

#endif
