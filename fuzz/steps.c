/* steps.c: what hosts, servers, the network and time do in a step. */
#include "steps.h"

#include "control.h"
#include "memory.h"
#include "toy_record.h"

#include "module/module.h"

#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { TENTH_MS = 100, TEN_SECONDS_MS = 10000, READ_BYTES = 16, ALERT = 40 };

static const uint16_t servers[STEPS_SERVERS] = { 443, 80, 25, 21, 4001, 465 };
static const uint16_t datagram_servers[] = { 123, 443 };

static const char *const sayings[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "0\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: http://localhost/y\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 307 Go\r\nLocation: https://localhost/y\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.0 404 No\r\n\r\nno",
    "220 ready\r\n",
    "250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "250 AUTH LOGIN\r\n",
    "250 ok\r\n",
    "334 VXNlcm5hbWU6\r\n",
    "235 in\r\n",
    "354 go ahead\r\n",
    "221 bye\r\n",
    "530 log in\r\n",
    "234 go\r\n",
    "200 ok\r\n",
    "331 password\r\n",
    "230 in\r\n",
    "227 ok (127,0,0,1,15,161)\r\n",
    "150 go on\r\n",
    "226 done\r\n",
    "350 go on\r\n",
    "213 174945\r\n",
    "213 20260102030405\r\n",
    "215 UNIX\r\n",
    "257 \"/\" is it\r\n",
    "421 bye\r\n",
    "425 no data\r\n",
    "502 what\r\n",
    "550 no\r\n",
};

/* ---- hosts ---- */

static void type(struct drive *drive, struct span bytes)
{
    if (fuzz_watch != NULL)
        fuzz_watch->typed(&drive->world, drive->port, bytes);
    world_type(&drive->world, drive->port, bytes);
}

static void type_line(struct drive *drive, size_t number)
{
    size_t count = 0;

    while (drive->maker->lines[count] != NULL)
        count++;
    type(drive, span_of(drive->maker->lines[number % count]));
}

static void read_more(struct drive *drive, uint8_t amount)
{
    world_set_appetite(&drive->world, drive->port,
                       amount == UINT8_MAX ? SIZE_MAX : (size_t)amount * READ_BYTES);
}

static void drop_dtr(struct drive *drive, uint8_t mode)
{
    struct terminal *terminal = drive->world.ports[drive->port].terminal;

    drive->world.modem->terminals[drive->port]->settings.dtr = mode % 3;
    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
}

/* What it typed and the module has not taken goes with it. */
static void leave(struct drive *drive)
{
    struct world_port *port = &drive->world.ports[drive->port];

    byte_queue_clear(&port->typed);
    port->terminal->ops->host_gone(port->terminal);
}

static bool host_step(struct drive *drive, uint8_t letter)
{
    struct input *input = &drive->input;

    switch (letter) {
    case 'l':
        type_line(drive, input_byte(input));
        break;
    case 't':
        type(drive, input_bytes(input, input_byte(input)));
        break;
    case 'o':
        drive->port = input_byte(input) % STEPS_PORTS;
        break;
    case 'e':
        read_more(drive, input_byte(input));
        break;
    case 'q':
        drop_dtr(drive, input_byte(input));
        break;
    case 'g':
        leave(drive);
        break;
    default:
        return false;
    }
    return true;
}

/* ---- servers ---- */

static struct scripted_peer *peer_at(struct drive *drive, size_t server)
{
    return scripted_net_peer(&drive->world.scripted_net, servers[server]);
}

/* Each handshake ends as was decided for its server last. */
static void decide(struct drive *drive)
{
    for (size_t i = 0; i < STEPS_SERVERS; i++) {
        struct scripted_peer *peer = peer_at(drive, i);

        if (peer->handshake.verdict != VERDICT_NONE)
            continue;
        peer_decide(peer, &(struct peer_handshake){ .verdict = drive->verdicts[i],
                                                    .reason = drive->reasons[i],
                                                    .alert = ALERT });
    }
}

static void change_verdict(struct drive *drive, size_t server, enum peer_verdict verdict)
{
    drive->verdicts[server] = verdict;
    peer_at(drive, server)->handshake.verdict = VERDICT_NONE;
}

/* The module's port is the one that the network chose last. */
static void call(struct drive *drive, struct scripted_peer *peer)
{
    static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

    scripted_net_call(peer, &loopback, drive->world.scripted_net.last_local_port);
}

static void call_module(struct drive *drive, size_t server)
{
    call(drive, peer_at(drive, server));
}

/* What is said of a server's connection, not of what it sends. */
static void end_step(struct scripted_peer *peer, uint8_t letter)
{
    static const struct {
        uint8_t letter;
        bool (*act)(struct scripted_peer *peer);
    } ways[] = {
        { 'c', peer_close },   { 'h', peer_hang_up }, { 'x', peer_reset },
        { 'k', peer_corrupt }, { 'm', peer_vanish },
    };

    for (size_t i = 0; i < COUNT(ways); i++) {
        if (ways[i].letter == letter)
            ways[i].act(peer);
    }
    if (letter == 'z')
        peer_stall(peer);
    else if (letter == 'u')
        peer_resume(peer);
}

static bool server_step(struct drive *drive, uint8_t letter)
{
    struct input *input = &drive->input;
    size_t server;

    if (letter == '\0' || strchr("srchxkmzuanNyv", letter) == NULL)
        return false;
    server = input_byte(input) % STEPS_SERVERS;
    switch (letter) {
    case 's':
        peer_send(peer_at(drive, server), input_bytes(input, input_byte(input)));
        break;
    case 'r':
        peer_send(peer_at(drive, server), span_of(sayings[input_byte(input) % COUNT(sayings)]));
        break;
    case 'a':
        change_verdict(drive, server, VERDICT_YES);
        break;
    case 'n':
        change_verdict(drive, server, VERDICT_NO);
        drive->reasons[server] = (enum tls_reason)(1 + input_byte(input) % TLS_INTERNAL);
        break;
    case 'N':
        change_verdict(drive, server, VERDICT_NONE);
        break;
    case 'y':
        scripted_net_listen(&drive->world.scripted_net, servers[server],
                            (enum peer_listens)(input_byte(input) % (PEER_HANGS + 1)));
        break;
    case 'v':
        call_module(drive, server);
        break;
    default:
        end_step(peer_at(drive, server), letter);
        break;
    }
    return true;
}

/* ---- datagrams ---- */

/* RFC 4330: the answer repeats the stamp of the request; its own are of 2024. */
static void answer_time(struct scripted_peer *peer)
{
    enum { PACKET = 48, ORIGINATE = 24, RECEIVE = 32, TRANSMIT = 40, STAMP = 8 };
    static const uint8_t now[STAMP] = { 0xEB, 0x1F, 0x30, 0x40, 0x80 };
    uint8_t answer[PACKET] = { 0x24, 1, 6, 0xEC };
    struct toy_record request = { 0 };

    while (toy_record_peek(&peer->got, &request)) {
        if (request.body.len >= PACKET)
            memcpy(answer + ORIGINATE, request.body.data + TRANSMIT, STAMP);
        toy_record_drop(&peer->got);
    }
    memcpy(answer + RECEIVE, now, STAMP);
    memcpy(answer + TRANSMIT, now, STAMP);
    peer_send(peer, span_at(answer, sizeof(answer)));
}

static bool datagram_step(struct drive *drive, uint8_t letter)
{
    struct input *input = &drive->input;
    struct scripted_peer *peer;

    if (letter != 'd' && letter != 'D')
        return false;
    peer = scripted_net_udp_peer(&drive->world.scripted_net,
                                 datagram_servers[input_byte(input) % COUNT(datagram_servers)]);
    if (peer->stream == NULL)
        call(drive, peer);
    if (letter == 'D')
        answer_time(peer);
    else
        peer_send(peer, input_bytes(input, input_byte(input)));
    return true;
}

/* ---- the world ---- */

static void take_context_down(struct drive *drive, size_t cid)
{
    struct tlsmodem *modem = drive->world.modem;

    module_enter(modem);
    if (network_context(&modem->network, cid) != NULL)
        network_deactivate(modem, cid);
    module_leave(modem);
}

static void cut_power(struct drive *drive)
{
    if (!drive->world.modem->on)
        return;
    module_enter(drive->world.modem);
    module_power_cycle(drive->world.modem, TENTH_MS);
    module_leave(drive->world.modem);
    world_advance(&drive->world, 2 * (int64_t)TENTH_MS);
}

static void world_step(struct drive *drive, uint8_t letter)
{
    static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };
    struct input *input = &drive->input;

    switch (letter) {
    case 'i':
        scripted_net_name(&drive->world.scripted_net, "localhost",
                          (enum name_answer)(input_byte(input) % (NAME_HANGS + 1)), &loopback, 1);
        break;
    case 'b':
        take_context_down(drive, 1 + input_byte(input) % MODULE_CONTEXTS_MAX);
        break;
    case 'p':
        cut_power(drive);
        break;
    case 'C':
        fuzz_control(&drive->world, input_byte(input));
        break;
    case 'f':
        fuzz_memory_fail(input_byte(input));
        break;
    case 'j':
        memory_storage_fail_applies(&drive->world.memory_storage, input_byte(input), ERR_NO_MEMORY);
        break;
    case 'w':
        world_advance(&drive->world, input_byte(input) * (int64_t)TENTH_MS);
        break;
    case 'W':
        world_advance(&drive->world, input_byte(input) * (int64_t)TEN_SECONDS_MS);
        break;
    default:
        break;
    }
}

void steps_begin(struct drive *drive)
{
    for (size_t i = 0; i < STEPS_SERVERS; i++) {
        scripted_net_listen(&drive->world.scripted_net, servers[i], PEER_ACCEPTS);
        drive->verdicts[i] = VERDICT_YES;
    }
    decide(drive);
    type_line(drive, 0);
}

void steps_take(struct drive *drive, uint8_t letter)
{
    if (!host_step(drive, letter) && !server_step(drive, letter) && !datagram_step(drive, letter))
        world_step(drive, letter);
    decide(drive);
    world_settle(&drive->world);
}
