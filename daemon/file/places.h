/* places.h: a file's `metrics:` and `control:`: where a run is asked. */
#ifndef DAEMON_FILE_PLACES_H
#define DAEMON_FILE_PLACES_H

#include "file/document.h"
#include "file/subject.h"

#include <stdbool.h>

/* Puts the place of `metrics:` that the document says into the plans; `ret_node` is where it
 * stands, NULL: it says none.  False: the report says what is wrong, also where another file of
 * them has said one. */
bool file_metrics(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node);

/* The same of `metrics-file:`. */
bool file_metrics_file(const struct file_document *document, const struct file_settings *settings,
                       struct file_report *report, struct modem_plans *plans);

/* The same of `control:`, with its file of a token. */
bool file_control(const struct file_document *document, const struct file_settings *settings,
                  struct file_report *report, struct modem_plans *plans,
                  const struct file_node **ret_node);

#endif
