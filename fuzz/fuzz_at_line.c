/* fuzz_at_line.c: what a host types in command state.
 *
 * The first byte chooses the settings to start from.  The rest is typed twice, in one piece and
 * byte by byte, and must be answered alike (input_piece).
 */
#include "conversation.h"
#include "input.h"

#include "module/module.h"

#include <stdio.h>
#include <stdlib.h>

/* By two bits of the first byte: the kinds of modules whose rows differ. */
static const char *const models[] = { "he910", "gl865-dual", "gc864-quad", "le866" };

enum { START_MODEL_SHIFT = 5 };

/* By the bit above them: modules whose openings go on behind OK, so that it matters what is typed
 * when. */
static const char *const later_models[] = { "l610", "nl668-cn-10", "m95", "m10" };

enum { START_LATER = 128 };

enum start { START_SSL = 1, START_NUMBERS = 2, START_WORDS = 4, START_SHORT = 8, START_KEPT = 16 };

static void prepare(struct world *world, uint8_t start)
{
    if ((start & START_LATER) != 0)
        world_type_text(world, "AT+MIPCALL=1\rAT+QIACT\r");
    else
        world_type_text(world,
                        "ATE0\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r");
}

static void switch_on(struct world *world, uint8_t start)
{
    size_t kind = (start >> START_MODEL_SHIFT) % (sizeof(models) / sizeof(models[0]));
    const char *model = (start & START_LATER) != 0 ? later_models[kind] : models[kind];

    world_init(world);
    if (world_switch_on(world, model, (start & START_KEPT) != 0, 1) != ERR_OK)
        abort();
    scripted_net_listen(&world->scripted_net, FUZZ_PORT, PEER_ACCEPTS);
    if ((start & START_SSL) != 0)
        prepare(world, start);
    if ((start & START_NUMBERS) != 0)
        world_type_text(world, "AT+CMEE=1\r");
    if ((start & START_WORDS) != 0)
        world_type_text(world, "AT+CMEE=2\r");
    if ((start & START_SHORT) != 0)
        world_type_text(world, "ATV0\r");
    world_forget(world, 0);
}

/* A restart throws away what is typed after it, and a multiplexer that is left what was in its
 * frames: then pieces do make a difference. */
static bool is_comparable(const struct world *whole, const struct world *pieces, bool framed)
{
    return whole->modem->on && pieces->modem->on && !framed;
}

static void compare(const struct world *whole, const struct world *pieces)
{
    if (span_equal(world_heard(whole, 0), world_heard(pieces, 0)))
        return;
    fprintf(stderr, "fuzz: in one piece and byte by byte the answers differ\n");
    abort();
}

/* An XOFF stops sooner what is typed in one piece; after an XON all of it is heard. */
static void go_on(struct world *world)
{
    world_type_text(world, "\x11");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    uint8_t start = input_byte(&input);
    struct world whole, pieces;
    bool framed = false;

    switch_on(&whole, start);
    switch_on(&pieces, start);
    world_type(&whole, 0, input.left);
    while (!input_is_empty(&input)) {
        world_type(&pieces, 0, input_bytes(&input, input_piece(input.left)));
        framed = framed || tlsmodem_hears_frames(pieces.modem, 0);
    }
    go_on(&whole);
    go_on(&pieces);
    if ((start & START_LATER) == 0 && is_comparable(&whole, &pieces, framed))
        compare(&whole, &pieces);
    fuzz_check_it_answers(&whole, (start & START_LATER) == 0); /* +QITCFG */
    world_deinit(&whole);
    world_deinit(&pieces);
    return 0;
}
