/* chain.c: see chain.h. */
#include "tls_gnutls/chain.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The bytes are kept before they are read, so that what is compared later is what was read. */
static int read_next(struct gtls_chain *chain, const gnutls_datum_t *sent)
{
    gnutls_x509_crt_t *certificate = &chain->list[chain->count];
    int result = gnutls_x509_crt_init(certificate);

    if (result < 0)
        return result;
    chain->sizes[chain->count++] = sent->size;
    memcpy(chain->bytes + chain->len, sent->data, sent->size);
    chain->len += sent->size;
    result = gnutls_x509_crt_import(*certificate, sent, GNUTLS_X509_FMT_DER);
    if (result >= 0)
        gtls_chain_narrow(chain, *certificate);
    return result;
}

int gtls_chain_read(const gnutls_datum_t *sent, unsigned count, struct gtls_chain **ret_chain)
{
    struct gtls_chain *chain;
    size_t len = 0;
    int result = 0;

    if (sent == NULL || count == 0)
        return GNUTLS_E_NO_CERTIFICATE_FOUND;
    if (count > GTLS_CHAIN_MAX)
        return GNUTLS_E_CONSTRAINT_ERROR;
    for (unsigned i = 0; i < count; i++)
        len += sent[i].size;
    chain = malloc(sizeof(*chain) + len);
    if (chain == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    *chain = (struct gtls_chain){ .from_s = INT64_MIN, .until_s = INT64_MAX };
    for (unsigned i = 0; i < count && result >= 0; i++)
        result = read_next(chain, &sent[i]);
    if (result < 0) {
        gtls_chain_free(chain);
        return result;
    }
    *ret_chain = chain;
    return 0;
}

void gtls_chain_free(struct gtls_chain *chain)
{
    if (chain == NULL)
        return;
    while (chain->count > 0)
        gnutls_x509_crt_deinit(chain->list[--chain->count]);
    free(chain);
}

bool gtls_chain_is_of(const struct gtls_chain *chain, const gnutls_datum_t *sent, unsigned count)
{
    const uint8_t *at = chain->bytes;

    if (count == 0 || count > GTLS_CHAIN_MAX ||
        (count < GTLS_CHAIN_MAX && chain->sizes[count] != 0))
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (sent[i].size != chain->sizes[i] || memcmp(sent[i].data, at, sent[i].size) != 0)
            return false;
        at += sent[i].size;
    }
    return true;
}

void gtls_chain_narrow(struct gtls_chain *chain, gnutls_x509_crt_t certificate)
{
    time_t from = gnutls_x509_crt_get_activation_time(certificate);
    time_t until = gnutls_x509_crt_get_expiration_time(certificate);

    if (from == (time_t)-1 || until == (time_t)-1)
        chain->until_s = INT64_MIN; /* never: each time it is asked anew */
    if (from > chain->from_s)
        chain->from_s = from;
    if (until < chain->until_s)
        chain->until_s = until;
}

void gtls_chain_trim(struct gtls_chain *chain)
{
    while (chain->count > 1)
        gnutls_x509_crt_deinit(chain->list[--chain->count]);
}
