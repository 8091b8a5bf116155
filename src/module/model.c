/* model.c: the models by name. */
#include "module/personality.h"

#include <assert.h>
#include <string.h>

const struct module_model *module_model_named(const char *name)
{
    const struct module_model *model = NULL;

    assert(name != NULL);
    for (size_t i = 0; (model = module_model_at(i)) != NULL; i++) {
        if (strcmp(model->identity.name, name) == 0)
            break;
    }
    return model;
}
