/* state_folder.h: where the modem's memory lies unless --state says otherwise. */
#ifndef DAEMON_STATE_FOLDER_H
#define DAEMON_STATE_FOLDER_H

#include <limits.h>
#include <stdbool.h>

enum { STATE_FOLDER_CAP = PATH_MAX };

/* Copies `given`, or without it (NULL) the first folder that a service manager has made for us
 * (STATE_DIRECTORY), or that of the XDG Base Directory Specification 0.8.
 * False: the environment names none. */
bool state_folder_find(const char *given, char *ret_folder);

#endif
