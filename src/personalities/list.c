/* list.c: the one place that names every maker. */
#include "module/personality.h"
#include "personalities/fibocom/fibocom_models.h"
#include "personalities/quectel/quectel_models.h"
#include "personalities/telit/telit_models.h"

static const struct module_model *(*const makers[])(size_t index) = {
    telit_model_at,
    quectel_model_at,
    fibocom_model_at,
};

const struct module_model *module_model_at(size_t index)
{
    for (size_t m = 0; m < sizeof(makers) / sizeof(makers[0]); m++) {
        for (size_t i = 0; makers[m](i) != NULL; i++) {
            if (index-- == 0)
                return makers[m](i);
        }
    }
    return NULL;
}
