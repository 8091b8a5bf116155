/* errands.h: conversations that use every service of each maker, from an open context to the last
 * close, without looking at what is answered on the way.
 */
#ifndef ERRANDS_H
#define ERRANDS_H

#include "world.h"

enum deed { TYPE, WAIT, LISTEN, ACCEPT, SEND, PACKET, CLOSE };

/* LISTEN, and ACCEPT once more: TLS is granted where the module asks for it.  PACKET sends bytes
 * that are written as pairs of digits. */
struct errand_step {
    enum deed deed;
    int number; /* port of the peer, or milliseconds */
    const char *text;
};

struct errand {
    const char *model;
    const char *ready;  /* what is typed before it */
    const char *answer; /* that shows that all of it went well */
    const struct errand_step *steps;
    size_t count;
    bool of_model; /* other models of the maker's lack what it uses */
};

/* 53 bytes. */
#define PEM "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"

#define TELIT_READY   "ATE0\rAT+CMEE=1\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\r"
#define QUECTEL_READY "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1\r"
#define FIBOCOM_READY "ATE0\rAT+MIPCALL=1\r"

extern const struct errand errands[];
extern const size_t errand_count;

/* All peers of it, and what makes a modem ready that is switched on. */
void errand_prepare(struct world *world, const struct errand *errand);

/* The steps; what was heard before is forgotten. */
void errand_run(struct world *world, const struct errand *errand);

/* True when the host has heard since what it is to hear. */
bool errand_went_well(const struct world *world, const struct errand *errand);

#endif
