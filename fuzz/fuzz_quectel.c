/* fuzz_quectel.c: hosts and peers of a Quectel's sockets, plain, UDP, secure and transparent.
 *
 * The first byte chooses what is set up.  Then come steps, as below.  What the NVRAM holds may be
 * part of the input.
 */
#include "conversation.h"
#include "input.h"

#include "module/module.h"

#include <stdlib.h>

enum start {
    START_SEVERAL = 1,     /* +QIMUX=1 */
    START_TRANSPARENT = 2, /* +QIMODE=1 */
    START_INDICATED = 4,   /* +QINDI=1 */
    START_COUNTED = 8,     /* +QINDI=2 */
    START_VERIFIES = 16,   /* with a file in NVRAM, which the input brings */
    START_PORTS = 32       /* two ports */
};

enum step {
    STEP_TYPE = 't',    /* length in two bytes, bytes */
    STEP_OTHER = 'o',   /* the same on the second port */
    STEP_WAIT = 'w',    /* so many times 100 ms */
    STEP_SEND = 's',    /* the TCP peer sends: length in two bytes, bytes */
    STEP_PACKET = 'p',  /* the UDP peer does */
    STEP_END = 'e',     /* 0 closes, 1 hangs up, 2 resets, 3 breaks a record */
    STEP_CIRCUIT = 'd', /* DTR drops and comes back, with &D as in the next byte */
    STEP_STALL = 'x'    /* 0: the peer reads again, else it does not */
};

static struct scripted_peer *peer_of(struct world *world)
{
    return scripted_net_peer(&world->scripted_net, FUZZ_PORT);
}

static void drop_dtr(struct world *world, uint8_t mode)
{
    struct terminal *terminal = world->ports[0].terminal;

    world->modem->terminals[0].settings.dtr = mode % 3;
    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
    world_settle(world);
}

static void end_peer(struct world *world, uint8_t how)
{
    static bool (*const ways[])(struct scripted_peer *) = { peer_close, peer_hang_up, peer_reset,
                                                            peer_corrupt };

    ways[how % 4](peer_of(world));
    world_settle(world);
}

static void take_step(struct world *world, struct input *input)
{
    switch ((enum step)input_byte(input)) {
    case STEP_TYPE:
        world_type(world, 0, input_block(input));
        break;
    case STEP_OTHER:
        world_type(world, world->port_count - 1, input_block(input));
        break;
    case STEP_WAIT:
        world_advance(world, input_byte(input) * 100);
        break;
    case STEP_SEND:
        peer_send(peer_of(world), input_block(input));
        world_settle(world);
        break;
    case STEP_PACKET:
        peer_send(scripted_net_udp_peer(&world->scripted_net, FUZZ_PORT), input_block(input));
        world_settle(world);
        break;
    case STEP_END:
        end_peer(world, input_byte(input));
        break;
    case STEP_CIRCUIT:
        drop_dtr(world, input_byte(input));
        break;
    case STEP_STALL:
        if (input_byte(input) != 0)
            peer_stall(peer_of(world));
        else
            peer_resume(peer_of(world));
        break;
    default:
        break;
    }
}

static void switch_on(struct world *world, uint8_t start, struct input *input)
{
    world_init(world);
    if ((start & START_VERIFIES) != 0)
        memory_storage_put(&world->memory_storage, "file/NVRAM:CA0", true, input_block(input));
    if (world_switch_on(world, "m95", true, (start & START_PORTS) != 0 ? 2 : 1) != ERR_OK)
        abort();
    scripted_net_listen(&world->scripted_net, FUZZ_PORT, PEER_ACCEPTS);
    peer_decide(peer_of(world), &(struct peer_handshake){ .verdict = VERDICT_YES });
    fuzz_type(world, "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1\r");
    if ((start & START_TRANSPARENT) != 0)
        fuzz_type(world, "AT+QIMODE=1\r");
    if ((start & START_SEVERAL) != 0)
        fuzz_type(world, "AT+QIMUX=1\r");
    if ((start & START_INDICATED) != 0)
        fuzz_type(world, "AT+QINDI=1\r");
    if ((start & START_COUNTED) != 0)
        fuzz_type(world, "AT+QINDI=2\r");
    if ((start & START_VERIFIES) != 0)
        fuzz_type(world, "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"NVRAM:CA0\"\r");
    world_forget(world, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    uint8_t start = input_byte(&input);
    struct world world;

    switch_on(&world, start, &input);
    while (!input_is_empty(&input))
        take_step(&world, &input);
    for (size_t i = 0; i < world.port_count; i++)
        world_set_appetite(&world, i, SIZE_MAX);
    peer_resume(peer_of(&world));
    world_advance(&world, 300000);
    fuzz_type(&world, "\r"); /* what is half typed may be ATO */
    world_advance(&world, 300000);
    drop_dtr(&world, 2); /* from transparent mode even where +++ is off */
    fuzz_check_it_answers(&world);
    world_deinit(&world);
    return 0;
}
