/* conversation.c: what is true of a modem after any input. */
#include "conversation.h"

#include "at/session.h"
#include "module/module.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { LONG_MS = 600000, ROUNDS = 2 };

static void fail(const char *what, size_t port)
{
    fprintf(stderr, "fuzz: port %zu: %s\n", port + 1, what);
    abort();
}

/* What the host heard is the reason, most often. */
static void fail_to_answer(const struct world *world, size_t port)
{
    struct span heard = world_heard(world, port);

    for (size_t i = 0; i < heard.len; i++)
        fprintf(stderr, isprint(heard.data[i]) ? "%c" : "\\x%02X", heard.data[i]);
    fprintf(stderr, " was heard, in %s\n",
            !world->modem->on                                  ? "a module that is off"
            : at_is_online(world->modem->terminals[port]->at)  ? "online mode"
            : at_is_engaged(world->modem->terminals[port]->at) ? "a command or prompt"
                                                               : "command mode");
    fail("AT is not answered with OK in the end", port);
}

static bool heard_ok(const struct world *world, size_t port)
{
    static const char ok[] = "\r\nOK\r\n";
    struct span heard = world_heard(world, port);

    return heard.len >= sizeof(ok) - 1 &&
           memcmp(heard.data + heard.len - (sizeof(ok) - 1), ok, sizeof(ok) - 1) == 0;
}

static struct at_session *session_of(const struct world *world, size_t port)
{
    return world->modem->terminals[port]->at;
}

/* Line ends, erasure and result codes as from the factory: an input may have set others. */
static void reset_settings(const struct world *world, size_t port)
{
    struct at_settings *settings = at_settings_of(session_of(world, port));

    settings->s2 = '+';
    settings->s3 = '\r';
    settings->s4 = '\n';
    settings->s5 = '\b';
    settings->quiet = 0;
    settings->verbose = 1;
}

static void type(struct world *world, size_t port, const char *text)
{
    world_type(world, port, span_of(text));
    world_advance(world, LONG_MS);
}

/* Gives a prompt the rest of the bytes that it was promised. */
static void fill_prompt(struct world *world, size_t port)
{
    while (world->modem->on && at_prompt_lacks(session_of(world, port)) > 0)
        world_type(world, port, span_of("x"));
    world_advance(world, LONG_MS);
}

static void drop_dtr(struct world *world, size_t port)
{
    struct terminal *terminal = world->ports[port].terminal;

    world->modem->terminals[port]->settings.dtr = 2;
    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
    world_settle(world);
}

static void leave_online(struct world *world, size_t port, bool escapes)
{
    type(world, port, "+++");
    if (!at_is_online(session_of(world, port)))
        return;
    if (escapes)
        fail("the escape sequence does not leave online mode", port);
    drop_dtr(world, port);
    if (at_is_online(session_of(world, port)))
        fail("DTR does not end online mode", port);
}

/* Whoever hangs up has no frames any more. */
static void leave_frames(struct world *world, size_t port)
{
    struct terminal *terminal = world->ports[port].terminal;

    if (!tlsmodem_hears_frames(world->modem, port))
        return;
    terminal->ops->host_gone(terminal);
    world_settle(world);
    if (tlsmodem_hears_frames(world->modem, port))
        fail("a host that has gone leaves the port multiplexed", port);
}

static void come_back(struct world *world, size_t port, bool escapes)
{
    leave_frames(world, port);
    reset_settings(world, port);
    type(world, port, "\x11"); /* XON */
    type(world, port, "\r");   /* what is half typed may be ATO */
    fill_prompt(world, port);
    leave_online(world, port, escapes);
    type(world, port, "\x1B");
    type(world, port, "\r\r");
    reset_settings(world, port);
}

void fuzz_check_it_answers(struct world *world, bool escapes)
{
    for (struct scripted_peer *peer = world->scripted_net.peers; peer != NULL; peer = peer->next)
        peer_resume(peer);
    for (size_t port = 0; port < world->port_count; port++)
        world_set_appetite(world, port, SIZE_MAX);
    world_advance(world, LONG_MS);
    for (size_t port = 0; port < world->port_count; port++) {
        for (int i = 0; i < ROUNDS; i++)
            come_back(world, port, escapes);
        world_forget(world, port);
        world_type(world, port, span_of("AT\r"));
        if (!heard_ok(world, port))
            fail_to_answer(world, port);
        if (byte_queue_len(&world->ports[port].typed) != 0)
            fail("typed bytes wait for nothing", port);
    }
    if (world->scripted_net.spins != 0)
        fail("a busy loop", 0);
}

void fuzz_check_it_lets_go(struct world *world)
{
    world_switch_off(world);
    if (world->scripted_tls.sessions != 0 || world->scripted_tls.tickets != 0)
        fail("a TLS session or its ticket is left", 0);
    if (world->scripted_net.streams != NULL || world->scripted_net.queries != NULL ||
        world->scripted_net.listeners != NULL)
        fail("a connection, a query or a listener is left", 0);
}
