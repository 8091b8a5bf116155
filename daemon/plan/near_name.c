/* near_name.c: how far a word is from a name that it may have meant. */
#include "plan/near_name.h"

#include "base/letters.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

enum { LETTERS_PER_MISTAKE = 3 };

struct row {
    size_t steps[NEAR_NAME_MAX + 1]; /* from a beginning of one name to each of the other */
};

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

size_t near_name_distance(struct span a, struct span b)
{
    struct row before[2] = { 0 };
    struct row row;

    assert(a.len <= NEAR_NAME_MAX && b.len <= NEAR_NAME_MAX);
    for (size_t i = 0; i <= b.len; i++)
        before[0].steps[i] = i;
    for (size_t at = 0; at < a.len; at++) {
        next_row(a, at, b, before, &row);
        before[1] = before[0];
        before[0] = row;
    }
    return before[0].steps[b.len];
}

size_t near_name_limit(size_t len)
{
    return (len + 1) / LETTERS_PER_MISTAKE;
}
