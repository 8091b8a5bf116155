/* run_index.c: see run_index.h. */
#include "verdict/run_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 16 /* a power of two */ };

/* Where the identity is, or belongs (FNV-1a, then the next free place). */
static size_t place_of(const struct run_index *index, const struct summary_run *runs,
                       const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    size_t at;

    for (const char *c = id; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    at = (size_t)(hash ^ hash >> 32) & (index->id_cap - 1);
    while (index->ids[at] != 0 && strcmp(runs[index->ids[at] - 1].id, id) != 0)
        at = (at + 1) & (index->id_cap - 1);
    return at;
}

size_t run_index_find(const struct run_index *index, const struct summary_run *runs,
                      const struct summary_run *run)
{
    uint32_t found = index->id_cap > 0 ? index->ids[place_of(index, runs, run->id)] : 0;

    if (found == 0 && run->shard_count > 0 && run->shard < index->shard_cap)
        found = index->shards[run->shard];
    return found > 0 ? found - 1 : SIZE_MAX;
}

/* Half of the places stay free. */
static bool reserve_ids(struct run_index *index, const struct summary_run *runs, size_t count)
{
    struct run_index grown = { .id_cap = index->id_cap > 0 ? index->id_cap : FIRST_CAP };

    if (2 * count <= index->id_cap)
        return true;
    while (2 * count > grown.id_cap)
        grown.id_cap *= 2;
    grown.ids = calloc(grown.id_cap, sizeof(grown.ids[0]));
    if (grown.ids == NULL)
        return false;
    for (size_t i = 0; i < index->id_cap; i++) {
        if (index->ids[i] != 0)
            grown.ids[place_of(&grown, runs, runs[index->ids[i] - 1].id)] = index->ids[i];
    }
    free(index->ids);
    index->ids = grown.ids;
    index->id_cap = grown.id_cap;
    return true;
}

bool run_index_reserve(struct run_index *index, const struct summary_run *runs, size_t count,
                       uint32_t shards)
{
    if (shards > 0 && index->shards == NULL) {
        index->shards = calloc(shards, sizeof(index->shards[0]));
        if (index->shards == NULL)
            return false;
        index->shard_cap = shards;
    }
    return reserve_ids(index, runs, count);
}

void run_index_add(struct run_index *index, const struct summary_run *runs, size_t place)
{
    const struct summary_run *run = &runs[place];

    assert(2 * place < index->id_cap && place < UINT32_MAX);
    index->ids[place_of(index, runs, run->id)] = (uint32_t)place + 1;
    if (run->shard_count > 0) {
        assert(run->shard < index->shard_cap);
        index->shards[run->shard] = (uint32_t)place + 1;
    }
}

void run_index_keep(struct run_index *index, const struct summary_run *runs, size_t count)
{
    if (index->id_cap > 0)
        memset(index->ids, 0, index->id_cap * sizeof(index->ids[0]));
    if (index->shard_cap > 0)
        memset(index->shards, 0, index->shard_cap * sizeof(index->shards[0]));
    for (size_t i = 0; i < count; i++)
        run_index_add(index, runs, i);
}

void run_index_free(struct run_index *index)
{
    free(index->ids);
    free(index->shards);
    *index = (struct run_index){ .ids = NULL };
}
