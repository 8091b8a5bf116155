/* script.h: what a transcript says: its header, and its steps one by one.
 *
 * docs/transcripts.md has the language.  reader.h makes these of a file's bytes; who plays them
 * fills the texts in by fill.h.  Spans and names point into the bytes of the files or into memory
 * of the script; where a comment does not say otherwise they are good until reader_close().
 */
#ifndef TRANSCRIPT_SCRIPT_H
#define TRANSCRIPT_SCRIPT_H

#include "base/span.h"
#include "iface/channel.h"
#include "iface/tls.h"
#include "laboratory/act.h"
#include "laboratory/setting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCRIPT_PORTS_MAX = 8,  /* of a modem */
    SCRIPT_PEERS_MAX = 64, /* of a script */
    SCRIPT_MODELS_MAX = 256,
    SCRIPT_ENTRIES_MAX = 256,  /* names, pings, free ports, wraps, words of `only`, each */
    SCRIPT_VARIABLES_MAX = 64, /* of a `models` line */
    SCRIPT_NESTED_MAX = 4,     /* `repeat` in each other */
    SCRIPT_ROUNDS_MAX = 1000000000,
    SCRIPT_COUNTED_MAX = 16777216,  /* bytes of one counted pattern */
    SCRIPT_DURATION_MAX_S = 2000000 /* some weeks */
};

/* ---- texts: bytes to be ---- */

enum script_part_kind {
    SCRIPT_LITERAL,  /* `text` as it is, escapes undone */
    SCRIPT_VARIABLE, /* `${text}`, `${text:04}` */
    SCRIPT_COUNTED /* `400 bytes`: a pattern that goes on where the last one of its stream stopped,
                    * printable, or `binary` */
};

struct script_part {
    enum script_part_kind kind;
    struct span text;
    uint32_t count; /* SCRIPT_COUNTED: of bytes, at most SCRIPT_COUNTED_MAX; SCRIPT_VARIABLE: digits
                     * at least, 0 where the pattern does not say */
    bool binary;
};

struct script_text {
    const struct script_part *parts;
    size_t count; /* 0: no bytes */
};

/* ---- the header ---- */

struct script_pair {
    struct span name, value;
};

/* One model that plays all steps, with its own values of variables. */
struct script_model {
    struct span name; /* in lower case */
    const struct script_pair *variables;
    size_t variable_count;
    bool leads; /* the first of its line: plays for the others where time is dear */
};

#define SCRIPT_PEER_KINDS(X)                                                                       \
    X(SCRIPT_PEER_TLS, "tls", "CERT")                                                              \
    X(SCRIPT_PEER_STARTTLS, "starttls", "CERT")                                                    \
    X(SCRIPT_PEER_RAW, "raw", "WAY")                                                               \
    X(SCRIPT_PEER_TCP, "tcp", "")                                                                  \
    X(SCRIPT_PEER_UDP, "udp", "")                                                                  \
    X(SCRIPT_PEER_PPP, "ppp", "")                                                                  \
    X(SCRIPT_PEER_REFUSE, "refuse", "")                                                            \
    X(SCRIPT_PEER_HANG, "hang", "")

enum script_peer_kind {
#define SCRIPT_ENUM(name, word, argument) name,
    SCRIPT_PEER_KINDS(SCRIPT_ENUM)
#undef SCRIPT_ENUM
};

/* Certificates of transcripts: what CERT of a peer and CA of `client=` can be. */
#define SCRIPT_CERTIFICATES(X)                                                                     \
    X(SCRIPT_CERT_CA, "ca")                                                                        \
    X(SCRIPT_CERT_OTHER_CA, "other_ca")                                                            \
    X(SCRIPT_CERT_EXPIRED_CA, "expired_ca")                                                        \
    X(SCRIPT_CERT_INTERMEDIATE, "intermediate")                                                    \
    X(SCRIPT_CERT_SERVER, "server")                                                                \
    X(SCRIPT_CERT_SERVER_INTERMEDIATE, "server_intermediate")                                      \
    X(SCRIPT_CERT_SERVER_EXPIRED, "server_expired")                                                \
    X(SCRIPT_CERT_SERVER_NOT_YET_VALID, "server_not_yet_valid")                                    \
    X(SCRIPT_CERT_SERVER_WRONG_NAME, "server_wrong_name")                                          \
    X(SCRIPT_CERT_SERVER_OTHER_CA, "server_other_ca")                                              \
    X(SCRIPT_CERT_SERVER_EXPIRED_CA, "server_expired_ca")                                          \
    X(SCRIPT_CERT_CLIENT, "client")                                                                \
    X(SCRIPT_CERT_CLIENT_OTHER_CA, "client_other_ca")

enum script_certificate {
#define SCRIPT_CERT(name, word) name,
    SCRIPT_CERTIFICATES(SCRIPT_CERT)
#undef SCRIPT_CERT
        SCRIPT_CERT_COUNT
};

/* `peer NAME PORTVAR KIND [ARGUMENT [OPTION…]]`, or with a port's number, as recordings have it. */
struct script_peer {
    struct span name;
    struct span
        variable;  /* of its port; `NAME_pasv` is the same as FTP writes it; a number: none */
    uint16_t port; /* its port, to be just this one; 0: one that the player chooses */
    enum script_peer_kind kind;
    struct span argument; /* certificate, or what goes wrong; empty for the others */
    struct span client, ciphers, versions; /* options; empty where they are not given */
};

/* `peer NAME dial N refuse`, or `hang`: what a single connection to the peer's port meets. */
struct script_dial {
    size_t peer;                /* which of the header's */
    uint32_t number;            /* of the connections to its port, from 1 */
    enum script_peer_kind kind; /* SCRIPT_PEER_REFUSE, SCRIPT_PEER_HANG */
};

/* Everything that holds for the whole script, wherever it stands in it. */
struct script_header {
    const struct script_model *models; /* at least one */
    size_t model_count;
    struct span source;
    bool keeps_state;       /* settings and security data outlive a power cycle */
    uint32_t guard_ms;      /* silence around the escape sequence */
    unsigned ports;         /* of the modem: the highest that a step names */
    const char *ports_file; /* where it does; NULL: no step names one but 1 */
    uint32_t ports_line;
    struct span clock; /* as --clock takes it; empty: not said */
    const struct script_peer *peers;
    size_t peer_count;
    const struct script_dial *dials;
    size_t dial_count;
    const struct script_pair *names; /* host and address, `fail` or `hang` */
    size_t name_count;
    const struct script_pair *pings; /* address and its answer, as `MS [TTL]` or a word */
    size_t ping_count;
    const struct script_pair *wraps; /* wrapper and its words, with commas between them */
    size_t wrap_count;
    const struct span *free_ports; /* variables */
    size_t free_port_count;
    const struct span *only; /* words; none: everywhere */
    size_t only_count;
};

/* ---- steps ---- */

#define SCRIPT_STEP_KINDS(X)                                                                       \
    X(SCRIPT_TYPE, "type")       /* `> …` */                                                     \
    X(SCRIPT_EXPECT, "expect")   /* `< …`, `<| …` */                                           \
    X(SCRIPT_MATCH, "match")     /* `<~ …`, `<|~ …` */                                         \
    X(SCRIPT_NOTHING, "nothing") /* `after TIME nothing` */                                        \
    X(SCRIPT_WAIT, "wait")       /* `wait TIME [± TIME]` */                                       \
    X(SCRIPT_ESCAPE, "escape")                                                                     \
    X(SCRIPT_ECHO, "echo")           /* `echo on|off` */                                           \
    X(SCRIPT_CIRCUIT, "circuit")     /* `dtr on|off`, `dcd on|off` … */                          \
    X(SCRIPT_ON_PORT, "on-port")     /* `on port N` */                                             \
    X(SCRIPT_CYCLE, "power-cycle")   /* `power cycle` */                                           \
    X(SCRIPT_PEER, "peer")           /* `peer [NAME] VERB …` */                                  \
    X(SCRIPT_SET, "set")             /* `set NAME=VALUE` */                                        \
    X(SCRIPT_ACT, "act")             /* `power WORD`, `ring`, `sms` …: what a laboratory does */ \
    X(SCRIPT_FAULT, "fault")         /* `fault TYPE WORD…` */                                    \
    X(SCRIPT_LINK, "link")           /* `link WORD…` */                                          \
    X(SCRIPT_UNNOTICED, "unnoticed") /* what peers do next, up to what the host types */           \
    X(SCRIPT_REPEAT, "repeat")       /* `repeat [N]`, `every TIME [± TIME]`: up to its `end` */   \
    X(SCRIPT_END, "end")             /* of the innermost `repeat` */                               \
    X(SCRIPT_LET, "let")             /* `let NAME TEXT` */                                         \
    X(SCRIPT_DIAL, "dial")           /* a host begins to dial here, and again after an error */    \
    X(SCRIPT_DIALLED, "connected")   /* it has its connection */                                   \
    X(SCRIPT_HUNG_UP, "disconnected") /* it has none any more, and knows */                        \
    X(SCRIPT_AT, "at") /* `at TIME`: what follows happens this long after the start */

enum script_kind {
#define SCRIPT_ENUM(name, word) name,
    SCRIPT_STEP_KINDS(SCRIPT_ENUM)
#undef SCRIPT_ENUM
};

/* How a SCRIPT_TYPE is typed. */
enum script_typing {
    SCRIPT_TYPE_RAW,    /* nothing is echoed, or the script says itself what comes back */
    SCRIPT_TYPE_LINE,   /* a command line, its CR among the bytes: echoed as a whole */
    SCRIPT_TYPE_PAYLOAD /* bytes at a prompt: echoed too */
};

#define SCRIPT_VERBS(X)                                                                            \
    X(SCRIPT_CONNECTED, "connected")                                                               \
    X(SCRIPT_CONNECTS, "connects")         /* to the port `text` */                                \
    X(SCRIPT_FROM, "from")                 /* the module's own port is `text` */                   \
    X(SCRIPT_ACCEPTS, "accepts")           /* `version`, `suite`, `resumption` */                  \
    X(SCRIPT_FAILS, "fails")               /* `reason`, `alert` */                                 \
    X(SCRIPT_GETS, "gets")                 /* `text` */                                            \
    X(SCRIPT_GETS_MATCH, "gets~")          /* `pattern` */                                         \
    X(SCRIPT_GETS_NOTHING, "gets nothing") /* for `duration_ms` */                                 \
    X(SCRIPT_GETS_CLOSE, "gets close")                                                             \
    X(SCRIPT_GETS_ALERT, "gets alert") /* `alert`, `is_warning` */                                 \
    X(SCRIPT_GETS_RENEGOTIATION, "gets renegotiation")                                             \
    X(SCRIPT_SENDS, "sends") /* `text` */                                                          \
    X(SCRIPT_CLOSES, "closes")                                                                     \
    X(SCRIPT_HANGS_UP, "hangs up")                                                                 \
    X(SCRIPT_RESETS, "resets")                                                                     \
    X(SCRIPT_CORRUPTS, "corrupts")                                                                 \
    X(SCRIPT_OFFERED, "offered")        /* `words`: KEY=VALUE */                                   \
    X(SCRIPT_OFFERED_MATCH, "offered~") /* `pattern`: all of these words */                        \
    X(SCRIPT_CLIENT, "client")          /* its certificate's common name is `text` */

enum script_verb {
#define SCRIPT_ENUM(name, word) name,
    SCRIPT_VERBS(SCRIPT_ENUM)
#undef SCRIPT_ENUM
};

enum script_resumption { SCRIPT_RESUMED_UNSAID, SCRIPT_RESUMED, SCRIPT_FULL };

/* One step.  What a kind does not name in its comments is zero. */
struct script_step {
    enum script_kind kind;
    const char *file;   /* where it stands, as it was opened */
    uint32_t line;      /* from 1 */
    struct span source; /* the line as it stands there, without blanks at its end */

    /* TYPE, EXPECT, PEER, LET; SET: the value; ACT: the first value.  With escapes undone and
     * counted patterns to be made: good until the next reader_next(). */
    struct script_text text;
    struct script_text second; /* ACT: the second value */
    enum script_typing typing; /* TYPE */
    bool is_burst;             /* EXPECT: they come alone, between two silences */
    bool is_line;              /* EXPECT: a line of command mode and its ends, or a further one */
    bool is_further;           /* MATCH: a further line of the same block, so no CR LF before it */
    struct span pattern;       /* MATCH, GETS_MATCH, OFFERED_MATCH: a regular expression, the line
                                * as a whole */
    uint32_t duration_ms;      /* NOTHING, WAIT, GETS_NOTHING, AT; REPEAT: between the beginnings of
                                * two rounds, 0: one follows the other */
    uint32_t spread_ms;        /* WAIT, REPEAT: up to so much more or less, at random */
    uint32_t rounds;           /* REPEAT: 0: without end */
    bool on;                   /* ECHO, CIRCUIT */
    enum channel_line circuit; /* CIRCUIT: DTR and RTS are the host's, the others the module's */
    unsigned port;             /* ON_PORT: from 1 to SCRIPT_PORTS_MAX */
    const struct lab_rule *setting; /* SET */
    const struct lab_act *act;      /* ACT */
    /* LET: the name of the variable whose value is the text.  OFFERED, FAULT, LINK: the words
     * behind it with one blank or more between them, variables in them not filled in. */
    struct span words;

    /* PEER */
    size_t peer; /* which of the header's */
    enum script_verb verb;
    int version, suite; /* ACCEPTS: wire numbers; -1: not said */
    enum script_resumption resumption;
    enum tls_reason reason; /* FAILS */
    int alert;              /* its number; -1: none; GETS_ALERT: what comes */
    bool is_warning;        /* GETS_ALERT: of that level, else fatal */
};

#endif
