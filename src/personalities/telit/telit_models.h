/* telit_models.h: this maker's products, for the list of all makers. */
#ifndef TELIT_MODELS_H
#define TELIT_MODELS_H

#include "module/personality.h"

/* NULL past the end. */
const struct module_model *telit_model_at(size_t index);

#endif
