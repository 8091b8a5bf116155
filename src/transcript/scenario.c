/* scenario.c: steps of the world, each with its time. */
#include "transcript/scenario.h"

#include "transcript/reader.h"
#include "transcript/step_copy.h"
#include "transcript/world_step.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

struct scenario {
    struct reader *reader; /* has the files' names and bytes */
    const char *path;
    struct scenario_step *steps;
    size_t count, cap;
};

/* A scenario that is being read. */
struct reading {
    struct reader_world *world;
    struct scenario *scenario;
    const char *const *known;
    int64_t at_ms;
    size_t port;
    bool is_wrong; /* and told */
};

/* ---- mistakes ---- */

static struct text begin_mistake(struct reading *reading, const struct script_step *step,
                                 char *memory, size_t cap)
{
    struct text text;

    text_init(&text, memory, cap);
    text_add(&text, "%s:%" PRIu32 ": ", step->file, step->line);
    reading->is_wrong = true;
    return text;
}

static void say_too_early(struct reading *reading, const struct script_step *step)
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text = begin_mistake(reading, step, memory, sizeof(memory));

    text_add(&text,
             "at: \"%" PRIu32 ".%03" PRIu32 "s\" is wrong because it is later by then; allowed: "
             "%" PRId64 ".%03" PRId64 "s or later",
             step->duration_ms / 1000, step->duration_ms % 1000, reading->at_ms / 1000,
             reading->at_ms % 1000);
    reading->world->ops->complain(reading->world, memory);
}

static void say_unknown(struct reading *reading, const struct script_step *step, struct span name)
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text = begin_mistake(reading, step, memory, sizeof(memory));

    text_add(&text, "there is no variable ${");
    text_add_span(&text, name);
    text_add(&text, "}; allowed:");
    for (size_t i = 0; reading->known[i] != NULL; i++)
        text_add(&text, "%s ${%s}", i > 0 ? "," : "", reading->known[i]);
    reading->world->ops->complain(reading->world, memory);
}

static bool is_known(const struct reading *reading, struct span name)
{
    for (size_t i = 0; reading->known != NULL && reading->known[i] != NULL; i++) {
        if (span_equal(name, span_of(reading->known[i])))
            return true;
    }
    return reading->known == NULL;
}

/* ---- variables ---- */

static bool is_unknown(const void *ctx, struct span name)
{
    return !is_known(ctx, name);
}

static bool is_named(const void *ctx, struct span name)
{
    return span_equal(name, span_of(ctx));
}

/* ---- steps ---- */

static enum err reserve(struct scenario *scenario)
{
    size_t cap = scenario->cap > 0 ? 2 * scenario->cap : 16;
    struct scenario_step *steps;

    if (scenario->count == SCENARIO_STEPS_MAX)
        return ERR_FULL;
    if (scenario->count < scenario->cap)
        return ERR_OK;
    steps = realloc(scenario->steps, cap * sizeof(steps[0]));
    if (steps == NULL)
        return ERR_NO_MEMORY;
    scenario->steps = steps;
    scenario->cap = cap;
    return ERR_OK;
}

static enum err add(struct reading *reading, const struct script_step *step)
{
    struct scenario *scenario = reading->scenario;
    struct span unknown = step_find_variable(step, is_unknown, reading);
    struct scenario_step *added;
    enum err err;

    if (unknown.len > 0) {
        say_unknown(reading, step, unknown);
        return ERR_OK;
    }
    err = reserve(scenario);
    if (err != ERR_OK)
        return err;
    added = &scenario->steps[scenario->count];
    *added =
        (struct scenario_step){ .at_ms = reading->at_ms, .port = reading->port, .step = *step };
    err = step_copy(&added->step);
    if (err == ERR_OK)
        scenario->count++;
    return err;
}

static enum err take(struct reading *reading, const struct script_step *step)
{
    switch (step->kind) {
    case SCRIPT_AT:
        if ((int64_t)step->duration_ms < reading->at_ms)
            say_too_early(reading, step);
        else
            reading->at_ms = step->duration_ms;
        return ERR_OK;
    case SCRIPT_WAIT:
        reading->at_ms += step->duration_ms;
        return ERR_OK;
    case SCRIPT_ON_PORT:
        reading->port = step->port - 1;
        return ERR_OK;
    default:
        assert(world_step_is(step));
        return add(reading, step);
    }
}

static enum err say_whole(const struct reading *reading, const char *why)
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add(&text, "%s: %s", reading->scenario->path, why);
    reading->world->ops->complain(reading->world, memory);
    return ERR_INVALID;
}

static enum err take_all(struct reading *reading)
{
    const struct script_step *step;
    enum err err;

    while ((err = reader_next(reading->scenario->reader, &step)) == ERR_OK) {
        err = take(reading, step);
        if (err == ERR_FULL)
            return say_whole(reading, "it has more steps than the 100000 that are allowed");
        if (err != ERR_OK)
            return err;
    }
    if (err != ERR_NOT_FOUND)
        return err;
    if (reading->is_wrong)
        return ERR_INVALID;
    if (reading->scenario->count == 0)
        return say_whole(reading, "nothing happens in it; allowed: at least one step of the world");
    return ERR_OK;
}

/* ---- the door ---- */

enum err scenario_read(struct reader_world *world, const char *path, const char *const *known,
                       struct scenario **ret_scenario)
{
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct reading reading = { .world = world, .scenario = scenario, .known = known };
    enum err err;

    if (scenario == NULL)
        return ERR_NO_MEMORY;
    scenario->path = path;
    err = reader_open_scenario(world, path, &scenario->reader);
    if (err == ERR_OK)
        err = take_all(&reading);
    if (err != ERR_OK) {
        scenario_free(scenario);
        return err;
    }
    *ret_scenario = scenario;
    return ERR_OK;
}

const char *scenario_path(const struct scenario *scenario)
{
    return scenario->path;
}

size_t scenario_count(const struct scenario *scenario)
{
    return scenario->count;
}

const struct scenario_step *scenario_at(const struct scenario *scenario, size_t index)
{
    assert(index < scenario->count);
    return &scenario->steps[index];
}

const struct scenario_step *scenario_beyond(const struct scenario *scenario, size_t terminals)
{
    for (size_t i = 0; i < scenario->count; i++) {
        if (scenario->steps[i].port >= terminals)
            return &scenario->steps[i];
    }
    return NULL;
}

const struct scenario_step *scenario_uses(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->count; i++) {
        if (step_find_variable(&scenario->steps[i].step, is_named, name).len > 0)
            return &scenario->steps[i];
    }
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < scenario->count; i++)
        step_free(&scenario->steps[i].step);
    free(scenario->steps);
    reader_close(scenario->reader);
    free(scenario);
}
