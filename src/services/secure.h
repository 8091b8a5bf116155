/* secure.h: one secure socket: a name, a TCP connection and a TLS session, opened, used and closed.
 *
 * It reports through `struct secure_events`, from the event loop only, never from inside a call. It
 * knows no AT command; what a state or a failure means to a host is the personality's business.
 */
#ifndef SERVICES_SECURE_H
#define SERVICES_SECURE_H

#include "base/err.h"
#include "base/log.h"
#include "base/ring.h"
#include "iface/net.h"
#include "iface/tls.h"

#include <stdbool.h>

#define SECURE_STATES(X)                                                                           \
    X(SECURE_CLOSED)                                                                               \
    X(SECURE_RESOLVING)                                                                            \
    X(SECURE_CONNECTING)                                                                           \
    X(SECURE_HANDSHAKING)                                                                          \
    X(SECURE_OPEN)                                                                                 \
    X(SECURE_ENDED) /* the peer has ended it; received bytes may still be read */

enum secure_state {
#define SECURE_ENUM(name) name,
    SECURE_STATES(SECURE_ENUM)
#undef SECURE_ENUM
};

/* What the socket uses of its modem; outlives it. */
struct secure_world {
    const struct net *net;
    const struct tls *tls; /* the first of `tls_count` that supports a version is taken */
    size_t tls_count;
    const struct log *log;
    int64_t (*now_ms)(void *ctx);
    int64_t (*utc_s)(void *ctx); /* the module's clock */
    /* Around everything that the event loop brings. */
    void (*enter)(void *ctx);
    void (*leave)(void *ctx);
    void *ctx;
};

/* Why an opening failed or a connection ended. */
struct secure_failure {
    enum secure_state during;
    enum err err; /* ERR_TLS and ERR_CREDENTIALS: see `tls` */
    struct tls_failure tls;
};

struct secure_events {
    void (*on_open)(void *ctx);
    void (*on_failed)(void *ctx, const struct secure_failure *failure); /* closed again */
    void (*on_data)(void *ctx); /* there is more to read than before, or the peer has ended it */
    void (*on_writable)(void *ctx); /* after secure_write() took nothing */
};

enum { SECURE_HOST_MAX = 255, SECURE_ADDRESSES_MAX = 8 };

struct secure_target {
    const char *host; /* name or address */
    uint16_t port;
    int64_t step_timeout_ms; /* longest wait for the next sign of the other side while opening */
    /* TLS as in iface/tls.h; `server_name`, clock and log are filled in. */
    struct tls_config tls;
};

struct secure_socket {
    const struct secure_world *world;
    const struct secure_events *events;
    void *ctx; /* of the events */
    int id;    /* for the log */
    enum secure_state state;
    char host[SECURE_HOST_MAX + 1];
    uint16_t port;
    int64_t step_timeout_ms, deadline_ms;
    struct net_query *query;
    struct net_address addresses[SECURE_ADDRESSES_MAX];
    size_t address_count, address_next;
    struct net_stream *stream;
    const struct tls *provider;
    struct tls_session *session;
    unsigned wanted;    /* events asked of the stream */
    bool buffering;     /* received bytes are collected here, so that they can be counted */
    bool write_blocked; /* the peer must take bytes before more are written */
    bool paused;        /* the reader had no room: nothing is read until it comes again */
    struct ring received;
    struct tls_info info;
    struct secure_failure end;
};

/* `received` is memory for bytes that wait to be counted and read; borrowed. */
void secure_init(struct secure_socket *socket, int id, const struct secure_world *world,
                 const struct secure_events *events, void *ctx, uint8_t *received,
                 size_t received_cap);

/* Starts to open.  ERR_CREDENTIALS, ERR_UNSUPPORTED with `ret_failure`, ERR_INVALID: nothing was
 * started; the log has a line.  The spans of target->tls may be wiped at once. */
enum err secure_open(struct secure_socket *socket, const struct secure_target *target,
                     struct secure_failure *ret_failure);

/* Closes in any state, with close_notify where there is a session; no event follows.  Unread
 * bytes are gone. */
void secure_close(struct secure_socket *socket);

/* True from on_open() until secure_close(), also after the peer has ended it. */
bool secure_is_open(const struct secure_socket *socket);

/* True when the peer has ended it: ERR_OK in `ret_failure` by close_notify or FIN.  To be asked
 * whenever reading or writing gave 0. */
bool secure_has_ended(const struct secure_socket *socket, struct secure_failure *ret_failure);

/* Collect received bytes so that secure_available() counts them; or leave them to secure_read(). */
void secure_set_buffering(struct secure_socket *socket, bool buffering);

/* Bytes that secure_read() is sure to give. */
size_t secure_available(const struct secure_socket *socket);

/* Takes received bytes, 0 when there are none now: only then the next bytes raise on_data(). */
size_t secure_read(struct secure_socket *socket, uint8_t *buf, size_t cap);

/* No room for more: on_data() stays away until secure_read() has found nothing to give. */
void secure_pause(struct secure_socket *socket);

/* Sends bytes as one record; returns how many were accepted: all, part of them, or 0, and then
 * on_writable() follows. */
size_t secure_write(struct secure_socket *socket, struct span bytes);

int64_t secure_deadline(const struct secure_socket *socket);
void secure_tick(struct secure_socket *socket);

/* One clause for the log. */
void secure_describe(const struct secure_failure *failure, char *text, size_t cap);

#endif
