/* drive.c: an input as steps of hosts, servers and network around a module. */
#include "drive.h"

#include "control.h"
#include "conversation.h"
#include "memory.h"
#include "steps.h"

#include "at/session.h"
#include "module/flow.h"
#include "module/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An opening may keep what another socket has for 2 s (fact opening-holds-ms). */
enum { SAID_MS = 2500, FUZZ_CALL_PORT = 80 /* who takes data calls */ };

const struct fuzz_watch *fuzz_watch;

/* ---- what must be true in each step ---- */

static struct at_session *session_of(const struct drive *drive, size_t port)
{
    return drive->world.modem->terminals[port]->at;
}

static bool contains(struct span heard, const char *words)
{
    size_t len = words != NULL ? strlen(words) : SIZE_MAX;

    for (; heard.len >= len; heard = span_skip(heard, 1)) {
        if (memcmp(heard.data, words, len) == 0)
            return true;
    }
    return false;
}

/* By its XOFF: what would be said waits. */
static bool has_stopped(const struct drive *drive, size_t port)
{
    struct flow *flow = drive->world.modem->terminals[port]->flow;

    return flow != NULL && flow_output_waiting(flow) > 0 && flow_peek(flow).len == 0;
}

/* A host that does not read, or wants no result codes, hears of nothing. */
static bool listens(const struct drive *drive, size_t port)
{
    const struct at_settings *settings = at_settings_of(session_of(drive, port));

    return drive->world.modem->on && drive->world.ports[port].appetite == SIZE_MAX &&
           settings->quiet == 0 && settings->verbose != 0 && !has_stopped(drive, port);
}

static void fail(size_t port, const char *what)
{
    fprintf(stderr, "fuzz: port %zu %s, and its host was not told\n", port + 1, what);
    abort();
}

/* What the host types next is the peer's. */
static void check_online(const struct drive *drive, size_t port)
{
    struct span heard = world_heard(&drive->world, port);

    if (listens(drive, port) && !contains(heard, "CONNECT") &&
        !contains(heard, drive->maker->online_line))
        fail(port, "is online");
}

/* What the host types next is the module's; the line that says why may keep its distance. */
static void check_back(struct drive *drive, size_t port)
{
    if (!drive->world.modem->on || at_is_engaged(session_of(drive, port)) ||
        world_heard(&drive->world, port).len > 0)
        return;
    world_advance(&drive->world, SAID_MS);
    if (listens(drive, port) && world_heard(&drive->world, port).len == 0)
        fail(port, "is back in command mode");
}

static void take_step(struct drive *drive)
{
    uint8_t letter = input_byte(&drive->input);
    bool online[STEPS_PORTS];

    for (size_t port = 0; port < STEPS_PORTS; port++) {
        online[port] = at_is_online(session_of(drive, port));
        world_forget(&drive->world, port);
    }
    steps_take(drive, letter);
    if (drive->maker->ignores_escape != NULL && drive->maker->ignores_escape(&drive->world))
        drive->escapes = false;
    for (size_t port = 0; port < STEPS_PORTS; port++) {
        if (!online[port] && at_is_online(session_of(drive, port)))
            check_online(drive, port);
        if (online[port] && !at_is_online(session_of(drive, port)) && letter != 'g' &&
            letter != 'p' && letter != 'C')
            check_back(drive, port);
    }
    if (fuzz_watch != NULL)
        fuzz_watch->step(&drive->world);
}

static void begin(struct drive *drive)
{
    const char *const *models = drive->maker->models;
    size_t count = 0;

    while (models[count] != NULL)
        count++;
    world_init(&drive->world);
    drive->world.send_message = fuzz_control_take;
    drive->world.takes_calls = true;
    drive->world.scripted_calls.port = FUZZ_CALL_PORT;
    if (fuzz_watch != NULL)
        fuzz_watch->begin(&drive->world);
    if (world_switch_on(&drive->world, models[input_byte(&drive->input) % count], true,
                        STEPS_PORTS) != ERR_OK)
        abort();
    steps_begin(drive);
}

void fuzz_drive(const struct fuzz_maker *maker, const uint8_t *data, size_t size)
{
    static struct drive drive; /* the world is large for a stack */

    drive = (struct drive){ .maker = maker, .input = { span_at(data, size) }, .escapes = true };
    begin(&drive);
    while (!input_is_empty(&drive.input))
        take_step(&drive);
    fuzz_memory_fail(0);
    memory_storage_fail_applies(&drive.world.memory_storage, 0, ERR_NO_MEMORY);
    fuzz_control_end(&drive.world);
    fuzz_check_it_answers(&drive.world, drive.escapes);
    fuzz_check_it_lets_go(&drive.world);
    world_deinit(&drive.world);
}
