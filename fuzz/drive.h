/* drive.h: an input as steps of the hosts, the servers and the network around one maker's module.
 *
 * The first byte chooses the model.  A step is a letter and what it needs, a byte each unless said
 * otherwise; a block is a length in one byte and so many bytes.  `port` is the number of a server's
 * port, below.
 *
 *   hosts        l NUMBER      types a line of the maker's list
 *                t BLOCK       types the block
 *                o NUMBER      the next of these steps are of the host at this port of the modem
 *                e NUMBER      reads so many times 16 bytes more (255: all)
 *                q NUMBER      DTR drops and comes back, with &D of this number
 *                g             leaves, and another comes
 *   servers      s port BLOCK  sends it
 *                r port NUMBER sends what servers say
 *                c, h, x, k, m port   closes, hangs up, resets, breaks a record, vanishes
 *                z, u port     takes nothing more, and again
 *                a, N port     grants TLS from now on; does not answer
 *                n port NUMBER refuses it, for this reason
 *                y port NUMBER listens anew: refuses, accepts, hangs
 *                v port        connects to the port that the module has named
 *   datagrams    d port BLOCK  sends it
 *                D port        answers the last request as a time server
 *   the world    i NUMBER      names are found, fail, hang
 *                b NUMBER      the network takes a context down
 *                p             the power is cut, and comes back
 *                C NUMBER      what a laboratory does (fuzz/control.c)
 *                f NUMBER      the allocation of this number, from here, fails
 *                j NUMBER      storing fails from this call on; 0: it does not
 *   time         w NUMBER      tenths of a second;  W NUMBER tens of seconds
 */
#ifndef FUZZ_DRIVE_H
#define FUZZ_DRIVE_H

#include "world.h"

struct fuzz_maker {
    const char *const *models; /* ended by NULL */
    const char *const *lines;  /* ended by NULL; the first brings the module up */
    const char *online_line;   /* what says that a port is online now, beside CONNECT; or NULL */
    /* True while ports that go online do so without an escape sequence; NULL: never. */
    bool (*ignores_escape)(const struct world *world);
};

/* Takes all steps of an input, then checks what must be true after any; and in each step, that a
 * host whose port goes online, or comes back, is told so. */
void fuzz_drive(const struct fuzz_maker *maker, const uint8_t *data, size_t size);

/* Sees what happens, for fuzz/reach.c. */
struct fuzz_watch {
    void (*begin)(struct world *world);
    void (*typed)(struct world *world, size_t port, struct span bytes); /* before they are */
    void (*step)(struct world *world); /* after each; ports have what was heard in it */
};

/* NULL: nobody does. */
extern const struct fuzz_watch *fuzz_watch;

#endif
