/* sample.c: a line that a regular expression matches. */
#include "replay/sample.h"

#include "base/letters.h"

#include <stdbool.h>

enum { TIMES_MAX = 1000, DEPTH_MAX = 20 };

/* What a recording writes in the place of what is another each time. */
static const struct {
    const char *pattern, *text;
} known[] = {
    { "[0-9.]+", "10.0.0.1" },
    { "[0-9:]+", "12:00:00" },
    { "[0-9/]+", "26/01/01" },
};

struct sampling {
    struct span left; /* of the pattern */
    struct bytes *bytes;
    enum err err;
    unsigned depth;
    unsigned left_steps; /* bytes that are put, and groups that are gone through: a text that takes
                          * more is no line of anybody's, and ends there */
    bool silent;         /* what is passed is no part of the text */
};

static bool is_over(const struct sampling *sampling)
{
    return sampling->err != ERR_OK || sampling->left_steps == 0;
}

static void put(struct sampling *sampling, struct span text)
{
    if (sampling->silent || is_over(sampling))
        return;
    if (text.len > sampling->left_steps)
        text.len = sampling->left_steps;
    sampling->left_steps -= (unsigned)text.len;
    sampling->err = bytes_add(sampling->bytes, text, UINT32_MAX);
}

static bool at(const struct sampling *sampling, char c)
{
    return sampling->left.len > 0 && sampling->left.data[0] == (uint8_t)c;
}

static bool pass(struct sampling *sampling, const char *word)
{
    size_t len = strlen(word);

    if (sampling->left.len < len || memcmp(sampling->left.data, word, len) != 0)
        return false;
    sampling->left = span_skip(sampling->left, len);
    return true;
}

static uint8_t next(struct sampling *sampling)
{
    uint8_t c = sampling->left.data[0];

    sampling->left = span_skip(sampling->left, 1);
    return c;
}

/* The byte that stands for what a backslash makes of `c`. */
static uint8_t escaped(uint8_t c)
{
    static const char classes[] = "d1wasxSxD-W-n\nr\rt\t";

    for (size_t i = 0; classes[i] != '\0'; i += 2) {
        if ((uint8_t)classes[i] == c)
            return (uint8_t)(c == 's' ? ' ' : classes[i + 1]);
    }
    return c;
}

/* How often what is before it stands there, at least; 1 where nothing says so. */
static unsigned take_times(struct sampling *sampling)
{
    unsigned times = 1;

    if (pass(sampling, "*")) {
        times = 0;
    } else if (pass(sampling, "{")) {
        times = 0;
        while (sampling->left.len > 0 && sampling->left.data[0] >= '0' &&
               sampling->left.data[0] <= '9' && times < TIMES_MAX)
            times = times * 10 + (unsigned)(next(sampling) - '0');
        while (sampling->left.len > 0 && next(sampling) != '}')
            continue;
    } else if (!pass(sampling, "+")) {
        (void)pass(sampling, "?");
        return 1;
    }
    (void)(pass(sampling, "?") || pass(sampling, "+"));
    return times;
}

static void put_times(struct sampling *sampling, uint8_t c)
{
    unsigned times = take_times(sampling);

    while (times-- > 0)
        put(sampling, span_at(&c, 1));
}

/* A class of bytes: its first one, or one that it does not have. */
static void take_class(struct sampling *sampling)
{
    bool negated = pass(sampling, "^");
    uint8_t first = 0;
    bool any = false;

    while (sampling->left.len > 0 && !(any && at(sampling, ']'))) {
        uint8_t c = next(sampling);

        if (c == '\\' && sampling->left.len > 0)
            c = escaped(next(sampling));
        first = any ? first : c;
        any = true;
    }
    (void)pass(sampling, "]");
    if (negated)
        first = first != 'x' ? 'x' : 'y';
    put_times(sampling, first);
}

static void take_branches(struct sampling *sampling);

/* A group; one with a `?` in front is of no text unless it is for its name or none. */
static void take_group(struct sampling *sampling)
{
    struct span inside;
    struct sampling again;
    unsigned times;

    if (pass(sampling, "?P<") || pass(sampling, "?<")) {
        while (sampling->left.len > 0 && next(sampling) != '>')
            continue;
    } else {
        (void)pass(sampling, "?:");
    }
    inside = sampling->left;
    again = *sampling;
    again.silent = true;
    again.depth++;
    take_branches(&again);
    sampling->left = again.left;
    (void)pass(sampling, ")");
    times = take_times(sampling);
    while (!sampling->silent && times-- > 0 && !is_over(sampling)) {
        sampling->left_steps--;
        again = *sampling;
        again.left = inside;
        again.depth++;
        take_branches(&again);
        sampling->err = again.err;
        sampling->left_steps = again.left_steps;
    }
}

static bool take_known(struct sampling *sampling)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (pass(sampling, known[i].pattern)) {
            put(sampling, span_of(known[i].text));
            return true;
        }
    }
    return false;
}

static void take_atom(struct sampling *sampling)
{
    uint8_t c;

    if (take_known(sampling))
        return;
    c = next(sampling);
    if (c == '[')
        take_class(sampling);
    else if (c == '(' && sampling->depth < DEPTH_MAX)
        take_group(sampling);
    else if (c == '\\' && sampling->left.len > 0)
        put_times(sampling, escaped(next(sampling)));
    else if (c != '^' && c != '$')
        put_times(sampling, c == '.' ? 'x' : c);
}

/* The first of them, and past the others. */
static void take_branches(struct sampling *sampling)
{
    bool silent = sampling->silent;

    while (sampling->left.len > 0 && !at(sampling, ')') && !is_over(sampling)) {
        if (pass(sampling, "|"))
            sampling->silent = true;
        else
            take_atom(sampling);
    }
    sampling->silent = silent;
}

enum err sample_pattern(struct span pattern, struct bytes *bytes)
{
    struct sampling sampling = {
        .left = pattern, .bytes = bytes, .err = ERR_OK, .left_steps = SAMPLE_MAX
    };

    while (sampling.left.len > 0 && !is_over(&sampling)) {
        take_branches(&sampling);
        (void)pass(&sampling, ")");
    }
    return sampling.err;
}
