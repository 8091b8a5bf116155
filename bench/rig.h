/* rig.h: modems in one process, on one loop, the real network and GnuTLS, hosts in memory.
 * What goes wrong ends the program. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include "memory_host.h"
#include "runtime/modem.h"

#include <stdint.h>

struct rig {
    struct runtime_world world;
    struct log log;
    struct net *net; /* of the modems that are opened next; the world's, or one around it */
    struct tls *tls;
};

enum rig_model {
    RIG_HE910, /* AES128-SHA, TLS 1.1 */
    RIG_GL865, /* AES256-SHA, TLS 1.0 */
    RIG_LE866,
    RIG_M95,
    RIG_L610,
    RIG_NL668,
    RIG_MODELS
};

/* By the name that --module takes; RIG_MODELS: none of them. */
enum rig_model rig_model_of(const char *name);

struct rig_modem {
    struct rig *rig;
    enum rig_model model;
    struct runtime_modem *modem;
    struct memory_host host;
};

void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* Lets the loop turn for so long. */
void rig_wait(struct rig *rig, int64_t ms);

/* Switches a modem on; `modem` stays where it is until it is closed. */
void rig_modem_open(struct rig *rig, enum rig_model model, struct rig_modem *modem);
void rig_modem_close(struct rig_modem *modem);

/* Gets it ready to dial with TLS, the server's certificate checked against those in `ca`. */
void rig_prepare(struct rig_modem *modem, const char *ca);

/* Types a command line and waits until it is answered with OK. */
void rig_command(struct rig_modem *modem, const char *line);

/* Opens a secure socket in command mode to `port` of 127.0.0.1, and closes it. */
void rig_dial(struct rig_modem *modem, uint16_t port);
void rig_hang_up(struct rig_modem *modem);

#endif
