/* record.c: bound values in memory that is there while they are needed. */
#include "module/record.h"

#include "base/wipe.h"
#include "module/laboratory_state.h"
#include "module/module.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_PORTS = 0 };

struct module_record {
    struct module_record *next;
    const struct module_record_kind *kind;
    size_t port; /* where the kind is of a port; else ALL_PORTS */
    size_t index;
    bool changed; /* since records_give_back() has looked */
    max_align_t values[];
};

static size_t port_of(const struct at_session *at, const struct module_record_kind *kind)
{
    return kind->of_port ? terminal_of(at)->index : ALL_PORTS;
}

static struct module_record *find(const struct at_session *at,
                                  const struct module_record_kind *kind, size_t index)
{
    struct module_record *record = module_of(at)->records;

    while (record != NULL &&
           (record->kind != kind || record->index != index || record->port != port_of(at, kind)))
        record = record->next;
    return record;
}

void *module_record_if(const struct at_session *at, const struct module_record_kind *kind,
                       size_t index)
{
    struct module_record *record = find(at, kind, index);

    return record != NULL ? record->values : NULL;
}

/* Calls `visit` for each row of the kind that the model has, or for the others; false once it says
 * so. */
static bool each_row(struct at_session *at, const struct module_record_kind *kind, bool of_model,
                     bool (*visit)(struct at_session *at, const struct at_command *row,
                                   void *values, size_t index),
                     void *values, size_t index)
{
    for (const struct at_commands *const *list = at_commands_of(at); *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->record == kind->record && (at_find(at, row->name) == row) == of_model &&
                !visit(at, row, values, index))
                return false;
        }
    }
    return true;
}

static bool fill(struct at_session *at, const struct at_command *row, void *values, size_t index)
{
    at_args_fill(row, at_model_of(at), at_dialect_of(at), values, index);
    return true;
}

/* Rows of the model count last. */
static void fill_all(struct at_session *at, const struct module_record_kind *kind, void *values,
                     size_t index)
{
    memset(values, 0, kind->size);
    each_row(at, kind, false, fill, values, index);
    each_row(at, kind, true, fill, values, index);
}

void *module_record(struct at_session *at, const struct module_record_kind *kind, size_t index)
{
    struct tlsmodem *modem = module_of(at);
    struct module_record *record = find(at, kind, index);

    assert(modem->depth > 0);
    if (record == NULL) {
        if (!laboratory_lacks_memory(modem))
            record = malloc(sizeof(*record) + kind->size);
        if (record == NULL)
            return NULL;
        *record = (struct module_record){
            .next = modem->records, .kind = kind, .port = port_of(at, kind), .index = index
        };
        fill_all(at, kind, record->values, index);
        modem->records = record;
    }
    record->changed = true;
    return record->values;
}

void module_record_read(struct at_session *at, const struct module_record_kind *kind, size_t index,
                        void *ret_record)
{
    const void *values = module_record_if(at, kind, index);

    if (values != NULL)
        memcpy(ret_record, values, kind->size);
    else
        fill_all(at, kind, ret_record, index);
}

void records_look(struct tlsmodem *modem)
{
    for (struct module_record *record = modem->records; record != NULL; record = record->next)
        record->changed = true;
}

static bool is_preset(struct at_session *at, const struct at_command *row, void *values,
                      size_t index)
{
    return at_args_are_preset(row, at_model_of(at), at_dialect_of(at), values, index);
}

static void give_back(struct module_record **link)
{
    struct module_record *record = *link;

    *link = record->next;
    wipe(record->values, record->kind->size);
    free(record);
}

void records_give_back(struct tlsmodem *modem)
{
    struct module_record **link = &modem->records;

    assert(modem->depth == 0);
    while (*link != NULL) {
        struct module_record *record = *link;

        if (record->changed && each_row(modem->terminals[record->port]->at, record->kind, true,
                                        is_preset, record->values, record->index)) {
            give_back(link);
            continue;
        }
        record->changed = false;
        link = &record->next;
    }
}

void records_free(struct tlsmodem *modem)
{
    while (modem->records != NULL)
        give_back(&modem->records);
}
