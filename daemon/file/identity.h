/* identity.h: who a modem is: its numbers, its name, its network. */
#ifndef DAEMON_FILE_IDENTITY_H
#define DAEMON_FILE_IDENTITY_H

#include "file/subject.h"

struct file_numbers;

/* The numbers of the `imei-file` that an entry of `modems:` names, read once for all its modems.
 * NULL with true: it names none.  False: the report says why. */
bool file_numbers_read(const struct file_subject *subject, struct file_numbers **ret_numbers);

/* Gives them back; NULL is nothing. */
void file_numbers_free(struct file_numbers *numbers);

/* Fills name, number and identity of the subject's plan, and the subject's `imei` and `name`.
 * `numbers` may be NULL.  False: the report says why. */
bool file_identity(struct file_subject *subject, const struct file_numbers *numbers);

#endif
