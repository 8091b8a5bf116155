/* steps.h: one input on its way, and what a step of it does. */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include "drive.h"
#include "input.h"

enum { STEPS_PORTS = 2, STEPS_SERVERS = 6 };

struct drive {
    const struct fuzz_maker *maker;
    struct input input;
    struct world world;
    size_t port;  /* of the hosts' steps */
    bool escapes; /* from any online mode that there may be */
    enum peer_verdict verdicts[STEPS_SERVERS];
    enum tls_reason reasons[STEPS_SERVERS]; /* of those that say no */
};

/* Servers accept, and grant TLS; the hosts have typed the maker's first line. */
void steps_begin(struct drive *drive);

/* Does what the letter stands for, with the rest of it from the input; drive.h has the letters.
 * Unknown ones do nothing. */
void steps_take(struct drive *drive, uint8_t letter);

#endif
