/* dial.c: what a dial costs a modem: dial PORT CA COUNT
 * [laboratory].
 *
 * Opens a secure socket to peer.c in command mode and closes it, COUNT times.  Prints processor
 * seconds of one dial, of all threads of this process, and the seconds that it took.  `bare
 * handshake` is what it is compared with.
 */
#include "rig.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

enum { WARM_UP_DIALS = 5 };

static void dial(struct rig_modem *modem, const struct rig_servers *servers, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        rig_take(modem, 1, modem->model->dial, servers);
        rig_take(modem, 1, modem->model->hang_up, servers);
    }
}

int main(int argc, char **argv)
{
    static struct rig rig;
    static struct rig_modem modem;
    uint64_t count, cpu_start_ns, start_ns;
    struct rig_servers servers = { 0 };

    rig.laboratory = argc == 5 && strcmp(argv[4], "laboratory") == 0;
    if (argc != 4 && !rig.laboratory)
        fail("usage: dial PORT CA COUNT [laboratory]");
    servers.tls = port_of(argv[1]);
    servers.ca = text_of_file(argv[2]);
    count = count_of(argv[3]);
    rig_open(&rig);
    rig_modem_open(&rig, rig_model_of("he910"), &modem);
    rig_take(&modem, 1, modem.model->prepare, &servers);
    dial(&modem, &servers, WARM_UP_DIALS);
    cpu_start_ns = cpu_ns(0);
    start_ns = now_ns();
    dial(&modem, &servers, count);
    printf("%.9f %.9f\n", cpu_seconds_since(0, cpu_start_ns) / (double)count,
           seconds_since(start_ns) / (double)count);
    rig_modem_close(&modem);
    rig_close(&rig);
    return 0;
}
