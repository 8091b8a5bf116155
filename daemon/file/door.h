/* door.h: the files of a port that hosts reach by TLS. */
#ifndef DAEMON_FILE_DOOR_H
#define DAEMON_FILE_DOOR_H

#include "file/subject.h"

/* True for a key of an entry of `ports:` that names one of them. */
bool file_door_has_key(const char *key);

/* Fills in the `tls` of a port with the files of its entry, else with the run's, and has them
 * tried; `port` is the node of its place.  False: the report says why. */
bool file_door(const struct file_subject *subject, const struct file_node *entry,
               const struct file_node *port, struct port_tls *ret_tls);

#endif
