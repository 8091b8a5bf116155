/* fibocom_suites.c: the cipher suites of a product by cipalgID, and which of them are loaded.
 *
 * Source: L610 SSL V1.0.0 §1.5.4; SSL V1.1.4 §1.5.4.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/tls_suites.h"

#include <assert.h>

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

static const struct fibocom_group group_l610 = { (uint32_t)ALL_L610, (uint32_t)ALL_L610 };

static const struct fibocom_group groups_nl668[GROUP_COUNT] = {
    [GROUP_A] = { BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6), BIT(1) | BIT(2) | BIT(3) },
    [GROUP_B] = { BIT(2) | BIT(3) | BIT(4) | BIT(7) | BIT(8) | BIT(9) | BIT(10),
                  BIT(2) | BIT(3) | BIT(4) },
    [GROUP_OF_EXAMPLE] = { BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(7) | BIT(8) | BIT(9),
                           BIT(2) | BIT(3) | BIT(4) },
};

tls_suite fibocom_suite(enum fibocom_family family, int id)
{
    assert(id >= 0 && id < FIBOCOM_CIPHERS);
    return family == FAMILY_L610 ? suites_l610[id] : suites_nl668[id];
}

static const struct fibocom_group *group_of(const struct tlsmodem *modem)
{
    if (fibocom_family_of(modem) == FAMILY_L610)
        return &group_l610;
    return &groups_nl668[module_fact_peek(modem, FACT_GROUP)];
}

const struct fibocom_group *fibocom_group_of(const struct tlsmodem *modem)
{
    if (fibocom_family_of(modem) == FAMILY_NL668)
        module_note_fact(modem, FACT_GROUP);
    return group_of(modem);
}

uint32_t fibocom_suites_at_start(const struct tlsmodem *modem)
{
    const struct fibocom_group *group = group_of(modem);

    switch (module_fact_peek(modem, FACT_STARTS_ENABLED)) {
    case STARTS_WITH_DEFAULTS:
        return group->defaults;
    case STARTS_WITH_1_TO_6:
        return group->supported & (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6));
    default:
        return 0;
    }
}

uint32_t fibocom_suites_loaded(const struct tlsmodem *modem)
{
    const struct fibocom_ssl *ssl = &((struct fibocom *)modem->maker)->ssl;

    if ((fibocom_group_of(modem)->supported & ~ssl->chosen) != 0)
        module_note_fact(modem, FACT_STARTS_ENABLED);
    return ssl->loaded;
}

uint32_t fibocom_suites_offered(const struct tlsmodem *modem)
{
    const struct fibocom_ssl *ssl = &((struct fibocom *)modem->maker)->ssl;
    uint32_t loaded = ssl->chosen != 0 ? fibocom_suites_loaded(modem) : 0;

    return loaded != 0 ? loaded : fibocom_group_of(modem)->defaults;
}
