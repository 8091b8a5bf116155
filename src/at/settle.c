/* settle.c: a command's OK waits until what it has stored cannot be lost any more. */
#include "at/internal.h"

#include <stdlib.h>
#include <string.h>

/* What a command has changed that is not safe yet. */
struct at_change {
    const struct at_command *row; /* of a setting; NULL: it is none */
    size_t index;
    at_outcome_fn *say; /* NULL: it has nothing to say but its result */
    uint32_t first, second;
    size_t len;
    char values[]; /* the setting as it was */
};

static uint64_t unsafe(const struct at_session *at)
{
    const struct at_owner_ops *ops = at->config.owner_ops;

    return ops->unsafe != NULL ? ops->unsafe(at->config.owner) : 0;
}

void at_forget_changes(struct at_session *at)
{
    free(at->change);
    at->change = NULL;
    at->unsettled = false;
}

void at_begin_changes(struct at_session *at)
{
    at_forget_changes(at);
    at->unsafe_before = unsafe(at);
}

static struct at_change *note_change(struct at_session *at, size_t len)
{
    free(at->change);
    at->change = calloc(1, sizeof(*at->change) + len);
    return at->change;
}

/* Without memory the new value stays: the next start shows the old one. */
void at_may_undo(struct at_session *at, const struct at_command *row, size_t index,
                 struct span before)
{
    struct at_change *change;

    if (unsafe(at) <= at->unsafe_before || (change = note_change(at, before.len)) == NULL)
        return;
    change->row = row;
    change->index = index;
    change->len = before.len;
    if (before.len > 0)
        memcpy(change->values, before.data, before.len);
}

enum at_status at_when_settled(struct at_session *at, at_outcome_fn *say, uint32_t first,
                               uint32_t second)
{
    struct at_change *change;

    if (unsafe(at) <= at->unsafe_before)
        return say(at, ERR_OK, first, second);
    change = note_change(at, 0);
    if (change == NULL)
        return at_refuse_memory(at, at->config.dialect->error_memory);
    change->say = say;
    change->first = first;
    change->second = second;
    return AT_OK;
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

static void undo(struct at_session *at, const struct at_change *change)
{
    struct span values = span_at(change->values, change->len);
    struct at_args old;
    void *record;

    if (at_args_parse(change->row, &at->config.model, values, &old) != AT_ARGS_FINE)
        return;
    record = at_make_record(at, change->row, change->index);
    if (record != NULL && at_args_bind(change->row, &old, record) && change->row->changed != NULL)
        change->row->changed(at, change->index);
}

enum at_status at_outcome(struct at_session *at, enum err err)
{
    struct at_change *change = at->change;
    enum at_status status = AT_OK;

    at->change = NULL;
    at_forget_changes(at);
    if (change != NULL && change->row != NULL && err != ERR_OK)
        undo(at, change);
    if (change != NULL && change->say != NULL)
        status = change->say(at, err, change->first, change->second);
    else if (err != ERR_OK)
        status = at_refuse_storage(at, at->config.dialect->error_memory, err);
    free(change);
    return status;
}
