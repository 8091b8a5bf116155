/* products.h: lists of suites for a library that takes key exchanges, ciphers and MACs, and offers
 * all their combinations: what of a list it can say exactly.
 */
#ifndef TLS_COMMON_PRODUCTS_H
#define TLS_COMMON_PRODUCTS_H

#include "iface/tls.h"

/* A suite that the library has, by its own numbers. */
struct tls_product {
    tls_suite code;
    int kx, cipher, mac;
};

enum { TLS_PRODUCTS_MAX = 256, TLS_PRODUCTS_LIST_MAX = 64 };

struct tls_products {
    const struct tls_product *known; /* no two with all three numbers alike */
    size_t count;                    /* TLS_PRODUCTS_MAX at most */
};

/* True when the library, asked for the suites of `list`, offers these and no others.  A suite that
 * it does not know is none. */
bool tls_products_are_exact(const struct tls_products *products, const tls_suite *list,
                            size_t count);

/* The part of `list`, of TLS_PRODUCTS_LIST_MAX suites at most, from 0 on, that the library says
 * exactly: each the largest of what those before it left, in the list's order.  Together the parts
 * are all of the list that the library knows, each suite once.  `ret_suites` has room for `count`;
 * returns how many there are, 0 behind the last part. */
size_t tls_products_part(const struct tls_products *products, const tls_suite *list, size_t count,
                         unsigned part, tls_suite *ret_suites);

#endif
