/* own_answers.h: the rows of the operator's own that a modem's config has. */
#ifndef MODULE_OWN_ANSWERS_H
#define MODULE_OWN_ANSWERS_H

#include "at/config.h"
#include "base/err.h"
#include "base/span.h"
#include "tlsmodem.h"

#include <stdbool.h>

/* The first row whose command this one is, without its AT; false: there is none. */
bool own_answer_find(const struct tlsmodem_answer *list, size_t count, struct span command,
                     struct at_own_answer *ret_answer);

#endif
