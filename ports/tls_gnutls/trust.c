/* trust.c: see trust.h.
 *
 * Reading a certificate costs more than any other step of a dial that is our own.  They are kept by
 * their bytes, wiped since a host may have put a key among them; a modem whose CA is deleted or
 * replaced asks for other bytes.
 */
#include "tls_gnutls/trust.h"

#include "base/wipe.h"
#include "tls_gnutls/credentials.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct gtls_trust {
    gnutls_x509_trust_list_t list;
    size_t users;                                     /* sessions, and `kept` */
    struct gtls_chain *chains[GTLS_TRUST_CHAINS_MAX]; /* that were good; NULL: none yet */
    size_t next_chain;                                /* makes room for the next */
    size_t left_out; /* certificates that cannot be read, beside those that can */
    size_t len;
    uint8_t bytes[];
};

enum err gtls_trusts_init(struct gtls_trusts *trusts)
{
    trusts->count = 0;
    return pthread_mutex_init(&trusts->lock, NULL) == 0 ? ERR_OK : ERR_NO_MEMORY;
}

static void drop_chain(struct gtls_chain *chain)
{
    if (chain == NULL)
        return;
    assert(chain->users > 0);
    if (--chain->users == 0)
        gtls_chain_free(chain);
}

/* One user less. */
static void drop(struct gtls_trust *trust)
{
    assert(trust->users > 0);
    if (--trust->users > 0)
        return;
    for (size_t i = 0; i < GTLS_TRUST_CHAINS_MAX; i++)
        drop_chain(trust->chains[i]);
    gnutls_x509_trust_list_deinit(trust->list, 1);
    wipe(trust->bytes, trust->len);
    free(trust);
}

void gtls_trusts_deinit(struct gtls_trusts *trusts)
{
    for (size_t i = 0; i < trusts->count; i++)
        drop(trusts->kept[i]);
    pthread_mutex_destroy(&trusts->lock);
}

static const char pem_begin[] = "-----BEGIN ";

/* How many bytes stand before the first mark; all, where there is none. */
static size_t before_mark(struct span text)
{
    size_t at = 0;

    while (at < text.len && (text.len - at < sizeof(pem_begin) - 1 ||
                             memcmp(text.data + at, pem_begin, sizeof(pem_begin) - 1) != 0))
        at++;
    return at;
}

/* The list takes the certificate over, if it can be read. */
static bool add(gnutls_x509_trust_list_t list, struct span pem)
{
    gnutls_datum_t datum = gtls_datum_of(pem);
    gnutls_x509_crt_t certificate;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return false;
    if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM) >= 0 &&
        gnutls_x509_trust_list_add_cas(list, &certificate, 1, 0) == 1)
        return true;
    gnutls_x509_crt_deinit(certificate);
    return false;
}

/* GnuTLS takes all certificates of a text or none; here those that can be read count.  Returns how
 * many; the others are `left_out`. */
static size_t add_one_by_one(struct gtls_trust *trust)
{
    struct span rest = span_at(trust->bytes, trust->len);
    size_t count = 0;

    for (rest = span_skip(rest, before_mark(rest)); rest.len > 0;) {
        size_t len = 1 + before_mark(span_skip(rest, 1));

        if (add(trust->list, span_at(rest.data, len)))
            count++;
        else
            trust->left_out++;
        rest = span_skip(rest, len);
    }
    return count;
}

static enum err read_list(struct gtls_trust *trust, struct tls_failure *ret_failure)
{
    struct span ca = span_at(trust->bytes, trust->len);
    gnutls_datum_t datum = gtls_datum_of(ca);
    int count;

    if (gnutls_x509_trust_list_init(&trust->list, 0) < 0)
        return ERR_NO_MEMORY;
    if (ca.len == 0)
        return ERR_OK;
    count =
        gnutls_x509_trust_list_add_trust_mem(trust->list, &datum, NULL, gtls_format_of(ca), 0, 0);
    if (count > 0 || (gtls_format_of(ca) == GNUTLS_X509_FMT_PEM && add_one_by_one(trust) > 0))
        return ERR_OK;
    gnutls_x509_trust_list_deinit(trust->list, 1);
    return gtls_refuse_bytes(ret_failure, TLS_OWN_CA, ca,
                             count < 0 ? count : GNUTLS_E_NO_CERTIFICATE_FOUND);
}

static enum err make(struct span ca, struct gtls_trust **ret_trust, struct tls_failure *ret_failure)
{
    struct gtls_trust *trust = malloc(sizeof(*trust) + ca.len);
    enum err err;

    if (trust == NULL)
        return ERR_NO_MEMORY;
    *trust = (struct gtls_trust){ .users = 1, .len = ca.len };
    if (ca.len > 0)
        memcpy(trust->bytes, ca.data, ca.len);
    err = read_list(trust, ret_failure);
    if (err != ERR_OK) {
        wipe(trust->bytes, trust->len);
        free(trust);
        return err;
    }
    *ret_trust = trust;
    return ERR_OK;
}

/* Makes the one at `place`, or a new one, the first. */
static void put_first(struct gtls_trusts *trusts, size_t place, struct gtls_trust *trust)
{
    memmove(trusts->kept + 1, trusts->kept, place * sizeof(trusts->kept[0]));
    trusts->kept[0] = trust;
}

static struct gtls_trust *find(struct gtls_trusts *trusts, struct span ca)
{
    for (size_t i = 0; i < trusts->count; i++) {
        struct gtls_trust *trust = trusts->kept[i];

        if (span_equal(span_at(trust->bytes, trust->len), ca)) {
            put_first(trusts, i, trust);
            return trust;
        }
    }
    return NULL;
}

/* The one that was used longest ago makes room. */
static void keep(struct gtls_trusts *trusts, struct gtls_trust *trust)
{
    size_t bytes = trust->len;

    if (trust->len > GTLS_TRUST_BYTES_MAX)
        return;
    for (size_t i = 0; i < trusts->count; i++)
        bytes += trusts->kept[i]->len;
    while (trusts->count > 0 &&
           (trusts->count == GTLS_TRUST_KEPT_MAX || bytes > GTLS_TRUST_BYTES_MAX)) {
        bytes -= trusts->kept[trusts->count - 1]->len;
        drop(trusts->kept[--trusts->count]);
    }
    put_first(trusts, trusts->count, trust);
    trusts->count++;
    trust->users++;
}

enum err gtls_trust_get(struct gtls_trusts *trusts, struct span ca, struct gtls_trust **ret_trust,
                        struct tls_failure *ret_failure)
{
    enum err err = ERR_OK;

    pthread_mutex_lock(&trusts->lock);
    *ret_trust = find(trusts, ca);
    if (*ret_trust != NULL) {
        (*ret_trust)->users++;
    } else {
        err = make(ca, ret_trust, ret_failure);
        if (err == ERR_OK)
            keep(trusts, *ret_trust);
    }
    pthread_mutex_unlock(&trusts->lock);
    return err;
}

void gtls_trust_release(struct gtls_trusts *trusts, struct gtls_trust *trust)
{
    if (trust == NULL)
        return;
    pthread_mutex_lock(&trusts->lock);
    drop(trust);
    pthread_mutex_unlock(&trusts->lock);
}

size_t gtls_trust_left_out(const struct gtls_trust *trust)
{
    return trust->left_out;
}

gnutls_x509_trust_list_t gtls_trust_list(const struct gtls_trust *trust)
{
    return trust->list;
}

/* ---- chains that were good ---- */

static bool answers(const struct gtls_chain *chain, const struct gtls_question *question)
{
    return chain != NULL && chain->ignores_dates == question->ignores_dates &&
           chain->today == question->today &&
           (question->ignores_dates ||
            (question->now_s >= chain->from_s && question->now_s <= chain->until_s)) &&
           gtls_chain_is_of(chain, question->sent, question->count);
}

struct gtls_chain *gtls_trust_find_chain(struct gtls_trusts *trusts, const struct gtls_trust *trust,
                                         const struct gtls_question *question)
{
    struct gtls_chain *found = NULL;

    pthread_mutex_lock(&trusts->lock);
    for (size_t i = 0; i < GTLS_TRUST_CHAINS_MAX && found == NULL; i++) {
        if (answers(trust->chains[i], question))
            found = trust->chains[i];
    }
    if (found != NULL)
        found->users++;
    pthread_mutex_unlock(&trusts->lock);
    return found;
}

void gtls_trust_keep_chain(struct gtls_trusts *trusts, struct gtls_trust *trust,
                           struct gtls_chain *chain)
{
    chain->users = 1;
    if (chain->len > GTLS_TRUST_CHAIN_MAX)
        return;
    gtls_chain_trim(chain);
    pthread_mutex_lock(&trusts->lock);
    drop_chain(trust->chains[trust->next_chain]);
    trust->chains[trust->next_chain] = chain;
    trust->next_chain = (trust->next_chain + 1) % GTLS_TRUST_CHAINS_MAX;
    chain->users++;
    pthread_mutex_unlock(&trusts->lock);
}

void gtls_trust_release_chain(struct gtls_trusts *trusts, struct gtls_chain *chain)
{
    pthread_mutex_lock(&trusts->lock);
    drop_chain(chain);
    pthread_mutex_unlock(&trusts->lock);
}
