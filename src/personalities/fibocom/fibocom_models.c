/* fibocom_models.c: the products, a row each.  L610 SSL V1.0.0 §1.5.4; SSL V1.1.4 §1.4, §1.5.4. */
#include "personalities/fibocom/fibocom_models.h"

#include "base/tls_suites.h"

const int32_t fibocom_limits[LIMIT_END - 1] = {
    [LIMIT_CONTEXTS - 1] = 6,
    [LIMIT_SOCKETS - 1] = FIBOCOM_SOCKETS,
    [LIMIT_HTTP_PARAMS - 1] = HTTP_PARAM_COUNT,
};

const struct fibocom_forms fibocom_forms_drivers = {
    .open_failed = FACT_OPEN_FAILED_DRIVERS,
    .open_failed_state = true,
    .close_type = FACT_CLOSE_TYPE_DRIVERS,
    .chunk = FACT_CHUNK_DRIVERS,
};
const struct fibocom_forms fibocom_forms_manual = {
    .open_failed = FACT_OPEN_FAILED_MANUAL,
    .close_type = FACT_CLOSE_TYPE_MANUAL,
    .chunk = FACT_CHUNK_NL668,
};
static const struct fibocom_forms forms_l610 = {
    .open_failed = FACT_OPEN_FAILED_MANUAL,
    .close_type = FACT_CLOSE_TYPE_MANUAL,
    .chunk = FACT_CHUNK_L610,
};

static const tls_suite suites_l610[FIBOCOM_CIPHERS] = {
    [1] = TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    [2] = TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    [3] = TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    [4] = TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    [5] = TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    [6] = TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
    [7] = TLS_ECDHE_ECDSA_WITH_AES_256_CCM,
    [8] = TLS_DHE_RSA_WITH_AES_256_CCM,
    [9] = TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
    [10] = TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    [11] = TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
    [12] = TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    [13] = TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    [14] = TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
    [15] = TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8,
    [16] = TLS_DHE_RSA_WITH_AES_256_CCM_8,
    [17] = TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384,
    [18] = TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384,
    [19] = TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384,
    [20] = TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384,
    [21] = TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384,
    [22] = TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256,
    [23] = TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA,
    [24] = TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    [25] = TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    [26] = TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
    [27] = TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
    [28] = TLS_DHE_RSA_WITH_AES_128_CCM,
    [29] = TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
    [30] = TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    [31] = TLS_DHE_RSA_WITH_AES_128_CBC_SHA256,
};

static const tls_suite suites_nl668[FIBOCOM_CIPHERS] = {
    [1] = TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA,   [2] = TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
    [3] = TLS_RSA_WITH_AES_128_CBC_SHA,        [4] = TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
    [5] = TLS_RSA_WITH_AES_256_CBC_SHA,        [6] = TLS_RSA_WITH_3DES_EDE_CBC_SHA,
    [7] = TLS_RSA_WITH_AES_128_CBC_SHA256,     [8] = TLS_RSA_WITH_AES_256_CBC_SHA256,
    [9] = TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, [10] = TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
};

#define BIT(id) (UINT32_C(1) << (id))

enum { ALL_L610 = -2 }; /* bits 1 to 31 */

#define L610_DATA(lines)                                                                           \
    {                                                                                              \
        .family = FAMILY_L610, .suites = suites_l610, .supported = (uint32_t)ALL_L610,             \
        .defaults = (uint32_t)ALL_L610, .enabled = FACT_L610_ENABLED,                              \
        .version = FACT_L610_VERSION, .forms = (lines), .checks_name = FACT_L610_CHECKS_NAME       \
    }

static const struct fibocom_model data_l610 = L610_DATA(&forms_l610);
static const struct fibocom_model data_l610_drivers = L610_DATA(&fibocom_forms_drivers);

#define NL668_GROUP(all, preset, lines)                                                            \
    {                                                                                              \
        .family = FAMILY_NL668, .suites = suites_nl668, .supported = (all), .defaults = (preset),  \
        .enabled = FACT_NL668_STARTS_BLANK ? 0 : (preset), .version = FACT_NL668_VERSION,          \
        .forms = (lines), .checks_name = FACT_NL668_CHECKS_NAME,                                   \
        .strict_files = FACT_NL668_STRICT_FILES                                                    \
    }

#define ALL_A (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6))
#define ALL_B (BIT(2) | BIT(3) | BIT(4) | BIT(7) | BIT(8) | BIT(9) | BIT(10))

const struct fibocom_model fibocom_group_a =
    NL668_GROUP(ALL_A, BIT(1) | BIT(2) | BIT(3), &fibocom_forms_manual);
const struct fibocom_model fibocom_group_b =
    NL668_GROUP(ALL_B, BIT(2) | BIT(3) | BIT(4), &fibocom_forms_manual);
const struct fibocom_model fibocom_group_example =
    NL668_GROUP(FACT_EXAMPLE_GROUP, BIT(2) | BIT(3) | BIT(4), &fibocom_forms_manual);
static const struct fibocom_model group_a_drivers =
    NL668_GROUP(ALL_A, BIT(1) | BIT(2) | BIT(3), &fibocom_forms_drivers);

#define FACTS(revision)                                                                            \
    {                                                                                              \
        .table = &fibocom_facts, .of_model_count = 1, .of_model = (const struct fact_value[])      \
        {                                                                                          \
            {                                                                                      \
                .fact = FACT_REVISION, .text = (revision)                                          \
            }                                                                                      \
        }                                                                                          \
    }
const struct facts fibocom_facts_nl668 = FACTS("19011.1000.00.02.73.13");
static const struct facts facts_eau = FACTS("19305.1000.00.02.73.04");
static const struct facts facts_l610 = FACTS("16000.1208.00.86.02.02");

#define GROUP_A &fibocom_group_a, FIBOCOM_SSL_3_0
#define GROUP_B &fibocom_group_b, FIBOCOM_FROM_TLS_1_0

#define NL668(text, said, ...) FIBOCOM_NL668_MODEL(text, said, fibocom_facts_nl668, __VA_ARGS__)

#define L610(text, data)                                                                           \
    {                                                                                              \
        .identity = { .name = (text),                                                              \
                      .maker = "Fibocom",                                                          \
                      .product = "L610",                                                           \
                      .platform = "L610",                                                          \
                      .generation = "4G" },                                                        \
        .personality = &fibocom_personality, .revision = FACT_REVISION, .access_technology = 7,    \
        .at = { .limits = fibocom_limits, .features = FIBOCOM_L610, .facts = &facts_l610 },        \
        .payload_max = FACT_SEND_MAX, .maker_data = (data)                                         \
    }

/* Those for drivers are the same modules in another form (fibocom_facts.h). */
static const struct module_model models[] = {
    L610("l610", &data_l610),
    L610("l610-drivers", &data_l610_drivers),
    NL668("m910", "M910", GROUP_A),
    NL668("nl668-cn-00", "NL668-CN-00", GROUP_A),
    NL668("nl668-cn-00-drivers", "NL668-CN-00", &group_a_drivers, FIBOCOM_SSL_3_0),
    NL668("nl668-cn-01", "NL668-CN-01", GROUP_A),
    NL668("nl668-cn-02", "NL668-CN-02", GROUP_A),
    NL668("nl668-cn-03", "NL668-CN-03", &fibocom_group_example, FIBOCOM_FROM_TLS_1_0),
    NL668("nl668-cn-04", "NL668-CN-04", GROUP_B),
    NL668("nl668-cn-10", "NL668-CN-10", &fibocom_group_example, FIBOCOM_SSL_3_0),
    FIBOCOM_NL668_MODEL("nl668-eau", "NL668-EAU", facts_eau, &fibocom_group_a, FIBOCOM_SSL_3_0),
    NL668("nl668-eu-00", "NL668-EU-00", GROUP_A),
    NL668("nl668-eu-01", "NL668-EU-01", GROUP_A),
    NL668("nl668-am-00", "NL668-AM-00", GROUP_B),
    NL668("nl668-am-01", "NL668-AM-01", GROUP_B),
    NL668("nl668-jp-00", "NL668-JP-00", GROUP_B),
    NL668("nl668-jp-01", "NL668-JP-01", GROUP_B),
    NL668("nl668-la-00", "NL668-LA-00", GROUP_B),
};

const struct module_model *fibocom_model_at(size_t index)
{
    return index < sizeof(models) / sizeof(models[0]) ? &models[index] : NULL;
}
