/* credentials.c: certificates and keys, PEM or DER.  Keys may be PKCS #1, SEC 1 or PKCS #8. */
#include "tls_gnutls/credentials.h"

#include "tls_common/failure.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

enum { CHAIN_MAX = 16 };

gnutls_x509_crt_fmt_t gtls_format_of(struct span bytes)
{
    return span_contains(bytes, "-----BEGIN ") ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
}

gnutls_datum_t gtls_datum_of(struct span bytes)
{
    return (gnutls_datum_t){ (unsigned char *)(uintptr_t)bytes.data, (unsigned)bytes.len };
}

enum err gtls_refuse(struct tls_failure *ret_failure, enum tls_reason reason, int error)
{
    if (error == GNUTLS_E_MEMORY_ERROR)
        return ERR_NO_MEMORY;
    tls_failure_set(ret_failure, reason, "%s", gnutls_strerror(error));
    return ERR_CREDENTIALS;
}

enum err gtls_refuse_bytes(struct tls_failure *ret_failure, enum tls_reason reason,
                           struct span bytes, int error)
{
    if (error == GNUTLS_E_MEMORY_ERROR)
        return ERR_NO_MEMORY;
    tls_failure_set_unreadable(ret_failure, reason, bytes, gnutls_strerror(error));
    return ERR_CREDENTIALS;
}

static enum err read_chain(struct span bytes, gnutls_x509_crt_t chain[CHAIN_MAX],
                           unsigned *ret_count, struct tls_failure *ret_failure)
{
    gnutls_datum_t datum = gtls_datum_of(bytes);
    unsigned count = CHAIN_MAX;
    int result = gnutls_x509_crt_list_import(chain, &count, &datum, gtls_format_of(bytes),
                                             GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);

    if (result <= 0)
        return gtls_refuse_bytes(ret_failure, TLS_OWN_CERTIFICATE, bytes,
                                 result < 0 ? result : GNUTLS_E_NO_CERTIFICATE_FOUND);
    *ret_count = count;
    return ERR_OK;
}

static enum err import_key(gnutls_x509_privkey_t key, const struct tls_config *config,
                           struct tls_failure *ret_failure)
{
    gnutls_datum_t datum = gtls_datum_of(config->key);
    int result = gnutls_x509_privkey_import2(key, &datum, gtls_format_of(config->key), NULL, 0);

    if (result < 0)
        return gtls_refuse_bytes(ret_failure, TLS_OWN_KEY, config->key, result);
    if (!config->rsa_only || gnutls_x509_privkey_get_pk_algorithm(key) == GNUTLS_PK_RSA)
        return ERR_OK;
    tls_failure_set(ret_failure, TLS_OWN_KEY, "it is no RSA key, and the module has no other");
    return ERR_CREDENTIALS;
}

static enum err read_key(const struct tls_config *config, gnutls_x509_privkey_t *ret_key,
                         struct tls_failure *ret_failure)
{
    enum err err;

    if (gnutls_x509_privkey_init(ret_key) < 0)
        return ERR_NO_MEMORY;
    err = import_key(*ret_key, config, ret_failure);
    if (err != ERR_OK)
        gnutls_x509_privkey_deinit(*ret_key);
    return err;
}

/* gnutls_certificate_set_x509_key() loses its copy of the key when it finds a certificate whose
 * public key cannot be read (3.7.9), so that is found here. */
static enum err check_public_keys(gnutls_x509_crt_t *chain, unsigned count,
                                  struct tls_failure *ret_failure)
{
    for (unsigned i = 0; i < count; i++) {
        gnutls_pcert_st parsed;
        int result = gnutls_pcert_import_x509(&parsed, chain[i], 0);

        if (result < 0)
            return gtls_refuse(ret_failure, TLS_OWN_CERTIFICATE, result);
        gnutls_pcert_deinit(&parsed);
    }
    return ERR_OK;
}

/* The chain and the key are copied into `credentials`, or not: either way they end here. */
static enum err join(gnutls_certificate_credentials_t credentials, gnutls_x509_crt_t *chain,
                     unsigned count, const struct tls_config *config,
                     struct tls_failure *ret_failure)
{
    gnutls_x509_privkey_t key;
    enum err err = read_key(config, &key, ret_failure);
    int result;

    if (err != ERR_OK)
        return err;
    result = gnutls_certificate_set_x509_key(credentials, chain, (int)count, key);
    gnutls_x509_privkey_deinit(key);
    return result >= 0 ? ERR_OK : gtls_refuse(ret_failure, TLS_OWN_KEY, result);
}

static enum err add_own(gnutls_certificate_credentials_t credentials,
                        const struct tls_config *config, struct tls_failure *ret_failure)
{
    gnutls_x509_crt_t chain[CHAIN_MAX];
    unsigned count = 0;
    enum err err;

    if (config->cert.len == 0 || config->key.len == 0) {
        tls_failure_set(ret_failure, config->key.len == 0 ? TLS_OWN_KEY : TLS_OWN_CERTIFICATE,
                        "there is none");
        return ERR_CREDENTIALS;
    }
    err = read_chain(config->cert, chain, &count, ret_failure);
    if (err != ERR_OK)
        return err;
    err = check_public_keys(chain, count, ret_failure);
    if (err == ERR_OK)
        err = join(credentials, chain, count, config, ret_failure);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    return err;
}

enum err gtls_credentials_make(const struct tls_config *config,
                               gnutls_certificate_credentials_t *ret_credentials,
                               struct tls_failure *ret_failure)
{
    gnutls_certificate_credentials_t credentials;
    enum err err = ERR_OK;

    if (gnutls_certificate_allocate_credentials(&credentials) < 0)
        return ERR_NO_MEMORY;
    if (config->cert.len > 0 || config->key.len > 0)
        err = add_own(credentials, config, ret_failure);
    if (err != ERR_OK) {
        gnutls_certificate_free_credentials(credentials);
        return err;
    }
    *ret_credentials = credentials;
    return ERR_OK;
}
