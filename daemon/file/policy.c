/* policy.c: `policy` of a modem, or of its file. */
#include "file/policy.h"

#include <stdlib.h>
#include <string.h>

enum { WHY_CAP = 600 };

struct file_policy {
    struct file_policy *next;
    struct policy_words words; /* texts of the plan that was first, which need not live as long */
    char *memory;              /* where they are copied to */
    struct policy_plan *plan;
};

/* The members, and where they stand in the words. */
static const struct {
    const char *name;
    size_t offset;
    bool is_path;
} members[] = {
    { "preset", offsetof(struct policy_words, preset), false },
    { "min", offsetof(struct policy_words, min), false },
    { "max", offsetof(struct policy_words, max), false },
    { "suites", offsetof(struct policy_words, suites), false },
    { "verify", offsetof(struct policy_words, verify), false },
    { "sni", offsetof(struct policy_words, sni), false },
    { "minimum", offsetof(struct policy_words, minimum), false },
    { "ca", offsetof(struct policy_words, ca), true },
    { "cert", offsetof(struct policy_words, cert), true },
    { "key", offsetof(struct policy_words, key), true },
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static const char *get(const struct policy_words *words, size_t index)
{
    const char *text;

    memcpy(&text, (const char *)words + members[index].offset, sizeof(text));
    return text;
}

static void set(struct policy_words *words, size_t index, const char *text)
{
    memcpy((char *)words + members[index].offset, &text, sizeof(text));
}

/* False: the report says why. */
static bool read_words(const struct file_subject *subject, const struct file_node *tls,
                       struct policy_words *ret_words)
{
    *ret_words = (struct policy_words){ .preset = NULL };
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct file_node *node = file_node_at(tls, members[i].name);
        const char *text;

        if (node == NULL)
            continue;
        if (members[i].is_path && (strcmp(node->text, "system") != 0 || i != MEMBERS - 3))
            text = file_subject_secret(subject, node, node->text);
        else
            text = file_subject_fill(subject, node, node->text);
        if (text == NULL)
            return false;
        set(ret_words, i, text);
    }
    return true;
}

static struct policy_plan *find(const struct file_policies *policies,
                                const struct policy_words *words)
{
    for (const struct file_policy *at = policies->first; at != NULL; at = at->next) {
        if (policy_words_equal(&at->words, words))
            return at->plan;
    }
    return NULL;
}

/* Without memory the next modem reads it again. */
static void keep(struct file_policies *policies, const struct policy_words *words,
                 struct policy_plan *plan)
{
    struct file_policy *policy = calloc(1, sizeof(*policy));
    size_t len = 1;
    char *end;

    for (size_t i = 0; i < MEMBERS; i++)
        len += get(words, i) != NULL ? strlen(get(words, i)) + 1 : 0;
    if (policy != NULL)
        policy->memory = malloc(len);
    if (policy == NULL || policy->memory == NULL) {
        free(policy);
        return;
    }
    end = policy->memory;
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *text = get(words, i);

        if (text == NULL)
            continue;
        set(&policy->words, i, end);
        memcpy(end, text, strlen(text) + 1);
        end += strlen(text) + 1;
    }
    policy->plan = policy_plan_use(plan);
    policy->next = policies->first;
    policies->first = policy;
}

bool file_policy(const struct file_subject *subject)
{
    const struct file_node *policy, *tls, *node;
    char memory[WHY_CAP];
    struct policy_words words;
    const char *member;
    struct text why;

    if (file_layer_with(subject->layers, "policy", &policy) == NULL)
        policy = subject->policy;
    tls = policy != NULL ? file_node_at(policy, "tls") : NULL;
    if (tls == NULL)
        return true;
    if (!read_words(subject, tls, &words))
        return false;
    subject->plan->policy = policy_plan_use(find(subject->policies, &words));
    if (subject->plan->policy != NULL)
        return true;
    text_init(&why, memory, sizeof(memory));
    subject->plan->policy = policy_read(&words, subject->settings->policy_trial, &member, &why);
    if (subject->plan->policy != NULL) {
        keep(subject->policies, &words, subject->plan->policy);
        file_subject_doubt(subject, tls, &subject->plan->policy->doubts);
        return true;
    }
    node = file_node_at(tls, member);
    file_subject_wrong(subject, node != NULL ? node : tls, "%s", memory);
    return false;
}

void file_policies_free(struct file_policies *policies)
{
    while (policies->first != NULL) {
        struct file_policy *policy = policies->first;

        policies->first = policy->next;
        policy_plan_release(policy->plan);
        free(policy->memory);
        free(policy);
    }
}
