/* random.h: the kernel's random numbers, as mbedTLS wants them. */
#ifndef TLS_MBEDTLS_RANDOM_H
#define TLS_MBEDTLS_RANDOM_H

#include <stddef.h>

/* Fills `out`.  0, or an error of mbedTLS. */
int mtls_random(void *ctx, unsigned char *out, size_t len);

#endif
