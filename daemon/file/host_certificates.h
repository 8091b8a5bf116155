/* host_certificates.h: `certificates` of an entry of `hosts:`. */
#ifndef DAEMON_FILE_HOST_CERTIFICATES_H
#define DAEMON_FILE_HOST_CERTIFICATES_H

#include "file/subject.h"

#include <stdbool.h>

/* Reads those of an entry into its plan, once for all who have it.  False: the report has a line
 * for each that is wrong. */
bool file_host_certificates(const struct file_node *entry, const struct file_settings *settings,
                            struct file_report *report, struct host_plan *plan);

#endif
