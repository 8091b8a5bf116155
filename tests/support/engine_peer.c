/* engine_peer.c: requests that a peer obeys. */
#include "engine_host.h"

#include "address_literal.h"
#include "toy_record.h"

#include <stdio.h>

enum { VERSION_MAX = 0xFFFF };

typedef void peer_fn(struct host *host, struct scripted_peer *peer, const struct request *request);

static void need_connection(struct host *host, bool done)
{
    if (!done)
        host_fail(host, "no connection");
}

static void peer_state_is(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    host_answer(host, peer_state_name(peer->state));
}

static void peer_offer_is(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    if (peer->offer[0] == '\0')
        host_fail(host, "no session");
    else
        host_answer(host, peer->offer);
}

static bool read_yes(const struct request *request, struct peer_handshake *ret)
{
    int64_t version = 0, suite = 0;

    if (request->count > 4 &&
        !request_number(request_word(request, 4), 16, 0, VERSION_MAX, &version))
        return false;
    if (request->count > 5 && !request_number(request_word(request, 5), 16, 0, VERSION_MAX, &suite))
        return false;
    *ret = (struct peer_handshake){ .verdict = VERDICT_YES,
                                    .version = (unsigned)version,
                                    .suite = (unsigned)suite };
    return true;
}

static bool read_no(const struct request *request, struct peer_handshake *ret)
{
    static const char *const reasons[] = {
#define REASON_NAME(name, text) [name] = #name,
        TLS_REASONS(REASON_NAME)
#undef REASON_NAME
    };
    int64_t alert = -1;

    if (request->count > 5 && !request_number(request_word(request, 5), 10, 0, UINT8_MAX, &alert))
        return false;
    for (size_t i = 1; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (request_is(request, 4, reasons[i])) {
            *ret = (struct peer_handshake){ .verdict = VERDICT_NO,
                                            .reason = (enum tls_reason)i,
                                            .alert = (int)alert };
            return true;
        }
    }
    return false;
}

static void peer_shakes_hands(struct host *host, struct scripted_peer *peer,
                              const struct request *request)
{
    struct peer_handshake handshake = { .verdict = VERDICT_NONE };
    bool good = request_is(request, 3, "hang");

    if (request_is(request, 3, "ok"))
        good = read_yes(request, &handshake);
    else if (request_is(request, 3, "fail"))
        good = read_no(request, &handshake);
    if (good)
        peer_decide(peer, &handshake);
    else
        host_fail(host, "handshake ok [VERSION [SUITE]], fail REASON [ALERT], or hang");
}

static void peer_sends(struct host *host, struct scripted_peer *peer, const struct request *request)
{
    struct span bytes;

    if (!request_hex(request, 3, &bytes))
        host_fail(host, "not hexadecimal");
    else
        need_connection(host, peer_send(peer, bytes));
}

/* A word for each datagram. */
static void answer_datagrams(struct host *host, struct scripted_peer *peer)
{
    struct toy_record datagram;

    for (int i = 0; toy_record_peek(&peer->got, &datagram); i++) {
        if (i > 0)
            host_answer(host, " ");
        host_answer_hex(host, datagram.body);
        toy_record_drop(&peer->got);
    }
}

static void peer_got(struct host *host, struct scripted_peer *peer, const struct request *request)
{
    (void)request;
    if (peer->transport == NET_UDP) {
        answer_datagrams(host, peer);
        return;
    }
    host_answer_hex(host, byte_queue_peek(&peer->got));
    byte_queue_clear(&peer->got);
}

static void peer_connects(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    struct net_address from;
    int64_t port;

    if (peer->transport != NET_TCP ||
        !request_number(request_word(request, 3), 10, 1, REQUEST_PORT_MAX, &port))
        host_fail(host, "not a TCP port");
    else if (!address_literal(request->count > 4 ? request_word(request, 4) : "127.0.0.1", &from))
        host_fail(host, "not an address");
    else if (!scripted_net_call(peer, &from, (uint16_t)port))
        host_fail(host, "the module does not listen there");
}

static void peer_from(struct host *host, struct scripted_peer *peer, const struct request *request)
{
    char port[8];

    (void)request;
    need_connection(host, peer->stream != NULL);
    if (peer->stream == NULL)
        return;
    snprintf(port, sizeof(port), "%u", (unsigned)peer->stream->local_port);
    host_answer(host, port);
}

static void peer_takes_tickets(struct host *host, struct scripted_peer *peer,
                               const struct request *request)
{
    if (request_is(request, 3, "yes") || request_is(request, 3, "no"))
        peer->resumes = request_is(request, 3, "yes");
    else
        host_fail(host, "resumes yes or no");
}

static void peer_closes(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)request;
    need_connection(host, peer_close(peer));
}

static void peer_hangs_up(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    need_connection(host, peer_hang_up(peer));
}

static void peer_resets(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)request;
    need_connection(host, peer_reset(peer));
}

static void peer_corrupts(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    need_connection(host, peer_corrupt(peer));
}

static void peer_stalls(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)host;
    (void)request;
    peer_stall(peer);
}

static void peer_resumes(struct host *host, struct scripted_peer *peer,
                         const struct request *request)
{
    (void)host;
    (void)request;
    peer_resume(peer);
}

static const struct {
    const char *word;
    peer_fn *run;
} peer_words[] = {
    { "state", peer_state_is },
    { "offer", peer_offer_is },
    { "handshake", peer_shakes_hands },
    { "send", peer_sends },
    { "got", peer_got },
    { "close", peer_closes },
    { "hangup", peer_hangs_up },
    { "reset", peer_resets },
    { "corrupt", peer_corrupts },
    { "stall", peer_stalls },
    { "resume", peer_resumes },
    { "connect", peer_connects },
    { "from", peer_from },
    { "resumes", peer_takes_tickets },
};

void host_do_peer(struct host *host, const struct request *request)
{
    static const char udp[] = "udp:";
    struct scripted_net *net = &host->world.scripted_net;
    const char *word = request_word(request, 1);
    bool is_udp = strncmp(word, udp, sizeof(udp) - 1) == 0;
    int64_t port;

    if (!request_number(word + (is_udp ? sizeof(udp) - 1 : 0), 10, 1, REQUEST_PORT_MAX, &port)) {
        host_fail(host, "not a port");
        return;
    }
    for (size_t i = 0; i < sizeof(peer_words) / sizeof(peer_words[0]); i++) {
        if (request_is(request, 2, peer_words[i].word)) {
            peer_words[i].run(host,
                              is_udp ? scripted_net_udp_peer(net, (uint16_t)port)
                                     : scripted_net_peer(net, (uint16_t)port),
                              request);
            return;
        }
    }
    host_fail(host, "unknown word after `peer PORT`");
}
