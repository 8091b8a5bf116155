/* telit_given.h: security data that the operator gives. */
#ifndef TELIT_GIVEN_H
#define TELIT_GIVEN_H

#include "module/personality.h"

/* As in struct personality. */
size_t telit_given_max(const struct module_model *model, const char *name);

/* As in struct personality; for good, in NVM. */
enum err telit_given_put(struct tlsmodem *modem, const char *name, struct span data);

#endif
