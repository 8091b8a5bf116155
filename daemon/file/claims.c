/* claims.c: what only one modem of a run may have, in a table of hashes. */
#include "file/claims.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

struct claim {
    const struct file_node *node;
    size_t owner;
    char *value; /* "KIND VALUE"; NULL: a free slot */
};

struct file_claims {
    size_t count, slots; /* a power of two, at most half of them used */
    struct claim *list;
};

/* FNV-1a. */
static uint64_t hash(const char *text)
{
    uint64_t value = UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return value;
}

static struct claim *slot_of(struct claim *list, size_t slots, const char *value)
{
    size_t at = (size_t)hash(value) & (slots - 1);

    while (list[at].value != NULL && strcmp(list[at].value, value) != 0)
        at = (at + 1) & (slots - 1);
    return &list[at];
}

struct file_claims *file_claims_new(void)
{
    struct file_claims *claims = calloc(1, sizeof(*claims));

    if (claims == NULL)
        return NULL;
    claims->slots = FIRST_SLOTS;
    claims->list = calloc(claims->slots, sizeof(claims->list[0]));
    if (claims->list != NULL)
        return claims;
    free(claims);
    return NULL;
}

static bool grow(struct file_claims *claims)
{
    size_t slots = 2 * claims->slots;
    struct claim *list = calloc(slots, sizeof(list[0]));

    if (list == NULL)
        return false;
    for (size_t i = 0; i < claims->slots; i++) {
        if (claims->list[i].value != NULL)
            *slot_of(list, slots, claims->list[i].value) = claims->list[i];
    }
    free(claims->list);
    claims->list = list;
    claims->slots = slots;
    return true;
}

static char *join(const char *kind, const char *value)
{
    size_t len = strlen(kind);
    char *both = malloc(len + strlen(value) + 2);

    if (both == NULL)
        return NULL;
    memcpy(both, kind, len);
    both[len] = ' ';
    strcpy(both + len + 1, value);
    return both;
}

bool file_claims_add(struct file_claims *claims, size_t owner, const char *kind, const char *value,
                     const struct file_node *node, struct file_report *report)
{
    char *both = join(kind, value);
    struct claim *claim;

    assert(node != NULL);
    if (both == NULL || (2 * claims->count >= claims->slots && !grow(claims))) {
        free(both);
        file_report_add(report, &node->place, "out of memory");
        return false;
    }
    claim = slot_of(claims->list, claims->slots, both);
    if (claim->value != NULL) {
        const struct file_place *other = &claim->node->place;

        file_report_wrong(report, &node->place, node->key, node->text,
                          "the %s \"%.100s\" is %s already, by %s:%zu; allowed: each once, by a "
                          "pattern such as ${n}",
                          kind, value, claim->owner == owner ? "this modem's" : "another modem's",
                          other->file, other->line);
        free(both);
        return false;
    }
    *claim = (struct claim){ .node = node, .owner = owner, .value = both };
    claims->count++;
    return true;
}

void file_claims_free(struct file_claims *claims)
{
    if (claims == NULL)
        return;
    for (size_t i = 0; i < claims->slots; i++)
        free(claims->list[i].value);
    free(claims->list);
    free(claims);
}
