/* scripted_state.h: what the scripted network is made of: names, echo requests, listeners, streams
 * and the peers at their other ends.
 *
 * A peer sees the last connection to its port; those before it stay open and get silence.  Where
 * several are at one port, a connection is the first one's that has none.  On a UDP
 * port there is somebody always, who sends and gets datagrams.  A plain connection turns into one
 * with TLS when the module's hello comes.
 */
#ifndef SCRIPTED_STATE_H
#define SCRIPTED_STATE_H

#include "scripted/byte_queue.h"
#include "scripted/virtual_clock.h"

#include "iface/net.h"
#include "iface/tls.h"

#include <stdbool.h>

struct scripted_net;
struct scripted_stream;

enum peer_listens { PEER_REFUSES, PEER_ACCEPTS, PEER_HANGS };

#define PEER_STATES(X)                                                                             \
    X(PEER_IDLE, "idle")                                                                           \
    X(PEER_CONNECTED, "connected")                                                                 \
    X(PEER_HANDSHAKING, "handshaking")                                                             \
    X(PEER_FAILED, "failed")                                                                       \
    X(PEER_OPEN, "open")                                                                           \
    X(PEER_SHUT, "shut")                                                                           \
    X(PEER_CLOSED, "closed")

enum peer_state {
#define PEER_ENUM(name, text) name,
    PEER_STATES(PEER_ENUM)
#undef PEER_ENUM
};

/* How the next handshake ends. */
enum peer_verdict { VERDICT_NONE, VERDICT_YES, VERDICT_NO };

struct peer_handshake {
    enum peer_verdict verdict;
    unsigned version, suite; /* VERDICT_YES; 0: the best of what was offered */
    enum tls_reason reason;  /* VERDICT_NO */
    int alert;               /* -1: none */
};

struct scripted_peer {
    struct scripted_net *net;
    struct scripted_peer *next;
    enum net_transport transport;
    uint16_t port;
    unsigned nth;   /* of those at this port, from 0 */
    uint32_t dials; /* that its port was asked for; counted by the first */
    enum peer_listens listens;
    enum peer_state state;
    struct scripted_stream *stream; /* NULL: none, or closed by the module */
    struct byte_queue wire;         /* from the module, not looked at */
    struct byte_queue got;          /* plaintext; UDP: toy records */
    struct byte_queue alerts;       /* of the module: level and number; 0, 0: a renegotiation */
    bool plain;                     /* the connection turned out to be without TLS */
    bool resumes;                   /* a session, when the module offers that */
    bool stalled;
    size_t stall_room; /* what the module may still send while stalled */
    uint16_t calls; /* UDP: port of the module that it sends to, where that knows it no more; 0 */
    struct peer_handshake handshake;
    char offer[700]; /* of the last session; empty: none yet */
};

/* What a single connection to a port meets, other than the rest. */
struct scripted_dial {
    struct scripted_dial *next;
    uint16_t port;
    uint32_t number; /* of those to this port, from 1 */
    enum peer_listens listens;
};

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
    enum net_transport transport;
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
    uint32_t dial; /* which it is of those to its port, from 1 */
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
    struct scripted_dial *dials;
    struct scripted_query *queries;
    struct scripted_stream *streams;
    struct scripted_listener *listeners;
    struct scripted_stream
        *calling; /* whose callback is running; NULL when it was closed meanwhile */
    struct net_address tried[TRIED_MAX]; /* by connect(), the first ones */
    size_t tried_count;
    uint16_t last_local_port; /* that the network chose, or that is listened on */
    unsigned refuse_next;     /* connections that are refused whatever the listener does */
    unsigned pass;
    unsigned changes;    /* grows with each change of a peer's state or of what it got */
    unsigned spins;      /* events that the module asked for and did nothing about: a busy loop */
    unsigned departures; /* names, connections, echo requests and bytes that the module has sent */
};

#endif
