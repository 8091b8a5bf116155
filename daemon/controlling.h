/* controlling.h: the control port of a run: what control/ is told of the modems in a roster. */
#ifndef DAEMON_CONTROLLING_H
#define DAEMON_CONTROLLING_H

#include "confinement.h"
#include "control/control.h"
#include "options.h"
#include "roster.h"

/* Zeroed: nobody controls. */
struct controlling {
    const struct options *options;
    struct roster *roster;
    const struct confinement *confinement; /* what the run may start */
    struct control *control;               /* NULL: nobody does */
    struct port_spec at;
    char *token_file;     /* owned; NULL: none */
    struct journals *all; /* owned; NULL: nobody controls */
    uint64_t journals;    /* that were made */
};

/* Listens where the plans say, if they do; the roster's modems, which are not open yet, get hands.
 * What is given is borrowed until controlling_close(), but for the plans.  False: `ret_failure`
 * says in one line what is wrong. */
bool controlling_open(struct controlling *controlling, const struct options *options,
                      const struct confinement *confinement, const struct modem_plans *plans,
                      struct roster *roster, struct port_failure *ret_failure);

/* Whether other plans have control at the same place. */
bool controlling_is_at(const struct controlling *controlling, const struct modem_plans *plans);

/* Calls are done from now on. */
void controlling_set_ready(struct controlling *controlling);

/* Nobody is let in any more; before the fleet is halted. */
void controlling_stop(struct controlling *controlling);

/* After the roster is closed. */
void controlling_close(struct controlling *controlling);

#endif
