/* settle.c: a command's OK waits until what it has stored cannot be lost any more. */
#include "at/internal.h"

#include <stdlib.h>

/* What a command has changed that is not safe yet. */
struct at_change {
    struct at_change *next;
    const struct at_command *row; /* of a setting; NULL: it is none */
    size_t index;
    at_outcome_fn *say; /* NULL: it has nothing to say but its result */
    uint32_t first, second;
};

static uint64_t unsafe(const struct at_session *at)
{
    const struct at_owner_ops *ops = at->config.owner_ops;

    return ops->unsafe != NULL ? ops->unsafe(at->config.owner) : 0;
}

void at_forget_changes(struct at_session *at)
{
    while (at->change != NULL) {
        struct at_change *change = at->change;

        at->change = change->next;
        free(change);
    }
    at->unsettled = false;
}

void at_begin_changes(struct at_session *at)
{
    at_forget_changes(at);
    at->unsafe_before = unsafe(at);
}

static struct at_change *note_change(struct at_session *at)
{
    struct at_change *change = calloc(1, sizeof(*change));

    if (change == NULL)
        return NULL;
    change->next = at->change;
    at->change = change;
    return change;
}

/* Without memory the new value stays: the next start shows the old one. */
enum err at_keep_row(struct at_session *at, const struct at_command *row, size_t index)
{
    enum err err = at->config.owner_ops->keep(at, row, index);
    struct at_change *change;

    if (err != ERR_OK || unsafe(at) <= at->unsafe_before || (change = note_change(at)) == NULL)
        return err;
    change->row = row;
    change->index = index;
    return ERR_OK;
}

enum at_status at_when_settled(struct at_session *at, at_outcome_fn *say, uint32_t first,
                               uint32_t second)
{
    struct at_change *change;

    if (unsafe(at) <= at->unsafe_before)
        return say(at, ERR_OK, first, second);
    change = note_change(at);
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

enum at_status at_outcome(struct at_session *at, enum err err)
{
    struct at_change *list = at->change, *change;
    enum at_status status = err == ERR_OK ? AT_OK : AT_FAIL;
    bool is_said = err == ERR_OK;

    at->change = NULL;
    at_forget_changes(at);
    for (change = list; change != NULL && err != ERR_OK; change = change->next)
        if (change->row != NULL)
            at->config.owner_ops->reload(at, change->row, change->index);
    while ((change = list) != NULL) {
        list = change->next;
        if (change->say != NULL) {
            status = change->say(at, err, change->first, change->second);
            is_said = true;
        }
        free(change);
    }
    return is_said ? status : at_refuse_storage(at, at->config.dialect->error_memory, err);
}
