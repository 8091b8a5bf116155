/* fuzz_ftp.c: what an FTP server may say and send, and what a host does meanwhile.
 *
 * The first byte says how: bit 0 under TLS, bit 1 active, bit 2 logged in already.  Then steps, a
 * letter each: `c`, `d` a counted block on the control and the data connection; `r` a reply that
 * servers give; `l` a line that hosts type, `t` a counted block of the host's; `h`, `x` the control
 * connection hung up and reset, `H`, `X` the data connection; `a` the server connects to the port
 * that the module has named; `n` it refuses TLS; `z`, `u` it takes nothing more, and again; `w`
 * tenths of a second.
 */
#include "conversation.h"
#include "input.h"

enum { SECURE = 1, ACTIVE = 2, LOGGED_IN = 4 };

enum { CONTROL_PORT = 21, DATA_PORT = 4001, TENTH_MS = 100 };

static const char *const replies[] = {
    "220 ready\r\n",       "234 go\r\n",
    "200 ok\r\n",          "331 password\r\n",
    "230 in\r\n",          "227 ok (127,0,0,1,15,161)\r\n",
    "150 go on\r\n",       "226 done\r\n",
    "350 go on\r\n",       "213 174945\r\n",
    "257 \"/\" is it\r\n", "250 ok\r\n",
    "550 no\r\n",          "425 no data\r\n",
    "421 bye\r\n",         "221-bye\r\n221 bye\r\n",
};

static const char *const lines[] = {
    "AT#FTPOPEN=\"localhost:21\",u,p,1\r",
    "AT#FTPOPEN=\"localhost:21\",u,p\r",
    "AT#FTPCLOSE\r",
    "AT#FTPGET=f\r",
    "AT#FTPPUT=f\r",
    "AT#FTPPUT=f,1\r",
    "AT#FTPAPP=f\r",
    "AT#FTPLIST\r",
    "AT#FTPGETPKT=f\r",
    "AT#FTPGETPKT=f,1\r",
    "AT#FTPRECV=3000\r",
    "AT#FTPAPPEXT=5\rhello",
    "AT#FTPAPPEXT=5,1\rhello",
    "AT#FTPGETPKT?;#FTPMSG\r",
    "AT#FTPRECV?\r",
    "AT#FTPREST=7\r",
    "AT#FTPTYPE=1\r",
    "AT#FTPCWD=d\r",
    "AT#FTPPWD\r",
    "AT#FTPDELE=f\r",
    "AT#FTPFSIZE=f\r",
    "AT#FTPCFG=100,1,1\r",
    "AT#SGACT=1,0\r",
    "AT#SGACT=1,1\r",
    "+++",
    "AT#REBOOT\r",
};

#define PICK(list, number) (list)[(number) % (sizeof(list) / sizeof((list)[0]))]

static struct scripted_peer *peer_on(struct world *world, uint16_t port)
{
    return scripted_net_peer(&world->scripted_net, port);
}

static void say(struct world *world, uint16_t port, struct span bytes)
{
    peer_send(peer_on(world, port), bytes);
}

/* The module's port is the one that the network chose last. */
static void call_module(struct world *world)
{
    static const struct net_address loopback = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };

    scripted_net_call(peer_on(world, DATA_PORT), &loopback, world->scripted_net.last_local_port);
}

static void decide(struct world *world, uint16_t port, enum peer_verdict verdict)
{
    peer_decide(peer_on(world, port),
                &(struct peer_handshake){ .verdict = verdict, .reason = TLS_ALERT, .alert = 40 });
}

static void step(struct world *world, struct input *input)
{
    switch (input_byte(input)) {
    case 'c':
        say(world, CONTROL_PORT, input_bytes(input, input_byte(input)));
        break;
    case 'd':
        say(world, DATA_PORT, input_bytes(input, input_byte(input)));
        break;
    case 'r':
        say(world, CONTROL_PORT, span_of(PICK(replies, input_byte(input))));
        break;
    case 'l':
        fuzz_type(world, PICK(lines, input_byte(input)));
        break;
    case 't':
        world_type(world, 0, input_bytes(input, input_byte(input)));
        break;
    case 'h':
        peer_hang_up(peer_on(world, CONTROL_PORT));
        break;
    case 'x':
        peer_reset(peer_on(world, CONTROL_PORT));
        break;
    case 'H':
        peer_close(peer_on(world, DATA_PORT));
        break;
    case 'X':
        peer_reset(peer_on(world, DATA_PORT));
        break;
    case 'a':
        call_module(world);
        break;
    case 'n':
        decide(world, DATA_PORT, VERDICT_NO);
        break;
    case 'z':
        peer_stall(peer_on(world, DATA_PORT));
        break;
    case 'u':
        peer_resume(peer_on(world, DATA_PORT));
        break;
    case 'w':
        world_advance(world, input_byte(input) * TENTH_MS);
        break;
    default:
        break;
    }
    if (peer_on(world, CONTROL_PORT)->handshake.verdict == VERDICT_NONE)
        decide(world, CONTROL_PORT, VERDICT_YES);
    if (peer_on(world, DATA_PORT)->handshake.verdict == VERDICT_NONE)
        decide(world, DATA_PORT, VERDICT_YES);
    world_settle(world);
}

static void log_in(struct world *world, uint8_t how)
{
    static const char *const secure[] = { "220 ready\r\n", "234 go\r\n", "200 ok\r\n",
                                          "200 ok\r\n" };

    fuzz_type(world, PICK(lines, (how & ACTIVE) != 0 ? 1U : 0U));
    for (size_t i = 0; i < ((how & SECURE) != 0 ? 4U : 1U); i++) {
        say(world, CONTROL_PORT, span_of(secure[i]));
        world_settle(world);
    }
    for (size_t i = 0; i < 3; i++) {
        static const char *const rest[] = { "331 password\r\n", "230 in\r\n", "200 ok\r\n" };

        say(world, CONTROL_PORT, span_of(rest[i]));
        world_settle(world);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    uint8_t how = input_byte(&input);
    struct world world;

    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    fuzz_prepare(&world);
    scripted_net_listen(&world.scripted_net, CONTROL_PORT, PEER_ACCEPTS);
    scripted_net_listen(&world.scripted_net, DATA_PORT, PEER_ACCEPTS);
    decide(&world, CONTROL_PORT, VERDICT_YES);
    decide(&world, DATA_PORT, VERDICT_YES);
    fuzz_type(&world, (how & SECURE) != 0 ? "AT#FTPCFG=100,1,1\r" : "AT#FTPCFG=100,1,0\r");
    if ((how & LOGGED_IN) != 0)
        log_in(&world, how);
    while (!input_is_empty(&input))
        step(&world, &input);
    fuzz_check_it_answers(&world);
    world_deinit(&world);
    return 0;
}
