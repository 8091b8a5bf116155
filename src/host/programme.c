/* programme.c: a transcript as a host plays it. */
#include "host/programme.h"

#include "base/text.h"
#include "transcript/made.h"
#include "transcript/reader.h"
#include "transcript/step_copy.h"
#include "transcript/values.h"
#include "transcript/variable.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

struct programme {
    struct reader *reader; /* has the files' names and bytes */
    const struct programme_patterns *patterns;
    struct programme_step *steps;
    size_t count, cap;
    uint32_t guard_ms;
};

/* A transcript that is being read. */
struct reading {
    struct reader_world *world;
    struct programme *programme;
    bool (*knows)(void *ctx, struct span name);
    void *ctx;
    size_t open[SCRIPT_NESTED_MAX]; /* REPEATs whose END has not come */
    unsigned nested;
    struct values names; /* of the variables that it makes, without values */
    bool is_wrong;       /* and told */
};

/* ---- steps ---- */

static enum err reserve(struct programme *programme)
{
    size_t cap = programme->cap > 0 ? 2 * programme->cap : 16;
    struct programme_step *steps;

    if (programme->count == PROGRAMME_STEPS_MAX)
        return ERR_FULL;
    if (programme->count < programme->cap)
        return ERR_OK;
    steps = realloc(programme->steps, cap * sizeof(steps[0]));
    if (steps == NULL)
        return ERR_NO_MEMORY;
    programme->steps = steps;
    programme->cap = cap;
    return ERR_OK;
}

static void note_partner(struct reading *reading, size_t index)
{
    struct programme_step *steps = reading->programme->steps;

    if (steps[index].step.kind == SCRIPT_REPEAT) {
        reading->open[reading->nested++] = index;
    } else if (steps[index].step.kind == SCRIPT_END) {
        assert(reading->nested > 0); /* the reader has looked */
        steps[index].partner = reading->open[--reading->nested];
        steps[steps[index].partner].partner = index;
    }
}

/* What peers do, real ones do here. */
static bool is_for_hosts(const struct script_step *step)
{
    return step->kind != SCRIPT_PEER && step->kind != SCRIPT_UNNOTICED;
}

static enum err add(struct reading *reading, const struct script_step *step)
{
    struct programme *programme = reading->programme;
    struct programme_step *added;
    enum err err = reserve(programme);

    if (err != ERR_OK)
        return err;
    added = &programme->steps[programme->count];
    *added = (struct programme_step){ .step = *step };
    err = step_copy(&added->step);
    if (err != ERR_OK)
        return err;
    note_partner(reading, programme->count++);
    if (step->kind != SCRIPT_MATCH)
        return ERR_OK;
    added->pattern = programme->patterns->compile(step->pattern);
    return added->pattern != NULL ? ERR_OK : ERR_NO_MEMORY;
}

/* ---- variables ---- */

/* The name of a group whose `<` is the pattern's first byte: `(?P<NAME>…)`, `(?<NAME>…)`; empty: it
 * is none. */
static struct span group_at(struct span pattern)
{
    size_t len = 1;

    while (len < pattern.len && pattern.data[len] != '>')
        len++;
    return variable_is_name(span_at(pattern.data + 1, len - 1)) && len < pattern.len
               ? span_at(pattern.data + 1, len - 1)
               : span_at(NULL, 0);
}

static enum err note_groups(struct values *names, struct span pattern)
{
    enum err err = ERR_OK;

    for (size_t i = 2; i < pattern.len && err == ERR_OK; i++) {
        struct span name = span_at(NULL, 0);

        if (pattern.data[i] == '<' && (pattern.data[i - 1] == '?' || pattern.data[i - 1] == 'P'))
            name = group_at(span_skip(pattern, i));
        if (name.len > 0)
            err = values_set(names, name, span_at(NULL, 0));
    }
    return err;
}

/* The variables that the step makes. */
static enum err note_names(struct values *names, const struct script_step *step)
{
    if (step->kind == SCRIPT_LET)
        return values_set(names, step->words, span_at(NULL, 0));
    return step->kind == SCRIPT_MATCH ? note_groups(names, step->pattern) : ERR_OK;
}

static bool is_unknown(const void *ctx, struct span name)
{
    const struct reading *reading = ctx;
    struct span of;

    if (reading->knows(reading->ctx, name) || values_find(&reading->names, name, &of))
        return false;
    if (!made_is(name, &of))
        return true;
    return of.len > 0 && is_unknown(ctx, of);
}

static void check_variables(struct reading *reading, const struct script_step *step)
{
    struct span name = step_find_variable(step, is_unknown, reading);
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    const char *mistake = made_mistake(name);
    struct text text;

    if (name.len == 0)
        return;
    text_init(&text, memory, sizeof(memory));
    text_add(&text, "%s:%" PRIu32 ": ", step->file, step->line);
    if (mistake != NULL)
        text_add(&text, "${%.*s} is wrong because %s", (int)name.len, (const char *)name.data,
                 mistake);
    else
        text_add(&text,
                 "there is no variable ${%.*s}; allowed: those of the host's values and "
                 "certificates, of let "
                 "lines and of (?P<NAME>...), "
                 "${name}, ${n}, ${shard}, ${imei}, ${count}, ${random:16}, ${random:1-6}, "
                 "${length:NAME}",
                 (int)name.len, (const char *)name.data);
    reading->world->ops->complain(reading->world, memory);
    reading->is_wrong = true;
}

/* ---- all of it ---- */

static enum err say_whole(const struct reading *reading, const char *path, const char *why)
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add(&text, "%s: %s", path, why);
    reading->world->ops->complain(reading->world, memory);
    return ERR_INVALID;
}

static enum err take_all(struct reading *reading, const char *path)
{
    struct programme *programme = reading->programme;
    const struct script_step *step;
    enum err err;

    while ((err = reader_next(programme->reader, &step)) == ERR_OK) {
        if (is_for_hosts(step))
            err = add(reading, step);
        if (err == ERR_OK)
            err = note_names(&reading->names, step);
        if (err == ERR_FULL)
            return say_whole(reading, path,
                             "it is too long; allowed: 100000 steps, and 10000 variables");
        if (err != ERR_OK)
            return err;
    }
    if (err != ERR_NOT_FOUND)
        return err;
    if (programme->count == 0)
        return say_whole(reading, path, "a host does nothing in it; allowed: at least one step");
    for (size_t i = 0; i < programme->count; i++)
        check_variables(reading, &programme->steps[i].step);
    return reading->is_wrong ? ERR_INVALID : ERR_OK;
}

enum err programme_read(struct reader_world *world, const char *path,
                        const struct programme_patterns *patterns,
                        bool (*knows)(void *ctx, struct span name), void *ctx,
                        struct programme **ret_programme)
{
    struct programme *programme = calloc(1, sizeof(*programme));
    struct reading reading = { .world = world, .programme = programme, .knows = knows, .ctx = ctx };
    enum err err;

    if (programme == NULL)
        return ERR_NO_MEMORY;
    programme->patterns = patterns;
    err = reader_open_host(world, path, &programme->reader);
    if (err == ERR_OK) {
        programme->guard_ms = reader_header(programme->reader)->guard_ms;
        err = take_all(&reading, path);
    }
    values_free(&reading.names);
    if (err != ERR_OK) {
        programme_free(programme);
        return err;
    }
    *ret_programme = programme;
    return ERR_OK;
}

size_t programme_count(const struct programme *programme)
{
    return programme->count;
}

const struct programme_step *programme_at(const struct programme *programme, size_t index)
{
    assert(index < programme->count);
    return &programme->steps[index];
}

bool programme_match(const struct programme *programme, const struct programme_step *step,
                     struct span line, programme_group_fn *on_group, void *ctx)
{
    assert(step->step.kind == SCRIPT_MATCH);
    return programme->patterns->match(step->pattern, line, on_group, ctx);
}

uint32_t programme_guard_ms(const struct programme *programme)
{
    return programme->guard_ms;
}

static bool is_named(const void *ctx, struct span name)
{
    struct span of;

    return span_equal(name, span_of(ctx)) || (made_is(name, &of) && span_equal(of, span_of(ctx)));
}

const struct script_step *programme_uses(const struct programme *programme, const char *name)
{
    for (size_t i = 0; i < programme->count; i++) {
        if (step_find_variable(&programme->steps[i].step, is_named, name).len > 0)
            return &programme->steps[i].step;
    }
    return NULL;
}

void programme_free(struct programme *programme)
{
    if (programme == NULL)
        return;
    for (size_t i = 0; i < programme->count; i++) {
        step_free(&programme->steps[i].step);
        if (programme->steps[i].pattern != NULL)
            programme->patterns->free(programme->steps[i].pattern);
    }
    free(programme->steps);
    reader_close(programme->reader);
    free(programme);
}
