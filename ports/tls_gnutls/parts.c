/* parts.c: see parts.h; what is split, and why, is said in tls_common/products.h. */
#include "tls_gnutls/parts.h"

#include "tls_gnutls/priority.h"
#include "tls_gnutls/version.h"

#include <assert.h>

/* All that GnuTLS would offer where `newest` is the newest version: it asks for no more than that
 * (3.7.9). */
static size_t known_suites(enum tls_version newest, struct tls_product ret_known[TLS_PRODUCTS_MAX])
{
    unsigned char code[2];
    gnutls_kx_algorithm_t kx;
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;
    gnutls_protocol_t lowest;
    size_t count = 0;

    for (size_t i = 0; gnutls_cipher_suite_info(i, code, &kx, &cipher, &mac, &lowest) != NULL;
         i++) {
        if (kx == GNUTLS_KX_UNKNOWN || !gtls_version_reaches(newest, lowest))
            continue;
        assert(count < TLS_PRODUCTS_MAX);
        ret_known[count++] = (struct tls_product){ (tls_suite)(code[0] << 8 | code[1]), (int)kx,
                                                   (int)cipher, (int)mac };
    }
    return count;
}

static size_t offerable(const struct tls_config *config,
                        tls_suite ret_suites[TLS_PRODUCTS_LIST_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < config->suite_count && count < TLS_PRODUCTS_LIST_MAX; i++) {
        enum tls_version version = config->min_version;

        while (version < config->max_version && !gtls_is_offerable(config->suites[i], version))
            version++;
        if (gtls_is_offerable(config->suites[i], version))
            ret_suites[count++] = config->suites[i];
    }
    return count;
}

size_t gtls_part(const struct tls_config *config, tls_suite ret_suites[TLS_PRODUCTS_LIST_MAX])
{
    tls_suite all[TLS_PRODUCTS_LIST_MAX];
    struct tls_product known[TLS_PRODUCTS_MAX];
    struct tls_products products = { .known = known };
    size_t count = offerable(config, all);

    assert(config->offer.part > 0);
    if (count <= 1)
        return 0; /* brings no other along */
    products.count = known_suites(config->max_version, known);
    if (tls_products_are_exact(&products, all, count))
        return 0;
    return tls_products_part(&products, all, count, config->offer.part - 1, ret_suites);
}
