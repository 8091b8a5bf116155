/* session.h: one port's AT interpreter: bytes of a host in, answers out.
 *
 * It knows no command: rows, limits and texts are the personality's.  It opens nothing and reads no
 * clock: its owner tells the time.  What a host sends may come in any pieces; the answers are the
 * same.  Source: ITU-T V.250.
 */
#ifndef AT_SESSION_H
#define AT_SESSION_H

#include "at/args.h"
#include "at/command.h"
#include "at/editor.h"
#include "at/escape.h"
#include "base/err.h"
#include "base/log.h"
#include "base/ring.h"

/* What a maker's interpreter does its own way. */
struct at_dialect {
    const char *prefixes; /* of extended commands */
    uint16_t line_max;    /* longest command line in characters, AT included */
    uint16_t answer_max;  /* the longest answer of one command, in bytes */
    int error_syntax;     /* what a malformed or missing parameter answers: a +CME ERROR number */
    int error_range;      /* a value outside its range */
    int error_memory;     /* the value could not be stored */
    const char *(*error_text)(int code); /* for +CMEE=2; NULL: unknown */
    const char *prompt;      /* what asks for data, "\r\n> "; S3 and S4 stand for its line ends */
    bool prompt_echo;        /* what comes after it is echoed while E1 */
    uint32_t prompt_idle_ms; /* a prompt ends without a byte for so long; 0: never */
    bool lf_ends_line;       /* a line feed without a CR before it ends a command line too */
    bool read_executes;      /* AT+NAME? of a row that has `run` and nothing to read runs it */
    uint32_t urc_after_ms;   /* an unsolicited line comes at least so long after a final result */
    uint32_t urc_gap_ms;     /* and so long after another */
    int32_t cmee_preset;     /* factory value of +CMEE */
};

/* The settings that the interpreter itself obeys, as the commands of V.250 and 27.007 set them. */
struct at_settings {
    int32_t echo;             /* E */
    int32_t quiet;            /* Q */
    int32_t verbose;          /* V */
    int32_t extended_connect; /* X: kept for the host */
    int32_t cmee;             /* +CMEE: 0 ERROR, 1 number, 2 text */
    int32_t s0, s7;           /* kept for the host */
    int32_t s2;               /* escape character */
    int32_t s3;               /* ends a command line */
    int32_t s4;               /* line feed of answers */
    int32_t s5;               /* erases a character */
    int32_t s12;              /* escape guard time, 1/50 s */
    int32_t escape_guard_s;   /* a guard time in seconds that overrides S12; 0: S12 counts */
};

enum at_prompt_end {
    AT_PROMPT_COMPLETE,  /* Ctrl-Z, or the exact count */
    AT_PROMPT_ABORTED,   /* ESC */
    AT_PROMPT_TIMED_OUT, /* idle_ms or total_ms have passed */
    AT_PROMPT_OVERFLOW,  /* more than `max` came before the Ctrl-Z or the escape sequence */
    AT_PROMPT_ESCAPED    /* by the escape sequence */
};

enum at_prompt_echo { AT_ECHO_DIALECT, AT_ECHO_ON, AT_ECHO_OFF };

/* What to collect after the prompt. */
struct at_prompt {
    size_t max;       /* bytes that are kept, up to the memory that there is */
    const char *text; /* instead of the dialect's prompt: "\r\nCONNECT\r\n", "" for none */
    uint8_t *memory;  /* where the bytes go, at least `max`; borrowed until on_done, and its owner's
                       * to wipe.  NULL: the session's payload memory */
    uint32_t idle_ms; /* instead of the dialect's prompt_idle_ms; 0: the dialect's */
    uint32_t total_ms; /* ends so long after it opened, whatever comes; 0: no such limit */
    bool exact;        /* ends by itself after `max` bytes, all of which are literal */
    bool raw;          /* all bytes are literal; ends by the escape sequence or by time */
    bool escape_ends; /* the escape sequence of online mode ends it, and is no part of the bytes; an
                       * `exact` prompt that lacks three bytes or fewer takes them all the same */
    bool drop;        /* bytes past `max` are dropped silently */
    enum at_prompt_echo echo; /* instead of what the dialect says; never while E0 */
    /* Gets the bytes; ends the command as a handler does, or AT_LATER. */
    enum at_status (*on_done)(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload);
    void *ctx;
};

/* The other side of online mode. */
struct at_online {
    /* Bytes for the peer; returns how many were taken.  The rest comes again after at_unblock(). */
    size_t (*on_input)(void *ctx, struct span bytes);
    void (*on_escape)(void *ctx); /* the session is in command state; end with at_finish(AT_OK) */
    void (*on_room)(void *ctx);   /* the host has taken output */
    void *ctx;
    /* The host has gone, and the rest with it: ends with at_leave_online().  NULL: the mode stays
     * for the next host. */
    void (*on_gone)(void *ctx);
};

struct at_owner_ops {
    int64_t (*now_ms)(void *owner);
    /* The port is quiet: at_unsolicited() may be called as long as at_may_speak(). */
    void (*on_quiet)(struct at_session *at);
    /* Bound values were set: store them if their row says so. */
    enum err (*keep)(struct at_session *at, const struct at_command *row, size_t index);
};

enum at_state { AT_COMMAND, AT_RUNNING, AT_BUSY, AT_WAIT_ROOM, AT_PROMPT, AT_ONLINE };

enum { AT_URC_BYTES = 512 };

struct at_config {
    const struct at_dialect *dialect;
    const struct at_commands *const *commands; /* ended by NULL */
    struct at_model model;
    const struct at_owner_ops *owner_ops;
    void *owner;
    const struct log *log;
    /* Borrowed memory. */
    uint8_t *line;    /* dialect->line_max */
    uint8_t *payload; /* payload_cap */
    size_t payload_cap;
    uint8_t *output; /* output_cap, at least twice dialect->answer_max */
    size_t output_cap;
};

/* Members are the session's own business, but for `settings` and `config`. */
struct at_session {
    struct at_config config;
    struct at_settings settings;
    enum at_state state;
    struct at_editor editor;
    const struct at_command *row; /* of the running command */
    size_t cursor;                /* into the running line */
    int fail_code;                /* of at_fail() */
    bool block_open;              /* the running command has written a line already */
    bool after_cr;                /* a line feed that comes now belongs to the line end before it */
    bool lines_end_with_cr;       /* the host puts no line feed behind it */
    bool blocked;                 /* at_feed() left bytes to the port */
    bool speaking;                /* on_quiet() is under way */
    bool deaf;                    /* the module is about to switch off: input is lost */
    bool abandoned;               /* the running line's host has gone: nobody gets its answer */
    size_t inspected; /* online bytes at the front of the next feed that the detector has seen */
    int release;      /* escape characters that still have to go to the peer */
    int64_t quiet_from_ms; /* a half typed line holds unsolicited lines back until then */
    int64_t speak_from_ms; /* the dialect's distances hold them back until then */
    int64_t held_from_ms;  /* since when they do without a pause */
    bool holds;            /* one of them may: at_tick() is to look again */
    struct ring output;
    struct ring urcs;
    uint8_t urc_memory[AT_URC_BYTES];
    struct at_prompt prompt;
    size_t payload_len;
    bool payload_over;
    int64_t prompt_idle_from_ms, prompt_from_ms;
    struct at_online online;
    struct escape escape;
    void (*on_answer_room)(void *ctx); /* a long answer is under way */
    void *answer_ctx;
};

/* Puts the session into its state at power-on.  Settings start as zeros: the owner presets the
 * rows. */
void at_init(struct at_session *at, const struct at_config *config);

/* Power-off: what was typed, collected and queued is forgotten and wiped; output on its way stays.
 */
void at_reset(struct at_session *at);

/* What the host sends from now on, until at_reset(), is lost; a running line goes on. */
void at_stop_listening(struct at_session *at);

/* The host has gone and another may come: half a line, an open prompt and output that was not read
 * are forgotten.  A running command goes on, but nobody gets its answer, and what stands behind it
 * in its line is not run.  Online mode goes on, with its data. */
void at_host_gone(struct at_session *at);

/* Nobody gets the answer of the running command: what can be given only once is to stay. */
bool at_is_abandoned(const struct at_session *at);

/* Bytes of the host.  Returns how many were taken; after fewer, at_is_open() says when to go on. */
size_t at_feed(struct at_session *at, struct span bytes);

/* Bytes for the host, and how many of them it has got. */
struct span at_peek(const struct at_session *at);
void at_consume(struct at_session *at, size_t count);

/* False while the bytes that at_feed() left would be refused again. */
bool at_is_open(const struct at_session *at);

/* When at_tick() has something to do; CLOCK_NEVER. */
int64_t at_deadline(const struct at_session *at);
void at_tick(struct at_session *at);

/* True while a command runs, a prompt is open, or the port is online. */
bool at_is_engaged(const struct at_session *at);

/* ---- for handlers ---- */

/* Notes the +CME ERROR number; to be returned. */
enum at_status at_fail(struct at_session *at, int code);
/* The same for a plain ERROR, whatever +CMEE says. */
enum at_status at_fail_plain(struct at_session *at);

/* One line of information, without line ends. */
void at_info(struct at_session *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes the values of a set into the running row's record, stores them if they are kept, and says
 * that they changed: what a set without a handler does. */
enum at_status at_bind(struct at_session *at, const struct at_args *args);

/* A final result before the last: writes it now, and the line goes on.  AT_OK, AT_FAIL (as
 * at_fail() noted), AT_CONNECT or AT_NO_CARRIER. */
void at_result(struct at_session *at, enum at_status status);
/* A result code of the maker's own, "SEND OK", in the frame of a final result; return AT_SILENT
 * after the last. */
void at_result_text(struct at_session *at, const char *text);

/* Bytes as they are, and a bare line end: parts of an answer whose first line was at_info(). */
void at_put(struct at_session *at, struct span bytes);
void at_put_line_end(struct at_session *at);

/* A long answer, of more than the dialect's answer_max: return AT_LATER after it.  at_put() writes
 * as many bytes as at_answer_room() says; `on_room` is called each time the host has taken some;
 * at_finish(), from `on_room` or later, ends it.  Commands and unsolicited lines wait meanwhile.
 * When the host goes, `on_room` is called once more: there is room for all of it, and it is lost.
 */
void at_long_answer(struct at_session *at, void (*on_room)(void *ctx), void *ctx);
size_t at_answer_room(const struct at_session *at);

/* Opens a prompt; return AT_LATER after it.  `max` must not pass the memory, and not be 0 when it
 * is `exact`. */
void at_prompt(struct at_session *at, const struct at_prompt *prompt);

/* Goes online; return AT_CONNECT after it, or at_finish(AT_CONNECT) later. */
void at_online(struct at_session *at, const struct at_online *online);

/* After at_online(): no escape sequence is looked for this time; circuits and peer end it. */
void at_ignore_escape(struct at_session *at);

/* Ends a command that answered AT_LATER, with the status that a handler would return. */
void at_finish(struct at_session *at, enum at_status status);

/* Ends it in online mode, after at_online(), where the maker's own answer stands for CONNECT. */
void at_finish_online(struct at_session *at);

/* Leaves online mode: AT_OK after an escape, AT_NO_CARRIER when the connection has ended. */
void at_leave_online(struct at_session *at, enum at_status status);

/* Online: where output may be written in place, then how much was.  */
uint8_t *at_output_tail(struct at_session *at, size_t *ret_room);
void at_output_commit(struct at_session *at, size_t count);

/* Something that refused input takes it again. */
void at_unblock(struct at_session *at);

/* ---- unsolicited result codes ---- */

/* Queues one line, written when the port is quiet.  The oldest is lost when the queue is full. */
void at_urc(struct at_session *at, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True when an unsolicited line may be written now. */
bool at_may_speak(const struct at_session *at);
/* Inside on_quiet(), while at_may_speak(): one line; the same with bytes behind the text. */
void at_unsolicited(struct at_session *at, struct span data, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* NO CARRIER as an unsolicited result code. */
void at_unsolicited_no_carrier(struct at_session *at);
/* Lets unsolicited lines out if the port is quiet: call when there is a new one. */
void at_poke(struct at_session *at);

/* ---- rows ---- */

/* The row of this name on this model, or NULL: a row hides those of its name in later lists, so
 * that a maker's own hides a common one. */
const struct at_command *at_find_in(const struct at_commands *const *commands,
                                    const struct at_model *model, const char *name);
/* The same for the session's rows and model. */
const struct at_command *at_find(const struct at_session *at, const char *name);

/* How many records a row has on this model. */
size_t at_record_count(const struct at_session *at, const struct at_command *row);

#endif
