/* capture_rig.h: a capture around a modem of the scripted world, its file in memory; and beside it,
 * nearer to the hosts and the engine, what really passes, byte for byte.
 */
#ifndef SUPPORT_CAPTURE_RIG_H
#define SUPPORT_CAPTURE_RIG_H

#include "capture/capture.h"
#include "pcapng_reader.h"
#include "world.h"
#include "wrap/around.h"

enum { CAPTURE_RIG_PORTS = 2 };
#define CAPTURE_RIG_NAME "rig" /* of its modem */

struct capture_rig_port {
    struct around around;
    struct capture_rig *rig;
    struct bytes typed, said; /* what the module has taken, and its host was given */
    size_t pending;           /* bytes that it was offered last and has not taken */
    bool is_torn;             /* such bytes are gone with their host */
};

struct capture_rig {
    struct capture *capture;
    struct bytes file;
    uint32_t interfaces;
    uint64_t now_us;        /* goes on by a microsecond a packet */
    bool has_no_interfaces; /* none can be added now */
    struct tls *tls;        /* the capture's around the world's */
    struct net net;
    struct capture_rig_port ports[CAPTURE_RIG_PORTS];
    struct bytes tcp[2], udp[2]; /* what the sockets have sent and received */
    struct pcapng_seen seen;     /* after capture_rig_look() */
};

/* Begins a file, and stands before network and TLS of a world that has no modem yet.  The world's
 * modem must be gone before capture_rig_end(); it is called CAPTURE_RIG_NAME. */
void capture_rig_begin(struct capture_rig *rig, struct world *world);

/* Stands before the ports of its modem, CAPTURE_RIG_PORTS at most. */
void capture_rig_attach(struct capture_rig *rig, struct world *world);

/* Writes what has begun, reads the file, and compares.  NULL: it is sound, and has what has passed,
 * no more and no less; else what is wrong.  Once. */
const char *capture_rig_look(struct capture_rig *rig);

/* Frees all of it. */
void capture_rig_end(struct capture_rig *rig);

#endif
