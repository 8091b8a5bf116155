/* policy_trial.c: whether TLS can be spoken under a policy at all, asked of the library. */
#include "policy_trial.h"

#include "base/tls_suites.h"
#include "common/providers.h"
#include "dates_trial.h"
#include "iface/clock.h"

#include <time.h>

enum { SUITES_MAX = 100 };

static ptrdiff_t recv_nothing(void *ctx, void *buf, size_t cap)
{
    (void)ctx;
    (void)buf;
    (void)cap;
    return -ERR_AGAIN;
}

static ptrdiff_t send_nothing(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
    return -ERR_AGAIN;
}

static int64_t now_s(void *ctx)
{
    (void)ctx;
    return (int64_t)time(NULL);
}

static const char *words_of(enum tls_reason reason)
{
    static const char *const words[] = {
#define REASON_TEXT(name, text) [name] = text,
        TLS_REASONS(REASON_TEXT)
#undef REASON_TEXT
    };

    return words[reason];
}

static const struct {
    enum tls_reason reason;
    const char *member, *allowed;
} rows[] = {
    { TLS_OWN_CA, "ca", "certificates of CAs, PEM or DER" },
    { TLS_OWN_CERTIFICATE, "cert", "a certificate, in PEM with its chain behind it, or DER" },
    { TLS_OWN_KEY, "key", "the private key of `cert`, PEM or DER, without a password" },
};

static void tell(const struct tls_policy *policy, const struct tls_failure *failure,
                 const char **ret_member, struct text *why)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].reason != failure->reason)
            continue;
        *ret_member = rows[i].member;
        text_add(why, "%s%s%s; allowed: %s",
                 failure->reason == TLS_OWN_CA            ? "it cannot be read"
                 : failure->reason == TLS_OWN_CERTIFICATE ? "it cannot be read"
                                                          : "it cannot be read or is another's",
                 failure->detail[0] != '\0' ? ": " : "", failure->detail, rows[i].allowed);
        return;
    }
    *ret_member = policy->max != 0 ? "max" : policy->min != 0 ? "min" : "preset";
    text_add(why, "no handshake can succeed: %s%s%s; allowed: versions and suites that there are",
             words_of(failure->reason), failure->detail[0] != '\0' ? ": " : "", failure->detail);
}

/* A host's: every version and suite that there is. */
static bool open_and_close(const struct providers *providers, const struct tls_policy *policy,
                           struct tls_failure *ret_failure)
{
    const struct tls_lower lower = { recv_nothing, send_nothing, NULL };
    struct tls_config asked = { .server_name = "host.invalid", .utc_s = now_s };
    tls_suite suites[SUITES_MAX];
    enum err err = ERR_UNSUPPORTED;

    asked.suites = suites;
    while (asked.suite_count < SUITES_MAX && tls_suite_at(asked.suite_count) != NULL) {
        suites[asked.suite_count] = tls_suite_at(asked.suite_count)->code;
        asked.suite_count++;
    }
    for (size_t i = 0; i < providers->count && err == ERR_UNSUPPORTED; i++) {
        struct tls_config config;
        struct tls_session *session;

        asked.min_version = i == 0 ? TLS_1_0 : TLS_SSL_3_0;
        asked.max_version = i == 0 ? TLS_1_2 : TLS_SSL_3_0;
        tls_policy_apply(policy, &asked, &config);
        while (config.min_version < config.max_version &&
               !tls_supports(providers->list[i], config.min_version))
            config.min_version++;
        *ret_failure = (struct tls_failure){ .reason = TLS_VERSION_MISSING, .alert = -1 };
        err = tls_open(providers->list[i], &config, &lower, &session, ret_failure);
        if (err == ERR_OK)
            tls_session_free(session);
    }
    return err == ERR_OK;
}

static bool try_dates(const struct tls_policy *policy, const char **ret_member, struct text *why,
                      struct doubts *doubts)
{
    dates_trial_own(policy->cert, doubts);
    *ret_member = "ca";
    return policy->verify == TLS_POLICY_VERIFY_HOST || dates_trial_ca(policy->ca, why, doubts);
}

bool policy_trial(const struct tls_policy *policy, const char **ret_member, struct text *why,
                  struct doubts *doubts)
{
    struct tls_failure failure;
    struct providers providers;
    bool good;

    if (providers_open(NULL, &providers) != ERR_OK) {
        *ret_member = "preset";
        text_add(why, "the TLS libraries cannot be used; allowed: more memory");
        return false;
    }
    good = open_and_close(&providers, policy, &failure);
    if (!good)
        tell(policy, &failure, ret_member, why);
    good = good && try_dates(policy, ret_member, why, doubts);
    providers_close(&providers);
    return good;
}
