/* handler.h: what a row's handler may do, and whoever answers later in its place.
 *
 * A handler runs when its row (at/command.h) was found and its values were checked.  It writes
 * lines of information, never CR or LF, a number or a text of an error: those are the dialect's.
 */
#ifndef AT_HANDLER_H
#define AT_HANDLER_H

#include "at/args.h"
#include "at/command.h"
#include "at/dialect.h"
#include "at/settings.h"
#include "base/err.h"
#include "base/log.h"

/* ---- who asks ---- */

/* The owner that the session was made with. */
void *at_owner_of(const struct at_session *at);

/* Where the session's log goes; NULL: nowhere, which log_say() and log_trace() take. */
const struct log *at_log_of(const struct at_session *at);

/* What the model brings to the rows. */
const struct at_model *at_model_of(const struct at_session *at);

/* The maker's dialect. */
const struct at_dialect *at_dialect_of(const struct at_session *at);

/* The maker's lists of rows, ended by NULL. */
const struct at_commands *const *at_commands_of(const struct at_session *at);

/* The settings of this port, which rows bind. */
struct at_settings *at_settings_of(struct at_session *at);

/* The row of the running command; there must be one. */
const struct at_command *at_row(const struct at_session *at);

/* Its name. */
const char *at_row_name(const struct at_session *at);

/* True when no other command stands behind the running one in its line. */
bool at_is_last(const struct at_session *at);

/* True while the port is the peer's. */
bool at_is_online(const struct at_session *at);

/* True while a prompt is open. */
bool at_is_prompting(const struct at_session *at);

/* True while a command that said AT_LATER has not finished, unless it opened a prompt or is online.
 */
bool at_is_busy(const struct at_session *at);

/* Nobody gets the answer of the running command: what can be given only once is to stay. */
bool at_is_abandoned(const struct at_session *at);

/* The row of this name on this model, or NULL: a row hides those of its name in later lists, so
 * that a maker's own hides a common one. */
const struct at_command *at_find_in(const struct at_commands *const *commands,
                                    const struct at_model *model, const char *name);

/* The same for the session's rows and model. */
const struct at_command *at_find(const struct at_session *at, const char *name);

/* How many records a row has on this model. */
size_t at_record_count(const struct at_session *at, const struct at_command *row);

/* Where a row's bound values live, to change them; `index` below at_record_count().  NULL: there is
 * no memory for them. */
void *at_make_record(struct at_session *at, const struct at_command *row, size_t index);

/* ---- the end of a command ---- */

/* Notes the error of the running command, a +CME ERROR number or the fact that it is; to be
 * returned.  The log gets the command with its values, but for secret ones, and the reason: what is
 * wrong and what is allowed, or the step that is missing before it; printf style, one clause, no
 * secrets.  Once for each error: it is the command's one line. */
enum at_status at_refuse(struct at_session *at, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a plain ERROR, whatever +CMEE says. */
enum at_status at_refuse_plain(struct at_session *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same where a line that says why is in the log already, that of a connection or a service. */
enum at_status at_refuse_said(struct at_session *at, int32_t code);

/* The same where what could not be stored or read has a line of its own, an error or a warning:
 * which command it was is an info. */
enum at_status at_refuse_storage(struct at_session *at, int32_t code, enum err err);

/* What a command answers once it is known whether what it has stored is safe (ERR_OK) or was lost
 * after all; AT_OK, AT_FAIL (as at_refuse_storage() noted) or AT_SILENT. */
typedef enum at_status at_outcome_fn(struct at_session *at, enum err err, uint32_t first,
                                     uint32_t second);

/* Has `say` answer for the running command, with two numbers of its own, when it is safe what was
 * stored: now, or later; to be returned.  Without it OK waits as well, and what is lost is the
 * dialect's error_memory. */
enum at_status at_when_settled(struct at_session *at, at_outcome_fn *say, uint32_t first,
                               uint32_t second);

/* That line alone, a warning or an info, for an answer that says no in words of its own and is no
 * error result: "SEND FAIL", "+QSSLOPEN: 0,-2". */
void at_remark(const struct at_session *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same where memory has run out; `code` may be the dialect's error_memory. */
enum at_status at_refuse_memory(struct at_session *at, int32_t code);

/* A final result before the last: writes it now, and the line goes on.  AT_OK, AT_FAIL (as
 * at_refuse() noted), AT_CONNECT or AT_NO_CARRIER. */
void at_result(struct at_session *at, enum at_status status);

/* A result code of the maker's own, "SEND OK", in the frame of a final result; return AT_SILENT
 * after the last. */
void at_result_text(struct at_session *at, const char *text);

/* Nothing more comes of the running command behind its result, so that unsolicited lines need keep
 * no more distance from it than from each other (urc_gap_ms). */
void at_result_is_all(struct at_session *at);

/* Ends a command that answered AT_LATER, with the status that a handler would return.  AT_OK runs
 * the rest of the line at once, which may use, close or open again what the command was about: to
 * be the last thing that a caller does with it. */
void at_finish(struct at_session *at, enum at_status status);

/* What a command that answers AT_LATER waits for may be long in coming: `on_abort` gives it up, and
 * ends the command by at_finish().  It is called when the host has gone, and when it drops DTR
 * where &D2 makes that the end.  Forgotten when the command ends. */
void at_await(struct at_session *at, void (*on_abort)(struct at_session *at, void *ctx), void *ctx);

/* After at_await(): any character that the host types gives it up too, and is no more than that
 * (V.250 5.6.1). */
void at_await_input(struct at_session *at);

/* ---- its answer ---- */

/* One line of information, without line ends.  The first of a command's lines opens a block, and so
 * does the first of what it answers later. */
void at_info(struct at_session *at, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with `data`, any bytes, behind its text. */
void at_info_data(struct at_session *at, struct span data, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Bytes as they are: part of an answer whose first line was at_info(). */
void at_put(struct at_session *at, struct span bytes);

/* A bare line end, as part of such an answer. */
void at_put_line_end(struct at_session *at);

/* A long answer, of more than the dialect's answer_max: return AT_LATER after it.  at_put() writes
 * as many bytes as at_answer_room() says; `on_room` is called each time the host has taken some;
 * at_finish(), from `on_room` or later, ends it.  Commands and unsolicited lines wait meanwhile.
 * When the host goes, `on_room` is called once more: there is room for all of it, and it is lost.
 */
void at_long_answer(struct at_session *at, void (*on_room)(void *ctx), void *ctx);

/* How many bytes at_put() takes now; SIZE_MAX when nobody gets them. */
size_t at_answer_room(const struct at_session *at);

/* ---- values that rows bind ---- */

/* Takes the values of a set into the running row's record, stores them if they are kept, and says
 * that they changed: what a set without a handler does. */
enum at_status at_bind(struct at_session *at, const struct at_args *args);

/* Stores the values of the running row's record `index`, whatever the row says of that.  ERR_IO:
 * they are for the caller to take back; should they be lost later, the record is by itself what is
 * stored, and the command ends with its error. */
enum err at_keep(struct at_session *at, size_t index);

/* The same of another row that binds something. */
enum err at_keep_row(struct at_session *at, const struct at_command *row, size_t index);

/* ---- prompts ---- */

enum at_prompt_end {
    AT_PROMPT_COMPLETE,  /* Ctrl-Z, or the exact count */
    AT_PROMPT_ABORTED,   /* ESC */
    AT_PROMPT_TIMED_OUT, /* idle_ms or total_ms have passed */
    AT_PROMPT_OVERFLOW,  /* more than `max` came before the Ctrl-Z or the escape sequence */
    AT_PROMPT_ESCAPED    /* by the escape sequence */
};

enum at_prompt_echo { AT_ECHO_DIALECT, AT_ECHO_ON, AT_ECHO_OFF, AT_ECHO_ALWAYS };

/* What to collect after the prompt. */
struct at_prompt {
    size_t max;       /* bytes that are kept, up to the memory that there is */
    const char *text; /* instead of the dialect's prompt: "\r\nCONNECT\r\n", "" for none */
    uint8_t *memory;  /* where the bytes go, at least `max`; borrowed until on_done, and its owner's
                       * to wipe.  NULL: the session brings it */
    uint32_t idle_ms; /* instead of the dialect's prompt_idle_ms; 0: the dialect's */
    uint32_t total_ms; /* ends so long after it opened, whatever comes; 0: no such limit */
    bool exact;        /* ends by itself after `max` bytes, all of which are literal */
    bool raw;          /* all bytes are literal; ends by the escape sequence or by time */
    bool escape_ends; /* the escape sequence of online mode ends it, and is no part of the bytes; an
                       * `exact` prompt that lacks three bytes or fewer takes them all the same */
    bool edits; /* S5's character erases, where the command's manual says so; else it is data */
    bool asks_each_line; /* the prompt comes again behind each CR */
    bool drop;           /* bytes past `max` are dropped, with a line in the log */
    uint16_t ack_every;  /* of literal bytes: the host is sent an A after each so many; 0: never */
    const char *instead; /* what the log advises for more bytes, and for such that Ctrl-Z and ESC
                          * are among; NULL: a command with a count */
    bool secret;         /* what is entered is security data: a recording has it as a variable */
    enum at_prompt_echo echo; /* instead of what the dialect says; while E0 only AT_ECHO_ALWAYS */
    /* Gets the bytes; ends the command as a handler does, or AT_LATER. */
    enum at_status (*on_done)(struct at_session *at, void *ctx, enum at_prompt_end end,
                              struct span payload);
    void *ctx;
};

/* Opens a prompt; return what it returns: AT_LATER, or, when there is no memory for what it is to
 * collect, AT_FAIL.  `max` must not pass the memory, or without it the model's longest input, and
 * not be 0 when it is `exact`. */
enum at_status at_prompt(struct at_session *at, const struct at_prompt *prompt);

/* In on_done(): the error `code` of a prompt that has not ended as it should, after `len` bytes. */
enum at_status at_refuse_prompt(struct at_session *at, int32_t code, enum at_prompt_end end,
                                size_t len);

/* ---- online mode ---- */

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

/* Goes online; return AT_CONNECT after it, or at_finish(AT_CONNECT) later. */
void at_online(struct at_session *at, const struct at_online *online);

/* After at_online(): no escape sequence is looked for this time; circuits and peer end it. */
void at_ignore_escape(struct at_session *at);

/* Ends a command that answered AT_LATER in online mode, after at_online(), where the maker's own
 * answer stands for CONNECT. */
void at_finish_online(struct at_session *at);

/* Leaves online mode: AT_OK after an escape, AT_NO_CARRIER when the connection has ended. */
void at_leave_online(struct at_session *at, enum at_status status);

/* Online: where output may be written in place, and how many bytes in one piece. */
uint8_t *at_output_tail(struct at_session *at, size_t *ret_room);

/* So many were written there; no more than the room was. */
void at_output_commit(struct at_session *at, size_t count);

/* Something that refused input takes it again. */
void at_unblock(struct at_session *at);

/* ---- unsolicited result codes ---- */

/* Queues one line, written when the port is quiet.  The oldest is lost when the queue is full. */
void at_urc(struct at_session *at, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True when an unsolicited line may be written now, of at most AT_SHORT_LINE bytes. */
bool at_may_speak(const struct at_session *at);

enum { AT_SHORT_LINE = 60 };

/* The same for as much as the dialect's answer_max.  False for want of memory too: then on_quiet()
 * comes again. */
bool at_may_speak_at_length(struct at_session *at);

/* Inside on_quiet(), while at_may_speak() or at_may_speak_at_length(): one line, `data` behind its
 * text. */
void at_unsolicited(struct at_session *at, struct span data, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what takes several calls: at_info() and at_put() follow, and open a block. */
void at_unsolicited_block(struct at_session *at);

/* NO CARRIER as an unsolicited result code. */
void at_unsolicited_no_carrier(struct at_session *at);

/* RING, the same. */
void at_unsolicited_ring(struct at_session *at);

/* After at_online(), both while at_may_speak_at_length(): CONNECT as an unsolicited result code,
 * and the port is online. */
void at_unsolicited_connect(struct at_session *at);

/* The power goes: one line at once, however near the last one is; nothing, while a command runs or
 * the port is not the module's. */
void at_last_words(struct at_session *at, const char *line);

/* Lets unsolicited lines out if the port is quiet: call when there is a new one. */
void at_poke(struct at_session *at);

#endif
