/* verdict.h: a file's `summary:` and `start-at:`. */
#ifndef DAEMON_FILE_VERDICT_H
#define DAEMON_FILE_VERDICT_H

#include "file/document.h"
#include "file/report.h"
#include "file/subject.h"
#include "plan/modem_plan.h"

/* Puts them into the plans, where the file has them.  False: the report says why. */
bool file_verdict(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans);

#endif
