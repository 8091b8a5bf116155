/* fault_stream.h: a connection that faults strike. */
#ifndef WRAP_FAULT_STREAM_H
#define WRAP_FAULT_STREAM_H

#include "iface/clock.h"
#include "iface/net.h"
#include "wrap/fault_set.h"
#include "wrap/fault_tls.h"

struct faulty_stream;

/* What the connections of a network share; zeroed but for what it borrows. */
struct fault_line {
    struct clock *clock;
    struct fault_set *set;
    struct fault_talk *talk; /* NULL: there is no TLS */
    struct net *link;        /* stands in front of them while `linked` */
    bool linked;
    struct faulty_stream *streams; /* the oldest first */
    struct fault_lane *lanes;      /* of those that are held up */
};

/* net_connect() at `inner`, or what a fault makes of it. */
enum err fault_stream_connect(struct fault_line *line, struct net *inner,
                              const struct net_target *to, net_event_fn *on_event, void *ctx,
                              struct net_stream **ret_stream);

/* One that has come in, which it then owns; to be bound before the loop goes on.  NULL: no memory,
 * and `inner` is as it was. */
struct net_stream *fault_stream_accept(struct fault_line *line, struct net_stream *inner,
                                       bool datagrams);

/* Faults were added or removed, or there is a link now. */
void fault_streams_refresh(struct fault_line *line);

/* A session has gone on to another phase, or ends. */
void fault_streams_note(struct fault_line *line, const struct fault_session *session, bool ends);

/* Frees what is left of those that were closed. */
void fault_line_close(struct fault_line *line);

#endif
