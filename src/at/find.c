/* find.c: the row behind a name. */
#include "at/internal.h"

#include <assert.h>
#include <string.h>

const struct at_command *at_find_in(const struct at_commands *const *commands,
                                    const struct at_model *model, const char *name)
{
    for (const struct at_commands *const *list = commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->name[0] == name[0] && row->name[1] == name[1] &&
                strcmp(row->name, name) == 0 && at_has(model, row->only_on))
                return row;
        }
    }
    return NULL;
}

const struct at_command *at_find(const struct at_session *at, const char *name)
{
    const struct at_config *config = &at->config;

    if (config->index != NULL && at_index_is_ready(config->index))
        return at_index_find(config->index, &config->model, name);
    return at_find_in(config->commands, &config->model, name);
}

void *at_make_record(struct at_session *at, const struct at_command *row, size_t index)
{
    assert(row->record != NULL && index < at_record_count(at, row));
    return row->make_record != NULL ? row->make_record(at, index) : row->record(at, index);
}

size_t at_record_count(const struct at_session *at, const struct at_command *row)
{
    if (row->record_count_limit == 0)
        return 1;
    return (size_t)at_limit(&at->config.model, row->record_count_limit);
}
