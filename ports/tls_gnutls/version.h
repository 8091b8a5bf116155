/* version.h: protocol versions, ours and GnuTLS's. */
#ifndef TLS_GNUTLS_VERSION_H
#define TLS_GNUTLS_VERSION_H

#include "iface/tls.h"

#include <gnutls/gnutls.h>

struct gtls_version {
    enum tls_version version;
    gnutls_protocol_t gnutls;
    const char *name; /* as GnuTLS's priority strings spell it after VERS- */
};

/* The version at `index`, newest first, NULL past the end. */
const struct gtls_version *gtls_version_at(size_t index);

/* True for the versions that this provider has. */
bool gtls_version_supported(enum tls_version version);

/* True when `version` is `lowest`, a version of TLS, or newer. */
bool gtls_version_reaches(enum tls_version version, gnutls_protocol_t lowest);

/* False when the machine's configuration of GnuTLS forbids it (policy.h). */
bool gtls_version_allowed(const struct gtls_version *row);

/* The version that a handshake came to. */
enum tls_version gtls_version_negotiated(gnutls_session_t gnutls);

#endif
