/* internal.h: what the files of at/ share and nobody else calls. */
#ifndef AT_INTERNAL_H
#define AT_INTERNAL_H

#include "at/editor.h"
#include "at/escape.h"
#include "at/session.h"
#include "base/ring.h"

enum at_state { AT_COMMAND, AT_RUNNING, AT_BUSY, AT_WAIT_ROOM, AT_PROMPT, AT_ONLINE };

enum { AT_URC_BYTES = 512 };

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
    bool ignores_escape;
    void (*on_answer_room)(void *ctx); /* a long answer is under way */
    void *answer_ctx;
};

/* answer.c: text in which CR and LF stand for S3 and S4. */
void at_put_text(struct at_session *at, const char *text);
void at_echo(struct at_session *at, struct span bytes);
void at_echo_erase(struct at_session *at);
/* answer.c: what at_info() writes next opens a block. */
void at_close_block(struct at_session *at);
/* answer.c: writes queued unsolicited lines, then lets the owner speak. */
void at_flush_unsolicited(struct at_session *at);
/* answer.c: unsolicited lines wait until then, at least. */
int64_t at_speak_from(const struct at_session *at);
/* answer.c: a result code or an unsolicited line is out; the next one comes `distance_ms` later. */
void at_keep_distance(struct at_session *at, uint32_t distance_ms);

/* execute.c: runs the editor's line, from its start or from the cursor on, as far as it goes. */
void at_start_line(struct at_session *at);
void at_run_line(struct at_session *at);
/* execute.c: the final result of the line, and the state after it. */
void at_end_line(struct at_session *at, enum at_status status);

/* trace.c: writes the editor's line to the trace. */
void at_trace_line(const struct at_session *at);

/* prompt.c, online.c: input in these states; bytes taken. */
size_t at_feed_prompt(struct at_session *at, struct span bytes);
size_t at_feed_online(struct at_session *at, struct span bytes);
/* online.c: sends what was held back; false while the peer does not take it. */
bool at_release_held(struct at_session *at);
/* online.c: S2, or ESCAPE_NEVER. */
uint8_t at_escape_character(const struct at_session *at);
/* online.c: looks for the escape sequence from now on. */
void at_await_escape(struct at_session *at);
/* prompt.c: as ESC does. */
void at_abort_prompt(struct at_session *at);
int64_t at_prompt_deadline(const struct at_session *at);
void at_tick_prompt(struct at_session *at, int64_t now_ms);
void at_tick_online(struct at_session *at, int64_t now_ms);

/* session.c */
int64_t at_now(const struct at_session *at);
void at_enter(struct at_session *at, enum at_state next);

#endif
