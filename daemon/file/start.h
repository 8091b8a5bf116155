/* start.h: what a modem gets before its first host: credentials, command lines, answers. */
#ifndef DAEMON_FILE_START_H
#define DAEMON_FILE_START_H

#include "file/subject.h"

/* Fills credentials, at_start, faults and answers of the subject's plan, which has its module, name
 * and numbers.  False: the report says why, of each that is wrong. */
bool file_start(const struct file_subject *subject);

#endif
