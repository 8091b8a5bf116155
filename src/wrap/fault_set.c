/* fault_set.c: the faults that a modem has now. */
#include "wrap/fault_set.h"

#include <assert.h>
#include <stdlib.h>

enum err fault_set_add(struct fault_set *set, const struct fault *fault, uint32_t *ret_number)
{
    struct fault_entry **end = &set->first;
    struct fault_entry *entry;
    size_t count = 0;

    for (; *end != NULL; end = &(*end)->next)
        count++;
    if (count >= FAULT_SET_MAX)
        return ERR_FULL;
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return ERR_NO_MEMORY;
    entry->fault = *fault;
    entry->number = ++set->last_number;
    *end = entry;
    set->changes++;
    *ret_number = entry->number;
    return ERR_OK;
}

enum err fault_set_remove(struct fault_set *set, uint32_t number)
{
    struct fault_entry **at = &set->first;
    enum err err = number == 0 ? ERR_OK : ERR_NOT_FOUND;

    while (*at != NULL) {
        struct fault_entry *entry = *at;

        if (number != 0 && entry->number != number) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        free(entry);
        set->changes++;
        err = ERR_OK;
    }
    return err;
}

const struct fault_entry *fault_set_at(const struct fault_set *set, size_t index)
{
    const struct fault_entry *entry = set->first;

    for (; entry != NULL && index > 0; index--)
        entry = entry->next;
    return entry;
}

struct fault_entry *fault_set_find(const struct fault_set *set, uint32_t number)
{
    struct fault_entry *entry = set->first;

    while (entry != NULL && entry->number != number)
        entry = entry->next;
    return entry;
}

bool fault_fits(const struct fault *fault, const struct fault_scene *scene)
{
    return (fault->socket == FAULT_ANY_SOCKET || fault->socket == scene->socket) &&
           fault_fits_line(fault, span_at(scene->line, scene->line_len));
}

bool fault_set_counts(const struct fault_set *set, struct fault_entry *entry, bool says)
{
    if (!fault_strikes(&entry->fault, entry->seen++, entry->struck))
        return false;
    entry->struck++;
    if (says)
        log_say(set->log, LOG_INFO, "fault %u: %s (%s %llu)", (unsigned)entry->number,
                fault_kind_at(entry->fault.type)->name, fault_kind_at(entry->fault.type)->strikes,
                (unsigned long long)entry->seen);
    return true;
}

const struct fault *fault_set_strikes(const struct fault_set *set, enum fault_type type, bool says)
{
    const struct fault *found = NULL;

    for (struct fault_entry *entry = set->first; entry != NULL; entry = entry->next) {
        if (entry->fault.type == type && fault_fits(&entry->fault, &set->scene) &&
            fault_set_counts(set, entry, says) && found == NULL)
            found = &entry->fault;
    }
    return found;
}

bool fault_set_has(const struct fault_set *set, enum fault_type first, enum fault_type last)
{
    const struct fault_entry *entry = set->first;

    while (entry != NULL && (entry->fault.type < first || entry->fault.type > last))
        entry = entry->next;
    return entry != NULL;
}

void fault_set_line(struct fault_set *set, struct span line)
{
    struct fault_scene *scene = &set->scene;
    size_t len = line.len < FAULT_LINE_MAX - 2 ? line.len : FAULT_LINE_MAX - 2;

    memcpy(scene->line, "AT", 2);
    if (len > 0)
        memcpy(scene->line + 2, line.data, len);
    scene->line_len = len + 2;
}
