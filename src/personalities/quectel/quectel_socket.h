/* quectel_socket.h: one socket of the module: TCP, UDP or TLS over one index space.
 *
 * What a socket does is the same whether it is secure or not; how it speaks to the host is its
 * manner, and the commands that open it bring one.
 */
#ifndef QUECTEL_SOCKET_H
#define QUECTEL_SOCKET_H

#include "bridge/datagrams.h"
#include "bridge/online.h"
#include "bridge/packets.h"
#include "module/module.h"
#include "personalities/quectel/quectel_bearer.h"
#include "services/address_text.h"

/* Whose socket it is, as +QIRD and +QISRVC name it: the host has opened it, or its server has
 * accepted it. */
enum quectel_role { QUECTEL_CLIENT = 1, QUECTEL_SERVER = 2 };

/* Each context has its own indexes, and each role; a unit is a socket of any. */
enum {
    QUECTEL_SOCKETS = 6,
    QUECTEL_ACCEPTED = 5,
    QUECTEL_SOCKET_UNITS = QUECTEL_BEARERS * (QUECTEL_SOCKETS + QUECTEL_ACCEPTED),
    QUECTEL_SEND_MAX = 1460,
    QUECTEL_RECEIVE_MAX = 1500
};

/* As the host is told by +QISTATE and +QSSLSTATE. */
#define QUECTEL_SOCKET_STATES(X)                                                                   \
    X(SOCKET_INITIAL, "INITIAL")                                                                   \
    X(SOCKET_CONNECTING, "CONNECTING")                                                             \
    X(SOCKET_CONNECTED, "CONNECTED")                                                               \
    X(SOCKET_REMOTE_CLOSING, "REMOTE CLOSING") /* closed by the peer, not all of it read */        \
    X(SOCKET_ENDED, "CLOSED")  /* by the peer or the network: reading goes on finding nothing */   \
    X(SOCKET_FAILED, "CLOSED") /* its opening has; a host may close it all the same */             \
    X(SOCKET_CLOSED, "CLOSED")

enum quectel_socket_state {
#define QUECTEL_SOCKET_ENUM(name, text) name,
    QUECTEL_SOCKET_STATES(QUECTEL_SOCKET_ENUM)
#undef QUECTEL_SOCKET_ENUM
};

struct quectel_socket;

/* How a socket tells what has happened to it; called when its port is quiet. */
struct quectel_manner {
    void (*opened)(struct quectel_socket *socket);
    void (*failed)(struct quectel_socket *socket);
    void (*received)(struct quectel_socket *socket); /* there is something to read */
    void (*closed)(struct quectel_socket *socket);
};

/* What waits to be told. */
#define QUECTEL_NEWS(X)                                                                            \
    X(NEWS_NONE)                                                                                   \
    X(NEWS_OPENED)                                                                                 \
    X(NEWS_FAILED)                                                                                 \
    X(NEWS_CLOSED)

enum quectel_news {
#define QUECTEL_NEWS_ENUM(name) name,
    QUECTEL_NEWS(QUECTEL_NEWS_ENUM)
#undef QUECTEL_NEWS_ENUM
};

/* What a socket has while it is connected, or is being so, and until the last byte was read. */
struct quectel_link {
    struct online online; /* first member; transparent mode */
    struct connection connection;
    struct packets packets;
    struct datagrams datagrams; /* UDP */
};

/* What is known of a socket from its first opening on. */
struct quectel_socket {
    size_t unit;
    enum quectel_role role;
    int index; /* of its context and role */
    struct tlsmodem *modem;
    struct module_terminal *owner;       /* the port that opened it, and hears of it */
    const struct quectel_manner *manner; /* NULL: never opened */
    size_t bearer;
    bool secure;
    bool single; /* opened with QIMUX=0: its lines carry no index */
    bool transparent;
    bool announced;                  /* the host knows that there is something to read */
    size_t read;                     /* bytes since it was told so */
    enum quectel_socket_state state; /* quectel_socket_enter() is its only writer */
    enum quectel_news news;          /* quectel_socket_note() is its only writer */
    enum net_transport transport;
    uint16_t port;
    char *peer;                /* owned: how +QISTATE names a peer that is gone */
    struct quectel_link *link; /* NULL: none */
    int32_t limit_fact;        /* of its opening */
    uint64_t sent;             /* bytes that the host gave since opening */
    unsigned prompts;          /* that are open and collect data for it */
};

/* Where a socket goes; of one that is accepted only how it speaks. */
struct quectel_opening {
    const char *host;
    uint16_t port;
    enum net_transport transport;
    const struct tls_config *tls;
    int64_t timeout_ms; /* of all of it */
    int64_t step_ms;    /* longest wait for the next sign of the peer; 0: the same */
    int32_t limit_fact; /* the fact that is used when a time is over; 0: none */
    bool single, transparent;
    const struct quectel_manner *manner;
};

/* A connection that has come in, and from where. */
struct quectel_arrival {
    struct net_stream *stream;
    struct net_address from;
    uint16_t port;
};

/* ---- quectel_socket_life.c ---- */

/* The only writer of socket->state. */
void quectel_socket_enter(struct quectel_socket *socket, enum quectel_socket_state next);

/* The only writer of socket->news: what its port hears when it is quiet next, instead of what
 * waited to be told before; NEWS_NONE: nothing. */
void quectel_socket_note(struct quectel_socket *socket, enum quectel_news news);

/* Wipes and frees what a link collects. */
void quectel_link_clear(struct quectel_link *link);

/* Lets go of the connection, and enters `next`. */
void quectel_socket_release(struct quectel_socket *socket, enum quectel_socket_state next);

/* The same after its end by the peer or the network. */
void quectel_socket_end(struct quectel_socket *socket);

/* Received bytes wait in the socket, in command state. */
void quectel_socket_buffer(struct quectel_socket *socket);

/* How many bytes a socket holds for the host; notes nothing. */
size_t quectel_socket_buffer_size(const struct tlsmodem *modem);

/* UDP: moves datagrams to where they can be counted, as far as they fit. */
void quectel_socket_collect(struct quectel_socket *socket);

/* The socket of a unit from 0, below QUECTEL_SOCKET_UNITS; NULL when it was never opened. */
struct quectel_socket *quectel_socket_in(const struct tlsmodem *modem, size_t unit);

/* How many sockets of a role there are, with indexes from 0. */
int quectel_socket_count(enum quectel_role role);

/* The same of a role and `index`, on the context `bearer`, below QUECTEL_BEARERS. */
struct quectel_socket *quectel_socket_on(const struct tlsmodem *modem, size_t bearer,
                                         enum quectel_role role, int32_t index);

/* The same, one of the host's own, on the foreground context. */
struct quectel_socket *quectel_socket_at(const struct at_session *at, int32_t index);

/* The same to look at: then in the state of one that was never opened. */
const struct quectel_socket *quectel_socket_look(const struct at_session *at, int32_t index);

/* The same to open it: NULL when there is no memory. */
struct quectel_socket *quectel_socket_make(const struct at_session *at, int32_t index);

/* True while its connection is open to write to. */
bool quectel_socket_is_open(const struct quectel_socket *socket);

/* True when the peer has ended it. */
bool quectel_socket_has_ended(const struct quectel_socket *socket);

/* True when the index may be opened again. */
bool quectel_socket_is_free(const struct quectel_socket *socket);

/* Open, or closed by the peer with something left to read. */
bool quectel_socket_is_there(const struct quectel_socket *socket);

/* The same, or its opening has failed: +QICLOSE answers CLOSE OK. */
bool quectel_socket_can_close(const struct quectel_socket *socket);

/* Starts to open a free socket for this port.  False when nothing was started; the log says why,
 * and the host is not told yet. */
bool quectel_socket_open(struct at_session *at, struct quectel_socket *socket,
                         const struct quectel_opening *opening);

/* One of a server's, of `index` on the context `bearer`: NULL when there is no memory. */
struct quectel_socket *quectel_socket_make_accepted(struct tlsmodem *modem, size_t bearer,
                                                    int32_t index);

/* Takes a connection for a free socket of a server's, which its port `owner` hears of.  False when
 * there is no memory: the stream is still the caller's. */
bool quectel_socket_accept(struct quectel_socket *socket, struct module_terminal *owner,
                           const struct quectel_opening *opening,
                           const struct quectel_arrival *arrival);

/* Closes without a word; what is unread is gone. */
void quectel_socket_close(struct quectel_socket *socket);

/* Bytes that the next read can give at most: of UDP those of one datagram. */
size_t quectel_socket_available(struct quectel_socket *socket);

/* All bytes that wait. */
size_t quectel_socket_waiting(struct quectel_socket *socket);

/* In how many packets they wait. */
size_t quectel_socket_packets(struct quectel_socket *socket);

/* Takes received bytes, of UDP one datagram, as far as `cap` goes; 0: none now. */
size_t quectel_socket_read(struct quectel_socket *socket, uint8_t *buf, size_t cap);

/* To be called when a read of `got` bytes is over: the next bytes are news again when nothing was
 * left or a plain socket has given a packet's worth, and so is the end of a peer that has gone. */
void quectel_socket_was_read(struct quectel_socket *socket, size_t got);

/* Takes all of `bytes` or, while earlier ones still wait for the peer, nothing. */
bool quectel_socket_send(struct quectel_socket *socket, struct span bytes);

/* Sends what waits; true when nothing is left. */
bool quectel_socket_flush(struct quectel_socket *socket);

/* The peer's address, or the host as it was given while there is none. */
void quectel_socket_peer(const struct quectel_socket *socket, char text[CONNECTION_HOST_MAX + 1]);

/* The state as a host is told. */
const char *quectel_socket_state_words(const struct quectel_socket *socket);

/* The host has taken a context down: it needs no lines about its open sockets, but those that were
 * being opened have failed. */
void quectel_sockets_close_all(struct tlsmodem *modem, size_t bearer);

/* True while any socket is not free. */
bool quectel_sockets_in_use(struct tlsmodem *modem);

/* ---- quectel_online.c ---- */

/* True when this port has a transparent socket; it has one at most. */
bool quectel_has_transparent(struct at_session *at);

/* CONNECT, unsolicited: the port is the socket's; while at_may_speak_at_length(). */
void quectel_online_enter(struct quectel_socket *socket);

/* True while its owner's port is the peer's. */
bool quectel_online_is_on(const struct quectel_socket *socket);

/* The time of a packet that is not full is over. */
void quectel_online_tick(struct quectel_socket *socket);

/* The connection is gone: back to command state, and somebody else says why. */
void quectel_online_leave(struct quectel_socket *socket);

/* The same, with the line that says so. */
void quectel_online_end(struct quectel_socket *socket);

#endif
