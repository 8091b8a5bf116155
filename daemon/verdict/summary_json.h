/* summary_json.h: a summary from and to JSON (docs/load.md has the format). */
#ifndef DAEMON_VERDICT_SUMMARY_JSON_H
#define DAEMON_VERDICT_SUMMARY_JSON_H

#include "base/span.h"
#include "base/text.h"
#include "verdict/summary.h"

/* The text of a file, which is for free(), with a line end.  NULL: there is no memory. */
char *summary_json_text(const struct summary *summary);

/* Reads such a text.  NULL: `why` says what is wrong with it, where, and what is allowed. */
struct summary *summary_json_parse(struct span bytes, struct text *why);

#endif
