/* scripted_net.h: iface/net.h without an operating system: names, listeners, streams and echoes
 * that do what a script says, when it says so.
 *
 * The module's own address is loopback.
 */
#ifndef SUPPORT_SCRIPTED_NET_H
#define SUPPORT_SCRIPTED_NET_H

#include "scripted_peer.h"
#include "virtual_clock.h"

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

/* What an address says to an echo request: ERR_OK after `after_ms` with `ttl`, ERR_TIMEOUT,
 * ERR_UNREACHABLE after `after_ms`, or ERR_DENIED. */
struct scripted_echo {
    struct scripted_echo *next;
    struct net_address address;
    enum err err;
    uint32_t after_ms;
    int ttl;
};

struct scripted_query {
    struct net_query base;
    struct scripted_query *next;
    struct scripted_net *net;
    void *ctx;
    net_resolved_fn *on_resolved; /* a name; NULL: an echo request */
    char name[256];
    net_echo_fn *on_echo;
    struct net_echo echo;
    struct scripted_echo answer;
    int64_t due_ms; /* when it is answered */
};

struct scripted_listener {
    struct net_listener base;
    struct scripted_listener *next;
    struct scripted_net *net;
    uint16_t port;
    net_accepted_fn *on_accepted;
    void *ctx;
};

/* STREAM_KNOCKING: from a peer, not told to the listener yet. */
enum stream_phase { STREAM_OPENING, STREAM_KNOCKING, STREAM_FAILED, STREAM_OPEN };

struct scripted_stream {
    struct net_stream base;
    struct scripted_stream *next;
    struct scripted_net *net;
    enum net_transport transport;
    struct net_address address; /* of the other side */
    uint16_t port;
    uint16_t local_port;
    net_event_fn *on_event;
    void *ctx;
    enum stream_phase phase;
    struct scripted_peer *peer; /* NULL: a later connection has taken its place */
    struct byte_queue inbound;  /* for the module; UDP: toy records */
    bool fin;                   /* the peer has ended it, after `inbound` */
    enum err lost;              /* or it is gone, instead of `inbound`: what the module is told */
    enum err lost_behind;       /* or behind `inbound`; nothing can be sent any more */
    struct net_keep_alive probes;
    unsigned wanted;
    unsigned muted;    /* events that brought nothing, until something happens */
    unsigned activity; /* calls of the module */
    unsigned pass;     /* of scripted_net_step() that has looked at it */
};

struct scripted_net {
    struct net base;
    const struct virtual_clock *clock; /* NULL: time stands still, for echo requests too */
    struct scripted_name *names;
    struct scripted_echo *echoes;
    struct scripted_peer *peers;
    struct scripted_query *queries;
    struct scripted_stream *streams;
    struct scripted_listener *listeners;
    struct scripted_stream
        *calling; /* whose callback is running; NULL when it was closed meanwhile */
    struct net_address tried[TRIED_MAX]; /* by connect(), the first ones */
    size_t tried_count;
    uint16_t last_local_port; /* that the network chose */
    unsigned refuse_next;     /* connections that are refused whatever the listener does */
    unsigned pass;
    unsigned changes;    /* grows with each change of a peer's state or of what it got */
    unsigned spins;      /* events that the module asked for and did nothing about: a busy loop */
    unsigned departures; /* names, connections, echo requests and bytes that the module has sent */
};

void scripted_net_init(struct scripted_net *net);
void scripted_net_deinit(struct scripted_net *net);

/* What the engine is given; borrows `net`. */
struct net *scripted_net_iface(struct scripted_net *net);

/* What the resolver answers.  `list` counts for NAME_ADDRESSES. */
void scripted_net_name(struct scripted_net *net, const char *name, enum name_answer answer,
                       const struct net_address *list, size_t count);

/* What an address says to echo requests from now on; `next` does not count.  Without it loopback
 * answers after 1 ms with a TTL of 64, and the rest is silent. */
void scripted_net_echo(struct scripted_net *net, const struct scripted_echo *echo);

/* What TCP connections to `port` meet from now on; forgets the peer that was there. */
void scripted_net_listen(struct scripted_net *net, uint16_t port, enum peer_listens listens);

/* The peer on a TCP or a UDP port, made when there was none. */
struct scripted_peer *scripted_net_peer(struct scripted_net *net, uint16_t port);
struct scripted_peer *scripted_net_udp_peer(struct scripted_net *net, uint16_t port);

/* A peer connects from its port to one that the module listens on; false when it does not. */
bool scripted_net_call(struct scripted_peer *peer, const struct net_address *from, uint16_t port);

/* Runs every callback that is due, each once; true when there was one. */
bool scripted_net_step(struct scripted_net *net);

/* When the next callback is due that needs time to go on, or CLOCK_NEVER. */
int64_t scripted_net_deadline(const struct scripted_net *net);

/* Something has come for a stream or may be sent on it. */
void scripted_net_touch(struct scripted_stream *stream);

#endif
