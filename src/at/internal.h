/* internal.h: what the files of at/ share and nobody else calls. */
#ifndef AT_INTERNAL_H
#define AT_INTERNAL_H

#include "at/config.h"
#include "at/editor.h"
#include "at/escape.h"
#include "at/handler.h"
#include "base/ring.h"
#include "base/text.h"

enum at_state { AT_COMMAND, AT_RUNNING, AT_BUSY, AT_WAIT_ROOM, AT_PROMPT, AT_ONLINE };

enum { AT_URC_BYTES = 512, AT_RESERVE_BYTES = AT_SHORT_LINE + 4 };

/* An error for want of memory, with an echo before it: so much of the reserve is kept free. */
enum { AT_ERROR_BYTES = 48 };

/* The longest line of an answer, and of an unsolicited one. */
enum { AT_TEXT_MAX = 800 };

/* No error was noted with a reason.  No command can be told: there is none in the line. */
enum { AT_NO_REASON = INT32_MAX, AT_NOWHERE = UINT16_MAX };

struct at_payload {
    uint8_t *bytes; /* owned, may be secret; NULL: none */
    size_t size;
};

/* Of a prompt and of online mode. */
struct at_mode {
    struct at_prompt prompt;
    struct at_payload payload; /* of a prompt without memory of its own */
    size_t payload_len;
    size_t payload_over; /* bytes that the prompt has got beyond what fits */
    int64_t prompt_idle_from_ms, prompt_from_ms;
    struct at_online online;
    struct escape escape;
    size_t inspected; /* bytes at the front of the next feed that its detector has seen */
};

struct at_session {
    struct at_config config;
    struct at_settings settings;
    enum at_state state;
    struct at_editor editor;
    const struct at_command *row; /* of the running command */
    size_t cursor;                /* into the running line */
    int32_t fail_code;            /* of at_refuse(), AT_NO_REASON when it was not called */
    int release;                  /* escape characters that still have to go to the peer */
    bool block_open;              /* the running command has written a line already */
    uint8_t end_partner;    /* what belongs to the line end before it if it comes now: LF behind CR,
                             * CR behind LF; 0: nothing */
    bool yields;            /* at_feed() ends behind the command that runs */
    bool in_burst;          /* that line end came in the at_feed() that is under way */
    bool accepts_lf;        /* a line feed alone ends a line, whatever the dialect says */
    bool lines_end_with_cr; /* the host puts no line feed behind it */
    bool blocked;           /* at_feed() left bytes to the port */
    bool result_is_all;     /* at_result_is_all() was called */
    bool speaking;          /* on_quiet() is under way */
    bool deaf;              /* the module is about to switch off: input is lost */
    bool abandoned;         /* the running line's host has gone: nobody gets its answer */
    bool holds;             /* unsolicited lines may be held back; else nobody asks for the time */
    bool used;              /* a host has typed since at_rest() looked */
    bool ignores_escape;
    bool input_aborts;     /* at_await_input(), of the wait that on_abort gives up */
    bool unsettled;        /* the command has succeeded, once what it stored is safe */
    uint16_t command_from; /* where the running command begins in its line, AT_NOWHERE */
    int64_t quiet_from_ms; /* a half typed line holds unsolicited lines back until then */
    int64_t speak_from_ms; /* the dialect's distances hold them back until then */
    int64_t held_from_ms;  /* since when they do without a pause */
    uint8_t *memory;       /* mode, line, output and urcs while in use; NULL at rest */
    int64_t rest_ms;       /* when at_rest() looks whether it is */
    struct ring output;    /* in `memory`, or in `reserve` */
    struct ring urcs;      /* each behind its length in two bytes */
    uint8_t reserve[AT_RESERVE_BYTES]; /* of a port at rest: for an error and short lines */
    struct at_mode
        *mode; /* in `memory`; NULL at rest, when there is neither prompt nor online mode */
    void (*on_answer_room)(void *ctx); /* a long answer is under way */
    void *answer_ctx;
    void (*on_abort)(struct at_session *at, void *ctx); /* gives up what the command waits for */
    void *abort_ctx;
    int64_t own_ms;           /* when the operator's own answer comes; CLOCK_NEVER */
    uint64_t unsafe_before;   /* the running command's changes have higher numbers */
    struct at_change *change; /* what it has changed and is not safe yet; owned; NULL: nothing */
};

/* ---- state.c ---- */

/* The owner's clock. */
int64_t at_now(const struct at_session *at);

/* The only writer of at->state.  What waited for another state may come in. */
void at_enter(struct at_session *at, enum at_state next);

/* What at_feed() refused may come again; that it did not come was our doing and is no silence. */
void at_admit(struct at_session *at);

/* ---- answer.c ---- */

/* at_result(), and what it was. */
enum at_ending at_write_result(struct at_session *at, enum at_status status);

/* Text in which CR and LF stand for S3 and S4. */
void at_put_text(struct at_session *at, const char *text);

/* RING, by itself. */
void at_put_ring(struct at_session *at);

/* What the host typed, while E1. */
void at_echo(struct at_session *at, struct span bytes);

/* The same for a character that it erased. */
void at_echo_erase(struct at_session *at);

/* That echo, whatever E is. */
void at_put_erase(struct at_session *at);

/* One line; the first of a block starts with a line end of its own, each ends with one. */
void at_put_information(struct at_session *at, struct span line, bool first);

/* at_info() of a text that is there. */
void at_info_text(struct at_session *at, const struct text *line);

/* What at_info() writes next opens a block. */
void at_close_block(struct at_session *at);

/* ---- urc.c ---- */

/* Writes queued unsolicited lines, then lets the owner speak. */
void at_flush_unsolicited(struct at_session *at);

/* Unsolicited lines wait until then, at least. */
int64_t at_speak_from(const struct at_session *at);

/* A result code or an unsolicited line is out; the next one comes `distance_ms` later. */
void at_keep_distance(struct at_session *at, uint32_t distance_ms);

/* ---- memory.c ---- */

/* A new session is at rest. */
void at_memory_init(struct at_session *at);

/* Gives the port its memory if it is at rest; false when there is none, which the log tells. */
bool at_wake(struct at_session *at);

/* When at_rest() has something to do; CLOCK_NEVER. */
int64_t at_rest_deadline(const struct at_session *at);

/* Gives the memory back once the port has been quiet for a while. */
void at_rest(struct at_session *at, int64_t now_ms);

/* Forgets and wipes what is typed, and the line that A/ would repeat. */
void at_forget_line(struct at_session *at);

/* Memory for what a prompt collects; false when there is none.  There must be none
 * yet. */
bool at_payload_new(struct at_session *at, size_t size);

/* Wipes and frees it; nothing if there is none. */
void at_payload_free(struct at_payload *payload);

/* Wipes and frees all of it. */
void at_memory_free(struct at_session *at);

/* ---- reason.c ---- */

/* The line may be one of PEM, for a prompt that is not there, whose first letters happen to be AT:
 * nothing of it is for the log. */
bool at_is_base64(const struct at_session *at);

/* A line of the log with the modem's name and the port's number in front; printf style. */
void at_say(const struct at_session *at, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same in the trace. */
void at_trace(const struct at_session *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An error result goes out: the next one needs a reason of its own. */
void at_reason_used(struct at_session *at);

/* The error of values that at_args_parse() has refused: the dialect's for `result`. */
enum at_status at_refuse_values(struct at_session *at, const struct at_command *row,
                                struct span body, enum at_args_result result);

/* ---- secret_names.c ---- */

/* True when a value of this command may not be shown. */
bool at_has_secret(const struct at_command *row);

/* True when the name of such a command stands in a text that is none, but may have been meant as
 * one: in any case of letters, with blanks and control characters between them. */
bool at_names_secret(const struct at_session *at, struct span text);

/* True when the text, a set of a command that nobody knows, has a word in it that such commands
 * have: +CGAUTH, +QFTPPASS, +SAPBR=3,1,"PWD","x". */
bool at_speaks_of_secret(struct span text);

/* ---- trace.c ---- */

/* Writes the editor's line to the trace. */
void at_trace_line(const struct at_session *at);

/* ---- execute.c ---- */

/* Gives the operator's own answer when its time has come. */
void at_tick_own(struct at_session *at, int64_t now_ms);

/* Runs the editor's line from its start. */
void at_start_line(struct at_session *at);

/* The error of a line that is not run: too long, or without memory. */
void at_refuse_line(struct at_session *at);

/* Goes on from the cursor, as far as it goes. */
void at_run_line(struct at_session *at);

/* What the running command waits for has a way to be given up. */
bool at_can_give_up(const struct at_session *at);

/* The final result of the line, and the state after it. */
void at_end_line(struct at_session *at, enum at_status status);

/* ---- settle.c ---- */

/* A command begins: what it changes from now on is its own. */
void at_begin_changes(struct at_session *at);

/* The running command has succeeded.  True: not before what it has changed is safe; then the
 * session is busy until at_settled(). */
bool at_must_settle(struct at_session *at);

/* How the running command ends, now that its changes are safe, or were lost: then a setting is what
 * it was. */
enum at_status at_outcome(struct at_session *at, enum err err);

/* Nobody waits any more. */
void at_forget_changes(struct at_session *at);

/* ---- own.c ---- */

/* The operator's own answer to the command of `line` at `cursor`, and where that ends; false: there
 * is none. */
bool at_own_find(const struct at_session *at, struct span line, size_t cursor, size_t *ret_end,
                 struct at_own_answer *ret_answer);

/* Gives it, as a handler of a command does. */
enum at_status at_own_say(struct at_session *at, const struct at_own_answer *answer);

/* ---- online.c ---- */

/* Input while online; returns how many bytes were taken. */
size_t at_feed_online(struct at_session *at, struct span bytes);

/* S2, or ESCAPE_NEVER. */
uint8_t at_escape_character(const struct at_session *at);

/* Looks for the escape sequence from now on. */
void at_await_escape(struct at_session *at);

/* The escape sequence is the one that every host knows, +++. */
bool at_escape_is_usual(const struct at_session *at);

/* As the escape sequence does. */
void at_escape_online(struct at_session *at);

/* Decides on what was held as an escape sequence. */
void at_tick_online(struct at_session *at, int64_t now_ms);

/* ---- prompt.c ---- */

/* Input while a prompt is open; returns how many bytes were taken. */
size_t at_feed_prompt(struct at_session *at, struct span bytes);

/* As ESC does. */
void at_abort_prompt(struct at_session *at);

/* When at_tick_prompt() has something to do; CLOCK_NEVER. */
int64_t at_prompt_deadline(const struct at_session *at);

/* Ends the prompt, or keeps what was held as an escape sequence, as time asks for. */
void at_tick_prompt(struct at_session *at, int64_t now_ms);

#endif
