/* rig_steps.h: where the servers of a bench are, and how they come into what hosts type. */
#ifndef BENCH_RIG_STEPS_H
#define BENCH_RIG_STEPS_H

#include <stdint.h>

enum { RIG_TEXT_MAX = 8192 };

/* Where the servers are, and whom to believe. */
struct rig_servers {
    const char *ca; /* certificates in PEM */
    uint16_t tls, http, ftp, mail;
};

/* The text of a step (rig_models.h) with the servers' values in it. */
void rig_fill_in(char text[RIG_TEXT_MAX], const char *form, const struct rig_servers *servers);

#endif
