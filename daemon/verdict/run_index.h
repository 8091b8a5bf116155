/* run_index.h: which runs of a summary have an identity or a shard. */
#ifndef DAEMON_VERDICT_RUN_INDEX_H
#define DAEMON_VERDICT_RUN_INDEX_H

#include "verdict/summary_run.h"

#include <stddef.h>

/* All zero is one of no runs. */
struct run_index {
    uint32_t *ids, *shards; /* owned; 1 + the run's place, 0: none */
    size_t id_cap, shard_cap;
};

/* Where in `runs`, which are those of the index, the one with the same identity as `run` is; if
 * there is none, the one with the same shard, where there are shards; SIZE_MAX: nowhere. */
size_t run_index_find(const struct run_index *index, const struct summary_run *runs,
                      const struct summary_run *run);

/* Room for `count` runs of this many shards.  False: there is no memory. */
bool run_index_reserve(struct run_index *index, const struct summary_run *runs, size_t count,
                       uint32_t shards);

/* The run at `place`, for which there is room, belongs to it. */
void run_index_add(struct run_index *index, const struct summary_run *runs, size_t place);

/* It has the first `count` of them alone. */
void run_index_keep(struct run_index *index, const struct summary_run *runs, size_t count);

/* Frees what it has. */
void run_index_free(struct run_index *index);

#endif
