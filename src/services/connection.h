/* connection.h: one connection of a module: TCP, UDP, or TCP with TLS; opened, used and closed.
 *
 * It reports through `struct connection_events`, from the event loop only, never from inside a
 * call. It knows no AT command; what a state or a failure means to a host is the personality's
 * business.
 */
#ifndef SERVICES_CONNECTION_H
#define SERVICES_CONNECTION_H

#include "base/err.h"
#include "base/log.h"
#include "base/ring.h"
#include "iface/net.h"
#include "iface/tls.h"

#include <stdbool.h>

#define CONNECTION_STATES(X)                                                                       \
    X(CONNECTION_CLOSED)                                                                           \
    X(CONNECTION_RESOLVING)                                                                        \
    X(CONNECTION_CONNECTING)                                                                       \
    X(CONNECTION_LISTENING)                                                                        \
    X(CONNECTION_HANDSHAKING)                                                                      \
    X(CONNECTION_OPEN)                                                                             \
    X(CONNECTION_ENDED) /* the peer has ended it; received bytes may still be read */

enum connection_state {
#define CONNECTION_ENUM(name) name,
    CONNECTION_STATES(CONNECTION_ENUM)
#undef CONNECTION_ENUM
};

/* What a connection uses of its modem; outlives it. */
struct connection_world {
    struct net *net;
    struct tls *const *tls; /* the first of `tls_count` that supports a version is taken */
    size_t tls_count;
    const struct log *log;
    int64_t (*now_ms)(void *ctx);
    int64_t (*utc_s)(void *ctx); /* the module's clock */
    /* Around everything that the event loop brings. */
    void (*enter)(void *ctx);
    void (*leave)(void *ctx);
    void *ctx;
    int32_t *whose; /* is the number of the socket for which something is begun on `net` or `tls`,
                     * CONNECTION_NO_SOCKET for what is none; NULL: nobody wants to know */
};

enum { CONNECTION_NO_SOCKET = -1 };

/* Why an opening failed or a connection ended. */
struct connection_failure {
    enum connection_state during;
    enum err err; /* ERR_TLS and ERR_CREDENTIALS: see `tls` */
    struct tls_failure tls;
    /* Of connection_secure(), which cannot connect again by itself: the same config with the offer
     * `next` may do over a new connection. */
    bool may_do;
    struct tls_offer next;
};

struct connection_events {
    void (*on_open)(void *ctx);
    void (*on_failed)(void *ctx, const struct connection_failure *failure); /* closed again */
    void (*on_data)(void *ctx); /* there is more to read than before, or the peer has ended it */
    void (*on_writable)(void *ctx); /* after connection_write() took nothing */
};

enum { CONNECTION_HOST_MAX = 255, CONNECTION_ADDRESSES_MAX = 8 };

struct connection_target {
    const char *host; /* name or address */
    uint16_t port;
    uint16_t local_port; /* 0: any */
    enum net_transport transport;
    int64_t step_timeout_ms;  /* longest wait for the next sign of the other side while opening */
    int64_t total_timeout_ms; /* longest opening, and longest connection_secure() after it; 0: no
                               * limit but that of each step */
    /* NULL: none.  `server_name`, clock and log are filled in. */
    const struct tls_config *tls;
};

struct connection_offer;

struct connection {
    const struct connection_world *world;
    const struct connection_events *events;
    void *ctx;        /* of the events */
    const char *kind; /* for the log: "http"; NULL: a socket, of number `id` */
    int id;
    enum connection_state state;
    char *host; /* owned; from the first opening on */
    uint16_t port, local_port;
    enum net_transport transport;
    int64_t step_timeout_ms, total_timeout_ms, deadline_ms;
    int64_t open_until_ms; /* end of total_timeout_ms, or CLOCK_NEVER */
    struct net_query *query;
    struct net_address peer;    /* the address that is tried, or was the last one */
    struct net_address *others; /* owned, while opening; those that come after it */
    struct net_stream *stream;
    struct net_listener *listener;
    struct tls_session *session; /* NULL: no TLS */
    struct log *session_log;     /* owned: see connection_session_log(); NULL: there is none */
    const char *sni_advice;      /* of the session's config, where it hides a name; NULL: else */
    /* Owned, while a handshake may come to it that the server is to be offered something else;
     * NULL: that is all there is to offer. */
    struct connection_offer *offer;
    unsigned wanted;     /* events asked of the stream */
    enum err stream_err; /* what ended the stream below a session */
    struct net_keep_alive keep_alive;
    bool has_peer;
    bool buffering;     /* received bytes are collected here, so that they can be counted */
    bool write_blocked; /* the peer must take bytes before more are written */
    bool paused;        /* the reader had no room: nothing is read until it comes again */
    uint8_t other_count, other_next; /* of `others` */
    bool starved; /* there was no memory to collect received bytes: tried again by time */
    bool half_open, finished; /* connection_set_half_open(); the peer has sent its FIN */
    size_t received_cap;
    struct ring received; /* its memory is owned, there while there is something in it */
    struct tls_info info;
    enum err end;       /* how it has ended; ERR_TLS: the session knows more */
    uint32_t cut_count; /* datagrams that were too long, since it was opened */
    uint64_t cut_bytes; /* what was lost of them */
};

/* `received_cap`: how many bytes may wait to be counted and read, 0 for one that never buffers;
 * memory for them is there while it is needed. */
void connection_init(struct connection *connection, int id, const struct connection_world *world,
                     const struct connection_events *events, void *ctx, size_t received_cap);

/* The log calls it `kind`, which is static, and not a socket. */
void connection_name(struct connection *connection, const char *kind);

/* Closes it, and frees all that is left. */
void connection_deinit(struct connection *connection);

/* Starts to open one that is closed.  A server that chooses a cipher suite beyond those of
 * target->tls, or refuses its newest version, is connected to again, within the same time, and
 * offered parts of the suites, or the oldest version, as long as the provider has such.
 * ERR_CREDENTIALS, ERR_UNSUPPORTED with `ret_failure`,
 * ERR_INVALID for a host that is too long, ERR_NO_MEMORY: nothing was started; the log has a line.
 * The spans of target->tls may be wiped at once. */
enum err connection_open(struct connection *connection, const struct connection_target *target,
                         struct connection_failure *ret_failure);

/* Waits on our address `at` for the one connection that is expected from `from`, and then goes on
 * like connection_open(): target->host names the other side for TLS, its ports do not count.
 * Errors as there, and those of net's listen(). */
enum err connection_await(struct connection *connection, const struct connection_target *target,
                          const struct net_address *at, const struct net_address *from,
                          uint16_t *ret_port, struct connection_failure *ret_failure);

/* Takes a connection that has come in (net_accepted_fn) from an address and port, for one that is
 * closed: it is open at once, and no event says so.  ERR_NO_MEMORY: it stays closed, and `stream`
 * the caller's. */
enum err connection_adopt(struct connection *connection, enum net_transport transport,
                          struct net_stream *stream, const struct net_address *from, uint16_t port);

/* The other side of one that was adopted, by UDP and open, is another from now on: for who asks,
 * and the log. */
void connection_turn(struct connection *connection, const struct net_address *peer, uint16_t port);

/* Puts TLS on an open TCP connection that has none: on_open() or on_failed() follows, the latter
 * perhaps with an offer for a new connection (may_do).  ERR_STATE for any other.  ERR_INVALID when
 * bytes have come that were not protected and not read.  Errors as in connection_open(); it stays
 * as it is then. */
enum err connection_secure(struct connection *connection, const struct tls_config *tls,
                           struct connection_failure *ret_failure);

/* Probes of the TCP connection, from now on and for later ones; in any state. */
void connection_keep_alive(struct connection *connection, const struct net_keep_alive *probes);

/* The address of the other side, of a connection that has one (has_peer). */
const struct net_address *connection_peer(const struct connection *connection);

/* Our own port of a connection that is open; 0: it is not known (any more). */
uint16_t connection_own_port(const struct connection *connection);

/* From now on, of an open TCP connection without TLS: when the peer has finished sending, it may
 * still be sent to, and the connection goes on until it is lost or closed.  False: that is its end,
 * also where it was before.  A connection begins without. */
void connection_set_half_open(struct connection *connection, bool half_open);

/* True of one that goes on so. */
bool connection_is_half_closed(const struct connection *connection);

/* Another name for the other side, in the log and for connection_secure().  ERR_NO_MEMORY: it keeps
 * the one it has. */
enum err connection_rename(struct connection *connection, const char *host);

/* What resumes the present session (tls_config.resume); NULL where there is none, it has failed, or
 * its server allows none.  To be asked before connection_close(); the caller frees it. */
struct tls_ticket *connection_ticket(const struct connection *connection);

/* True when the network has taken everything that connection_write() accepted. */
bool connection_is_flushed(const struct connection *connection);

/* Closes in any state, with close_notify where there is a session; no event follows.  Unread
 * bytes are gone. */
void connection_close(struct connection *connection);

/* True from on_open() until connection_close(), also after the peer has ended it. */
bool connection_is_open(const struct connection *connection);

/* In on_failed() with ERR_TIMEOUT: true when it was total_timeout_ms that was over. */
bool connection_is_out_of_time(const struct connection *connection);

/* True when the peer has ended it: ERR_OK in `ret_failure` by close_notify or FIN.  To be asked
 * whenever reading or writing gave 0. */
bool connection_has_ended(const struct connection *connection,
                          struct connection_failure *ret_failure);

/* Collect received bytes so that connection_available() counts them; or leave them to
 * connection_read(). */
void connection_set_buffering(struct connection *connection, bool buffering);

/* Bytes that connection_read() is sure to give. */
size_t connection_available(const struct connection *connection);

/* Takes received bytes, 0 when there are none now: only then the next bytes raise on_data().
 * UDP: one datagram, as far as `cap` goes; do not buffer, datagrams would melt together. */
size_t connection_read(struct connection *connection, uint8_t *buf, size_t cap);

/* The host gets only `kept` bytes of a datagram of `len`, more than that: the log has a line for
 * the first of a connection, and how many there were for the others.  connection_read() does so
 * itself where `cap` was too small. */
void connection_lose(struct connection *connection, size_t len, size_t kept);

/* No room for more: on_data() stays away until connection_read() has found nothing to give. */
void connection_pause(struct connection *connection);

/* Sends bytes, as one record or one datagram; returns how many were accepted: all, part of them, or
 * 0, and then on_writable() follows. */
size_t connection_write(struct connection *connection, struct span bytes);

/* When connection_tick() has something to do; CLOCK_NEVER. */
int64_t connection_deadline(const struct connection *connection);

/* Ends an opening whose time is over, looks again for memory; nothing before the deadline. */
void connection_tick(struct connection *connection);

/* One clause for the log. */
void connection_describe(const struct connection_failure *failure, char *text, size_t cap);

#endif
