/* values.c: variables with their values. */
#include "transcript/values.h"

#include "base/bytes.h"

#include <stdlib.h>

enum { FIRST_CAP = 2 };

struct values_entry {
    struct bytes name, value;
};

static int compare(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

/* Where `name` is, or belongs. */
static size_t place_of(const struct values *values, struct span name, bool *ret_found)
{
    size_t low = 0, high = values->count;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, bytes_span(&values->entries[middle].name));

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static enum err make_room(struct values *values)
{
    size_t cap = values->cap > 0 ? 2 * values->cap : FIRST_CAP;
    struct values_entry *entries;

    if (values->count == VALUES_MAX)
        return ERR_FULL;
    if (values->count < values->cap)
        return ERR_OK;
    entries = realloc(values->entries, cap * sizeof(entries[0]));
    if (entries == NULL)
        return ERR_NO_MEMORY;
    values->entries = entries;
    values->cap = cap;
    return ERR_OK;
}

static enum err insert(struct values *values, size_t at, struct span name, struct span value)
{
    struct values_entry entry = { .name.data = NULL };
    enum err err = make_room(values);

    if (err == ERR_OK)
        err = bytes_copy(&entry.name, name);
    if (err == ERR_OK)
        err = bytes_copy(&entry.value, value);
    if (err != ERR_OK) {
        bytes_free(&entry.name);
        return err;
    }
    memmove(&values->entries[at + 1], &values->entries[at],
            (values->count - at) * sizeof(values->entries[0]));
    values->entries[at] = entry;
    values->count++;
    return ERR_OK;
}

enum err values_set(struct values *values, struct span name, struct span value)
{
    bool found;
    size_t at = place_of(values, name, &found);

    if (value.len > VALUES_LEN_MAX)
        return ERR_FULL;
    return found ? bytes_copy(&values->entries[at].value, value) : insert(values, at, name, value);
}

bool values_find(const struct values *values, struct span name, struct span *ret_value)
{
    bool found;
    size_t at = place_of(values, name, &found);

    if (found)
        *ret_value = bytes_span(&values->entries[at].value);
    return found;
}

struct span values_name_at(const struct values *values, size_t index)
{
    return index < values->count ? bytes_span(&values->entries[index].name) : span_at(NULL, 0);
}

void values_free(struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        bytes_free(&values->entries[i].name);
        bytes_free(&values->entries[i].value);
    }
    free(values->entries);
    *values = (struct values){ .entries = NULL };
}
