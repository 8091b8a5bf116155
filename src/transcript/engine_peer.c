/* engine_peer.c: the peers of the engine's stage: scripted ones that are told each step. */
#include "transcript/engine_peer.h"

#include "base/tls_alerts.h"
#include "scripted/toy_record.h"
#include "transcript/engine_state.h"

#include <stdio.h>

enum { LEAST_MS = 1 /* what a look costs, so that each wait ends */ };

static struct engine_stage *of(struct stage *base)
{
    return (struct engine_stage *)base;
}

static struct scripted_peer *scripted(struct engine_stage *stage, size_t peer)
{
    const struct engine_peer *at = &stage->peers[peer];
    struct scripted_net *net = &stage->world.scripted_net;

    return scripted_net_nth_peer(net, at->is_udp ? NET_UDP : NET_TCP, at->port, at->nth);
}

/* False; says that it has no such step. */
static bool no_such(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    static const char *const kinds[] = {
#define KIND_NAME(name, word, argument) [name] = word,
        SCRIPT_PEER_KINDS(KIND_NAME)
#undef KIND_NAME
    };
    static const char *const verbs[] = {
#define VERB_NAME(name, word) [name] = word,
        SCRIPT_VERBS(VERB_NAME)
#undef VERB_NAME
    };

    report_add(why, "  a %s peer has no step \"%s\"\n",
               kinds[stage->config.header->peers[order->peer].kind], verbs[order->verb]);
    return false;
}

/* Waits for what is asked for again and again; time goes on meanwhile. */
static bool wait_until(struct engine_stage *stage, const struct stage_order *order,
                       bool (*is_so)(struct engine_stage *stage, const struct stage_order *order),
                       int64_t left_ms)
{
    bool so;

    while (!(so = is_so(stage, order)) && left_ms > 0) {
        int64_t passed_ms = engine_stage_receive(&stage->base, left_ms);

        left_ms -= passed_ms > LEAST_MS ? passed_ms : LEAST_MS;
    }
    return so;
}

/* ---- states ---- */

static enum peer_state state_of(struct engine_stage *stage, size_t peer)
{
    engine_stage_settle(stage);
    return scripted(stage, peer)->state;
}

static bool is_connected(struct engine_stage *stage, const struct stage_order *order)
{
    return state_of(stage, order->peer) == PEER_CONNECTED;
}

static bool is_handshaking(struct engine_stage *stage, const struct stage_order *order)
{
    return state_of(stage, order->peer) == PEER_HANDSHAKING;
}

static bool is_closed(struct engine_stage *stage, const struct stage_order *order)
{
    enum peer_state state = state_of(stage, order->peer);

    return state == PEER_SHUT || state == PEER_CLOSED;
}

/* Or was: the module may leave as soon as it hears of it. */
static bool has_opened(struct engine_stage *stage, const struct stage_order *order)
{
    return state_of(stage, order->peer) == PEER_OPEN || is_closed(stage, order);
}

static bool wait_for(struct engine_stage *stage, const struct stage_order *order,
                     bool (*is_so)(struct engine_stage *stage, const struct stage_order *order),
                     const char *expected, struct report *why)
{
    if (wait_until(stage, order, is_so, STAGE_ANSWER_MS))
        return true;
    report_add(why, "  the module's connection is %s, expected %s\n",
               peer_state_name(state_of(stage, order->peer)), expected);
    return false;
}

/* ---- what came ---- */

/* What the peer got and nobody has taken; UDP: toy records. */
static struct span look(struct engine_stage *stage, size_t peer)
{
    struct scripted_peer *at = scripted(stage, peer);
    struct byte_queue *got = &stage->peers[peer].got;

    engine_stage_settle(stage);
    byte_queue_put(got, byte_queue_peek(&at->got));
    byte_queue_clear(&at->got);
    return byte_queue_peek(got);
}

static bool begins(struct span bytes, struct span with)
{
    return bytes.len >= with.len && (with.len == 0 || memcmp(bytes.data, with.data, with.len) == 0);
}

static bool has_bytes(struct engine_stage *stage, const struct stage_order *order)
{
    struct span got = look(stage, order->peer);

    return got.len >= order->bytes.len || !begins(order->bytes, got);
}

static bool has_anything(struct engine_stage *stage, const struct stage_order *order)
{
    return look(stage, order->peer).len > 0;
}

static size_t line_length(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != '\n')
        len++;
    return len;
}

static bool has_line(struct engine_stage *stage, const struct stage_order *order)
{
    struct span got = look(stage, order->peer);

    return line_length(got) < got.len;
}

static bool differ(struct span expected, struct span received, struct report *why)
{
    report_add(why, "  the peer got something else\n");
    report_add_difference(why, expected, received);
    return false;
}

static bool get_datagram(struct engine_stage *stage, const struct stage_order *order,
                         struct report *why)
{
    struct byte_queue *got = &stage->peers[order->peer].got;
    struct toy_record datagram = { .body = { NULL, 0 } };
    bool done;

    if (wait_until(stage, order, has_anything, STAGE_ANSWER_MS))
        (void)toy_record_peek(got, &datagram);
    done = span_equal(datagram.body, order->bytes);
    if (!done)
        return differ(order->bytes, datagram.body, why);
    toy_record_drop(got);
    return true;
}

static bool get(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    struct byte_queue *got = &stage->peers[order->peer].got;

    if (stage->peers[order->peer].is_udp)
        return get_datagram(stage, order, why);
    (void)wait_until(stage, order, has_bytes, STAGE_ANSWER_MS);
    if (!begins(byte_queue_peek(got), order->bytes))
        return differ(order->bytes, byte_queue_peek(got), why);
    byte_queue_drop(got, order->bytes.len);
    return true;
}

static bool get_nothing(struct engine_stage *stage, const struct stage_order *order,
                        struct report *why)
{
    if (!wait_until(stage, order, has_anything, order->duration_ms))
        return true;
    report_add(why, "  the peer got:\n");
    report_add_lines(why, "    ", engine_peer_unread(&stage->base, order->peer));
    return false;
}

static bool get_close(struct engine_stage *stage, const struct stage_order *order,
                      struct report *why)
{
    if (stage->peers[order->peer].is_udp)
        return no_such(stage, order, why);
    if (!wait_for(stage, order, is_closed, "shut or closed", why))
        return false;
    if (look(stage, order->peer).len == 0)
        return true;
    report_add(why, "  the module sent before it closed:\n");
    report_add_lines(why, "    ", look(stage, order->peer));
    return false;
}

/* A datagram is a line, whatever it ends with; an empty one where none comes. */
static bool datagram_line(struct engine_stage *stage, const struct stage_order *order,
                          struct span *ret_line)
{
    struct engine_peer *at = &stage->peers[order->peer];
    struct toy_record datagram;

    byte_queue_clear(&at->last);
    at->last_is_taken = true;
    if (wait_until(stage, order, has_anything, STAGE_ANSWER_MS) &&
        toy_record_peek(&at->got, &datagram)) {
        byte_queue_put(&at->last, datagram.body);
        toy_record_drop(&at->got);
    }
    *ret_line = byte_queue_peek(&at->last);
    return true;
}

static bool has_alert(struct engine_stage *stage, const struct stage_order *order)
{
    engine_stage_settle(stage);
    return byte_queue_len(&scripted(stage, order->peer)->alerts) > 0;
}

static void describe_alert(const uint8_t alert[2], char *words, size_t cap)
{
    enum { LEVEL_WARNING = 1 };
    const char *name = tls_alert_name(alert[1]);

    if (alert[0] == 0)
        snprintf(words, cap, "a renegotiation");
    else
        snprintf(words, cap, "the alert %s%s", name != NULL ? name : "of no name",
                 alert[0] == LEVEL_WARNING ? " warning" : "");
}

/* What the module said of TLS next, which is one alert or a renegotiation. */
static bool get_alert(struct engine_stage *stage, const struct stage_order *order,
                      struct report *why)
{
    enum { ALERT_BYTES = 2, LEVEL_WARNING = 1, LEVEL_FATAL = 2 };
    bool renegotiates = order->verb == SCRIPT_GETS_RENEGOTIATION;
    const uint8_t level = order->is_warning ? LEVEL_WARNING : LEVEL_FATAL;
    const uint8_t expected[ALERT_BYTES] = { renegotiates ? 0 : level,
                                            renegotiates ? 0 : (uint8_t)order->alert };
    struct byte_queue *alerts = &scripted(stage, order->peer)->alerts;
    char wanted[80], got[80] = "nothing of the kind";

    if (wait_until(stage, order, has_alert, STAGE_ANSWER_MS)) {
        if (memcmp(byte_queue_peek(alerts).data, expected, ALERT_BYTES) == 0) {
            byte_queue_drop(alerts, ALERT_BYTES);
            return true;
        }
        describe_alert(byte_queue_peek(alerts).data, got, sizeof(got));
    }
    describe_alert(expected, wanted, sizeof(wanted));
    report_add(why, "  the peer got %s, expected %s\n", got, wanted);
    return false;
}

bool engine_peer_line(struct stage *base, size_t peer, struct span *ret_line, struct report *why)
{
    struct engine_stage *stage = of(base);
    struct stage_order order = { .peer = peer, .verb = SCRIPT_GETS_MATCH };
    struct engine_peer *at = &stage->peers[peer];
    struct span got, line;

    (void)why;
    if (at->is_udp)
        return datagram_line(stage, &order, ret_line);
    (void)wait_until(stage, &order, has_line, STAGE_ANSWER_MS);
    got = byte_queue_peek(&at->got);
    line = span_at(got.data, line_length(got));
    byte_queue_clear(&at->last);
    byte_queue_put(&at->last, line);
    byte_queue_drop(&at->got, line.len < got.len ? line.len + 1 : line.len);
    *ret_line = byte_queue_peek(&at->last);
    if (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r')
        ret_line->len--;
    return true;
}

struct span engine_peer_unread(struct stage *base, size_t peer)
{
    struct engine_stage *stage = of(base);
    struct engine_peer *at = &stage->peers[peer];
    struct toy_record datagram;

    if (!at->is_udp)
        return look(stage, peer);
    look(stage, peer);
    if (at->last_is_taken)
        byte_queue_clear(&at->last);
    at->last_is_taken = false;
    while (toy_record_peek(&at->got, &datagram)) {
        byte_queue_put(&at->last, datagram.body);
        toy_record_drop(&at->got);
    }
    return byte_queue_peek(&at->last);
}

/* ---- what was offered ---- */

bool engine_peer_offer(struct stage *base, size_t peer, struct span *ret_words, struct report *why)
{
    struct engine_stage *stage = of(base);
    const struct scripted_peer *at = scripted(stage, peer);

    engine_stage_settle(stage);
    *ret_words = span_of(at->offer);
    if (ret_words->len == 0)
        report_add(why, "  the module has begun no TLS session\n");
    return ret_words->len > 0;
}

bool engine_peer_from(struct stage *base, size_t peer, uint16_t *ret_port, struct report *why)
{
    const struct scripted_peer *at = scripted(of(base), peer);

    if (at->stream == NULL) {
        report_add(why, "  the module has no connection\n");
        return false;
    }
    *ret_port = at->stream->local_port;
    return true;
}

static bool show_client(struct engine_stage *stage, const struct stage_order *order,
                        struct report *why)
{
    struct span offer;

    if (!engine_peer_offer(&stage->base, order->peer, &offer, why))
        return false;
    if (!span_contains(offer, " cert=0 ") && !span_contains(offer, " key=0 "))
        return true;
    report_add(why, "  the module did not give its certificate and key: %.*s\n", (int)offer.len,
               (const char *)offer.data);
    return false;
}

/* ---- handshakes ---- */

static bool accept(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    struct scripted_peer *at = scripted(stage, order->peer);
    bool resumes = order->resumption == SCRIPT_RESUMED;

    if (stage->config.header->peers[order->peer].kind == SCRIPT_PEER_TCP ||
        stage->config.header->peers[order->peer].kind == SCRIPT_PEER_PPP)
        return wait_for(stage, order, is_connected, "connected", why);
    if (stage->peers[order->peer].is_udp)
        return no_such(stage, order, why);
    if (order->resumption != SCRIPT_RESUMED_UNSAID)
        at->resumes = resumes;
    if (!wait_for(stage, order, is_handshaking, "handshaking", why))
        return false;
    if (resumes && !span_contains(span_of(at->offer), "resume=1")) {
        report_add(why, "  the module did not offer to resume a session\n");
        return false;
    }
    peer_decide(
        at, &(struct peer_handshake){ .verdict = VERDICT_YES,
                                      .version = order->version < 0 ? 0 : (unsigned)order->version,
                                      .suite = order->suite < 0 ? 0 : (unsigned)order->suite });
    return wait_for(stage, order, has_opened, "open", why);
}

static bool refuse(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    if (!wait_for(stage, order, is_handshaking, "handshaking", why))
        return false;
    peer_decide(scripted(stage, order->peer), &(struct peer_handshake){ .verdict = VERDICT_NO,
                                                                        .reason = order->reason,
                                                                        .alert = order->alert });
    return true;
}

/* ---- orders ---- */

static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

/* Who has called by UDP, and whom the module has forgotten since, calls by what it sends. */
static bool send_bytes(struct scripted_peer *at, struct span bytes)
{
    if (at->transport == NET_UDP && at->stream == NULL && at->calls != 0)
        scripted_net_call(at, &loopback, at->calls);
    return peer_send(at, bytes);
}

static bool call(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    if (scripted_net_call(scripted(stage, order->peer), &loopback, order->port))
        return true;
    report_add(why, "  the module does not listen on port %u\n", (unsigned)order->port);
    return false;
}

static bool obey(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    struct scripted_peer *at = scripted(stage, order->peer);
    bool done = false;

    switch (order->verb) {
    case SCRIPT_SENDS:
        done = send_bytes(at, order->bytes);
        break;
    case SCRIPT_CLOSES:
        done = peer_close(at);
        break;
    case SCRIPT_HANGS_UP:
        done = peer_hang_up(at);
        break;
    case SCRIPT_RESETS:
        done = peer_reset(at);
        break;
    case SCRIPT_CORRUPTS:
        done = peer_corrupt(at);
        break;
    default:
        return no_such(stage, order, why);
    }
    if (!done)
        report_add(why, "  the peer has no connection for it\n");
    return done;
}

static bool run(struct engine_stage *stage, const struct stage_order *order, struct report *why)
{
    switch (order->verb) {
    case SCRIPT_CONNECTED:
        return wait_for(stage, order, is_connected, "connected", why);
    case SCRIPT_CONNECTS:
        return call(stage, order, why);
    case SCRIPT_ACCEPTS:
        return accept(stage, order, why);
    case SCRIPT_FAILS:
        return refuse(stage, order, why);
    case SCRIPT_GETS:
        return get(stage, order, why);
    case SCRIPT_GETS_NOTHING:
        return get_nothing(stage, order, why);
    case SCRIPT_GETS_CLOSE:
        return get_close(stage, order, why);
    case SCRIPT_GETS_ALERT:
    case SCRIPT_GETS_RENEGOTIATION:
        return get_alert(stage, order, why);
    case SCRIPT_CLIENT:
        return show_client(stage, order, why);
    default:
        return obey(stage, order, why);
    }
}

bool engine_peer_order(struct stage *base, const struct stage_order *order, struct report *why)
{
    struct engine_stage *stage = of(base);
    bool done = run(stage, order, why);

    engine_stage_settle(stage);
    return done;
}
