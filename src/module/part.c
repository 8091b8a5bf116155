/* part.c: the parts of a module: their memory, and their turns. */
#include "module/part.h"

#include "base/time.h"
#include "base/wipe.h"
#include "module/module.h"

#include <assert.h>
#include <stdlib.h>

size_t module_part_units(const struct module_model *model, const struct module_part *part)
{
    if (part->units_limit != 0)
        return (size_t)model->at.limits[part->units_limit - 1];
    return part->units != 0 ? part->units : 1;
}

/* A walk over all units, whether they are there or not; zeroed it is before the first. */
struct walk {
    const struct module_part *const *part; /* NULL before the first */
    size_t unit;
    void **state; /* where the pointer to it is */
};

static bool next_unit(const struct tlsmodem *modem, struct walk *walk)
{
    if (walk->part == NULL) {
        walk->part = modem->personality->parts;
        walk->state = modem->units;
    } else {
        walk->state++;
        if (++walk->unit < module_part_units(modem->model, *walk->part))
            return true;
        walk->part++;
        walk->unit = 0;
    }
    return *walk->part != NULL;
}

/* The same over those whose hooks are to be called. */
static bool next_present(const struct tlsmodem *modem, struct walk *walk)
{
    while (next_unit(modem, walk)) {
        if (*walk->state != NULL || (*walk->part)->size == 0)
            return true;
    }
    return false;
}

static void **find(const struct tlsmodem *modem, const struct module_part *part, size_t unit)
{
    void **state = modem->units;

    assert(part->size > 0 && unit < module_part_units(modem->model, part));
    for (const struct module_part *const *other = modem->personality->parts; *other != part;
         other++) {
        assert(*other != NULL);
        state += module_part_units(modem->model, *other);
    }
    return state + unit;
}

void *module_part_if(const struct tlsmodem *modem, const struct module_part *part, size_t unit)
{
    return *find(modem, part, unit);
}

void *module_part(struct tlsmodem *modem, const struct module_part *part, size_t unit)
{
    void **state = find(modem, part, unit);

    if (*state != NULL)
        return *state;
    *state = calloc(1, part->size);
    if (*state == NULL)
        log_say(modem->config.log, LOG_WARNING, "out of memory: %zu bytes are not to be had",
                part->size);
    else if (part->init != NULL)
        part->init(modem, *state, unit);
    return *state;
}

static void give_back(struct tlsmodem *modem, const struct walk *walk)
{
    const struct module_part *part = *walk->part;

    if (part->deinit != NULL)
        part->deinit(modem, *walk->state);
    wipe(*walk->state, part->size);
    free(*walk->state);
    *walk->state = NULL;
}

enum err parts_new(struct tlsmodem *modem)
{
    size_t count = 0;

    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++)
        count += module_part_units(modem->model, *part);
    modem->units = calloc(count, sizeof(modem->units[0]));
    return modem->units != NULL ? ERR_OK : ERR_NO_MEMORY;
}

void parts_free(struct tlsmodem *modem)
{
    free(modem->units);
    modem->units = NULL;
}

enum err parts_start(struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };
    enum err err = ERR_OK;

    while (err == ERR_OK && next_unit(modem, &walk)) {
        const struct module_part *part = *walk.part;

        if (part->from_start && module_part(modem, part, walk.unit) == NULL)
            err = ERR_NO_MEMORY;
        else if (part->start != NULL && walk.unit == 0)
            err = part->start(modem);
    }
    return err;
}

void parts_ready(struct tlsmodem *modem)
{
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->ready != NULL)
            (*part)->ready(modem);
    }
}

void parts_stop(struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };

    while (next_unit(modem, &walk)) {
        if (*walk.state != NULL)
            give_back(modem, &walk);
    }
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->stop != NULL)
            (*part)->stop(modem);
    }
}

int64_t parts_deadline(const struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };
    int64_t deadline_ms = CLOCK_NEVER;

    while (next_present(modem, &walk)) {
        if ((*walk.part)->deadline != NULL)
            deadline_ms = time_earlier(deadline_ms, (*walk.part)->deadline(modem, *walk.state));
    }
    return deadline_ms;
}

void parts_tick(struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };

    while (next_present(modem, &walk)) {
        if ((*walk.part)->tick != NULL)
            (*walk.part)->tick(modem, *walk.state);
    }
}

void parts_on_quiet(struct module_terminal *terminal)
{
    struct walk walk = { .part = NULL };

    while (at_may_speak(terminal->at) && next_present(terminal->modem, &walk)) {
        if ((*walk.part)->on_quiet != NULL)
            (*walk.part)->on_quiet(terminal, *walk.state);
    }
}

void parts_on_dtr_drop(struct module_terminal *terminal)
{
    struct walk walk = { .part = NULL };

    while (next_present(terminal->modem, &walk)) {
        if ((*walk.part)->on_dtr_drop != NULL)
            (*walk.part)->on_dtr_drop(terminal, *walk.state);
    }
}

void parts_on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct walk walk = { .part = NULL };

    while (next_present(modem, &walk)) {
        if ((*walk.part)->on_context_down != NULL)
            (*walk.part)->on_context_down(modem, *walk.state, cid);
    }
}

void parts_on_registered(struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };

    while (next_present(modem, &walk)) {
        if ((*walk.part)->on_registered != NULL)
            (*walk.part)->on_registered(modem, *walk.state);
    }
}

void parts_give_back(struct tlsmodem *modem)
{
    struct walk walk = { .part = NULL };

    while (next_unit(modem, &walk)) {
        const struct module_part *part = *walk.part;

        if (*walk.state != NULL && part->is_idle != NULL && part->is_idle(modem, *walk.state))
            give_back(modem, &walk);
    }
}
