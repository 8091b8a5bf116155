/* claims.h: what only one modem of a run may have: its name, its ports, its IMEI. */
#ifndef DAEMON_FILE_CLAIMS_H
#define DAEMON_FILE_CLAIMS_H

#include "file/report.h"
#include "file/tree.h"

#include <stdbool.h>

struct file_claims;

/* An empty set; NULL: there is no memory. */
struct file_claims *file_claims_new(void);

/* Claims `value`, of a kind such as "name", for modem `owner` of the list, whose key stands at
 * `node`.  False: it is somebody's already, which the report tells with that one's place, or there
 * is no memory. */
bool file_claims_add(struct file_claims *claims, size_t owner, const char *kind, const char *value,
                     const struct file_node *node, struct file_report *report);

/* Forgets all; NULL is nothing. */
void file_claims_free(struct file_claims *claims);

#endif
