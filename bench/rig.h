/* rig.h: modems in one process, on one loop, the real network and GnuTLS, hosts in memory.
 * What goes wrong ends the program. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include "memory_host.h"
#include "rig_models.h"
#include "rig_steps.h"
#include "runtime/modem.h"

#include <stdint.h>

struct rig {
    struct runtime_world world;
    struct log log;
    struct net *net; /* of the modems that are opened next; the world's, or one around it */
    struct tls *tls;
    bool
        laboratory; /* of the modems that are opened next: each has one, in which nothing happens */
};

struct rig_modem {
    struct rig *rig;
    const struct rig_model *model;
    struct runtime_modem *modem;
    struct memory_host host;
};

void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* Lets the loop turn for so long: what modems keep for a moment is given back. */
void rig_rest(struct rig *rig, int64_t ms);

/* Switches a modem on, and has AT answered. */
void rig_modem_open(struct rig *rig, const struct rig_model *model, struct rig_modem *modem);
void rig_modem_close(struct rig_modem *modem);

/* Types a command line and waits until it is answered with OK. */
void rig_command(struct rig_modem *modem, const char *line);

/* Takes modems of one model through steps, some at once. */
void rig_take(struct rig_modem *modems, size_t count, const struct rig_step *steps,
              const struct rig_servers *servers);

#endif
