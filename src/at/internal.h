/* internal.h: what the files of at/ share and nobody else calls. */
#ifndef AT_INTERNAL_H
#define AT_INTERNAL_H

#include "at/session.h"

/* answer.c: text in which CR and LF stand for S3 and S4. */
void at_put_text(struct at_session *at, const char *text);
void at_echo(struct at_session *at, struct span bytes);
void at_echo_erase(struct at_session *at);
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
