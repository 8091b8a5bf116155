/* sheet.h: the file of facts that a module was asked for, as a file of --config includes it. */
#ifndef DAEMON_PROBE_SHEET_H
#define DAEMON_PROBE_SHEET_H

#include "tlsmodem.h"
#include "transcript/report.h"

/* The lines before the facts: `module` is a model's name, `firmware` and `product` what the module
 * says of itself (may be empty), `when` a date; `has_facts`: sheet_add() follows. */
void sheet_begin(struct report *sheet, const char *module, const char *product,
                 const char *firmware, const char *when, bool has_facts);

/* A fact with the module's value. */
void sheet_add(struct report *sheet, const struct tlsmodem_fact *fact, const char *value);

/* A fact that is not asked for: a comment with the reason, one line. */
void sheet_add_unknown(struct report *sheet, const struct tlsmodem_fact *fact, struct span reason);

/* One that was, and the module has answered otherwise than the probe expects: the words of that,
 * lines. */
void sheet_add_unanswered(struct report *sheet, const struct tlsmodem_fact *fact,
                          struct span words);

#endif
