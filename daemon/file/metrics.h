/* metrics.h: a file's `metrics:`. */
#ifndef DAEMON_FILE_METRICS_H
#define DAEMON_FILE_METRICS_H

#include "file/document.h"
#include "file/subject.h"

#include <stdbool.h>

/* Puts the place that the document says into the plans; `ret_node` is where it stands, NULL: it
 * says none.  False: the report says what is wrong, also where another file of them has said one.
 */
bool file_metrics(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node);

#endif
