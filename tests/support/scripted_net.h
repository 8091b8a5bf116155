/* scripted_net.h: iface/net.h without an operating system: names, listeners and streams that do
 * what a script says, when it says so.
 */
#ifndef SUPPORT_SCRIPTED_NET_H
#define SUPPORT_SCRIPTED_NET_H

#include "scripted_peer.h"

#include "iface/net.h"

enum name_answer { NAME_ADDRESSES, NAME_FAILS, NAME_HANGS };

enum { NAME_ADDRESSES_MAX = 8, TRIED_MAX = 16 };

struct scripted_name {
    struct scripted_name *next;
    char name[256];
    enum name_answer answer;
    struct net_address list[NAME_ADDRESSES_MAX];
    size_t count;
};

struct net_query {
    struct net_query *next;
    struct scripted_net *net;
    char name[256];
    net_resolved_fn *on_resolved;
    void *ctx;
};

enum stream_phase { STREAM_OPENING, STREAM_FAILED, STREAM_OPEN };

struct net_stream {
    struct net_stream *next;
    struct scripted_net *net;
    uint16_t port;
    net_event_fn *on_event;
    void *ctx;
    enum stream_phase phase;
    struct scripted_peer *peer; /* NULL: a later connection has taken its place */
    struct byte_queue inbound;  /* for the module */
    bool fin, reset;            /* the peer has ended it, after or instead of `inbound` */
    unsigned wanted;
    unsigned muted;    /* events that brought nothing, until something happens */
    unsigned activity; /* calls of the module */
    unsigned pass;     /* of scripted_net_step() that has looked at it */
};

struct scripted_net {
    struct scripted_name *names;
    struct scripted_peer *peers;
    struct net_query *queries;
    struct net_stream *streams;
    struct net_stream *calling; /* whose callback is running; NULL when it was closed meanwhile */
    struct net_address tried[TRIED_MAX]; /* by connect(), the first ones */
    size_t tried_count;
    unsigned refuse_next; /* connections that are refused whatever the listener does */
    unsigned pass;
    unsigned changes; /* grows with each change of a peer's state or of what it got */
    unsigned spins;   /* events that the module asked for and did nothing about: a busy loop */
};

void scripted_net_init(struct scripted_net *net);
void scripted_net_deinit(struct scripted_net *net);

/* What the engine is given; borrows `net`. */
struct net scripted_net_iface(struct scripted_net *net);

/* What the resolver answers.  `list` counts for NAME_ADDRESSES. */
void scripted_net_name(struct scripted_net *net, const char *name, enum name_answer answer,
                       const struct net_address *list, size_t count);

/* What connections to `port` meet from now on; forgets the peer that was there. */
void scripted_net_listen(struct scripted_net *net, uint16_t port, enum peer_listens listens);

/* The peer on a port, made when there was none. */
struct scripted_peer *scripted_net_peer(struct scripted_net *net, uint16_t port);

/* Runs every callback that is due, each once; true when there was one. */
bool scripted_net_step(struct scripted_net *net);

/* Something has come for a stream or may be sent on it. */
void scripted_net_touch(struct net_stream *stream);

#endif
