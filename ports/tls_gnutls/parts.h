/* parts.h: the parts of a list of suites that GnuTLS offers without adding to them. */
#ifndef TLS_GNUTLS_PARTS_H
#define TLS_GNUTLS_PARTS_H

#include "iface/tls.h"
#include "tls_common/products.h"

/* The part config->offer.part, not 0, of the suites of `config` that fit one of its versions.
 * Returns how many they are; 0: there is no such part, or the whole list is offered as it is. */
size_t gtls_part(const struct tls_config *config, tls_suite ret_suites[TLS_PRODUCTS_LIST_MAX]);

#endif
