/* real_peer.c: a peer on a socket of this machine. */
#include "check/real_peer.h"

#include "check/misbehaviour.h"
#include "check/tls_server.h"
#include "check/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 16384,
    DATAGRAM_MAX = 65536,
    UNREAD_MAX = 1000000,
    NAME_CAP = 200,
    CALLERS_MAX = 8,     /* a queue of length 0 holds one or two */
    CALLED_MS = 300,     /* a connection to this machine itself takes less */
    SMALL_WINDOW = 2048, /* what a peer that reads nothing lets come at least */
    SMALL_SEGMENT = 536  /* so that the module's side does not hold megabytes for it */
};

struct real_peer {
    const struct script_peer *plan;
    const char *address;
    struct tls_site *site; /* TLS, STARTTLS */
    int listener;          /* or the UDP socket, or one that only keeps the port */
    uint16_t port;
    uint32_t patience_ms;
    int callers[CALLERS_MAX]; /* HANG: connections of our own that nobody accepts */
    size_t caller_count;
    int fd; /* the connection; -1: none */
    struct tls_server *tls;
    bool is_over;      /* one side has closed: what comes next is on another connection */
    struct bytes got;  /* that no step has taken */
    struct bytes last; /* line that was handed out */
    struct sockaddr_storage sender; /* UDP: of the last datagram */
    socklen_t sender_len;
};

static int64_t deadline(const struct real_peer *peer)
{
    return wire_now_ms() + peer->patience_ms;
}

static bool fail(struct report *why, const char *what)
{
    report_add(why, "  %s: %s\n", what, strerror(errno));
    return false;
}

/* ---- its connection ---- */

static void drop_connection(struct real_peer *peer)
{
    tls_server_close(peer->tls);
    peer->tls = NULL;
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    bytes_drop(&peer->got, peer->got.len);
}

static bool accept_connection(struct real_peer *peer, struct report *why)
{
    int fd = wire_accept(peer->listener, deadline(peer));

    if (fd < 0) {
        report_add(why, "  the module has not connected\n");
        return false;
    }
    drop_connection(peer);
    peer->fd = fd;
    peer->is_over = false;
    return true;
}

static bool is_connected(const struct real_peer *peer, struct report *why)
{
    if (peer->fd < 0)
        report_add(why, "  the module has no connection to this peer\n");
    return peer->fd >= 0;
}

/* What the next bytes are; as of wire_read(). */
static ssize_t receive(struct real_peer *peer, void *buf, size_t cap, int64_t deadline_ms,
                       struct report *why)
{
    return peer->tls != NULL ? tls_server_read(peer->tls, buf, cap, deadline_ms, why)
                             : wire_read(peer->fd, buf, cap, deadline_ms);
}

/* More bytes into `got`, at most `cap`: 1, 0 at the end, -1 as of wire_read(). */
static int receive_more(struct real_peer *peer, size_t cap, int64_t deadline_ms, struct report *why)
{
    uint8_t chunk[CHUNK];
    ssize_t len = receive(peer, chunk, cap < CHUNK ? cap : CHUNK, deadline_ms, why);

    if (len <= 0)
        return (int)len;
    return bytes_add(&peer->got, span_at(chunk, (size_t)len), UINT32_MAX) == ERR_OK ? 1 : -1;
}

/* Also what was not asked for, without waiting. */
static void receive_rest(struct real_peer *peer)
{
    struct report ignored = { .cut = false };

    while (peer->fd >= 0 && peer->got.len < UNREAD_MAX &&
           receive_more(peer, CHUNK, wire_now_ms(), &ignored) > 0)
        continue;
    report_free(&ignored);
}

/* ---- UDP ---- */

static bool receive_datagram(struct real_peer *peer, int64_t deadline_ms)
{
    ssize_t len = -1;

    if (peer->got.len > 0)
        return true;
    if (bytes_reserve(&peer->got, DATAGRAM_MAX) != ERR_OK ||
        !wire_wait(peer->listener, POLLIN, deadline_ms))
        return false;
    peer->sender_len = sizeof(peer->sender);
    len = recvfrom(peer->listener, peer->got.data, DATAGRAM_MAX, 0,
                   (struct sockaddr *)&peer->sender, &peer->sender_len);
    if (len > 0)
        bytes_commit(&peer->got, (size_t)len);
    return len > 0;
}

static bool get_datagram(struct real_peer *peer, struct span expected, struct report *why)
{
    bool same;

    (void)receive_datagram(peer, deadline(peer));
    same = span_equal(bytes_span(&peer->got), expected);
    if (!same) {
        report_add(why, "  the peer got something else\n");
        report_add_difference(why, expected, bytes_span(&peer->got));
        return false;
    }
    bytes_drop(&peer->got, peer->got.len);
    return true;
}

static bool send_datagram(struct real_peer *peer, struct span bytes, struct report *why)
{
    if (peer->sender_len == 0) {
        report_add(why, "  the module has sent no datagram\n");
        return false;
    }
    return sendto(peer->listener, bytes.data, bytes.len, 0, (const struct sockaddr *)&peer->sender,
                  peer->sender_len) >= 0 ||
           fail(why, "cannot send");
}

/* ---- what comes ---- */

static bool begins(struct span bytes, struct span with)
{
    return bytes.len >= with.len && (with.len == 0 || memcmp(bytes.data, with.data, with.len) == 0);
}

/* Exactly so many and no more, since TLS may begin behind them. */
static bool get(struct real_peer *peer, struct span expected, struct report *why)
{
    int64_t until_ms = deadline(peer);

    if (peer->plan->kind == SCRIPT_PEER_UDP)
        return get_datagram(peer, expected, why);
    if (!is_connected(peer, why))
        return false;
    while (peer->got.len < expected.len && begins(expected, bytes_span(&peer->got)) &&
           receive_more(peer, expected.len - peer->got.len, until_ms, why) > 0)
        continue;
    if (begins(bytes_span(&peer->got), expected)) {
        bytes_drop(&peer->got, expected.len);
        return true;
    }
    receive_rest(peer);
    report_add(why, "  the peer got something else\n");
    report_add_difference(why, expected, bytes_span(&peer->got));
    return false;
}

/* A datagram is a line, whatever it ends with. */
static bool datagram_line(struct real_peer *peer, struct span *ret_line)
{
    bool copied;

    (void)receive_datagram(peer, deadline(peer));
    copied = bytes_copy(&peer->last, bytes_span(&peer->got)) == ERR_OK;
    bytes_drop(&peer->got, peer->got.len);
    *ret_line = bytes_span(&peer->last);
    return copied;
}

static bool ends_line(struct span bytes)
{
    return bytes.len > 0 && bytes.data[bytes.len - 1] == '\n';
}

bool real_peer_line(struct real_peer *peer, struct span *ret_line, struct report *why)
{
    int64_t until_ms = deadline(peer);
    struct span line;

    if (peer->plan->kind == SCRIPT_PEER_UDP)
        return datagram_line(peer, ret_line);
    if (!is_connected(peer, why))
        return false;
    while (!ends_line(bytes_span(&peer->got)) && receive_more(peer, 1, until_ms, why) > 0)
        continue;
    if (bytes_copy(&peer->last, bytes_span(&peer->got)) != ERR_OK)
        return false;
    bytes_drop(&peer->got, peer->got.len);
    line = bytes_span(&peer->last);
    line.len -= ends_line(line) ? 1 : 0;
    line.len -= line.len > 0 && line.data[line.len - 1] == '\r' ? 1 : 0;
    *ret_line = line;
    return true;
}

static bool get_nothing(struct real_peer *peer, int64_t ms, struct report *why)
{
    int64_t until_ms = wire_now_ms() + ms;
    bool came = peer->plan->kind == SCRIPT_PEER_UDP
                    ? receive_datagram(peer, until_ms)
                    : is_connected(peer, why) &&
                          (peer->got.len > 0 || receive_more(peer, CHUNK, until_ms, why) > 0);

    if (!came)
        return why->text.len == 0;
    report_add(why, "  the peer got:\n");
    report_add_lines(why, "    ", real_peer_unread(peer));
    return false;
}

static bool get_close(struct real_peer *peer, struct report *why)
{
    int result = 1;

    if (!is_connected(peer, why))
        return false;
    while (peer->got.len == 0 && result > 0)
        result = receive_more(peer, CHUNK, deadline(peer), why);
    peer->is_over = true;
    if (peer->got.len > 0) {
        report_add(why, "  the module sent before it closed:\n");
        report_add_lines(why, "    ", real_peer_unread(peer));
        return false;
    }
    return result == 0 || fail(why, "the module has not closed");
}

struct span real_peer_unread(struct real_peer *peer)
{
    if (peer->plan->kind == SCRIPT_PEER_UDP)
        (void)receive_datagram(peer, wire_now_ms());
    else if (!peer->is_over)
        receive_rest(peer);
    return bytes_span(&peer->got);
}

/* ---- handshakes ---- */

/* A connection on which no handshake has begun: the one that there is, or the next. */
static bool find_connection(struct real_peer *peer, struct report *why)
{
    bool is_called = wire_wait(peer->listener, POLLIN, wire_now_ms());

    if (peer->fd >= 0 && peer->tls == NULL && !peer->is_over && !is_called)
        return true;
    return accept_connection(peer, why);
}

static bool speaks_tls(const struct real_peer *peer, struct report *why)
{
    if (peer->site == NULL)
        report_add(why, "  this peer does not speak TLS\n");
    return peer->site != NULL;
}

static bool shake_hands(struct real_peer *peer, struct report *why)
{
    if (!speaks_tls(peer, why) || !find_connection(peer, why))
        return false;
    peer->tls = tls_server_open(peer->site, peer->fd, deadline(peer), why);
    return peer->tls != NULL;
}

static bool accept_module(struct real_peer *peer, const struct stage_order *order,
                          struct report *why)
{
    int version, suite;
    bool resumed;

    if (peer->plan->kind == SCRIPT_PEER_TCP)
        return accept_connection(peer, why);
    if (!shake_hands(peer, why))
        return false;
    tls_server_agreed(peer->tls, &version, &suite, &resumed);
    if (order->version >= 0 && order->version != version)
        report_add(why, "  agreed on version %04x, expected %04x\n", (unsigned)version,
                   (unsigned)order->version);
    if (order->suite >= 0 && order->suite != suite)
        report_add(why, "  agreed on suite %04x, expected %04x\n", (unsigned)suite,
                   (unsigned)order->suite);
    if (order->resumption != SCRIPT_RESUMED_UNSAID &&
        resumed != (order->resumption == SCRIPT_RESUMED))
        report_add(why,
                   resumed ? "  the session was resumed\n" : "  the session was not resumed\n");
    return why->text.len == 0;
}

static bool misbehave(struct real_peer *peer, struct report *why)
{
    if (!accept_connection(peer, why))
        return false;
    peer->is_over = true;
    return misbehaviour_run(peer->plan->argument, &peer->fd, deadline(peer), why);
}

/* The module refuses, perhaps only after its last flight. */
static bool be_refused(struct real_peer *peer, struct report *why)
{
    struct report said = { .cut = false };
    bool failed;

    if (peer->plan->kind == SCRIPT_PEER_RAW)
        return misbehave(peer, why);
    if (!speaks_tls(peer, why) || !find_connection(peer, why))
        return false;
    peer->tls = tls_server_open(peer->site, peer->fd, deadline(peer), &said);
    failed = peer->tls == NULL;
    if (!failed) {
        errno = 0;
        (void)receive_more(peer, CHUNK, deadline(peer), &said);
        failed = peer->got.len == 0 && errno != ETIMEDOUT;
    } else {
        (void)shutdown(peer->fd, SHUT_WR);
    }
    peer->is_over = true;
    if (!failed)
        report_add(why, "  the handshake succeeded and the connection stays open\n");
    report_free(&said);
    return failed;
}

/* ---- orders ---- */

static bool send_bytes(struct real_peer *peer, struct span bytes, struct report *why)
{
    if (peer->plan->kind == SCRIPT_PEER_UDP)
        return send_datagram(peer, bytes, why);
    if (!is_connected(peer, why))
        return false;
    return (peer->tls != NULL ? tls_server_write(peer->tls, bytes, deadline(peer))
                              : wire_write(peer->fd, bytes, deadline(peer))) ||
           fail(why, "cannot send");
}

/* Data of a record that nobody can decrypt. */
static bool corrupt(struct real_peer *peer, struct report *why)
{
    uint8_t record[5 + 48] = { 23, 3, 3, 0, 48 };
    int version, suite;
    bool resumed;

    if (peer->tls == NULL) {
        report_add(why, "  the module has no secure connection to this peer\n");
        return false;
    }
    tls_server_agreed(peer->tls, &version, &suite, &resumed);
    record[2] = (uint8_t)version;
    for (size_t i = 5; i < sizeof(record); i++)
        record[i] = (uint8_t)(i * 37);
    return wire_write(peer->fd, span_at(record, sizeof(record)), deadline(peer)) ||
           fail(why, "cannot send");
}

static bool end(struct real_peer *peer, enum script_verb verb, struct report *why)
{
    if (!is_connected(peer, why))
        return false;
    peer->is_over = true;
    if (verb == SCRIPT_RESETS) {
        tls_server_close(peer->tls);
        peer->tls = NULL;
        wire_reset(peer->fd);
        peer->fd = -1;
        return true;
    }
    if (verb == SCRIPT_CLOSES && peer->tls != NULL)
        tls_server_say_close(peer->tls);
    return shutdown(peer->fd, SHUT_WR) == 0 || fail(why, "cannot close");
}

/* Where the module listens is where the next datagram goes. */
static bool call_by_datagrams(struct real_peer *peer, uint16_t port, struct report *why)
{
    peer->sender_len = sizeof(peer->sender);
    return wire_address(peer->address, port, &peer->sender, &peer->sender_len) ||
           fail(why, "no such address");
}

static bool call(struct real_peer *peer, uint16_t port, struct report *why)
{
    int fd;

    if (peer->plan->kind == SCRIPT_PEER_UDP)
        return call_by_datagrams(peer, port, why);
    fd = wire_connect(peer->address, port, deadline(peer));

    if (fd < 0)
        return fail(why, "cannot connect to the module");
    drop_connection(peer);
    peer->fd = fd;
    peer->is_over = false;
    return true;
}

static bool show_client(struct real_peer *peer, struct span expected, struct report *why)
{
    char name[NAME_CAP] = "";

    if (peer->tls != NULL)
        tls_server_client(peer->tls, name, sizeof(name));
    if (span_equal(span_of(name), expected))
        return true;
    report_add(why, "  the module's certificate is of \"");
    report_add_text(why, span_of(name));
    report_add(why, "\"\n");
    return false;
}

/* A UDP port has no connections, and one that refuses or hangs has nothing. */
static bool can(const struct real_peer *peer, enum script_verb verb)
{
    enum script_peer_kind kind = peer->plan->kind;

    if (kind == SCRIPT_PEER_UDP)
        return verb == SCRIPT_GETS || verb == SCRIPT_GETS_NOTHING || verb == SCRIPT_SENDS ||
               verb == SCRIPT_CONNECTS;
    return kind != SCRIPT_PEER_REFUSE && kind != SCRIPT_PEER_HANG;
}

bool real_peer_order(struct real_peer *peer, const struct stage_order *order, struct report *why)
{
    if (!can(peer, order->verb)) {
        report_add(why, "  this kind of peer has no such step\n");
        return false;
    }
    switch (order->verb) {
    case SCRIPT_CONNECTED:
        return accept_connection(peer, why);
    case SCRIPT_CONNECTS:
        return call(peer, order->port, why);
    case SCRIPT_ACCEPTS:
        return accept_module(peer, order, why);
    case SCRIPT_FAILS:
        return be_refused(peer, why);
    case SCRIPT_GETS:
        return get(peer, order->bytes, why);
    case SCRIPT_GETS_NOTHING:
        return get_nothing(peer, order->duration_ms, why);
    case SCRIPT_GETS_CLOSE:
        return get_close(peer, why);
    case SCRIPT_SENDS:
        return send_bytes(peer, order->bytes, why);
    case SCRIPT_CORRUPTS:
        return corrupt(peer, why);
    case SCRIPT_CLIENT:
        return show_client(peer, order->bytes, why);
    default:
        return end(peer, order->verb, why);
    }
}

bool real_peer_offer(struct real_peer *peer, struct span *ret_words, struct report *why)
{
    const char *offer = peer->site != NULL ? tls_site_offer(peer->site) : "";

    *ret_words = span_of(offer);
    if (offer[0] == '\0')
        report_add(why, "  the module has begun no TLS session\n");
    return offer[0] != '\0';
}

static uint16_t port_in(const struct sockaddr_storage *at)
{
    return ntohs(at->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)at)->sin6_port
                                           : ((const struct sockaddr_in *)at)->sin_port);
}

bool real_peer_from(struct real_peer *peer, uint16_t *ret_port, struct report *why)
{
    struct sockaddr_storage at = peer->sender;
    socklen_t len = sizeof(at);

    if (peer->plan->kind == SCRIPT_PEER_UDP ? peer->sender_len == 0 : !is_connected(peer, why)) {
        report_add(why, peer->plan->kind == SCRIPT_PEER_UDP ? "  the module has sent no datagram\n"
                                                            : "");
        return false;
    }
    if (peer->plan->kind != SCRIPT_PEER_UDP &&
        getpeername(peer->fd, (struct sockaddr *)&at, &len) != 0)
        return fail(why, "the connection is gone");
    *ret_port = port_in(&at);
    return true;
}

/* ---- opening and closing ---- */

/* Whether the port listens as its kind has it.  Nobody listens on that of one that refuses, and
 * nobody else can take it. */
static bool listens(struct real_peer *peer)
{
    enum script_peer_kind kind = peer->plan->kind;
    int window = SMALL_WINDOW, segment = SMALL_SEGMENT;

    if (kind == SCRIPT_PEER_UDP || kind == SCRIPT_PEER_REFUSE)
        return true;
    if (kind == SCRIPT_PEER_RAW &&
        (setsockopt(peer->listener, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window)) != 0 ||
         setsockopt(peer->listener, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment)) != 0))
        return false;
    return listen(peer->listener, kind == SCRIPT_PEER_HANG ? 0 : SOMAXCONN) == 0;
}

/* Has nothing come back from its port: once the queue of those who call it is full, the system
 * drops whoever else calls. */
static bool fill_queue(struct real_peer *peer)
{
    int fd = 0;

    while (peer->caller_count < CALLERS_MAX && fd >= 0) {
        fd = wire_connect(peer->address, peer->port, wire_now_ms() + CALLED_MS);
        if (fd >= 0)
            peer->callers[peer->caller_count++] = fd;
    }
    return fd < 0 && errno == ETIMEDOUT;
}

static bool open_socket(struct real_peer *peer, const struct real_peer *beside, struct report *why)
{
    enum script_peer_kind kind = peer->plan->kind;

    if (kind == SCRIPT_PEER_PPP) {
        report_add(why,
                   "peer: ppp: data calls have no port of this machine; allowed: the engine\n");
        return false;
    }
    if (beside != NULL) {
        peer->listener = dup(beside->listener);
        peer->port = beside->port;
    } else {
        peer->listener = wire_bind(peer->address, peer->plan->port,
                                   kind == SCRIPT_PEER_UDP ? SOCK_DGRAM : SOCK_STREAM, &peer->port);
    }
    if (peer->listener < 0 || !listens(peer)) {
        report_add(why, "peer: cannot open port %u of %s: %s\n", (unsigned)peer->plan->port,
                   peer->address, strerror(errno));
        return false;
    }
    if (kind != SCRIPT_PEER_HANG || fill_queue(peer))
        return true;
    report_add(why, "peer: hang: this machine's network has no such port; allowed: the engine\n");
    return false;
}

static bool knows_way(const struct script_peer *plan, struct report *why)
{
    return plan->kind != SCRIPT_PEER_RAW || misbehaviour_is_known(plan->argument, why);
}

struct real_peer *real_peer_open(const struct script_peer *plan, const char *address,
                                 struct test_authority *authority, const struct real_peer *beside,
                                 struct report *why)
{
    struct real_peer *peer = calloc(1, sizeof(*peer));
    bool has_tls = plan->kind == SCRIPT_PEER_TLS || plan->kind == SCRIPT_PEER_STARTTLS;

    if (peer == NULL) {
        report_add(why, "%s\n", err_text(ERR_NO_MEMORY));
        return NULL;
    }
    peer->plan = plan;
    peer->address = address;
    peer->patience_ms = STAGE_ANSWER_MS;
    peer->fd = -1;
    peer->listener = -1;
    if (has_tls)
        peer->site = tls_site_open(plan, authority, why);
    if ((!has_tls || peer->site != NULL) && knows_way(plan, why) && open_socket(peer, beside, why))
        return peer;
    real_peer_close(peer);
    return NULL;
}

void real_peer_close(struct real_peer *peer)
{
    if (peer == NULL)
        return;
    drop_connection(peer);
    for (size_t i = 0; i < peer->caller_count; i++)
        close(peer->callers[i]);
    if (peer->listener >= 0)
        close(peer->listener);
    tls_site_close(peer->site);
    bytes_free(&peer->got);
    bytes_free(&peer->last);
    free(peer);
}

void real_peer_wait_for(struct real_peer *peer, uint32_t patience_ms)
{
    peer->patience_ms = patience_ms;
}

uint16_t real_peer_port(const struct real_peer *peer)
{
    return peer->port;
}
