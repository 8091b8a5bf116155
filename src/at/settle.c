/* settle.c: a command's OK waits until what it has stored cannot be lost any more. */
#include "at/internal.h"

#include <stdlib.h>
#include <string.h>

/* A setting as it was. */
struct at_undo {
    const struct at_command *row;
    size_t index, len;
    char values[];
};

static uint64_t unsafe(const struct at_session *at)
{
    const struct at_owner_ops *ops = at->config.owner_ops;

    return ops->unsafe != NULL ? ops->unsafe(at->config.owner) : 0;
}

void at_forget_changes(struct at_session *at)
{
    free(at->undo);
    at->undo = NULL;
    at->unsettled = false;
}

void at_begin_changes(struct at_session *at)
{
    at_forget_changes(at);
    at->unsafe_before = unsafe(at);
}

/* Without memory the new value stays: the next start shows the old one. */
void at_may_undo(struct at_session *at, const struct at_command *row, size_t index,
                 struct span before)
{
    if (unsafe(at) <= at->unsafe_before)
        return;
    free(at->undo);
    at->undo = malloc(sizeof(*at->undo) + before.len);
    if (at->undo == NULL)
        return;
    *at->undo = (struct at_undo){ .row = row, .index = index, .len = before.len };
    if (before.len > 0)
        memcpy(at->undo->values, before.data, before.len);
}

bool at_must_settle(struct at_session *at)
{
    if (unsafe(at) <= at->unsafe_before)
        return false;
    at->unsettled = true;
    if (at->state != AT_BUSY)
        at_enter(at, AT_BUSY);
    return true;
}

void at_undo_changes(struct at_session *at)
{
    const struct at_undo *undo = at->undo;
    struct at_args old;
    void *record;

    if (undo != NULL && at_args_parse(undo->row, &at->config.model,
                                      span_at(undo->values, undo->len), &old) == AT_ARGS_FINE) {
        record = at_make_record(at, undo->row, undo->index);
        if (record != NULL && at_args_bind(undo->row, &old, record) && undo->row->changed != NULL)
            undo->row->changed(at, undo->index);
    }
    at_forget_changes(at);
}
