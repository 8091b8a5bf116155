/* credentials.h: `credentials` of a modem: a map of places, or a folder of them. */
#ifndef DAEMON_FILE_CREDENTIALS_H
#define DAEMON_FILE_CREDENTIALS_H

#include "file/subject.h"

#include <stdbool.h>

/* Takes the key into the plan; false: the report says why. */
bool file_credentials(const struct file_subject *subject);

#endif
