/* tls_policy.h: what a modem's owner makes of the TLS that its host asks for.
 *
 * The host's commands say a version, suites, whom to trust; a policy may put others in their place,
 * member by member.  Zeroed, it leaves all as the host and the module have it.
 */
#ifndef WRAP_TLS_POLICY_H
#define WRAP_TLS_POLICY_H

#include "base/text.h"
#include "iface/tls.h"

#include <stdbool.h>

enum tls_policy_verify {
    TLS_POLICY_VERIFY_HOST,          /* as the host asks, by what it has stored */
    TLS_POLICY_VERIFY_CHAIN,         /* the server's chain and its dates, by `ca` */
    TLS_POLICY_VERIFY_CHAIN_AND_NAME /* and that it is who was dialled */
};

enum tls_policy_sni { TLS_POLICY_SNI_MODULE, TLS_POLICY_SNI_ALWAYS, TLS_POLICY_SNI_NEVER };

struct tls_policy {
    bool is_modern; /* its preset: what the module's memory limits does not count either */
    /* 0: as the host asks.  Both: these.  One alone raises what is older, or lowers what is newer.
     */
    enum tls_version min, max;
    bool library_suites; /* those of the library, before which an own one of the host's comes */
    enum tls_policy_verify verify;
    enum tls_policy_sni sni;
    bool today;            /* tls_config.today */
    struct span ca;        /* with `verify`, PEM or DER */
    struct span cert, key; /* instead of the host's own; len 0: none */
};

/* True of one that leaves all as it is. */
bool tls_policy_is_module(const struct tls_policy *policy);

/* NULL for a policy under which a handshake may succeed; else the name of a member in the way
 * ("max"), and `why` says what is wrong and allowed.  Bytes of `ca`, `cert` and `key` are not
 * looked at. */
const char *tls_policy_wrong(const struct tls_policy *policy, struct text *why);

/* The versions that come of a host's own, `*min` to `*max`. */
void tls_policy_versions(const struct tls_policy *policy, enum tls_version *min,
                         enum tls_version *max);

/* What `asked` becomes; borrows from both.  The clock stays as it was. */
void tls_policy_apply(const struct tls_policy *policy, const struct tls_config *asked,
                      struct tls_config *ret_config);

#endif
