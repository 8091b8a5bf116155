/* index.c: see index.h. */
#include "at/index.h"

#include <assert.h>
#include <string.h>

enum { INDEX_EMPTY, INDEX_IN_THE_MAKING, INDEX_READY };

static size_t hash_of(const char *name)
{
    uint32_t hash = 0;

    for (; *name != '\0'; name++)
        hash = hash * 31 + (uint8_t)*name;
    return (hash ^ hash >> 9) % AT_INDEX_HEADS;
}

static size_t take_rows(struct at_index *index, const struct at_commands *const *commands)
{
    size_t count = 0;

    for (const struct at_commands *const *list = commands; *list != NULL; list++) {
        assert(count + (*list)->count <= AT_INDEX_ROWS);
        for (size_t i = 0; i < (*list)->count; i++)
            index->rows[count++] = &(*list)->rows[i];
    }
    return count;
}

/* From the last row to the first, so that of one name the first is met first. */
static void link_rows(struct at_index *index, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        uint16_t *head = &index->heads[hash_of(index->rows[i - 1]->name)];

        index->next[i - 1] = *head;
        *head = (uint16_t)i;
    }
}

void at_index_make(struct at_index *index, const struct at_commands *const *commands)
{
    int empty = INDEX_EMPTY;

    if (!atomic_compare_exchange_strong(&index->state, &empty, INDEX_IN_THE_MAKING))
        return;
    link_rows(index, take_rows(index, commands));
    atomic_store_explicit(&index->state, INDEX_READY, memory_order_release);
}

bool at_index_is_ready(const struct at_index *index)
{
    return atomic_load_explicit(&index->state, memory_order_acquire) == INDEX_READY;
}

const struct at_command *at_index_find(const struct at_index *index, const struct at_model *model,
                                       const char *name)
{
    for (size_t at = index->heads[hash_of(name)]; at != 0; at = index->next[at - 1]) {
        const struct at_command *row = index->rows[at - 1];

        if (strcmp(row->name, name) == 0 && at_has(model, row->only_on))
            return row;
    }
    return NULL;
}
