/* fleet.c: what a connected modem costs in memory: fleet PORT CA COUNT [MODEL].
 *
 * COUNT modems in one process, on one loop, each connected to peer.c, which is another process.
 * There is no PTY: what carries the bytes of a port is counted by nobody here, but for a Unix
 * socket or a PTY it is some hundred bytes.  Prints bytes for each modem, a line for each figure.
 * `bare hold` is what it is compared with.
 */
#include "module/module.h"
#include "rig.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

static void print_share(const char *what, size_t bytes, size_t count)
{
    printf("%s %zu\n", what, bytes / count);
}

/* What the parts are made of, by their own account. */
static void print_parts(const struct tlsmodem *modem)
{
    printf("terminal %zu\n", sizeof(modem->terminals[0])); /* and its session's memory */
    printf("maker %zu\n", modem->personality->state_size(modem->model));
    printf("module %zu\n", sizeof(*modem));
}

/* The first dial of a process makes what all later ones share. */
static void warm_up(struct rig *rig, enum rig_model model, const char *ca, uint16_t port)
{
    struct rig_modem modem;

    rig_modem_open(rig, model, ca, &modem);
    rig_dial(&modem, port);
    rig_modem_close(&modem);
}

static void weigh(struct rig *rig, enum rig_model model, const char *ca, uint16_t port,
                  struct rig_modem *modems, size_t count)
{
    struct memory_use before = memory_use(), made, connected;

    for (size_t i = 0; i < count; i++)
        rig_modem_open(rig, model, ca, &modems[i]);
    made = memory_use();
    for (size_t i = 0; i < count; i++)
        rig_dial(&modems[i], port);
    connected = memory_use();
    print_share("resident", connected.resident - before.resident, count);
    print_share("idle", made.resident - before.resident, count);
    print_share("heap", connected.heap - before.heap, count);
    print_share("modem", made.heap - before.heap, count);
    print_share("connection", connected.heap - made.heap, count);
    print_parts(modems[0].modem);
}

int main(int argc, char **argv)
{
    static struct rig rig;
    enum rig_model model = RIG_HE910;
    struct rig_modem *modems;
    const char *ca;
    size_t count;

    if (argc == 5)
        model = rig_model_of(argv[4]);
    if (argc < 4 || argc > 5 || model == RIG_MODELS)
        fail("usage: fleet PORT CA COUNT [he910|gl865-dual|m95]");
    ca = text_of_file(argv[2]);
    count = (size_t)count_of(argv[3]);
    modems = calloc(count, sizeof(*modems));
    if (modems == NULL)
        fail("out of memory");
    raise_file_limit();
    rig_open(&rig);
    warm_up(&rig, model, ca, port_of(argv[1]));
    weigh(&rig, model, ca, port_of(argv[1]), modems, count);
    for (size_t i = 0; i < count; i++)
        rig_modem_close(&modems[i]);
    rig_close(&rig);
    free(modems);
    return 0;
}
