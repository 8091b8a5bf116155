/* facts.h: the facts that a modem goes by (base/fact.h), and which of them it has used.
 *
 * Used is what decides something that a host or a peer sees, at that moment: a bound when it
 * refuses a value, a limit of time when it strikes, a text when it is said, a factory value when it
 * is read or relied on.  Reading a fact to be ready for that is not.
 */
#ifndef MODULE_FACTS_H
#define MODULE_FACTS_H

#include "base/err.h"
#include "base/fact.h"

struct module_model;
struct tlsmodem;
struct tlsmodem_fact_value;

/* The number that a fact of the maker is; it is noted. */
int32_t module_fact(const struct tlsmodem *modem, int32_t fact);

/* True when it is not 0, as "yes" of a switch; it is noted. */
bool module_fact_is(const struct tlsmodem *modem, int32_t fact);

/* The same for a text, good as long as the modem. */
const char *module_fact_text(const struct tlsmodem *modem, int32_t fact);

/* The number of a fact that decides nothing yet; module_note_fact() follows when it does. */
int32_t module_fact_peek(const struct tlsmodem *modem, int32_t fact);

/* Notes a fact. */
void module_note_fact(const struct tlsmodem *modem, int32_t fact);

/* Notes a fact that is a factory value, unless a host has set another since it came. */
void module_note_preset(const struct tlsmodem *modem, int32_t fact);

/* A limit of the modem's model by 1 + its index (module/personality.h); notes nothing. */
size_t module_limit(const struct tlsmodem *modem, size_t limit);

/* What +CGMR says. */
const char *module_revision(const struct tlsmodem *modem);

/* ---- for module/ alone ---- */

/* What a config gives, for modems of this model.  ERR_INVALID: `why` gets a sentence that says what
 * is allowed.  A text is borrowed. */
enum err module_read_fact(const struct module_model *model, const struct tlsmodem_fact_value *value,
                          struct fact_value *ret_value, struct text *why);

/* Takes over the facts of the model, and those that the config gives.  ERR_INVALID: not allowed,
 * and the log has a line; ERR_NO_MEMORY. */
enum err module_facts_init(struct tlsmodem *modem);

/* Frees what that made; nothing if it made nothing. */
void module_facts_deinit(struct tlsmodem *modem);

#endif
