/* shape.h: holds a file's tree against its shape. */
#ifndef DAEMON_FILE_SHAPE_H
#define DAEMON_FILE_SHAPE_H

#include "file/report.h"
#include "file/schema.h"
#include "file/tree.h"

#include <stdbool.h>

/* True when libcyaml would take it: unknown keys, wrong kinds and numbers, names that are none, and
 * keys that are not built yet are told in the report, each with its place. */
bool file_shape_check(const struct file_node *root, struct file_report *report);

#endif
