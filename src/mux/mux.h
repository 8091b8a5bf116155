/* mux.h: the multiplexer of 3GPP TS 27.010: one channel, and a terminal for each DLCI.
 *
 * To the port it is what a terminal is, to each terminal what a port is.  It answers the host's
 * frames, passes data both ways a frame at a time, each DLCI in its turn, and carries the circuits
 * of V.24 as modem status commands.  A terminal that takes no more has the host told to wait; what
 * was on its way is kept.  Pure: it is told the time.
 */
#ifndef MUX_MUX_H
#define MUX_MUX_H

#include "base/time.h"
#include "mux/config.h"

struct mux;

/* The config is copied.  NULL: no memory. */
struct mux *mux_new(const struct mux_config *config);

/* Closes each DLCI, wipes and frees.  NULL is allowed. */
void mux_free(struct mux *mux);

/* Bytes of the host at `now_ms`.  Returns how many were taken; mux_has_room() says when to go on.
 * Terminals are called inside. */
size_t mux_feed(struct mux *mux, int64_t now_ms, struct span bytes);

/* False while the bytes that mux_feed() left would be refused again. */
bool mux_has_room(const struct mux *mux);

/* Passes on what waits; terminals are called inside.  To be called after anything has happened to
 * one of them.  True when it did something. */
bool mux_work(struct mux *mux);

/* Bytes for the host, valid until the next call; len 0: none, until mux_work(). */
struct span mux_peek(const struct mux *mux);

/* The host has got the first `count` of them; terminals are called inside. */
void mux_consume(struct mux *mux, size_t count);

/* True once the host has closed it and was given the last byte. */
bool mux_is_over(const struct mux *mux);

/* True once the host has opened it: SABM on DLCI 0 or another. */
bool mux_was_opened(const struct mux *mux);

/* When mux_tick() has something to do; CLOCK_NEVER. */
int64_t mux_deadline(const struct mux *mux);

/* The rest of a frame does not come: it was none. */
void mux_tick(struct mux *mux, int64_t now_ms);

#endif
