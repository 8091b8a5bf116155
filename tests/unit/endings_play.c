/* endings_play.c: a conversation under way. */
#include "endings_play.h"

#include "at/session.h"
#include "check.h"
#include "module/module.h"
#include "services/sntp_packet.h"
#include "toy_record.h"

#include <stdio.h>
#include <string.h>

/* After QUIET_MS the module has said what it has to say; an echo takes longer. */
enum { QUIET_MS = 300, ECHO_MS = 400, SECOND_MS = 1000 };

const uint16_t play_ports[] = { 20, 21, 25, 80, 443, 465, 587, 4001, 4002, 4003, 0 };

static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

struct scripted_peer *play_server(struct play *play, uint16_t port)
{
    return scripted_net_peer(&play->world.scripted_net, port);
}

/* ---- the host ---- */

void play_line(struct play *play, size_t port, const char *text)
{
    world_type(&play->world, port, span_of(text));
    world_type(&play->world, port, span_of("\r"));
}

static void lines(struct play *play, const char *const *list)
{
    for (; *list != NULL; list++)
        play_line(play, 0, *list);
}

static void escape(struct play *play)
{
    world_advance(&play->world, 2 * SECOND_MS);
    world_type_text(&play->world, "+++");
    world_advance(&play->world, 2 * SECOND_MS);
}

void play_type_at_once(struct play *play, size_t port, const char *text)
{
    struct terminal *terminal = play->world.ports[port].terminal;

    terminal->ops->feed(terminal, span_of(text));
    terminal->ops->feed(terminal, span_of("\r"));
}

/* ---- servers ---- */

/* To the port that the last PORT has named. */
static bool calls(struct play *play, uint16_t from)
{
    struct span got = byte_queue_peek(&play_server(play, 21)->got);
    unsigned high, low;
    char text[2000];
    const char *last = NULL;

    snprintf(text, sizeof(text), "%.*s", (int)got.len, (const char *)got.data);
    for (const char *at = text; (at = strstr(at, "PORT 127,0,0,1,")) != NULL; at++)
        last = at;
    if (last == NULL || sscanf(last, "PORT 127,0,0,1,%u,%u", &high, &low) != 2)
        return false;
    return scripted_net_call(play_server(play, from), &loopback, (uint16_t)(high << 8 | low));
}

enum { ORIGINATE = 24, TRANSMIT = 40, STAMP = 8 };

/* 2026-11-30 12:00:00 UTC, when the request says that it was sent. */
static bool answers_time(struct play *play)
{
    struct scripted_peer *peer = scripted_net_udp_peer(&play->world.scripted_net, 123);
    uint64_t now = sntp_stamp(1796040000, 0);
    uint8_t packet[SNTP_PACKET_BYTES] = { 0x24, 1 };
    struct toy_record request;
    bool any = false;

    while (toy_record_peek(&peer->got, &request)) {
        memcpy(packet + ORIGINATE, request.body.data + TRANSMIT, STAMP);
        toy_record_drop(&peer->got);
        any = true;
    }
    for (size_t i = 0; i < STAMP; i++)
        packet[TRANSMIT + i] = (uint8_t)(now >> (56 - 8 * i));
    return any && peer_send(peer, span_at(packet, sizeof(packet)));
}

struct span move_bytes(const struct move *move)
{
    return move->len > 0 ? span_at(move->text, move->len) : span_of(move->text);
}

bool play_says(struct play *play, const struct move *move)
{
    struct scripted_peer *peer = play_server(play, move->port);

    switch (move->kind) {
    case MOVE_SAYS:
        return peer_send(peer, move_bytes(move));
    case MOVE_SHAKES:
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        return peer->state == PEER_OPEN;
    case MOVE_ENDS:
        return peer_close(peer);
    case MOVE_CALLS:
        return calls(play, move->port);
    case MOVE_DATAGRAM:
        return peer_send(scripted_net_udp_peer(&play->world.scripted_net, move->port),
                         span_of(move->text));
    case MOVE_ANSWERS:
        return answers_time(play);
    case MOVE_LINE:
    case MOVE_BYTES:
    case MOVE_ESCAPE:
    case MOVE_PAUSE:
        break;
    }
    return false;
}

bool move_is_servers(const struct move *move)
{
    return move->kind >= MOVE_SAYS && move->kind <= MOVE_ANSWERS;
}

/* ---- a conversation ---- */

void play_begin(struct play *play)
{
    world_init(&play->world);
    play->world.takes_calls = true;
    play->world.has_laboratory = true;
    play->world.scripted_calls.port = DATA_CALL_PORT;
    play->world.log.level = LOG_DEBUG; /* what is only logged is looked at, too */
    play->world.log.traced = UINT32_MAX;
    if (world_switch_on(&play->world, play->model, false, 2) != ERR_OK)
        fail_msg("no model %s", play->model);
    for (const uint16_t *port = play_ports; *port != 0; port++)
        scripted_net_listen(&play->world.scripted_net, *port, PEER_ACCEPTS);
    scripted_net_echo(
        &play->world.scripted_net,
        &(struct scripted_echo){ .address = loopback, .after_ms = ECHO_MS, .ttl = 64 });
    lines(play, play->module->setup);
    talk_on(&play->world, 1, "ATE0");
    world_forget(&play->world, 0);
}

static void take(struct play *play, const struct move *move)
{
    switch (move->kind) {
    case MOVE_LINE:
        play_line(play, 0, move->text);
        return;
    case MOVE_BYTES:
        world_type_text(&play->world, move->text);
        return;
    case MOVE_ESCAPE:
        escape(play);
        return;
    case MOVE_PAUSE:
        world_advance(&play->world, move->port);
        return;
    default:
        break;
    }
    if (!play_says(play, move))
        fail_msg("%s: port %u has no connection for step %td; heard \"%s\"", play->name,
                 (unsigned)move->port, move - play->conversation->moves,
                 show(world_heard(&play->world, 0)));
}

void play_move(struct play *play, const struct move *move)
{
    take(play, move);
    world_advance(&play->world, QUIET_MS);
}

void play_moves(struct play *play, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play_move(play, &play->conversation->moves[i]);
}

static bool contains(struct span bytes, const char *part)
{
    size_t len = strlen(part);

    for (size_t i = 0; i + len <= bytes.len; i++) {
        if (memcmp(bytes.data + i, part, len) == 0)
            return true;
    }
    return false;
}

void play_have_all(struct play *play)
{
    world_forget(&play->world, 0);
    play_moves(play, play->conversation->count);
    world_advance(&play->world, 2 * SECOND_MS);
    if (!contains(world_heard(&play->world, 0), play->conversation->heard))
        fail_msg("%s: \"%s\" is not in \"%s\"", play->name, play->conversation->heard,
                 show(world_heard(&play->world, 0)));
}

/* ---- afterwards ---- */

static void fill_prompt(struct play *play)
{
    const struct tlsmodem *modem = play->world.modem;

    while (modem->on && at_prompt_lacks(modem->terminals[0]->at) > 0)
        world_type_text(&play->world, "x");
}

void play_expect_answer(struct play *play)
{
    if (!talk_ends_with(talk(&play->world, "AT"), "OK"))
        fail_msg("%s: AT is answered by \"%s\"", play->name, show(world_heard(&play->world, 0)));
    if (byte_queue_len(&play->world.ports[0].typed) != 0)
        fail_msg("%s: typed bytes wait for nothing", play->name);
    if (play->world.scripted_net.spins != 0)
        fail_msg("%s: a busy loop", play->name);
}

void play_recover(struct play *play)
{
    fill_prompt(play);
    escape(play);
    world_type_text(&play->world, "\x1B\r");
    world_advance(&play->world, PLAY_LONG_MS);
    world_type_text(&play->world, "\x1B\r");
    world_advance(&play->world, PLAY_LONG_MS);
    play_expect_answer(play);
}

void play_begin_again(struct play *play)
{
    play_line(play, 1, "ATE0");
    lines(play, play->module->setup);
    lines(play, play->module->closing);
    world_advance(&play->world, PLAY_LONG_MS);
}
