/* module_name.c: finds a model by its name, or the names that are like it.
 *
 * Names are like each other by the fewest letters to change, add, drop or swap with their
 * neighbour (optimal string alignment), and a family by what its products' names begin with.
 */
#include "module_name.h"

#include "base/letters.h"
#include "tlsmodem.h"

#include <assert.h>
#include <stdint.h>

enum { NAME_MAX_BYTES = 40, SUGGESTIONS_MAX = 4, LETTERS_PER_MISTAKE = 3 };

struct row {
    size_t steps[NAME_MAX_BYTES + 1]; /* from a beginning of one name to each of the other */
};

/* Names that were, and what has taken their place. */
static const struct {
    const char *name, *successor;
} former[] = {
    { "l610-drivers", "l610" },
    { "nl668-cn-00-drivers", "nl668-cn-00" },
};

const char *module_name_successor(const char *value)
{
    assert(value != NULL);
    for (size_t i = 0; i < sizeof(former) / sizeof(former[0]); i++) {
        if (letters_equal(span_of(former[i].name), span_of(value)))
            return former[i].successor;
    }
    return NULL;
}

const char *module_name_find(const char *value)
{
    const struct tlsmodem_model *model;

    assert(value != NULL);
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++)
        if (letters_equal(span_of(model->name), span_of(value)))
            return model->name;
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(uint8_t a, uint8_t b)
{
    return letter_upper(a) == letter_upper(b);
}

/* The row for one letter more of `a`, from the two rows before it. */
static void next_row(struct span a, size_t at, struct span b, const struct row before[2],
                     struct row *ret_row)
{
    ret_row->steps[0] = at + 1;
    for (size_t i = 0; i < b.len; i++) {
        bool swapped =
            at > 0 && i > 0 && same(a.data[at], b.data[i - 1]) && same(a.data[at - 1], b.data[i]);
        size_t steps = before[0].steps[i] + (same(a.data[at], b.data[i]) ? 0 : 1);

        steps = least(steps, least(before[0].steps[i + 1], ret_row->steps[i]) + 1);
        ret_row->steps[i + 1] = swapped ? least(steps, before[1].steps[i - 1] + 1) : steps;
    }
}

/* Both are at most NAME_MAX_BYTES long. */
static size_t distance(struct span a, struct span b)
{
    struct row before[2] = { 0 };
    struct row row;

    for (size_t i = 0; i <= b.len; i++)
        before[0].steps[i] = i;
    for (size_t at = 0; at < a.len; at++) {
        next_row(a, at, b, before, &row);
        before[1] = before[0];
        before[0] = row;
    }
    return before[0].steps[b.len];
}

/* How far a model's name is from what was typed; 0: it is only longer. */
static size_t distance_of(const struct tlsmodem_model *model, const char *value)
{
    if (strlen(model->name) > NAME_MAX_BYTES)
        return SIZE_MAX;
    return letters_start(span_of(model->name), value)
               ? 0
               : distance(span_of(value), span_of(model->name));
}

void module_name_suggest(const char *value, struct text *text)
{
    size_t len = strlen(value);
    size_t nearest = (len + 1) / LETTERS_PER_MISTAKE;
    const struct tlsmodem_model *model;
    size_t count = 0;

    assert(value != NULL);
    if (len == 0 || len > NAME_MAX_BYTES)
        return;
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++)
        nearest = least(nearest, distance_of(model, value));
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL && count < SUGGESTIONS_MAX; i++) {
        if (distance_of(model, value) <= nearest)
            text_add(text, "%s%s", count++ == 0 ? "did you mean " : ", ", model->name);
    }
    if (count > 0)
        text_add(text, "? ");
}
