/* weak.c: see weak.h. */
#include "tls_gnutls/weak.h"

#include "tls_gnutls/purpose.h"

#include <stdbool.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256 };

/* GnuTLS shows the ways up that it tries, but not whose they are. */
static _Thread_local struct gtls_chain *verified;

static _Thread_local char culprit[NAME_MAX_BYTES]; /* the subject of the first that is bad */

static const char *subject_of(gnutls_x509_crt_t certificate, char subject[NAME_MAX_BYTES])
{
    size_t len = NAME_MAX_BYTES;

    if (gnutls_x509_crt_get_dn(certificate, subject, &len) < 0)
        strcpy(subject, "a certificate");
    return subject;
}

static void look_at_key(gnutls_x509_crt_t certificate)
{
    char subject[NAME_MAX_BYTES];
    unsigned bits = 0;
    int algorithm = gnutls_x509_crt_get_pk_algorithm(certificate, &bits);

    if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS || algorithm == GNUTLS_PK_DSA)
        tls_weakness_key(&verified->weakness, subject_of(certificate, subject), bits);
}

static void look_at_purpose(gnutls_x509_crt_t certificate)
{
    char subject[NAME_MAX_BYTES];

    if (!gtls_is_for_servers(certificate))
        tls_weakness_usage(&verified->weakness, subject_of(certificate, subject), "TLS servers");
}

static void look_at_signature(gnutls_x509_crt_t certificate)
{
    int algorithm = gnutls_x509_crt_get_signature_algorithm(certificate);
    char subject[NAME_MAX_BYTES];

    switch ((int)gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)algorithm)) {
    case GNUTLS_DIG_MD2:
        tls_weakness_signature(&verified->weakness, subject_of(certificate, subject), "MD2");
        break;
    case GNUTLS_DIG_MD5:
        tls_weakness_signature(&verified->weakness, subject_of(certificate, subject), "MD5");
        break;
    case GNUTLS_DIG_SHA1:
        tls_weakness_signature(&verified->weakness, subject_of(certificate, subject), "SHA-1");
        break;
    }
}

/* A signature is as long as the key that made it, where that is RSA: what this tells, the issuer's
 * key need not be read for. */
static bool has_long_signature(gnutls_x509_crt_t certificate)
{
    size_t len = 0;

    gnutls_x509_crt_get_signature(certificate, NULL, &len);
    return len > TLS_WEAK_KEY_BITS / 8;
}

/* A certificate whose key is stored under the same name is good without its signature. */
static bool is_stored(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
    gnutls_datum_t ours = { NULL, 0 };
    gnutls_datum_t theirs = { NULL, 0 };
    bool same = gnutls_x509_crt_get_raw_dn(certificate, &ours) >= 0 &&
                gnutls_x509_crt_get_raw_dn(issuer, &theirs) >= 0 && ours.size == theirs.size &&
                memcmp(ours.data, theirs.data, ours.size) == 0;

    gnutls_free(ours.data);
    gnutls_free(theirs.data);
    return same;
}

int gtls_weak_on_link(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer,
                      gnutls_x509_crl_t crl, unsigned status)
{
    (void)crl;
    if (status != 0 && culprit[0] == '\0')
        subject_of(certificate, culprit);
    if (status != 0 || issuer == NULL || verified == NULL)
        return 0;
    gtls_chain_narrow(verified, issuer);
    if (verified->today) {
        look_at_purpose(certificate);
        look_at_purpose(issuer);
    }
    if (!has_long_signature(certificate))
        look_at_key(issuer);
    look_at_key(certificate);
    if (!is_stored(certificate, issuer))
        look_at_signature(certificate);
    return 0;
}

void gtls_weak_enter(struct gtls_chain *chain)
{
    verified = chain;
    culprit[0] = '\0';
}

const char *gtls_weak_culprit(void)
{
    return culprit;
}

void gtls_weak_leave(void)
{
    verified = NULL;
}

/* The key encrypts the premaster secret, or signs the parameters of Diffie and Hellman.  %COMPAT
 * lets it do so whatever it was issued for. */
void gtls_weak_usage(gnutls_session_t gnutls, gnutls_x509_crt_t certificate,
                     struct tls_weakness *weakness)
{
    bool encrypts = gnutls_kx_get(gnutls) == GNUTLS_KX_RSA;
    unsigned wanted = encrypts ? GNUTLS_KEY_KEY_ENCIPHERMENT : GNUTLS_KEY_DIGITAL_SIGNATURE;
    char subject[NAME_MAX_BYTES];
    unsigned usage;

    if (gnutls_x509_crt_get_key_usage(certificate, &usage, NULL) >= 0 && (usage & wanted) == 0)
        tls_weakness_usage(weakness, subject_of(certificate, subject),
                           encrypts ? "key encipherment" : "digital signature");
}
