/* setting.h: what holds for a modem until it is told otherwise: the table of its settings
 * (tlsmodem_control.h), which `set NAME=VALUE` of a transcript or a scenario has, too. */
#ifndef LABORATORY_SETTING_H
#define LABORATORY_SETTING_H

#include "laboratory/rule.h"
#include "tlsmodem_control.h"

/* Name and range of a setting; NULL past the last. */
const struct lab_rule *lab_setting_at(size_t index);

/* Its name, for lists of what is allowed; NULL past the last. */
const char *lab_setting_name(size_t index);

/* The setting of this name; NULL: there is none. */
const struct lab_rule *lab_setting_find(struct span name);

/* Sets it, one of the above; `port`, from 0, is whose circuits are meant.  ERR_INVALID: not this
 * value; or the error of the call that it is.  Then nothing has changed, and `why` gets one
 * sentence. */
enum err lab_setting_set(struct tlsmodem *modem, size_t port, const struct lab_rule *setting,
                         struct span value, struct text *why);

#endif
