/* credentials.c: certificates and keys, PEM or DER.  Keys may be PKCS #1 or PKCS #8. */
#include "tls_mbedtls/credentials.h"

#include "base/wipe.h"
#include "tls_common/failure.h"
#include "tls_mbedtls/failure.h"
#include "tls_mbedtls/state.h"

#include <mbedtls/error.h>
#include <stdlib.h>
#include <string.h>

/* mbedTLS wants PEM terminated and the terminator counted.  The caller wipes and frees it. */
static uint8_t *terminated(struct span bytes, size_t *ret_len)
{
    uint8_t *copy = malloc(bytes.len + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = '\0';
    *ret_len = bytes.len + (span_contains(bytes, "-----BEGIN ") ? 1 : 0);
    return copy;
}

static enum err refuse(struct tls_failure *ret_failure, enum tls_reason reason, int error)
{
    if (mtls_is_out_of_memory(error))
        return ERR_NO_MEMORY;
    mtls_failure_set_error(ret_failure, reason, error);
    return ERR_CREDENTIALS;
}

/* The same of bytes that could not be read. */
static enum err refuse_bytes(struct tls_failure *ret_failure, enum tls_reason reason,
                             struct span bytes, int error)
{
    struct tls_failure failure;

    if (mtls_is_out_of_memory(error))
        return ERR_NO_MEMORY;
    mtls_failure_set_error(&failure, reason, error);
    tls_failure_set_unreadable(ret_failure, reason, bytes, failure.detail);
    return ERR_CREDENTIALS;
}

/* A positive result counts the certificates that are not readable: a client's must all be, of CAs
 * one will do. */
static int read_chain(mbedtls_x509_crt *chain, struct span bytes)
{
    size_t len;
    uint8_t *copy = terminated(bytes, &len);
    int result;

    if (copy == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    result = mbedtls_x509_crt_parse(chain, copy, len);
    free(copy);
    return result;
}

static enum err read_ca(mbedtls_x509_crt *ca, const struct tls_config *config,
                        struct tls_failure *ret_failure)
{
    int result = read_chain(ca, config->ca);

    if (result < 0 || ca->raw.p == NULL)
        return refuse_bytes(ret_failure, TLS_OWN_CA, config->ca,
                            result < 0 ? result : MBEDTLS_ERR_X509_INVALID_FORMAT);
    tls_left_out_say(config->log, (size_t)result);
    return ERR_OK;
}

static enum err read_key(struct mtls_setup *setup, struct span bytes,
                         struct tls_failure *ret_failure)
{
    size_t len;
    uint8_t *copy = terminated(bytes, &len);
    int result;

    if (copy == NULL)
        return ERR_NO_MEMORY;
    result = mbedtls_pk_parse_key(&setup->key, copy, len, NULL, 0);
    wipe(copy, bytes.len);
    free(copy);
    if (result != 0)
        return refuse_bytes(ret_failure, TLS_OWN_KEY, bytes, result);
    if (!mbedtls_pk_can_do(&setup->key, MBEDTLS_PK_RSA)) {
        tls_failure_set(ret_failure, TLS_OWN_KEY, "SSL 3.0 signs with RSA only");
        return ERR_CREDENTIALS;
    }
    result = mbedtls_pk_check_pair(&setup->cert.pk, &setup->key);
    return result == 0 ? ERR_OK : refuse(ret_failure, TLS_OWN_KEY, result);
}

static enum err read_own(struct mtls_setup *setup, const struct tls_config *config,
                         struct tls_failure *ret_failure)
{
    int result;

    if (config->cert.len == 0 || config->key.len == 0) {
        tls_failure_set(ret_failure, config->key.len == 0 ? TLS_OWN_KEY : TLS_OWN_CERTIFICATE,
                        "there is none");
        return ERR_CREDENTIALS;
    }
    result = read_chain(&setup->cert, config->cert);
    if (result == 0)
        return read_key(setup, config->key, ret_failure);
    return refuse_bytes(ret_failure, TLS_OWN_CERTIFICATE, config->cert,
                        result < 0 ? result : MBEDTLS_ERR_X509_INVALID_FORMAT);
}

enum err mtls_credentials_read(struct mtls_setup *setup, const struct tls_config *config,
                               struct tls_failure *ret_failure)
{
    enum err err = ERR_OK;

    if (config->verify && config->ca.len > 0)
        err = read_ca(&setup->ca, config, ret_failure);
    if (err == ERR_OK && (config->cert.len > 0 || config->key.len > 0))
        err = read_own(setup, config, ret_failure);
    return err;
}
