/* quectel_given.h: security data that the operator gives, by the names that +QSECWRITE takes. */
#ifndef QUECTEL_GIVEN_H
#define QUECTEL_GIVEN_H

#include "module/personality.h"

/* As in struct personality. */
size_t quectel_given_max(const struct module_model *model, const char *name);

/* As in struct personality. */
enum err quectel_given_put(struct tlsmodem *modem, const char *name, struct span data);

#endif
