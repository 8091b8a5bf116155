/* list.c: the one place that names every maker. */
#include "module/personality.h"
#include "personalities/telit/telit_models.h"

const struct module_model *module_model_at(size_t index)
{
    return telit_model_at(index);
}
