/* made.c: values that a play makes. */
#include "transcript/made.h"

#include "base/fault.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum kind { OTHER, COUNT, LENGTH, DIGITS, RANGE };

struct form {
    enum kind kind;
    struct span of;       /* LENGTH */
    uint32_t least, most; /* RANGE; DIGITS: `most` of them */
};

/* What stands behind the colon; false: the name has no such head. */
static bool has_head(struct span name, const char *head, struct span *ret_rest)
{
    size_t len = strlen(head);

    if (name.len <= len || memcmp(name.data, head, len) != 0)
        return false;
    *ret_rest = span_skip(name, len);
    return true;
}

/* `A-B`, both numbers; false: it is none. */
static bool read_range(struct span text, struct form *form)
{
    const uint8_t *dash = text.len > 0 ? memchr(text.data, '-', text.len) : NULL;
    size_t before = dash != NULL ? (size_t)(dash - text.data) : 0;

    return dash != NULL && words_number(span_at(text.data, before), UINT32_MAX, &form->least) &&
           words_number(span_skip(text, before + 1), UINT32_MAX, &form->most);
}

static enum kind read_random(struct span rest, struct form *form)
{
    if (read_range(rest, form))
        return form->least <= form->most ? RANGE : OTHER;
    return words_number(rest, MADE_DIGITS_MAX, &form->most) && form->most > 0 ? DIGITS : OTHER;
}

static struct form form_of(struct span name)
{
    struct form form = { .kind = OTHER };
    struct span rest;

    if (words_are(name, "count")) {
        form.kind = COUNT;
    } else if (has_head(name, "length:", &rest)) {
        form.of = rest;
        form.kind = variable_is_name(rest) ? LENGTH : OTHER;
    } else if (has_head(name, "random:", &rest)) {
        form.kind = read_random(rest, &form);
    }
    return form;
}

bool made_is(struct span name, struct span *ret_of)
{
    struct form form = form_of(name);

    *ret_of = form.of;
    return form.kind != OTHER;
}

/* Why what stands behind "random:" is no value, and what is. */
static const char *random_mistake(struct span rest)
{
    struct form form;

    if (read_range(rest, &form))
        return "its first number is above its second; allowed: ${random:A-B}, A not above B";
    if (rest.len > 0 && memchr(rest.data, '-', rest.len) != NULL)
        return "it is no range of numbers; allowed: ${random:A-B}, from 0 to 4294967295";
    return "it is no number of digits; allowed: ${random:1} to ${random:64}";
}
_Static_assert(MADE_DIGITS_MAX == 64, "it says so");

const char *made_mistake(struct span name)
{
    struct span rest;

    if (form_of(name).kind != OTHER)
        return NULL;
    if (words_are(name, "random:") || words_are(name, "length:"))
        return "it ends too early; allowed: ${random:16}, ${random:1-6}, ${length:NAME}";
    if (has_head(name, "random:", &rest))
        return random_mistake(rest);
    return has_head(name, "length:", &rest)
               ? "it is of no name; allowed: ${length:NAME}, of a variable"
               : NULL;
}

uint64_t made_draw(struct made *made, uint64_t least, uint64_t most)
{
    uint64_t drawn = fault_draw(made->seed, made->draws++);

    assert(least <= most);
    if (least == 0 && most == UINT64_MAX)
        return drawn;
    return least + drawn % (most - least + 1);
}

int64_t made_spread(struct made *made, int64_t ms, uint32_t spread_ms)
{
    if (spread_ms > 0)
        ms += (int64_t)made_draw(made, 0, 2 * (uint64_t)spread_ms) - spread_ms;
    return ms > 0 ? ms : 0;
}

static void make_digits(struct made *made, uint32_t count, char *memory)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t drawn = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (i % 16 == 0)
            drawn = made_draw(made, 0, UINT64_MAX);
        memory[i] = digits[drawn & 15];
        drawn >>= 4;
    }
    memory[count] = '\0';
}

bool made_find(struct made *made, struct span name, const struct fill_variables *others,
               char *memory, struct span *ret_value)
{
    struct form form = form_of(name);
    struct span value;

    switch (form.kind) {
    case OTHER:
        return false;
    case COUNT:
        snprintf(memory, MADE_CAP, "%" PRIu32, ++made->count);
        break;
    case LENGTH:
        if (!others->find(others->ctx, form.of, &value))
            return false;
        snprintf(memory, MADE_CAP, "%zu", value.len);
        break;
    case DIGITS:
        make_digits(made, form.most, memory);
        break;
    case RANGE:
        snprintf(memory, MADE_CAP, "%" PRIu64, made_draw(made, form.least, form.most));
        break;
    }
    *ret_value = span_of(memory);
    return true;
}
