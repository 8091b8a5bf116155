/* telit_models.c: the products, a row each.  Telit 1vv0300989 r12, applicability table and §3 to
 * §5. */
#include "personalities/telit/telit_models.h"

#include "base/tls_suites.h"
#include "personalities/telit/telit.h"

/* §4.2.2: the numbers of 3G and 4G modules, and what 0 offers (never NULL). */
static const tls_suite suites_3g[] = { 0,
                                       TLS_RSA_WITH_RC4_128_MD5,
                                       TLS_RSA_WITH_RC4_128_SHA,
                                       TLS_RSA_WITH_AES_128_CBC_SHA,
                                       TLS_RSA_WITH_NULL_SHA,
                                       TLS_RSA_WITH_AES_256_CBC_SHA };
static const tls_suite offered_3g[] = { TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA,
                                        TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_RC4_128_MD5 };

static const struct telit_model data_3g = {
    .suites = suites_3g,
    .offered = offered_3g,
    .offered_count = sizeof(offered_3g) / sizeof(offered_3g[0]),
    .ring_chunk = 1300,
};

/* UNCONFIRMED: number of contexts, and that #SSLSECDATA has action 3 on this platform (telit.md
 * §1.0). */
static const int32_t limits_12[LIMIT_END - 1] = {
    [LIMIT_CONTEXTS - 1] = 5, [LIMIT_SECURE_SOCKETS - 1] = 1, [LIMIT_CIPHER - 1] = 5,
    [LIMIT_VERSION - 1] = 2,  [LIMIT_DATA_ACTION - 1] = 3,    [LIMIT_DATA_SIZE - 1] = 2047,
    [LIMIT_CLOSURE - 1] = 0,  [LIMIT_PLAIN_SOCKETS - 1] = 6,
};

static const struct module_model models[] = {
    {
        .identity = { .name = "he910",
                      .maker = "Telit",
                      .product = "HE910",
                      .platform = "12",
                      .generation = "3G" },
        .personality = &telit_personality,
        .revision = "12.00.026",
        .access_technology = 2,
        .at = { .limits = limits_12, .features = TELIT_3G },
        .payload_max = 2048,
        .maker_data = &data_3g,
    },
};

const struct module_model *telit_model_at(size_t index)
{
    return index < sizeof(models) / sizeof(models[0]) ? &models[index] : NULL;
}
