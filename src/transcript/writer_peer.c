/* writer_peer.c: what passes on the network, as steps of peers.
 *
 * A script's servers are found by their ports: of the peers at one the first that has no connection
 * gets the next.  Its kind is known only later, so there is room for the longest word.  Which
 * connections do not come about is known only after the host has asked for them, so lines of the
 * header say it by their numbers.
 */
#include "transcript/writer_peer.h"

#include "base/letters.h"
#include "base/text.h"
#include "services/address_text.h"
#include "transcript/encoded.h"
#include "transcript/writer_doubt.h"
#include "transcript/writer_host.h"
#include "transcript/writer_text.h"

#include <assert.h>
#include <stdio.h>

enum {
    PAUSE_MS = 1000,
    NO_PEER = SCRIPT_PEERS_MAX,
    KIND_MAX = 15, /* bytes of its words */
    CALL_PORT = 1  /* who takes data calls has none: nobody dials this one */
};

static const char *kind_words(enum script_peer_kind kind)
{
    switch (kind) {
    case SCRIPT_PEER_TLS:
        return "tls server";
    case SCRIPT_PEER_STARTTLS:
        return "starttls server";
    case SCRIPT_PEER_UDP:
        return "udp";
    case SCRIPT_PEER_PPP:
        return "ppp";
    default:
        return "tcp";
    }
}

/* Blanks before the words make room for others, where another kind may be put in later. */
static int room_of(const struct writer *writer, enum script_peer_kind kind)
{
    return kind != SCRIPT_PEER_UDP && kind != SCRIPT_PEER_PPP && writer->sink.patch != NULL
               ? KIND_MAX
               : 0;
}

/* Something on the network comes next: what the ports have said before is written before. */
static void begin_event(struct writer *writer, int64_t now_ms)
{
    int64_t elapsed = writer_elapse(writer, now_ms);

    if (writer->preceded >= 0)
        writer_flush_before(writer, (unsigned)writer->preceded);
    else
        writer_flush_hosts(writer);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        writer->ports[i].in_block = false;
    if (elapsed >= PAUSE_MS)
        writer_wait(writer, elapsed);
}

/* ---- peers ---- */

static bool is_busy(const struct writer *writer, size_t peer)
{
    for (size_t i = 0; i < WRITER_CONNECTIONS_MAX; i++) {
        if (writer->connections[i].used && writer->connections[i].peer == peer)
            return true;
    }
    return false;
}

/* The first peer at a port that has no connection, as who plays it finds one; NO_PEER: none. */
static size_t find_free(const struct writer *writer, enum net_transport transport, uint16_t port)
{
    for (size_t i = 0; i < writer->peer_count; i++) {
        if (writer->peers[i].transport == transport && writer->peers[i].port == port &&
            !is_busy(writer, i))
            return i;
    }
    return NO_PEER;
}

static size_t find_peer(const struct writer *writer, enum net_transport transport, uint16_t port)
{
    for (size_t i = 0; i < writer->peer_count; i++) {
        if (writer->peers[i].transport == transport && writer->peers[i].port == port)
            return i;
    }
    return NO_PEER;
}

/* Declares another peer; NO_PEER: there are too many, which is told. */
static size_t declare(struct writer *writer, enum net_transport transport, uint16_t port)
{
    enum script_peer_kind kind = transport == NET_UDP ? SCRIPT_PEER_UDP
                                 : port == CALL_PORT  ? SCRIPT_PEER_PPP
                                                      : SCRIPT_PEER_TCP;
    struct writer_peer *peer;
    struct text name;

    if (writer->peer_count == SCRIPT_PEERS_MAX) {
        writer_line(writer, "# more than %d servers: the one at port %u is left out",
                    (int)SCRIPT_PEERS_MAX, (unsigned)port);
        return NO_PEER;
    }
    peer = &writer->peers[writer->peer_count];
    *peer = (struct writer_peer){ .transport = transport, .port = port, .kind = kind };
    text_init(&name, peer->name, sizeof(peer->name));
    text_add(&name, "server%u", (unsigned)writer->peer_count + 1);
    writer_addf(writer, "peer %s %u ", peer->name, (unsigned)port);
    peer->kind_at = writer->written + writer->line.len;
    writer_addf(writer, "%*s", room_of(writer, kind), kind_words(kind));
    (void)writer_end_line(writer);
    return writer->peer_count++;
}

/* The peer that has the next connection to a port. */
static size_t free_at(struct writer *writer, enum net_transport transport, uint16_t port)
{
    size_t found = find_free(writer, transport, port);

    return found != NO_PEER ? found : declare(writer, transport, port);
}

static void change_kind(struct writer *writer, struct writer_peer *peer, enum script_peer_kind kind)
{
    char words[KIND_MAX + 1];

    if (peer->kind == kind || writer->failed)
        return;
    peer->kind = kind;
    if (writer->sink.patch == NULL)
        return;
    snprintf(words, sizeof(words), "%*s", room_of(writer, kind), kind_words(kind));
    writer->sink.patch(writer->sink.ctx, peer->kind_at, span_of(words));
}

static int take_connection(struct writer *writer, size_t peer)
{
    for (int i = 0; i < WRITER_CONNECTIONS_MAX; i++) {
        if (!writer->connections[i].used) {
            writer->connections[i] =
                (struct writer_connection){ .used = true, .peer = peer, .unsaid = true };
            return i;
        }
    }
    return -1;
}

/* ---- names and echoes ---- */

void writer_resolved(struct writer *writer, int64_t now_ms, const char *name,
                     const struct net_address *address)
{
    char text[ADDRESS_TEXT_MAX];

    if (strlen(name) > 255 || !writer_is_plain(span_of(name), true) || strchr(name, ' ') != NULL)
        return; /* nobody resolves it */
    if (strspn(name, "0123456789.") == strlen(name) || strchr(name, ':') != NULL)
        return; /* it is an address */
    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    if (address != NULL)
        address_text(address, text);
    writer_line(writer, "name %s %s", name, address != NULL ? text : "fail");
}

void writer_echoed(struct writer *writer, int64_t now_ms, const struct net_address *to,
                   enum err err, uint32_t round_trip_ms, int ttl)
{
    char text[ADDRESS_TEXT_MAX];

    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    address_text(to, text);
    if (err == ERR_OK && ttl > 0)
        writer_line(writer, "ping %s %u %d", text, (unsigned)round_trip_ms, ttl);
    else if (err == ERR_OK)
        writer_line(writer, "ping %s %u", text, (unsigned)round_trip_ms);
    else
        writer_line(writer, "ping %s %s", text,
                    err == ERR_UNREACHABLE ? "unreachable"
                    : err == ERR_DENIED    ? "denied"
                                           : "timeout");
}

/* ---- connections ---- */

int writer_connected(struct writer *writer, int64_t now_ms, const struct net_target *to)
{
    size_t peer = find_free(writer, to->transport, to->port);

    if (peer != NO_PEER)
        writer_forget_doubt(writer, peer);
    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    peer = free_at(writer, to->transport, to->port);
    return peer != NO_PEER ? take_connection(writer, peer) : -1;
}

int writer_called(struct writer *writer, int64_t now_ms)
{
    const struct net_target to = { .transport = NET_TCP, .port = CALL_PORT };

    return writer_connected(writer, now_ms, &to);
}

void writer_own_port(struct writer *writer, uint16_t port)
{
    char word[sizeof("65535")];
    int len = snprintf(word, sizeof(word), "%u", (unsigned)port);

    writer_note_varying(writer, span_at(word, (size_t)len), "\\d+");
}

int writer_accepted(struct writer *writer, int64_t now_ms, enum net_transport transport,
                    uint16_t from_port, uint16_t to_port)
{
    size_t peer;

    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    peer = free_at(writer, transport, from_port);
    if (peer == NO_PEER)
        return -1;
    writer_line(writer, "peer %s connects %u", writer->peers[peer].name, (unsigned)to_port);
    return take_connection(writer, peer);
}

uint32_t writer_dials(struct writer *writer, uint16_t port)
{
    size_t i = 0;

    while (i < writer->dials_count && writer->dials[i].port != port)
        i++;
    if (i == WRITER_DIALS_MAX)
        return 0;
    if (i == writer->dials_count)
        writer->dials[writer->dials_count++] = (struct writer_dials){ .port = port };
    return ++writer->dials[i].count;
}

void writer_refused(struct writer *writer, int64_t now_ms, uint16_t port, uint32_t number,
                    enum err err)
{
    size_t peer = find_peer(writer, NET_TCP, port);

    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    if (peer == NO_PEER)
        peer = declare(writer, NET_TCP, port);
    if (peer != NO_PEER && number > 0)
        writer_line(writer, "peer %s dial %u %s", writer->peers[peer].name, (unsigned)number,
                    err == ERR_REFUSED ? "refuse" : "hang");
    else if (peer != NO_PEER)
        writer_line(writer, "# %s takes no connection now: this does not play",
                    writer->peers[peer].name);
}

static struct writer_connection *connection_at(struct writer *writer, int connection)
{
    assert(connection >= 0 && connection < WRITER_CONNECTIONS_MAX);
    assert(writer->connections[connection].used);
    return &writer->connections[connection];
}

/* Something passes.  What a server does needs its connection, which may be gone by the time that a
 * step waits for bytes of the module. */
static struct writer_peer *begin_step(struct writer *writer, int64_t now_ms, int connection,
                                      bool by_server)
{
    struct writer_connection *made = connection_at(writer, connection);
    struct writer_peer *peer = &writer->peers[made->peer];

    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    if (by_server && made->unsaid && !made->secure && peer->transport == NET_TCP)
        writer_line(writer, "peer %s connected", peer->name);
    if (writer->preceded >= 0 && !writer->ports[writer->preceded].unnoticed) {
        writer_line(writer, "unnoticed");
        writer->ports[writer->preceded].unnoticed = true;
    }
    writer->preceded = -1;
    made->plain = made->plain || !made->secure;
    made->unsaid = false;
    return peer;
}

void writer_tls_begins(struct writer *writer, int64_t now_ms, int connection)
{
    struct writer_connection *made = connection_at(writer, connection);

    writer_settle_doubt(writer);
    begin_event(writer, now_ms);
    change_kind(writer, &writer->peers[made->peer],
                made->plain ? SCRIPT_PEER_STARTTLS : SCRIPT_PEER_TLS);
    made->secure = true;
    made->unsaid = false;
}

void writer_tls_open(struct writer *writer, int64_t now_ms, int connection, struct tls_info info)
{
    const struct writer_peer *peer = begin_step(writer, now_ms, connection, true);

    writer_line(writer, "peer %s accepts %04x %04x%s", peer->name, (unsigned)info.version,
                (unsigned)info.suite, info.resumed ? " resumed" : "");
}

void writer_tls_fails(struct writer *writer, int64_t now_ms, int connection,
                      const struct tls_failure *failure)
{
    size_t peer = connection_at(writer, connection)->peer;

    (void)begin_step(writer, now_ms, connection, true);
    writer_fail_handshake(writer, peer, failure);
}

/* Secrets that nobody has typed at the module as such. */
static void find_secrets(struct writer *writer, struct fields *fields, struct span bytes)
{
    struct span values[WRITER_PLACED_MAX];
    size_t count = fields_find(fields, bytes, values, WRITER_PLACED_MAX);

    for (size_t i = 0; i < count; i++)
        writer_place_secret(writer, values[i]);
    encoded_note(writer, bytes);
}

static void write_bytes(struct writer *writer, const struct writer_peer *peer, const char *verb,
                        struct span bytes)
{
    writer_addf(writer, "peer %s %s ", peer->name, verb);
    writer_add_quoted(writer, bytes, false);
    (void)writer_end_line(writer);
    writer->placed_count = 0;
}

/* A word that the module has made at random for a mail (RFC 5322, RFC 2046): from behind `head` up
 * to `end`. */
static void note_random(struct writer *writer, struct span text, const char *head, uint8_t end)
{
    size_t len = strlen(head), count = 0;

    for (; text.len > len; text = span_skip(text, 1)) {
        if (memcmp(text.data, head, len) != 0)
            continue;
        text = span_skip(text, len);
        while (count < text.len && text.data[count] != end)
            count++;
        if (count > 0 && count <= WRITER_WORD_MAX)
            writer_note_varying(writer, span_at(text.data, count), ".*");
        return;
    }
}

/* A line of a mail that is another each time it is sent; false: it is none. */
static bool write_random(struct writer *writer, const struct writer_peer *peer, struct span bytes)
{
    struct span line = span_at(bytes.data, bytes.len < 2 ? 0 : bytes.len - 2);
    bool dated = letters_start(line, "Date: ");

    if (line.len == 0 || memcmp(line.data + line.len, "\r\n", 2) != 0 ||
        !writer_is_plain(line, true))
        return false;
    if (letters_start(line, "Message-ID: "))
        note_random(writer, line, "<", '>');
    if (letters_start(line, "Content-Type: "))
        note_random(writer, line, "boundary=\"", '"');
    if (!dated && !writer_has_varying(writer, line))
        return false;
    writer_addf(writer, "peer %s gets~ ", peer->name);
    if (dated)
        writer_add(writer, span_of("Date: .*"));
    else
        (void)writer_add_pattern(writer, line);
    (void)writer_end_line(writer);
    return true;
}

void writer_peer_gets(struct writer *writer, int64_t now_ms, int connection, struct span bytes)
{
    const struct writer_peer *peer;

    assert(bytes.len > 0);
    peer = begin_step(writer, now_ms, connection, false);
    find_secrets(writer, &connection_at(writer, connection)->got, bytes);
    if (peer->transport != NET_TCP || !write_random(writer, peer, bytes))
        write_bytes(writer, peer, "gets", bytes);
}

void writer_peer_sends(struct writer *writer, int64_t now_ms, int connection, struct span bytes)
{
    const struct writer_peer *peer;

    assert(bytes.len > 0);
    peer = begin_step(writer, now_ms, connection, true);
    find_secrets(writer, &connection_at(writer, connection)->sent, bytes);
    write_bytes(writer, peer, "sends", bytes);
}

void writer_peer_ends(struct writer *writer, int64_t now_ms, int connection, enum writer_end end)
{
    static const char *const words[] = { [WRITER_CLOSES] = "closes",
                                         [WRITER_HANGS_UP] = "hangs up",
                                         [WRITER_RESETS] = "resets",
                                         [WRITER_CORRUPTS] = "corrupts" };
    const struct writer_peer *peer = begin_step(writer, now_ms, connection, true);

    writer_line(writer, "peer %s %s", peer->name, words[end]);
}

void writer_gone(struct writer *writer, int64_t now_ms, int connection)
{
    struct writer_connection *made = connection_at(writer, connection);

    if (!writer->doubt.is_open)
        begin_event(writer, now_ms);
    if (writer->peers[made->peer].transport == NET_TCP && !made->unsaid)
        writer_note_close(writer, made->peer);
    made->used = false;
}
