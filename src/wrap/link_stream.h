/* link_stream.h: a connection over a link. */
#ifndef WRAP_LINK_STREAM_H
#define WRAP_LINK_STREAM_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/link_lane.h"

#include <stdbool.h>

struct link_stream;

/* What the streams of a link share. */
struct link_line {
    struct clock *clock;
    struct link_lane up, down;
    struct link_stream *streams;
};

/* Makes a stream without anything below; its bytes are one datagram for each call, or just bytes.
 * ERR_NO_MEMORY. */
enum err link_stream_new(struct link_line *line, bool datagrams, struct link_stream **ret_stream);

/* As iface/net.h has it; `base.inner` is the caller's to fill in. */
struct net_stream *link_stream_base(struct link_stream *stream);

/* What to give net_connect() as a callback, with the stream as its `ctx`. */
void link_stream_on_inner(void *stream, enum net_event event, enum err err);

/* The stream below is there already and has come in: it is bound and read from. */
void link_stream_accept(struct link_stream *stream, struct net_stream *inner);

/* Frees it, and closes what is below, if anything is.  Not from inside a callback of it. */
void link_stream_free(struct link_stream *stream);

#endif
