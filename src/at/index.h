/* index.h: the rows of a maker by their names, so that a command line need not search for them.
 *
 * Made once in a process, by the first session of the maker, and only read from then on: sessions
 * share it, also those of other threads.
 */
#ifndef AT_INDEX_H
#define AT_INDEX_H

#include "at/args.h"
#include "at/command.h"

#include <stdatomic.h>

enum { AT_INDEX_ROWS = 448, AT_INDEX_HEADS = 512 };

/* Static, all zeros at first; its members are index.c's. */
struct at_index {
    atomic_int state;
    uint16_t heads[AT_INDEX_HEADS]; /* 1 + the first row whose name has this hash; 0: none */
    uint16_t next[AT_INDEX_ROWS];   /* the same for the row behind */
    const struct at_command *rows[AT_INDEX_ROWS];
};

/* Makes the index of these lists, at most AT_INDEX_ROWS rows in all; nothing if it is there, or in
 * the making in another thread.  From any thread. */
void at_index_make(struct at_index *index, const struct at_commands *const *commands);

/* False while at_index_find() may not be called.  From any thread. */
bool at_index_is_ready(const struct at_index *index);

/* What at_find_in() finds, in an index that is ready.  From any thread. */
const struct at_command *at_index_find(const struct at_index *index, const struct at_model *model,
                                       const char *name);

#endif
