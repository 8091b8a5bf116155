/* fleet.c: what a modem takes of the memory: fleet MODEL COUNT CA TLS HTTP FTP MAIL.
 *
 * COUNT modems in one process, on one loop; the servers, peer.c at port TLS and services.py at the
 * others, are other processes.  There is no PTY: what carries the bytes of a port is counted by
 * nobody here, but for a Unix socket or a PTY it is some hundred bytes.  Prints a line for each
 * figure, in bytes for each modem: what malloc() has given out when all are on and quiet, when all
 * are connected, and when all have used their services and closed, with nothing stored any more;
 * and how much the process has grown.  `bare hold` is what it is compared with.
 */
#include "rig.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

/* Longer than a port keeps its memory, and than a closed connection its. */
enum { REST_MS = 9000 };

enum { MODEL = 1, COUNT, CA, TLS, HTTP, FTP, MAIL, ARGUMENTS };

struct fleet {
    struct rig *rig;
    const struct rig_model *model;
    struct rig_servers servers;
    struct rig_modem *modems;
    size_t count;
};

static void switch_on(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        rig_modem_open(fleet->rig, fleet->model, &fleet->modems[i]);
}

static void take(struct fleet *fleet, const struct rig_step *steps)
{
    rig_take(fleet->modems, fleet->count, steps, &fleet->servers);
}

static void connect_all(struct fleet *fleet)
{
    take(fleet, fleet->model->prepare);
    take(fleet, fleet->model->dial);
}

static void switch_off(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        rig_modem_close(&fleet->modems[i]);
}

/* Nothing stays stored. */
static void use_and_close(struct fleet *fleet)
{
    take(fleet, fleet->model->hang_up);
    if (fleet->model->again != NULL) {
        switch_off(fleet);
        switch_on(fleet);
        take(fleet, fleet->model->again);
        take(fleet, fleet->model->dial);
        take(fleet, fleet->model->hang_up);
    }
    take(fleet, fleet->model->use);
}

/* The first of a process makes what all later ones share. */
static void warm_up(const struct fleet *fleet)
{
    static struct rig_modem modem;
    struct fleet one = *fleet;

    one.modems = &modem;
    one.count = 1;
    switch_on(&one);
    connect_all(&one);
    use_and_close(&one);
    switch_off(&one);
    rig_rest(one.rig, REST_MS);
}

static struct memory_use measure(struct fleet *fleet, void (*work)(struct fleet *fleet))
{
    work(fleet);
    rig_rest(fleet->rig, REST_MS);
    return memory_use();
}

static void weigh(struct fleet *fleet)
{
    struct memory_use before = memory_use();
    struct memory_use on = measure(fleet, switch_on);
    struct memory_use connected = measure(fleet, connect_all);
    struct memory_use used = measure(fleet, use_and_close);

    printf("on %zu\n", (on.heap - before.heap) / fleet->count);
    printf("connected %zu\n", (connected.heap - before.heap) / fleet->count);
    printf("used %zu\n", (used.heap - before.heap) / fleet->count);
    printf("resident %zu\n", (connected.resident - before.resident) / fleet->count);
}

int main(int argc, char **argv)
{
    static struct rig rig;
    static struct fleet fleet = { .rig = &rig };

    if (argc != ARGUMENTS)
        fail("usage: fleet MODEL COUNT CA TLS HTTP FTP MAIL");
    fleet.model = rig_model_of(argv[MODEL]);
    if (fleet.model == NULL)
        fail("%s is no model that the rig knows", argv[MODEL]);
    fleet.count = (size_t)count_of(argv[COUNT]);
    fleet.servers =
        (struct rig_servers){ text_of_file(argv[CA]), port_of(argv[TLS]), port_of(argv[HTTP]),
                              port_of(argv[FTP]), port_of(argv[MAIL]) };
    fleet.modems = calloc(fleet.count, sizeof(fleet.modems[0]));
    if (fleet.modems == NULL)
        fail("out of memory");
    raise_file_limit();
    rig_open(&rig);
    warm_up(&fleet);
    weigh(&fleet);
    switch_off(&fleet);
    rig_close(&rig);
    free(fleet.modems);
    return 0;
}
