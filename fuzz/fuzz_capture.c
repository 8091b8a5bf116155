/* fuzz_capture.c: whatever hosts and servers send, a capture of it is a file that can be read, and
 * has just what has passed.  The first byte chooses the maker; the rest is an input of drive.h, in
 * which no allocation fails: what there is no memory for would be left out. */
#include "capture_rig.h"
#include "input.h"
#include "makers.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

static struct capture_rig rig;
static bool is_attached;

static void claim(const char *mistake)
{
    if (mistake == NULL)
        return;
    fprintf(stderr, "fuzz: %s\n", mistake);
    abort();
}

void fuzz_memory_fail(unsigned call)
{
    (void)call;
}

static void begin(struct world *world)
{
    is_attached = false;
    capture_rig_begin(&rig, world);
}

/* Before the first host types, the module has said nothing that a host has read. */
static void typed(struct world *world, size_t port, struct span bytes)
{
    (void)port;
    (void)bytes;
    if (!is_attached)
        capture_rig_attach(&rig, world);
    is_attached = true;
}

static void step(struct world *world)
{
    (void)world;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_maker *const makers[] = { &fuzz_telit, &fuzz_quectel, &fuzz_fibocom };
    static const struct fuzz_watch watch = { begin, typed, step };
    struct input input = { span_at(data, size) };
    const struct fuzz_maker *maker =
        makers[input_byte(&input) % (sizeof(makers) / sizeof(makers[0]))];

    fuzz_watch = &watch;
    fuzz_drive(maker, input.left.data, input.left.len);
    claim(capture_rig_look(&rig));
    capture_rig_end(&rig);
    return 0;
}
