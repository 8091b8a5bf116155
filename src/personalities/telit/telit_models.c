/* telit_models.c: the products, a row each; what several share stands once.
 *
 * Source: the applicability tables of Telit 1vv0300989 r12 and r6; where both list a product the
 * newer counts.  r12 names series: each is a row, and so is every product of the series that a
 * source names, of LE910 V2 and LE866 80446ST10707A r3 and 80471ST10691A r4.
 */
#include "personalities/telit/telit_models.h"

#include "base/tls_suites.h"
#include "personalities/telit/telit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* r12 §4.2.1: the numbers of 2G modules, and what 0 offers. */
static const tls_suite suites_2g[] = { 0, TLS_RSA_WITH_RC4_128_MD5, TLS_RSA_WITH_RC4_128_SHA,
                                       TLS_RSA_WITH_AES_256_CBC_SHA };
static const tls_suite offered_2g[] = { TLS_RSA_WITH_RC4_128_MD5, TLS_RSA_WITH_RC4_128_SHA,
                                        TLS_RSA_WITH_AES_256_CBC_SHA };

/* r12 §4.2.2: the numbers of 3G and 4G modules, and what 0 offers (never NULL). */
static const tls_suite suites_3g[] = { 0,
                                       TLS_RSA_WITH_RC4_128_MD5,
                                       TLS_RSA_WITH_RC4_128_SHA,
                                       TLS_RSA_WITH_AES_128_CBC_SHA,
                                       TLS_RSA_WITH_NULL_SHA,
                                       TLS_RSA_WITH_AES_256_CBC_SHA };
static const tls_suite offered_3g[] = { TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA,
                                        TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_RC4_128_MD5 };

static const struct telit_model data_2g = {
    .suites = suites_2g,
    .offered = offered_2g,
    .offered_count = COUNT(offered_2g),
    .ring_chunk = 256,
};
/* r6 §4: up to 15800 bytes in a record, other than on GE910. */
static const struct telit_model data_2g_r6 = {
    .suites = suites_2g,
    .offered = offered_2g,
    .offered_count = COUNT(offered_2g),
    .record_max = 15800,
};
static const struct telit_model data_3g = {
    .suites = suites_3g,
    .offered = offered_3g,
    .offered_count = COUNT(offered_3g),
    .ring_chunk = 1300,
};

#define LIMITS(cid, cipher, version, size, closure)                                                \
    {                                                                                              \
        [LIMIT_CONTEXTS - 1] = FACT_CONTEXTS, [LIMIT_SECURE_SOCKETS - 1] = FACT_SECURE_SOCKETS,    \
                          [LIMIT_SECURE_CONTEXT - 1] = (cid), [LIMIT_CIPHER - 1] = (cipher),       \
                          [LIMIT_VERSION - 1] = (version),                                         \
                          [LIMIT_DATA_ACTION - 1] = FACT_DATA_ACTIONS,                             \
                          [LIMIT_DATA_SIZE - 1] = (size), [LIMIT_CLOSURE - 1] = (closure),         \
                          [LIMIT_PLAIN_SOCKETS - 1] = TELIT_PLAIN_MAX                              \
    }

/* Their contexts, suites, versions, sizes of #SSLSECDATA, ClosureType. */
static const int32_t limits_2g[LIMIT_END - 1] = LIMITS(1, 3, 1, 2047, 1);
static const int32_t limits_12[LIMIT_END - 1] = LIMITS(FACT_CONTEXTS, 5, 2, 2047, 0);
static const int32_t limits_20[LIMIT_END - 1] = LIMITS(FACT_CONTEXTS, 5, 2, FACT_DATA_SIZE_4G, 0);
static const int32_t limits_23[LIMIT_END - 1] = LIMITS(FACT_CONTEXTS, 5, 3, FACT_DATA_SIZE_4G, 0);

/* One firmware for each platform; 2G modules have no action 3 of #SSLSECDATA (r12 §4.3), and only
 * platform 23 has several secure sockets. */
#define REVISION(version)                                                                          \
    {                                                                                              \
        .fact = FACT_REVISION, .text = (version)                                                   \
    }
#define ACTIONS_2G                                                                                 \
    {                                                                                              \
        .fact = FACT_DATA_ACTIONS, .number = 2, .confirmed = true                                  \
    }
#define PLAIN_2G                                                                                   \
    { .fact = FACT_PLAIN_FLUSH_MAX, .number = 255 },                                               \
    {                                                                                              \
        .fact = FACT_PLAIN_SEND_MAX, .number = 1024, .confirmed = true                             \
    }
#define CELL_2G                                                                                    \
    { .fact = FACT_CELL_CHANNEL, .number = 14 }, { .fact = FACT_CELL_CODE, .number = 9 },          \
        { .fact = FACT_CELL_BAND, .number = 2 },                                                   \
    {                                                                                              \
        .fact = FACT_RADIO_STATE, .number = 10                                                     \
    }
#define CELL_4G                                                                                    \
    { .fact = FACT_CELL_CHANNEL, .number = 300 },                                                  \
    {                                                                                              \
        .fact = FACT_CELL_DRX, .number = 128                                                       \
    }
static const struct fact_value of_10[] = { REVISION("10.00.157"), ACTIONS_2G, PLAIN_2G, CELL_2G };
static const struct fact_value of_12[] = { REVISION("12.00.026") };
static const struct fact_value of_13[] = { REVISION("13.00.007"), ACTIONS_2G, PLAIN_2G, CELL_2G };
static const struct fact_value of_16[] = { REVISION("16.00.153"), ACTIONS_2G, PLAIN_2G, CELL_2G };
static const struct fact_value of_20[] = { REVISION("20.00.405"), CELL_4G };
static const struct fact_value of_23[] = { REVISION("23.00.004"),
                                           CELL_4G,
                                           { .fact = FACT_SECURE_SOCKETS, .number = 6 } };

#define FACTS(values)                                                                              \
    {                                                                                              \
        .table = &telit_facts, .of_model = (values), .of_model_count = COUNT(values)               \
    }
static const struct facts facts_10 = FACTS(of_10);
static const struct facts facts_12 = FACTS(of_12);
static const struct facts facts_13 = FACTS(of_13);
static const struct facts facts_16 = FACTS(of_16);
static const struct facts facts_20 = FACTS(of_20);
static const struct facts facts_23 = FACTS(of_23);

/* The longest prompt is that of #SSEND in digits, or of #SSLSECDATA. */
enum { PAYLOAD = 2 * TELIT_PLAIN_PIECE, PAYLOAD_4G = TELIT_DATA_MAX };

#define MODEL(text, model, number, technology, access, version, values, feature, payload, data,    \
              maker_personality)                                                                   \
    {                                                                                              \
        .identity = { .name = (text),                                                              \
                      .maker = "Telit",                                                            \
                      .product = (model),                                                          \
                      .platform = (number),                                                        \
                      .generation = (technology) },                                                \
        .personality = &(maker_personality), .revision = FACT_REVISION,                            \
        .access_technology = (access),                                                             \
        .at = { .limits = (values), .features = (feature), .facts = &(version) },                  \
        .payload_max = (payload), .maker_data = &(data)                                            \
    }

/* One macro for each kind of module; LIKE_10_R6: only r6 lists the product. */
#define LIKE_2G(name, product, platform, version, features, data)                                  \
    MODEL(name, product, platform, "2G", 0, version, limits_2g, TELIT_2G | (features), PAYLOAD,    \
          data, telit_personality)
#define LIKE_10_R6(name, product)                                                                  \
    LIKE_2G(name, product, "10", facts_10, TELIT_R6 | TELIT_SLOW, data_2g_r6)
#define LIKE_10(name, product)                                                                     \
    LIKE_2G(name, product, "10", facts_10, TELIT_R12 | TELIT_SLOW, data_2g)
#define LIKE_13(name, product)                                                                     \
    LIKE_2G(name, product, "13", facts_13, TELIT_R12 | TELIT_FAST, data_2g)
#define LIKE_16(name, product)                                                                     \
    LIKE_2G(name, product, "16", facts_16, TELIT_R12 | TELIT_SLOW, data_2g)
#define LIKE_12(name, product)                                                                     \
    MODEL(name, product, "12", "3G", 2, facts_12, limits_12, TELIT_3G | TELIT_R12 | TELIT_FAST,    \
          PAYLOAD, data_3g, telit_personality)
#define LIKE_20(name, product)                                                                     \
    MODEL(name, product, "20", "4G", 7, facts_20, limits_20, TELIT_4G | TELIT_R12 | TELIT_FAST,    \
          PAYLOAD_4G, data_3g, telit_personality_4g)
#define LIKE_23(name, product)                                                                     \
    MODEL(name, product, "23", "4G", 7, facts_23, limits_23, TELIT_4G | TELIT_R12 | TELIT_FAST,    \
          PAYLOAD_4G, data_3g, telit_personality_4g)

static const struct module_model models[] = {
    LIKE_10_R6("gc864-quad", "GC864-QUAD"),
    LIKE_10_R6("gc864-quad-v2", "GC864-QUAD V2"),
    LIKE_10_R6("gc864-dual-v2", "GC864-DUAL V2"),
    LIKE_10_R6("ge864-quad", "GE864-QUAD"),
    LIKE_10_R6("ge864-quad-atex", "GE864-QUAD ATEX"),
    LIKE_10_R6("ge864-gps", "GE864-GPS"),
    LIKE_10_R6("gt863-py", "GT863-PY"),
    LIKE_10_R6("gt864-quad", "GT864-QUAD"),
    LIKE_10_R6("gt864-py", "GT864-PY"),
    LIKE_10("ge864-v2", "GE864 V2"),
    LIKE_10("ge864-quad-v2", "GE864-QUAD V2"),
    LIKE_10("ge864-quad-automotive-v2", "GE864-QUAD Automotive V2"),
    LIKE_10("ge864-dual-v2", "GE864-DUAL V2"),
    LIKE_10("ge865-quad", "GE865-QUAD"),
    LIKE_10("gl865", "GL865"),
    LIKE_10("gl865-dual", "GL865-DUAL"),
    LIKE_10("gl865-quad", "GL865-QUAD"),
    LIKE_10("gl868-dual", "GL868-DUAL"),
    LIKE_13("ge910", "GE910"),
    LIKE_13("ge910-quad", "GE910-QUAD"),
    LIKE_13("ge910-gnss", "GE910-GNSS"),
    LIKE_16("ge910-quad-v3", "GE910-QUAD V3"),
    LIKE_16("ge866-quad", "GE866-QUAD"),
    LIKE_16("gl865-v3", "GL865 V3"),
    LIKE_16("gl865-dual-v3", "GL865-DUAL V3"),
    LIKE_16("gl865-quad-v3", "GL865-QUAD V3"),
    LIKE_16("gl868-dual-v3", "GL868-DUAL V3"),
    LIKE_12("he910", "HE910"),
    LIKE_12("he910-g", "HE910"), /* marketed so, "HE910" by type */
    LIKE_12("he910-dg", "HE910"),
    LIKE_12("he910-ga", "HE910-GA"),
    LIKE_12("he910-d", "HE910-D"),
    LIKE_12("he910-eur", "HE910-EUR"),
    LIKE_12("he910-eud", "HE910-EUD"),
    LIKE_12("he910-eug", "HE910-EUG"),
    LIKE_12("he910-nag", "HE910-NAG"),
    LIKE_12("he910-nar", "HE910-NAR"),
    LIKE_12("he910-nad", "HE910-NAD"),
    LIKE_12("ue910", "UE910"),
    LIKE_12("ue910-eur", "UE910-EUR"),
    LIKE_12("ue910-eud", "UE910-EUD"),
    LIKE_12("ue910-nar", "UE910-NAR"),
    LIKE_12("ue910-nad", "UE910-NAD"),
    LIKE_12("ul865", "UL865"),
    LIKE_12("ul865-nar", "UL865-NAR"),
    LIKE_12("ue866", "UE866"),
    LIKE_20("le910-v2", "LE910 V2"),
    LIKE_20("le910-euv2", "LE910-EU V2"),
    LIKE_20("le910-svv2", "LE910-SV V2"),
    LIKE_20("le910-sv1", "LE910-SV1"),
    LIKE_20("le910-svl", "LE910-SVL"),
    LIKE_20("le910-nav2", "LE910-NA V2"),
    LIKE_20("le910-na1", "LE910-NA1"),
    LIKE_20("le910-auv2", "LE910-AU V2"),
    LIKE_20("le910-eu1", "LE910-EU1"),
    LIKE_20("le910-jn1", "LE910-JN1"),
    LIKE_20("le910b1-eu", "LE910B1-EU"),
    LIKE_20("le910b1-na", "LE910B1-NA"),
    LIKE_20("le910b1-sa", "LE910B1-SA"),
    LIKE_20("le910b4-na", "LE910B4-NA"),
    LIKE_23("le866", "LE866"),
    LIKE_23("le866-sv1", "LE866-SV1"),
};

const struct module_model *telit_model_at(size_t index)
{
    return index < COUNT(models) ? &models[index] : NULL;
}
