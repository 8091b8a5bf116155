/* session.h: one port's AT interpreter: bytes of a host in, answers out.
 *
 * This is the side of who drives it; what a handler may do is at/handler.h.  It knows no command:
 * rows, limits and texts are the personality's.  It opens nothing and reads no clock: its owner
 * tells the time.  What a host sends may come in any pieces; the answers are the same.  One thing
 * apart: a line feed behind the CR that opened a prompt is no data where both come in one piece,
 * and where they do not, this host's other lines tell.  Source: ITU-T V.250.
 */
#ifndef AT_SESSION_H
#define AT_SESSION_H

#include "at/config.h"
#include "at/handler.h"

/* A session in its state at power-on, which the caller frees.  Settings start as zeros: the owner
 * presets the rows.  ERR_NO_MEMORY. */
enum err at_new(const struct at_config *config, struct at_session **ret_at);

/* Forgets and frees it, what was typed, collected and queued with it.  NULL is allowed. */
void at_free(struct at_session *at);

/* Power-off: what was typed, collected and queued is forgotten and wiped; output on its way stays.
 */
void at_reset(struct at_session *at);

/* What the host sends from now on, until at_reset(), is lost; a running line goes on. */
void at_stop_listening(struct at_session *at);

/* The host has gone and another may come: half a line, an open prompt and output that was not read
 * are forgotten.  What a running command waits for is given up as by at_abort(); one that cannot be
 * goes on, but nobody gets its answer, and what stands behind it in its line is not run.  Online
 * mode goes on, with its data, if its escape sequence is +++; else the next host could not leave
 * it, and it ends as by the sequence. */
void at_host_gone(struct at_session *at);

/* Gives up what the running command waits for, which then has a final result; nothing where no
 * command waits, or where it has no such way (at_await()). */
void at_abort(struct at_session *at);

/* A line feed without a CR before it ends a command line from now on, whatever the dialect says. */
void at_accept_lf(struct at_session *at);

/* The host sends no more: a command line that it has begun is complete.  False when there is none,
 * or its answer has no room yet. */
bool at_end_input(struct at_session *at);

/* Bytes of the host.  Returns how many were taken; after fewer, at_is_open() says when to go on. */
size_t at_feed(struct at_session *at, struct span bytes);

/* Inside at_feed(): what is behind the command that runs now is not looked at, and comes again: it
 * is to pass something first. */
void at_yield(struct at_session *at);

/* Bytes for the host, those that lie in one piece; valid until the next call. */
struct span at_peek(const struct at_session *at);

/* How many bytes for the host there are in all. */
size_t at_output_waiting(const struct at_session *at);

/* The host has got the first `count` of them. */
void at_consume(struct at_session *at, size_t count);

/* False while the bytes that at_feed() left would be refused again. */
bool at_is_open(const struct at_session *at);

/* When at_tick() has something to do; CLOCK_NEVER. */
int64_t at_deadline(const struct at_session *at);

/* Does what time asks for; nothing before the deadline. */
void at_tick(struct at_session *at);

/* True while a command runs, a prompt is open, or the port is online. */
bool at_is_engaged(const struct at_session *at);

/* How many bytes an open prompt of an exact count lacks; 0 for any other. */
size_t at_prompt_lacks(const struct at_session *at);

/* Nothing that is kept is unsafe any more (struct at_owner_ops): ERR_OK, or the error of a change
 * that was lost.  The command that has made it ends. */
void at_settled(struct at_session *at, enum err err);

/* True while a prompt is open that collects security data. */
bool at_awaits_secret(const struct at_session *at);

/* True while a prompt is open. */
bool at_in_prompt(const struct at_session *at);

/* True while a command line is begun, or something that stands before one. */
bool at_in_line(const struct at_session *at);

/* S5: erases the character before it. */
uint8_t at_erase_key(const struct at_session *at);

/* How many of the bytes that a host types next are for one and the same: up to the end of a command
 * line, which `*ret_ends` tells, or what a prompt takes at most, or all; 0: while a command runs,
 * they wait. */
size_t at_typed_part(const struct at_session *at, struct span bytes, bool *ret_ends);

/* Finds what may not be shown of a command line with or without its end: the values of secret
 * parameters, user and password of URLs, and all the rest from where a command that has secrets is
 * not as it should be.  Borrowed from `line`; how many.  Where there are more than `cap`, the whole
 * line is the only one. */
size_t at_find_secrets(const struct at_session *at, struct span line, struct span *list,
                       size_t cap);

/* True while unsolicited lines wait for the port to be quiet. */
bool at_has_queued(const struct at_session *at);

#endif
