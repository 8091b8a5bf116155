/* module_name.h: the value of --module. */
#ifndef DAEMON_MODULE_NAME_H
#define DAEMON_MODULE_NAME_H

#include "base/text.h"

/* The name of the model that `value` names in capitals, small letters or both; NULL: none. Static.
 */
const char *module_name_find(const char *value);

/* Reads the value of --module: its name, static; NULL: `error` says what is wrong and allowed. */
const char *module_name_read(const char *value, struct text *error);

/* The name of the model that has taken the place of one of an older program; NULL: there was none.
 * Static. */
const char *module_name_successor(const char *value);

/* Adds the names that `value` may have meant, as a question and a blank behind it; nothing where no
 * name is near. */
void module_name_suggest(const char *value, struct text *text);

#endif
