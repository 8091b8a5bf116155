/* conversation.c: what the engine's fuzzers type, and what they check in the end. */
#include "conversation.h"

#include "module/module.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_type(struct world *world, const char *text)
{
    world_type_text(world, text);
}

void fuzz_prepare(struct world *world)
{
    fuzz_type(world, "ATE0\r");
    fuzz_type(world, "AT+CGDCONT=1,\"IP\",\"internet\"\r");
    fuzz_type(world, "AT#SGACT=1,1\r");
    fuzz_type(world, "AT#SSLEN=1,1\r");
}

struct scripted_peer *fuzz_connect(struct world *world, const char *config, bool online)
{
    struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, FUZZ_PORT);

    fuzz_prepare(world);
    fuzz_type(world, config);
    scripted_net_listen(&world->scripted_net, FUZZ_PORT, PEER_ACCEPTS);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    fuzz_type(world,
              online ? "AT#SSLD=1,443,\"localhost\",0,0\r" : "AT#SSLD=1,443,\"localhost\",0,1\r");
    return peer;
}

enum { LONG_MS = 600000 };

static bool heard_ok(const struct world *world)
{
    static const char ok[] = "\r\nOK\r\n";
    struct span heard = world_heard(world, 0);

    return heard.len >= sizeof(ok) - 1 &&
           memcmp(heard.data + heard.len - (sizeof(ok) - 1), ok, sizeof(ok) - 1) == 0;
}

/* Line ends, erasure and result codes as from the factory: an input may have set others. */
static void reset_settings(struct world *world)
{
    struct at_settings *settings = at_settings_of(world->modem->terminals[0].at);

    settings->s2 = '+';
    settings->s3 = '\r';
    settings->s4 = '\n';
    settings->s5 = '\b';
    settings->quiet = 0;
    settings->verbose = 1;
}

static void fail(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

static void end_peers(struct world *world)
{
    for (struct scripted_peer *peer = world->scripted_net.peers; peer != NULL; peer = peer->next)
        peer_close(peer);
    world_settle(world);
}

void fuzz_check_it_answers(struct world *world)
{
    world_set_appetite(world, 0, SIZE_MAX);
    for (struct scripted_peer *peer = world->scripted_net.peers; peer != NULL; peer = peer->next)
        peer_resume(peer);
    world_advance(world, LONG_MS);
    reset_settings(world);
    fuzz_type(world, "+++");
    world_advance(world, LONG_MS);
    if (at_is_online(world->modem->terminals[0].at))
        end_peers(world); /* the host has given up its escape sequence */
    fuzz_type(world, "\x1B\r\r");
    world_advance(world, LONG_MS);
    fuzz_type(world, "\x1B\r\r");
    world_advance(world, LONG_MS);
    reset_settings(world);
    world_forget(world, 0);
    if (at_is_online(world->modem->terminals[0].at))
        return; /* UDP has no end either */
    fuzz_type(world, "AT\r");
    if (!heard_ok(world))
        fail("AT is not answered with OK in the end");
    if (world->scripted_net.spins != 0)
        fail("a busy loop");
    if (byte_queue_len(&world->ports[0].typed) != 0)
        fail("typed bytes wait for nothing");
}
