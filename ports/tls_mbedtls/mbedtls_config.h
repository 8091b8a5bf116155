/* mbedtls_config.h: mbedTLS 2.28 as this provider needs it: a client of SSL 3.0 and nothing newer,
 * so that it cannot be used for anything else. */
#ifndef TLS_MBEDTLS_CONFIG_H
#define TLS_MBEDTLS_CONFIG_H

/* Protocol.  Without HAVE_TIME it never asks the machine for the time: dates are checked by the
 * modem's clock in verify.c. */
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_SSL_PROTO_SSL3
#define MBEDTLS_SSL_EXPORT_KEYS
#define MBEDTLS_SSL_FALLBACK_SCSV
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_SOME_SUITES_USE_TLS_CBC /* it needs a function of that part, but forgets so */
#define MBEDTLS_KEY_EXCHANGE_RSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_DHE_RSA_ENABLED

/* Suites: what SSL 3.0 has.  A constant list, since the library would otherwise make one in a
 * static array when it is first asked. */
#define MBEDTLS_ENABLE_WEAK_CIPHERSUITES
#define MBEDTLS_CIPHER_NULL_CIPHER
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_SSL_CIPHERSUITES                                                                   \
    MBEDTLS_TLS_RSA_WITH_NULL_MD5, MBEDTLS_TLS_RSA_WITH_NULL_SHA,                                  \
        MBEDTLS_TLS_RSA_WITH_RC4_128_MD5, MBEDTLS_TLS_RSA_WITH_RC4_128_SHA,                        \
        MBEDTLS_TLS_RSA_WITH_DES_CBC_SHA, MBEDTLS_TLS_RSA_WITH_3DES_EDE_CBC_SHA,                   \
        MBEDTLS_TLS_DHE_RSA_WITH_DES_CBC_SHA, MBEDTLS_TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA,           \
        MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA, MBEDTLS_TLS_DHE_RSA_WITH_AES_128_CBC_SHA,            \
        MBEDTLS_TLS_RSA_WITH_AES_256_CBC_SHA, MBEDTLS_TLS_DHE_RSA_WITH_AES_256_CBC_SHA
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES /* the others are made when first used, by any thread */
#define MBEDTLS_ARC4_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_DES_C
#define MBEDTLS_DHM_C

/* Certificates and keys, also newer ones than SSL 3.0: a CA may well be new. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_NO_INTERNAL_RNG /* it verifies only: SSL 3.0 signs with RSA */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_RSA_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_USE_C

#define MBEDTLS_ERROR_C

#include <mbedtls/check_config.h>

#endif
