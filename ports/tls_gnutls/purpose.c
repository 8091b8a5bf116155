/* purpose.c: see purpose.h. */
#include "tls_gnutls/purpose.h"

#include <string.h>

enum { OID_MAX = 128, TYPE_MAX = 16 };

static bool names_servers(gnutls_x509_crt_t certificate)
{
    char oid[OID_MAX];

    for (unsigned i = 0;; i++) {
        size_t len = sizeof(oid);
        int result = gnutls_x509_crt_get_key_purpose_oid(certificate, i, oid, &len, NULL);

        if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return i == 0;
        if (result >= 0 && strcmp(oid, GNUTLS_KP_TLS_WWW_SERVER) == 0)
            return true;
        if (result < 0 && result != GNUTLS_E_SHORT_MEMORY_BUFFER)
            return false;
    }
}

/* A BIT STRING whose second bit is for servers (Netscape Certificate Extensions, 1.0). */
static bool is_of_servers_by_type(gnutls_x509_crt_t certificate)
{
    enum { BITS_AT = 3, SERVER = 0x40 };
    unsigned char type[TYPE_MAX];
    size_t len = sizeof(type);
    int result = gnutls_x509_crt_get_extension_by_oid(certificate, "2.16.840.1.113730.1.1", 0, type,
                                                      &len, NULL);

    if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return true;
    return result >= 0 && len > BITS_AT && (type[BITS_AT] & SERVER) != 0;
}

bool gtls_is_for_servers(gnutls_x509_crt_t certificate)
{
    bool is_ca = gnutls_x509_crt_get_ca_status(certificate, NULL) > 0;

    return names_servers(certificate) && (is_ca || is_of_servers_by_type(certificate));
}
