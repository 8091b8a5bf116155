/* fibocom_models.h: this maker's products, for the list of all makers. */
#ifndef FIBOCOM_MODELS_H
#define FIBOCOM_MODELS_H

#include "module/personality.h"
#include "personalities/fibocom/fibocom.h"

/* NULL past the end. */
const struct module_model *fibocom_model_at(size_t index);

/* A row of NL668 or M910: name, product, facts, FIBOCOM_SSL_3_0 or FIBOCOM_FROM_TLS_1_0. */
#define FIBOCOM_NL668_MODEL(text, said, its_facts, ssl)                                            \
    {                                                                                              \
        .identity = { .name = (text),                                                              \
                      .maker = "Fibocom",                                                          \
                      .product = (said),                                                           \
                      .platform = "NL668",                                                         \
                      .generation = "4G" },                                                        \
        .personality = &fibocom_personality, .revision = FACT_REVISION, .place = PLACE_BARE,       \
        .access_technology = 7,                                                                    \
        .at = { .limits = fibocom_limits,                                                          \
                .features = FIBOCOM_NL668 | (ssl),                                                 \
                .facts = &(its_facts) },                                                           \
        .payload_max = FIBOCOM_SEND_MOST                                                           \
    }

extern const int32_t fibocom_limits[LIMIT_END - 1];
extern const struct facts fibocom_group_b; /* of the products with the manual's second list */

#endif
