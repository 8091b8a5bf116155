/* scripted_peer.h: who listens on a port of the scripted network, and what it does when told.
 *
 * A peer sees the last connection to its port; those before it stay open and get silence.  On a UDP
 * port there is somebody always, who sends and gets datagrams.  A plain connection turns into one
 * with TLS when the module's hello comes.
 */
#ifndef SUPPORT_SCRIPTED_PEER_H
#define SUPPORT_SCRIPTED_PEER_H

#include "byte_queue.h"

#include "iface/net.h"
#include "iface/tls.h"

#include <stdbool.h>

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

struct scripted_net;
struct scripted_stream;

struct scripted_peer {
    struct scripted_net *net;
    struct scripted_peer *next;
    enum net_transport transport;
    uint16_t port;
    enum peer_listens listens;
    enum peer_state state;
    struct scripted_stream *stream; /* NULL: none, or closed by the module */
    struct byte_queue wire;         /* from the module, not looked at */
    struct byte_queue got;          /* plaintext; UDP: toy records */
    bool plain;                     /* the connection turned out to be without TLS */
    bool resumes;                   /* a session, when the module offers that */
    bool stalled;
    size_t stall_room; /* what the module may still send while stalled */
    struct peer_handshake handshake;
    char offer[700]; /* of the last session; empty: none yet */
};

const char *peer_state_name(enum peer_state state);

/* ---- what a script says; false: there is no connection for it ---- */

void peer_decide(struct scripted_peer *peer, const struct peer_handshake *handshake);
bool peer_send(struct scripted_peer *peer, struct span bytes); /* UDP: one datagram */
bool peer_close(struct scripted_peer *peer);
bool peer_hang_up(struct scripted_peer *peer);
bool peer_reset(struct scripted_peer *peer);
bool peer_reset_behind(struct scripted_peer *peer); /* what was sent before can still be read */
bool peer_vanish(struct scripted_peer *peer);       /* the network has given it up: ERR_TIMEOUT */
bool peer_corrupt(struct scripted_peer *peer);
void peer_stall(struct scripted_peer *peer);
void peer_resume(struct scripted_peer *peer);

/* ---- what the network says ---- */

void peer_forget(struct scripted_peer *peer); /* a listener anew */
void peer_deinit(struct scripted_peer *peer);
void peer_on_connected(struct scripted_peer *peer, struct scripted_stream *stream);
void peer_on_closed(struct scripted_peer *peer);
/* How much the module may send now. */
size_t peer_room(const struct scripted_peer *peer);
void peer_take(struct scripted_peer *peer, struct span bytes);
/* Looks at what was taken; true when there was anything to look at. */
bool peer_step(struct scripted_peer *peer);

#endif
