/* door_trial.h: whether hosts can come by TLS with the files that a port names. */
#ifndef DAEMON_DOOR_TRIAL_H
#define DAEMON_DOOR_TRIAL_H

#include "plan/port_options.h"

/* A door_trial_fn, by the library that will do it: reads the files as the port does. */
bool door_trial(const struct port_tls *files, const char **ret_member, struct text *why,
                struct doubts *doubts);

#endif
