/* version.c: the versions that GnuTLS 3.7 has.  Distributions build it without SSL 3.0. */
#include "tls_gnutls/version.h"

static const struct gtls_version rows[] = {
    { TLS_1_3, GNUTLS_TLS1_3, "TLS1.3" },
    { TLS_1_2, GNUTLS_TLS1_2, "TLS1.2" },
    { TLS_1_1, GNUTLS_TLS1_1, "TLS1.1" },
    { TLS_1_0, GNUTLS_TLS1_0, "TLS1.0" },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static const struct gtls_version *find(enum tls_version version)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].version == version)
            return &rows[i];
    }
    return NULL;
}

const struct gtls_version *gtls_version_at(size_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}

bool gtls_version_supported(enum tls_version version)
{
    return find(version) != NULL;
}

bool gtls_version_reaches(enum tls_version version, gnutls_protocol_t lowest)
{
    const struct gtls_version *row = find(version);

    return row != NULL && row->gnutls >= lowest; /* GnuTLS numbers them as they came */
}

bool gtls_version_allowed(const struct gtls_version *row)
{
    const gnutls_protocol_t *allowed = gnutls_protocol_list();

    while (*allowed != 0 && *allowed != row->gnutls)
        allowed++;
    return *allowed != 0;
}

enum tls_version gtls_version_negotiated(gnutls_session_t gnutls)
{
    gnutls_protocol_t protocol = gnutls_protocol_get_version(gnutls);
    size_t i = 0;

    while (i + 1 < ROW_COUNT && rows[i].gnutls != protocol)
        i++;
    return rows[i].version;
}
