/* tls_policy.c: what a modem's owner makes of the TLS that its host asks for. */
#include "wrap/tls_policy.h"

#include "base/tls_suites.h"

#include <assert.h>

bool tls_policy_is_module(const struct tls_policy *policy)
{
    return !policy->is_modern && policy->min == 0 && policy->max == 0 && !policy->library_suites &&
           policy->verify == TLS_POLICY_VERIFY_HOST && policy->sni == TLS_POLICY_SNI_MODULE &&
           !policy->today && policy->cert.len == 0 && policy->key.len == 0;
}

const char *tls_policy_wrong(const struct tls_policy *policy, struct text *why)
{
    if (policy->min != 0 && policy->max != 0 && policy->min > policy->max) {
        text_add(why, "the oldest version, %s, is newer than the newest; allowed: min up to max",
                 tls_version_name(policy->min));
        return "max";
    }
    if (policy->min == TLS_1_3 && !policy->library_suites) {
        text_add(why, "no module has a cipher suite of TLS 1.3; allowed: min up to 1.2, or suites: "
                      "library");
        return "min";
    }
    if (policy->max == TLS_SSL_3_0 && (policy->library_suites || policy->today)) {
        text_add(why, "SSL 3.0 has no suite that the library offers by itself; allowed: max from "
                      "1.0, or suites: module with minimum: era");
        return "max";
    }
    if (policy->verify == TLS_POLICY_VERIFY_HOST && policy->ca.len > 0) {
        text_add(why, "with verify: host the host's own CA certificates count; allowed: verify: "
                      "chain or chain+name beside it");
        return "ca";
    }
    if ((policy->cert.len == 0) != (policy->key.len == 0)) {
        text_add(why, "the %s of this one is missing; allowed: cert and key, or neither",
                 policy->key.len == 0 ? "key" : "cert");
        return policy->key.len == 0 ? "cert" : "key";
    }
    return NULL;
}

void tls_policy_versions(const struct tls_policy *policy, enum tls_version *min,
                         enum tls_version *max)
{
    if (policy->min != 0 && policy->max != 0) {
        *min = policy->min;
        *max = policy->max;
        return;
    }
    if (policy->min != 0) {
        *min = *min > policy->min ? *min : policy->min;
        *max = *max > *min ? *max : *min;
    }
    if (policy->max != 0) {
        *max = *max < policy->max ? *max : policy->max;
        *min = *min < *max ? *min : *max;
    }
}

/* A list of the module's is no wish of the host's, one suite that it has named is. */
static void choose_suites(struct tls_config *config)
{
    config->library_suites = true;
    if (config->suite_count != 1)
        config->suite_count = 0;
    config->offer.part = 0;
}

static void choose_trust(const struct tls_policy *policy, struct tls_config *config)
{
    if (policy->verify == TLS_POLICY_VERIFY_HOST)
        return;
    config->verify = true;
    config->ignore_dates = false;
    config->ignore_address = false;
    config->ignore_name = policy->verify == TLS_POLICY_VERIFY_CHAIN;
    config->ca = policy->ca;
}

static void lift_limits(struct tls_config *config)
{
    config->certificate_max = 0;
    config->certificate_slow = 0;
    config->record_max = 0;
    config->rsa_only = false;
}

void tls_policy_apply(const struct tls_policy *policy, const struct tls_config *asked,
                      struct tls_config *ret_config)
{
    *ret_config = *asked;
    tls_policy_versions(policy, &ret_config->min_version, &ret_config->max_version);
    if (policy->library_suites)
        choose_suites(ret_config);
    choose_trust(policy, ret_config);
    if (policy->is_modern)
        lift_limits(ret_config);
    if (policy->sni != TLS_POLICY_SNI_MODULE)
        ret_config->send_sni = policy->sni == TLS_POLICY_SNI_ALWAYS;
    ret_config->today = policy->today;
    if (policy->cert.len == 0)
        return;
    ret_config->cert = policy->cert;
    ret_config->key = policy->key;
    ret_config->rsa_only = false;
}
