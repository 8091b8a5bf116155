/* plans.h: a file's modems as plans: what --config reads. */
#ifndef DAEMON_FILE_PLANS_H
#define DAEMON_FILE_PLANS_H

#include "file/document.h"
#include "file/report.h"
#include "file/subject.h"
#include "plan/modem_plan.h"

#include <stdbool.h>

/* Reads the file that `path` names and makes the plans of all its modems, at least one.  False: the
 * report has a line for each mistake, and there is nothing to free. */
bool file_plans_read(const char *path, const struct file_settings *settings,
                     struct file_report *report, struct modem_plans *ret_plans);

/* The same of documents that have been read. */
bool file_plans_of(const struct file_documents *documents, const struct file_settings *settings,
                   struct file_report *report, struct modem_plans *ret_plans);

#endif
