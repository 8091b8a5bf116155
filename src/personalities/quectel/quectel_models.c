/* quectel_models.c: the products, a row each.  GSM_SSL_TCP_Application_Note V3.1 §1 names them and
 * makes no difference between them. */
#include "personalities/quectel/quectel_models.h"

#include "personalities/quectel/quectel.h"

static const int32_t limits[LIMIT_END - 1] = {
    [LIMIT_CONTEXTS - 1] = FACT_PDP_CONTEXTS,
};

/* The M95's revision was seen and the M10's coding (docs/facts/quectel.md §5.3), the others' are by
 * analogy. */
#define FACTS(revision_text, seen, coded_seen)                                                     \
    &(const struct facts)                                                                          \
    {                                                                                              \
        .table = &quectel_facts, .of_model_count = 2, .of_model = (const struct fact_value[])      \
        {                                                                                          \
            { .fact = FACT_REVISION, .text = (revision_text), .confirmed = (seen) },               \
            {                                                                                      \
                .fact = FACT_FLOW_IS_CODED, .number = 1, .confirmed = (coded_seen)                 \
            }                                                                                      \
        }                                                                                          \
    }

#define MODEL(name_text, product_text, revision_text, seen, coded_seen)                            \
    {                                                                                              \
        .identity = { .name = (name_text),                                                         \
                      .maker = "Quectel",                                                          \
                      .product = (product_text),                                                   \
                      .platform = "GSM",                                                           \
                      .generation = "2G" },                                                        \
        .personality = &quectel_personality, .revision = FACT_REVISION,                            \
        .at = { .limits = limits, .facts = FACTS(revision_text, seen, coded_seen) },               \
        .payload_max = QUECTEL_PROMPT_MAX                                                          \
    }

static const struct module_model models[] = {
    MODEL("m10", "M10", "M10FAR01A08", false, true),
    MODEL("m66", "M66", "M66FAR01A08", false, false),
    MODEL("m85", "M85", "M85FAR01A08", false, false),
    MODEL("m95", "M95", "M95FAR02A08", true, false),
};

const struct module_model *quectel_model_at(size_t index)
{
    return index < sizeof(models) / sizeof(models[0]) ? &models[index] : NULL;
}
