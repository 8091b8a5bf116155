/* fleet.c: what a modem costs in memory: fleet PORT CA COUNT [MODEL].
 *
 * COUNT modems in one process, on one loop: switched on and quiet after an AT; each connected to
 * peer.c, which is another process, its certificate verified, and quiet; and hung up.  There is no
 * PTY: what carries the bytes of a port is counted by nobody here, but for a Unix socket or a PTY
 * it is some hundred bytes.  Prints bytes for each modem, a line for each figure: the heap in use,
 * and what the process has of the system while they are connected.  `bare hold` is what it is
 * compared with.
 */
#include "rig.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

/* A port gives its memory back after a second or two without a host's input. */
enum { QUIET_MS = 3000 };

static void print_share(const char *what, size_t bytes, size_t count)
{
    printf("%s %zu\n", what, bytes / count);
}

/* The first dial of a process makes what all later ones share. */
static void warm_up(struct rig *rig, enum rig_model model, const char *ca, uint16_t port)
{
    struct rig_modem modem;

    rig_modem_open(rig, model, &modem);
    rig_prepare(&modem, ca);
    rig_dial(&modem, port);
    rig_modem_close(&modem);
}

static struct memory_use quiet(struct rig *rig)
{
    rig_wait(rig, QUIET_MS);
    return memory_use();
}

static void weigh(struct rig *rig, enum rig_model model, const char *ca, uint16_t port,
                  struct rig_modem *modems, size_t count)
{
    struct memory_use before = memory_use(), idle, connected, closed;

    for (size_t i = 0; i < count; i++) {
        rig_modem_open(rig, model, &modems[i]);
        rig_command(&modems[i], "AT");
    }
    idle = quiet(rig);
    for (size_t i = 0; i < count; i++) {
        rig_prepare(&modems[i], ca);
        rig_dial(&modems[i], port);
    }
    connected = quiet(rig);
    for (size_t i = 0; i < count; i++)
        rig_hang_up(&modems[i]);
    closed = quiet(rig);
    print_share("idle", idle.heap - before.heap, count);
    print_share("connected", connected.heap - before.heap, count);
    print_share("closed", closed.heap - before.heap, count);
    print_share("resident", connected.resident - before.resident, count);
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
        fail("usage: fleet PORT CA COUNT [he910|gl865-dual|le866|m95|l610|nl668-eau]");
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
