/* link_stream.h: connections over a line, which holds back what is sent and what has come. */
#ifndef WRAP_LINK_STREAM_H
#define WRAP_LINK_STREAM_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/link_lane.h"

struct link_stream;

/* What the streams of a link share; zeroed but for its clock, it holds nothing back.  The ways of
 * its lanes may be changed at any time: what is under way arrives when it was to. */
struct link_line {
    struct clock *clock;
    struct link_lane up, down;
    struct link_stream *streams;
    uint64_t stream_count; /* that there have been */
};

/* net_connect() at `inner`, over the line. */
enum err link_stream_connect(struct link_line *line, struct net *inner, const struct net_target *to,
                             net_event_fn *on_event, void *ctx, struct net_stream **ret_stream);

/* Puts the line in front of one that is connected, which it then owns; to be bound before the loop
 * goes on.  NULL: no memory, and `inner` is as it was. */
struct net_stream *link_stream_accept(struct link_line *line, struct net_stream *inner,
                                      bool datagrams);

/* Frees all streams of the line, and closes what is below them.  Not from inside a callback of one.
 */
void link_line_close(struct link_line *line);

#endif
