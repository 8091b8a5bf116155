/* keep.h: settings that outlive a restart: what a set stores at once, and profiles. */
#ifndef MODULE_KEEP_H
#define MODULE_KEEP_H

#include "at/handler.h"
#include "base/err.h"

enum { PROFILE_COUNT = 2 };

/* Stores the bound values of a row with AT_KEEP_NVM.  ERR_IO. */
enum err keep_row(struct at_session *at, const struct at_command *row, size_t index);

/* Its bound values are what is stored, or factory values where nothing is, followed by changed().
 */
void keep_reload(struct at_session *at, const struct at_command *row, size_t index);

/* The terminal whose host has set record `index` of the row `name`, which says `of_port`; `at`'s
 * own where nothing is stored, or the modem has that terminal no more, which the log tells. */
struct module_terminal *keep_port_of(struct at_session *at, const char *name, size_t index);

/* Power-on: factory values for all that the maker's rows bind, also those that this model does not
 * have: what a host cannot set has its value all the same.  Rows of the model count last, each
 * followed by its changed(). */
void keep_preset_all(struct at_session *at);

/* Factory values for all bound rows of this model kept as `keep`, each followed by its changed().
 */
void keep_preset(struct at_session *at, enum at_keep keep);

/* Values of AT_KEEP_NVM rows as they were stored.  What is damaged is left at its factory value,
 * and the log says so. */
void keep_restore(struct at_session *at);

/* Stores the AT_KEEP_PROFILE rows of this terminal as profile `number` (below PROFILE_COUNT).
 * ERR_IO, ERR_FULL. */
enum err profile_save(struct at_session *at, size_t number);

/* Restores them; a profile never stored is the factory's. */
void profile_restore(struct at_session *at, size_t number);

/* Says which profile power-up restores for this terminal.  ERR_IO. */
enum err profile_choose(struct at_session *at, size_t number);

/* The same, asked; the first unless another was chosen. */
size_t profile_chosen(struct at_session *at);

/* Wipes and frees the strings that the records of all rows own: at power-off. */
void keep_release(struct at_session *at);

/* Calls `visit` for each bound row of this model kept as `keep`. */
void keep_each(struct at_session *at, enum at_keep keep,
               void (*visit)(struct at_session *at, const struct at_command *row, void *ctx),
               void *ctx);

#endif
