/* scripted_peer.c: what a peer does with its connection. */
#include "scripted/scripted_peer.h"

#include "scripted/toy_record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIRE_MAX = 65536, STALLED_MAX = 4096 };

void *scripted_make(size_t size)
{
    static void *volatile nothing; /* of a NULL that they know, compilers make malloc() */
    void *memory = realloc(nothing, size);

    if (memory == NULL)
        abort();
    return memset(memory, 0, size);
}

struct scripted_peer *scripted_net_nth_peer(struct scripted_net *net, enum net_transport transport,
                                            uint16_t port, unsigned nth)
{
    struct scripted_peer *peer = net->peers;

    while (peer != NULL && (peer->port != port || peer->transport != transport || peer->nth != nth))
        peer = peer->next;
    if (peer == NULL) {
        peer = scripted_make(sizeof(*peer));
        peer->net = net;
        peer->transport = transport;
        peer->port = port;
        peer->nth = nth;
        peer->next = net->peers;
        net->peers = peer;
    }
    return peer;
}

struct scripted_peer *scripted_net_peer(struct scripted_net *net, uint16_t port)
{
    return scripted_net_nth_peer(net, NET_TCP, port, 0);
}

struct scripted_peer *scripted_net_udp_peer(struct scripted_net *net, uint16_t port)
{
    return scripted_net_nth_peer(net, NET_UDP, port, 0);
}

const char *peer_state_name(enum peer_state state)
{
    static const char *const names[] = {
#define PEER_NAME(name, text) [name] = text,
        PEER_STATES(PEER_NAME)
#undef PEER_NAME
    };

    return names[state];
}

/* Something has come for a stream, or may be sent on it. */
static void touch(struct scripted_stream *stream)
{
    stream->muted = 0;
}

static void enter(struct scripted_peer *peer, enum peer_state next)
{
    if (peer->state == next)
        return;
    peer->state = next;
    peer->net->changes++;
}

static void forget_connection(struct scripted_peer *peer)
{
    if (peer->stream != NULL)
        peer->stream->peer = NULL;
    peer->stream = NULL;
    peer->plain = false;
    peer->stalled = false;
    byte_queue_clear(&peer->wire);
    byte_queue_clear(&peer->got);
    byte_queue_clear(&peer->alerts);
}

void peer_forget(struct scripted_peer *peer)
{
    forget_connection(peer);
    peer->handshake = (struct peer_handshake){ .verdict = VERDICT_NONE };
    peer->offer[0] = '\0';
    enter(peer, PEER_IDLE);
}

void peer_deinit(struct scripted_peer *peer)
{
    byte_queue_deinit(&peer->wire);
    byte_queue_deinit(&peer->got);
    byte_queue_deinit(&peer->alerts);
}

void peer_on_connected(struct scripted_peer *peer, struct scripted_stream *stream)
{
    forget_connection(peer);
    peer->stream = stream;
    stream->peer = peer;
    enter(peer, PEER_CONNECTED);
}

void peer_on_closed(struct scripted_peer *peer)
{
    peer_step(peer);
    peer->stream = NULL;
    enter(peer, PEER_CLOSED);
}

size_t peer_room(const struct scripted_peer *peer)
{
    return peer->stalled ? peer->stall_room : WIRE_MAX - byte_queue_len(&peer->wire);
}

void peer_take(struct scripted_peer *peer, struct span bytes)
{
    if (peer->transport == NET_UDP) {
        toy_record_put(&peer->got, TOY_DATA, bytes);
        peer->net->changes++;
        return;
    }
    byte_queue_put(&peer->wire, bytes);
    if (peer->stalled)
        peer->stall_room -= bytes.len;
}

/* ---- towards the module ---- */

static bool is_secure(const struct scripted_peer *peer)
{
    return peer->state == PEER_OPEN || peer->state == PEER_SHUT;
}

static bool may_send(const struct scripted_peer *peer)
{
    return peer->transport == NET_TCP && peer->stream != NULL && !peer->stream->fin &&
           peer->stream->lost == ERR_OK && peer->stream->lost_behind == ERR_OK;
}

static void send_record(struct scripted_peer *peer, enum toy_type type, struct span body)
{
    toy_record_put(&peer->stream->inbound, type, body);
    touch(peer->stream);
}

/* The module never sees an empty one (iface/net.h). */
static bool send_datagram(struct scripted_peer *peer, struct span bytes)
{
    if (peer->stream == NULL || bytes.len > TOY_RECORD_MAX)
        return false;
    if (bytes.len > 0)
        send_record(peer, TOY_DATA, bytes);
    return true;
}

bool peer_send(struct scripted_peer *peer, struct span bytes)
{
    if (peer->transport == NET_UDP)
        return send_datagram(peer, bytes);
    if (!may_send(peer))
        return false;
    if (!is_secure(peer)) {
        byte_queue_put(&peer->stream->inbound, bytes);
        touch(peer->stream);
        return true;
    }
    while (bytes.len > 0) {
        size_t part = bytes.len < TOY_RECORD_MAX ? bytes.len : TOY_RECORD_MAX;

        send_record(peer, TOY_DATA, span_at(bytes.data, part));
        bytes = span_skip(bytes, part);
    }
    return true;
}

bool peer_hang_up(struct scripted_peer *peer)
{
    if (!may_send(peer))
        return false;
    peer->stream->fin = true;
    touch(peer->stream);
    return true;
}

bool peer_close(struct scripted_peer *peer)
{
    if (may_send(peer) && is_secure(peer))
        send_record(peer, TOY_CLOSE, span_at(NULL, 0));
    return peer_hang_up(peer);
}

static bool lose(struct scripted_peer *peer, enum err err)
{
    if (peer->transport == NET_UDP || peer->stream == NULL)
        return false;
    byte_queue_clear(&peer->stream->inbound);
    peer->stream->lost = err;
    touch(peer->stream);
    return true;
}

bool peer_reset(struct scripted_peer *peer)
{
    return lose(peer, ERR_RESET);
}

bool peer_reset_behind(struct scripted_peer *peer)
{
    if (!may_send(peer))
        return false;
    peer->stream->lost_behind = ERR_RESET;
    touch(peer->stream);
    return true;
}

bool peer_vanish(struct scripted_peer *peer)
{
    return lose(peer, ERR_TIMEOUT);
}

bool peer_corrupt(struct scripted_peer *peer)
{
    if (!may_send(peer))
        return false;
    send_record(peer, TOY_CORRUPT, span_at(NULL, 0));
    return true;
}

void peer_stall(struct scripted_peer *peer)
{
    if (!peer->stalled)
        peer->stall_room = STALLED_MAX;
    peer->stalled = true;
}

void peer_resume(struct scripted_peer *peer)
{
    peer->stalled = false;
    if (peer->stream != NULL)
        touch(peer->stream);
}

/* ---- handshakes ---- */

static unsigned offered(const struct scripted_peer *peer, const char *name)
{
    const char *at = strstr(peer->offer, name);

    return at != NULL ? (unsigned)strtoul(at + strlen(name), NULL, 16) : 0;
}

static void say_yes(struct scripted_peer *peer)
{
    const struct peer_handshake *handshake = &peer->handshake;
    unsigned version = handshake->version != 0 ? handshake->version : offered(peer, "max=");
    unsigned suite = handshake->suite != 0 ? handshake->suite : offered(peer, "suites=");
    bool resumed = peer->resumes && offered(peer, "resume=") != 0;
    uint8_t body[6] = { TOY_YES,          (uint8_t)(version >> 8),
                        (uint8_t)version, (uint8_t)(suite >> 8),
                        (uint8_t)suite,   resumed };

    send_record(peer, TOY_HANDSHAKE, span_at(body, sizeof(body)));
    enter(peer, PEER_OPEN);
}

static void say_no(struct scripted_peer *peer)
{
    const struct peer_handshake *handshake = &peer->handshake;
    int alert = handshake->alert + 1;
    uint8_t body[4] = { TOY_NO, (uint8_t)handshake->reason, (uint8_t)(alert >> 8), (uint8_t)alert };

    send_record(peer, TOY_HANDSHAKE, span_at(body, sizeof(body)));
    enter(peer, PEER_FAILED);
}

static void apply_verdict(struct scripted_peer *peer)
{
    if (peer->state != PEER_HANDSHAKING || !may_send(peer))
        return;
    switch (peer->handshake.verdict) {
    case VERDICT_NONE:
        return;
    case VERDICT_YES:
        say_yes(peer);
        break;
    case VERDICT_NO:
        say_no(peer);
        break;
    }
    peer->handshake.verdict = VERDICT_NONE;
}

void peer_decide(struct scripted_peer *peer, const struct peer_handshake *handshake)
{
    peer->handshake = *handshake;
    apply_verdict(peer);
}

/* ---- from the module ---- */

static void on_hello(struct scripted_peer *peer, struct span offer)
{
    snprintf(peer->offer, sizeof(peer->offer), "%.*s", (int)offer.len, (const char *)offer.data);
    if (peer->state == PEER_CONNECTED)
        enter(peer, PEER_HANDSHAKING);
    apply_verdict(peer);
}

static void on_alert(struct scripted_peer *peer, struct span alert)
{
    static const uint8_t renegotiation[] = { 0, 0 };

    byte_queue_put(&peer->alerts,
                   alert.len > 0 ? alert : span_at(renegotiation, sizeof(renegotiation)));
    peer->net->changes++;
}

static void on_record(struct scripted_peer *peer, const struct toy_record *record)
{
    switch ((enum toy_type)record->type) {
    case TOY_HANDSHAKE:
        on_hello(peer, record->body);
        break;
    case TOY_DATA:
        byte_queue_put(&peer->got, record->body);
        peer->net->changes++;
        break;
    case TOY_CLOSE:
        if (peer->state != PEER_CLOSED)
            enter(peer, PEER_SHUT);
        break;
    case TOY_ALERT:
        on_alert(peer, record->body);
        break;
    case TOY_CORRUPT:
        break;
    }
}

static bool take_plain(struct scripted_peer *peer)
{
    byte_queue_put(&peer->got, byte_queue_peek(&peer->wire));
    byte_queue_clear(&peer->wire);
    peer->net->changes++;
    return true;
}

/* True for a hello of scripted_tls.c; a plain connection's bytes look otherwise. */
static bool is_hello(const struct byte_queue *wire)
{
    static const char offer[] = "min=";
    struct toy_record record;

    return byte_queue_peek(wire).data[0] == TOY_HANDSHAKE && toy_record_peek(wire, &record) &&
           record.body.len >= sizeof(offer) - 1 &&
           memcmp(record.body.data, offer, sizeof(offer) - 1) == 0;
}

bool peer_step(struct scripted_peer *peer)
{
    struct toy_record record;
    bool news = false;

    if (peer->stalled || byte_queue_len(&peer->wire) == 0)
        return false;
    if (peer->state == PEER_CONNECTED && byte_queue_peek(&peer->wire).data[0] != TOY_HANDSHAKE)
        peer->plain = true;
    if (peer->plain && is_hello(&peer->wire))
        peer->plain = false; /* TLS from here, as after STARTTLS */
    if (peer->plain)
        return take_plain(peer);
    while (toy_record_peek(&peer->wire, &record)) {
        on_record(peer, &record);
        toy_record_drop(&peer->wire);
        news = true;
    }
    if (news && peer->stream != NULL)
        touch(peer->stream);
    return news;
}
