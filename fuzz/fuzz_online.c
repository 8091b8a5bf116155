/* fuzz_online.c: prompts and online data, with a peer and time in between.
 *
 * The first byte chooses the state to start from.  Then come steps: a byte that says what happens,
 * and what belongs to it.
 */
#include "conversation.h"
#include "input.h"

#include <stdlib.h>

enum start {
    START_PEM,      /* prompt of #SSLSECDATA that Ctrl-Z ends */
    START_DER,      /* prompt of #SSLSECDATA that counts */
    START_SEND,     /* prompt of #SSLSEND */
    START_SEND_EXT, /* prompt of #SSLSENDEXT */
    START_COMMAND,  /* connected, command mode */
    START_RING,     /* the same, data with SSLSRING */
    START_ONLINE,
    START_AUTOMATIC, /* online, packet size 0 */
    START_COUNT
};

enum step {
    STEP_TYPE = 't', /* length, bytes */
    STEP_SEND = 's', /* length, bytes: the peer's */
    STEP_WAIT = 'w', /* so many times 100 ms */
    STEP_EAT = 'e',  /* the host reads so many times 16 bytes; 255: all */
    STEP_STALL = 'z',
    STEP_RESUME = 'r',
    STEP_CLOSE = 'c',
    STEP_HANG_UP = 'h',
    STEP_RESET = 'x',
    STEP_CORRUPT = 'k',
    STEP_DTR = 'd',    /* dropped and raised again */
    STEP_ACCEPT = 'a', /* the next handshake */
    STEP_FAIL = 'f'    /* the next handshake; reason */
};

enum { REASONS = TLS_INTERNAL };

static void open_prompt(struct world *world, enum start start)
{
    switch (start) {
    case START_PEM:
        fuzz_type(world, "AT#SSLH=1\rAT#SSLSECDATA=1,1,1,2047\r");
        break;
    case START_DER:
        fuzz_type(world, "AT#SSLH=1\rAT#SSLSECCFG=1,0,0,0\rAT#SSLSECDATA=1,3,2,64\r");
        break;
    case START_SEND:
        fuzz_type(world, "AT#SSLSEND=1,20\r");
        break;
    case START_SEND_EXT:
        fuzz_type(world, "AT#SSLSENDEXT=1,64,20\r");
        break;
    default:
        break;
    }
}

static const char *config_of(enum start start)
{
    if (start == START_AUTOMATIC)
        return "AT#SSLCFG=1,1,0,90,100,50\r";
    return start == START_RING ? "AT#SSLCFG=1,1,300,90,100,50,2,2\r" : FUZZ_CONFIG;
}

static struct scripted_peer *begin(struct world *world, enum start start)
{
    struct scripted_peer *peer;

    world_init(world);
    if (world_switch_on(world, "he910", true, 1) != ERR_OK)
        abort();
    peer = fuzz_connect(world, config_of(start), start == START_ONLINE || start == START_AUTOMATIC);
    open_prompt(world, start);
    return peer;
}

static void decide(struct scripted_peer *peer, struct input *input, enum peer_verdict verdict)
{
    struct peer_handshake handshake = { .verdict = verdict, .alert = -1 };

    if (verdict == VERDICT_NO)
        handshake.reason = (enum tls_reason)(1 + input_byte(input) % REASONS);
    peer_decide(peer, &handshake);
}

static void drop_dtr(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
}

static void eat(struct world *world, uint8_t amount)
{
    enum { BYTES = 16 };

    world_set_appetite(world, 0, amount == UINT8_MAX ? SIZE_MAX : (size_t)amount * BYTES);
}

static void take_step(struct world *world, struct scripted_peer *peer, struct input *input)
{
    switch ((enum step)input_byte(input)) {
    case STEP_TYPE:
        world_type(world, 0, input_bytes(input, input_byte(input)));
        break;
    case STEP_SEND:
        peer_send(peer, input_bytes(input, input_byte(input)));
        break;
    case STEP_WAIT:
        world_advance(world, input_byte(input) * INT64_C(100));
        break;
    case STEP_EAT:
        eat(world, input_byte(input));
        break;
    case STEP_STALL:
        peer_stall(peer);
        break;
    case STEP_RESUME:
        peer_resume(peer);
        break;
    case STEP_CLOSE:
        peer_close(peer);
        break;
    case STEP_HANG_UP:
        peer_hang_up(peer);
        break;
    case STEP_RESET:
        peer_reset(peer);
        break;
    case STEP_CORRUPT:
        peer_corrupt(peer);
        break;
    case STEP_DTR:
        drop_dtr(world);
        break;
    case STEP_ACCEPT:
        decide(peer, input, VERDICT_YES);
        break;
    case STEP_FAIL:
        decide(peer, input, VERDICT_NO);
        break;
    }
    world_settle(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    struct scripted_peer *peer;
    struct world world;

    peer = begin(&world, (enum start)(input_byte(&input) % START_COUNT));
    while (!input_is_empty(&input))
        take_step(&world, peer, &input);
    fuzz_check_it_answers(&world);
    world_deinit(&world);
    return 0;
}
