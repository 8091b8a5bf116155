/* settings.h: what a modem's keys say beside who it is and where its hosts are. */
#ifndef DAEMON_FILE_SETTINGS_H
#define DAEMON_FILE_SETTINGS_H

#include "file/subject.h"

/* Fills what is left of the subject's plan, which has its module, name and numbers.  False: the
 * report says why, of each key that is wrong. */
bool file_settings(const struct file_subject *subject);

#endif
