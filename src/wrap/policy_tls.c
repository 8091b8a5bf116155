/* policy_tls.c: see policy_tls.h. */
#include "wrap/policy_tls.h"

#include "base/tls_suites.h"
#include "wrap/address_words.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct policy_session {
    struct tls_session base;
    const struct log *log;
    enum tls_version oldest, newest; /* that were asked for */
    const char *clauses[2];          /* CA_CLAUSE, NAME_CLAUSE; NULL: the policy has no part */
    struct tls_failure failure;      /* where it has one */
    bool is_done, is_explained;
};

enum { CA_CLAUSE, NAME_CLAUSE };

/* One more, where there is room for all of it. */
static void add_clause(struct tls_failure *failure, const char *clause)
{
    size_t len = strlen(failure->detail), room = sizeof(failure->detail) - len;
    const char *start = len > 0 ? "; " : "";

    if (strlen(start) + strlen(clause) < room)
        snprintf(failure->detail + len, room, "%s%s", start, clause);
}

/* Whoever reads of CA certificates would look for what the host has stored. */
static void explain(struct policy_session *session)
{
    const char *clause = NULL;

    session->failure = *tls_session_failure(session->base.inner);
    if (session->failure.reason == TLS_UNKNOWN_CA)
        clause = session->clauses[CA_CLAUSE];
    else if (session->failure.reason == TLS_WRONG_HOST)
        clause = session->clauses[NAME_CLAUSE];
    session->is_explained = clause != NULL;
    if (clause != NULL)
        add_clause(&session->failure, clause);
}

static enum tls_step handshake(struct tls_session *base)
{
    struct policy_session *session = (struct policy_session *)base;
    enum tls_step step = tls_session_handshake(base->inner);
    enum tls_version version;

    if (step == TLS_FAILED)
        explain(session);
    if (step != TLS_DONE || session->is_done)
        return step;
    session->is_done = true;
    version = tls_session_info(base->inner).version;
    if (version > session->newest)
        log_say(session->log, LOG_INFO, "raised from %s to %s by policy",
                tls_version_name(session->newest), tls_version_name(version));
    else if (version < session->oldest)
        log_say(session->log, LOG_INFO, "lowered from %s to %s by policy",
                tls_version_name(session->oldest), tls_version_name(version));
    return step;
}

static const struct tls_failure *failure_of(const struct tls_session *base)
{
    const struct policy_session *session = (const struct policy_session *)base;

    return session->is_explained ? &session->failure : tls_session_failure(base->inner);
}

static void free_session(struct tls_session *base)
{
    tls_session_free(base->inner);
    free(base);
}

static const struct tls_session_ops session_ops = { .handshake = handshake,
                                                    .failure = failure_of,
                                                    .free = free_session };

static int64_t machine_utc_s(void *ctx)
{
    return clock_utc_s(ctx);
}

static const char *name_for(const struct policy_tls *tls, const struct tls_config *config)
{
    const struct map_rule *first =
        tls->names != NULL ? map_rules_of_host(tls->names, config->server_name) : NULL;
    const struct map_rule *rule =
        first != NULL ? map_rules_of_port(tls->names, first, config->server_port) : NULL;

    return rule != NULL && rule->name != NULL ? rule->name : config->server_name;
}

static void apply(const struct policy_tls *tls, const struct tls_config *asked,
                  struct tls_config *ret_config)
{
    tls_policy_apply(tls->policy, asked, ret_config);
    if (tls->policy->verify != TLS_POLICY_VERIFY_HOST) {
        ret_config->owners_trust = true;
        ret_config->utc_s = machine_utc_s;
        ret_config->utc_ctx = (void *)(uintptr_t)tls->clock;
    }
    while (ret_config->min_version < ret_config->max_version &&
           !tls_supports(tls->base.inner, ret_config->min_version))
        ret_config->min_version++;
}

static bool supports(const struct tls *base, enum tls_version version)
{
    const struct policy_tls *tls = (const struct policy_tls *)base;
    enum tls_version newest = version;

    tls_policy_versions(tls->policy, &version, &newest);
    return tls_supports(base->inner, newest);
}

static size_t part_size(const struct tls *base, const struct tls_config *config)
{
    const struct policy_tls *tls = (const struct policy_tls *)base;
    struct tls_config changed;

    if (tls->policy->library_suites)
        return 0;
    apply(tls, config, &changed);
    return tls_part_size(base->inner, &changed);
}

/* SSL 3.0 knows nothing of today. */
static enum err refuse(struct tls_failure *ret_failure)
{
    *ret_failure = (struct tls_failure){ .reason = TLS_VERSION_MISSING,
                                         .alert = -1,
                                         .detail = "the policy lets no SSL 3.0 pass" };
    return ERR_UNSUPPORTED;
}

static const char ca_clause[] = "what counts is the policy's ca, --tls-ca";
static const char name_clause[] = "a map OLD=NEW/NAME gives the name that counts";

static bool is_address(const char *name)
{
    struct net_address address;

    return name != NULL && address_words_read(span_of(name), &address);
}

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    const struct policy_tls *tls = (const struct policy_tls *)base;
    struct policy_session *session;
    struct tls_config changed;
    bool verifies;
    enum err err;

    apply(tls, config, &changed);
    changed.server_name = name_for(tls, config);
    if (changed.today && changed.max_version == TLS_SSL_3_0)
        return refuse(ret_failure);
    verifies = tls->policy->verify != TLS_POLICY_VERIFY_HOST;
    session = malloc(sizeof(*session));
    if (session == NULL)
        return ERR_NO_MEMORY;
    *session = (struct policy_session){
        .base.ops = &session_ops,
        .clauses = { verifies ? ca_clause : NULL,
                     verifies && is_address(changed.server_name) ? name_clause : NULL },
        .log = config->log,
        .oldest = config->min_version,
        .newest = config->max_version
    };
    err = tls_open(base->inner, &changed, lower, &session->base.inner, ret_failure);
    if (err != ERR_OK) {
        free(session);
        return err;
    }
    *ret_session = &session->base;
    return ERR_OK;
}

static const struct tls_ops ops = { .supports = supports,
                                    .part_size = part_size,
                                    .open = open_session };

void policy_tls_init(struct policy_tls *tls, struct tls *inner, const struct tls_policy *policy,
                     const struct map_rules *names, const struct clock *clock)
{
    assert(inner != NULL && policy != NULL && clock != NULL);
    *tls = (struct policy_tls){ { .ops = &ops, .inner = inner }, policy, names, clock };
}
