/* quectel_models.c: the products, a row each.  GSM_SSL_TCP_Application_Note V3.1 §1 names them and
 * makes no difference between them. */
#include "personalities/quectel/quectel_models.h"

#include "personalities/quectel/quectel.h"

static const int32_t limits[LIMIT_END - 1] = {
    [LIMIT_CONTEXTS - 1] = FACT_PDP_CONTEXTS,
};

#define MODEL(name_text, product_text, revision_text)                                              \
    {                                                                                              \
        .identity = { .name = (name_text),                                                         \
                      .maker = "Quectel",                                                          \
                      .product = (product_text),                                                   \
                      .platform = "GSM",                                                           \
                      .generation = "2G" },                                                        \
        .personality = &quectel_personality, .revision = (revision_text),                          \
        .at = { .limits = limits }, .payload_max = QUECTEL_PROMPT_MAX                              \
    }

static const struct module_model models[] = {
    MODEL("m10", "M10", FACT_REVISION_M10),
    MODEL("m66", "M66", FACT_REVISION_M66),
    MODEL("m85", "M85", FACT_REVISION_M85),
    MODEL("m95", "M95", "M95FAR02A08"),
};

const struct module_model *quectel_model_at(size_t index)
{
    return index < sizeof(models) / sizeof(models[0]) ? &models[index] : NULL;
}
