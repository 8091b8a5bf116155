/* policy_plan.c: the policy of TLS that a modem is under. */
#include "plan/policy_plan.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

struct choice {
    const char *word;
    int value;
};

static const struct choice presets[] = { { "module", false }, { "modern", true } };
static const struct choice versions[] = { { "ssl3", TLS_SSL_3_0 },
                                          { "1.0", TLS_1_0 },
                                          { "1.1", TLS_1_1 },
                                          { "1.2", TLS_1_2 },
                                          { "1.3", TLS_1_3 } };
static const struct choice suites[] = { { "module", false }, { "library", true } };
static const struct choice verifies[] = { { "host", TLS_POLICY_VERIFY_HOST },
                                          { "chain", TLS_POLICY_VERIFY_CHAIN },
                                          { "chain+name", TLS_POLICY_VERIFY_CHAIN_AND_NAME } };
static const struct choice names[] = { { "module", TLS_POLICY_SNI_MODULE },
                                       { "always", TLS_POLICY_SNI_ALWAYS },
                                       { "never", TLS_POLICY_SNI_NEVER } };
static const struct choice minimums[] = { { "era", false }, { "today", true } };

/* A word of a list; where there is none the value stays. */
struct reading {
    const char **member;
    struct text *why;
};

static bool choose(const struct reading *reading, const char *member, const char *word,
                   const struct choice *list, size_t count, int *value)
{
    if (word == NULL)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].word, word) == 0) {
            *value = list[i].value;
            return true;
        }
    }
    *reading->member = member;
    text_add(reading->why, "it is no word for it; allowed:");
    for (size_t i = 0; i < count; i++)
        text_add(reading->why, "%s %s", i == 0 ? "" : ",", list[i].word);
    return false;
}

#define CHOOSE(member, list, value)                                                                \
    choose(&reading, #member, words->member, list, ROWS(list), value)

bool policy_words_read(const struct policy_words *words, struct tls_policy *ret_policy,
                       const char **ret_member, struct text *why)
{
    const struct reading reading = { ret_member, why };
    int modern = false, min = 0, max = 0, library, verify, sni, today;

    if (!CHOOSE(preset, presets, &modern))
        return false;
    if (modern) {
        min = TLS_1_2;
        max = TLS_1_3;
    }
    library = today = modern;
    verify = modern ? TLS_POLICY_VERIFY_CHAIN_AND_NAME : TLS_POLICY_VERIFY_HOST;
    sni = modern ? TLS_POLICY_SNI_ALWAYS : TLS_POLICY_SNI_MODULE;
    if (!CHOOSE(min, versions, &min) || !CHOOSE(max, versions, &max) ||
        !CHOOSE(suites, suites, &library) || !CHOOSE(verify, verifies, &verify) ||
        !CHOOSE(sni, names, &sni) || !CHOOSE(minimum, minimums, &today))
        return false;
    *ret_policy = (struct tls_policy){ .is_modern = modern != 0,
                                       .min = (enum tls_version)min,
                                       .max = (enum tls_version)max,
                                       .library_suites = library != 0,
                                       .verify = (enum tls_policy_verify)verify,
                                       .sni = (enum tls_policy_sni)sni,
                                       .today = today != 0 };
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool policy_words_equal(const struct policy_words *a, const struct policy_words *b)
{
    return same_text(a->preset, b->preset) && same_text(a->min, b->min) &&
           same_text(a->max, b->max) && same_text(a->suites, b->suites) &&
           same_text(a->verify, b->verify) && same_text(a->sni, b->sni) &&
           same_text(a->minimum, b->minimum) && same_text(a->ca, b->ca) &&
           same_text(a->cert, b->cert) && same_text(a->key, b->key);
}

static struct span put(uint8_t **end, struct span bytes)
{
    struct span copy = span_at(*end, bytes.len);

    if (bytes.len > 0)
        memcpy(*end, bytes.data, bytes.len);
    *end += bytes.len;
    return copy;
}

struct policy_plan *policy_plan_new(const struct tls_policy *policy)
{
    struct policy_plan *plan = malloc(sizeof(*plan));
    uint8_t *end;

    if (plan == NULL)
        return NULL;
    *plan = (struct policy_plan){ .tls = *policy, .users = 1 };
    plan->bytes = malloc(policy->ca.len + policy->cert.len + policy->key.len + 1);
    if (plan->bytes == NULL) {
        free(plan);
        return NULL;
    }
    end = plan->bytes;
    plan->tls.ca = put(&end, policy->ca);
    plan->tls.cert = put(&end, policy->cert);
    plan->tls.key = put(&end, policy->key);
    return plan;
}

struct policy_plan *policy_plan_use(struct policy_plan *plan)
{
    if (plan != NULL)
        plan->users++;
    return plan;
}

void policy_plan_release(struct policy_plan *plan)
{
    if (plan == NULL)
        return;
    assert(plan->users > 0);
    if (--plan->users > 0)
        return;
    wipe(plan->bytes, plan->tls.ca.len + plan->tls.cert.len + plan->tls.key.len);
    free(plan->bytes);
    free(plan);
}

bool policy_plan_equal(const struct policy_plan *a, const struct policy_plan *b)
{
    const struct tls_policy *one, *other;

    if (a == b || a == NULL || b == NULL)
        return a == b;
    one = &a->tls;
    other = &b->tls;
    return one->is_modern == other->is_modern && one->min == other->min && one->max == other->max &&
           one->library_suites == other->library_suites && one->verify == other->verify &&
           one->sni == other->sni && one->today == other->today && span_equal(one->ca, other->ca) &&
           span_equal(one->cert, other->cert) && span_equal(one->key, other->key);
}

bool policy_plan_trusts_as_host(const struct policy_plan *plan)
{
    return plan != NULL && plan->tls.is_modern && plan->tls.verify == TLS_POLICY_VERIFY_HOST;
}
