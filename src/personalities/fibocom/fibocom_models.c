/* fibocom_models.c: the products, a row each.  L610 SSL V1.0.0 §1.5.4; SSL V1.1.4 §1.4, §1.5.4. */
#include "personalities/fibocom/fibocom_models.h"

#include "personalities/common/checks_name.h"

const int32_t fibocom_limits[LIMIT_END - 1] = {
    [LIMIT_CONTEXTS - 1] = 6,
    [LIMIT_SOCKETS - 1] = FIBOCOM_SOCKETS,
    [LIMIT_HTTP_PARAMS - 1] = HTTP_PARAM_COUNT,
    [LIMIT_NAMED - 1] = FIBOCOM_NAMED,
};

#define OF_MODEL(...)                                                                              \
    (const struct fact_value[])                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define FACTS(...)                                                                                 \
    {                                                                                              \
        .table = &fibocom_facts, .of_model = OF_MODEL(__VA_ARGS__),                                \
        .of_model_count = sizeof(OF_MODEL(__VA_ARGS__)) / sizeof(struct fact_value)                \
    }

static const struct facts group_a = { .table = &fibocom_facts };
const struct facts fibocom_group_b =
    FACTS({ .fact = FACT_GROUP, .number = GROUP_B, .confirmed = true });
static const struct facts group_example = FACTS({ .fact = FACT_GROUP, .number = GROUP_OF_EXAMPLE });
static const struct facts eau =
    FACTS({ .fact = FACT_REVISION, .text = "19305.1000.00.02.73.04", .confirmed = true });
/* As the manual and the log of a real one have them. */
static const struct facts l610 =
    FACTS({ .fact = FACT_REVISION, .text = "16000.1208.00.86.02.02", .confirmed = true },
          { .fact = FACT_CHUNK_TLS, .number = 1388, .confirmed = true },
          { .fact = FACT_STARTS_ENABLED, .number = STARTS_WITH_1_TO_6 },
          { .fact = FACT_CHECKS_NAME, .number = CHECKS_NOTHING }, { .fact = FACT_STRICT_FILES });

#define NL668(text, said, facts, ssl) FIBOCOM_NL668_MODEL(text, said, facts, ssl)
#define GROUP_A_MODEL(text, said)     FIBOCOM_NL668_MODEL(text, said, group_a, FIBOCOM_SSL_3_0)
#define GROUP_B_MODEL(text, said)                                                                  \
    FIBOCOM_NL668_MODEL(text, said, fibocom_group_b, FIBOCOM_FROM_TLS_1_0)

#define L610(text, its_facts)                                                                      \
    {                                                                                              \
        .identity = { .name = (text),                                                              \
                      .maker = "Fibocom",                                                          \
                      .product = "L610",                                                           \
                      .platform = "L610",                                                          \
                      .generation = "4G" },                                                        \
        .personality = &fibocom_personality, .revision = FACT_REVISION, .place = PLACE_LOWER,      \
        .access_technology = 7,                                                                    \
        .at = { .limits = fibocom_limits, .features = FIBOCOM_L610, .facts = &(its_facts) },       \
        .payload_max = FIBOCOM_SEND_MOST                                                           \
    }

static const struct module_model models[] = {
    L610("l610", l610),
    GROUP_A_MODEL("m910", "M910"),
    GROUP_A_MODEL("nl668-cn-00", "NL668-CN-00"),
    GROUP_A_MODEL("nl668-cn-01", "NL668-CN-01"),
    GROUP_A_MODEL("nl668-cn-02", "NL668-CN-02"),
    NL668("nl668-cn-03", "NL668-CN-03", group_example, FIBOCOM_FROM_TLS_1_0),
    GROUP_B_MODEL("nl668-cn-04", "NL668-CN-04"),
    NL668("nl668-cn-10", "NL668-CN-10", group_example, FIBOCOM_SSL_3_0),
    NL668("nl668-eau", "NL668-EAU", eau, FIBOCOM_SSL_3_0),
    GROUP_A_MODEL("nl668-eu-00", "NL668-EU-00"),
    GROUP_A_MODEL("nl668-eu-01", "NL668-EU-01"),
    GROUP_B_MODEL("nl668-am-00", "NL668-AM-00"),
    GROUP_B_MODEL("nl668-am-01", "NL668-AM-01"),
    GROUP_B_MODEL("nl668-jp-00", "NL668-JP-00"),
    GROUP_B_MODEL("nl668-jp-01", "NL668-JP-01"),
    GROUP_B_MODEL("nl668-la-00", "NL668-LA-00"),
};

const struct module_model *fibocom_model_at(size_t index)
{
    return index < sizeof(models) / sizeof(models[0]) ? &models[index] : NULL;
}
