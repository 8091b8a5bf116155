/* quectel_models.h: this maker's products, for the list of all makers. */
#ifndef QUECTEL_MODELS_H
#define QUECTEL_MODELS_H

#include "module/personality.h"

/* NULL past the end. */
const struct module_model *quectel_model_at(size_t index);

#endif
