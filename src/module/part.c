/* part.c: the parts of a module: their memory, and their turns. */
#include "module/part.h"

#include "base/time.h"
#include "base/wipe.h"
#include "module/facts.h"
#include "module/laboratory_state.h"
#include "module/module.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

size_t module_part_units(const struct tlsmodem *modem, const struct module_part *part)
{
    assert(part != NULL);
    if (part->units_limit != 0)
        return module_limit(modem, part->units_limit);
    return part->units != 0 ? part->units : 1;
}

/* A unit that is there. */
struct module_unit {
    struct module_unit *next; /* in the order of the maker's list */
    const struct module_part *part;
    size_t index;
    max_align_t state[];
};

/* Whose turn it is: a unit's, or that of a part whose hooks need no state. */
struct turn {
    const struct module_part *const *place; /* in the maker's list; at its end none is left */
    struct module_unit *unit;               /* NULL: it has no state */
};

static struct module_unit *first_unit(const struct tlsmodem *modem, const struct module_part *part)
{
    struct module_unit *unit = modem->units;

    while (unit != NULL && unit->part != part)
        unit = unit->next;
    return unit;
}

/* Parts with state, of which no unit is there, have no turn. */
static void find_turn(const struct tlsmodem *modem, struct turn *turn)
{
    turn->unit = NULL;
    while (*turn->place != NULL && (*turn->place)->size > 0) {
        turn->unit = first_unit(modem, *turn->place);
        if (turn->unit != NULL)
            break;
        turn->place++;
    }
}

/* Of a modem that is off nobody has one. */
static struct turn first_turn(const struct tlsmodem *modem)
{
    static const struct module_part *const none = NULL;
    struct turn turn = { modem->on ? modem->personality->parts : &none, NULL };

    find_turn(modem, &turn);
    return turn;
}

/* Hooks may have made units meanwhile. */
static void next_turn(const struct tlsmodem *modem, struct turn *turn)
{
    if (turn->unit != NULL && turn->unit->next != NULL && turn->unit->next->part == *turn->place) {
        turn->unit = turn->unit->next;
        return;
    }
    turn->place++;
    find_turn(modem, turn);
}

static void *state_of(const struct turn *turn)
{
    return turn->unit != NULL ? turn->unit->state : NULL;
}

static size_t place_of(const struct tlsmodem *modem, const struct module_part *part)
{
    const struct module_part *const *parts = modem->personality->parts;
    size_t place = 0;

    while (parts[place] != part) {
        assert(parts[place] != NULL);
        place++;
    }
    return place;
}

/* Where a unit is linked, or would be. */
static struct module_unit **link_of(struct tlsmodem *modem, const struct module_part *part,
                                    size_t index)
{
    struct module_unit **link = &modem->units;
    size_t place = place_of(modem, part);

    while (*link != NULL && (*link)->part != part && place_of(modem, (*link)->part) < place)
        link = &(*link)->next;
    while (*link != NULL && (*link)->part == part && (*link)->index < index)
        link = &(*link)->next;
    return link;
}

static struct module_unit *make(struct tlsmodem *modem, const struct module_part *part,
                                size_t index)
{
    struct module_unit *unit = calloc(1, sizeof(*unit) + part->size);
    struct module_unit **link = link_of(modem, part, index);

    assert(modem->depth > 0);
    if (unit == NULL) {
        log_say(modem->config.log, LOG_WARNING, "out of memory: %zu bytes are not to be had",
                part->size);
        return NULL;
    }
    unit->part = part;
    unit->index = index;
    unit->next = *link;
    *link = unit;
    if (part->init != NULL)
        part->init(modem, unit->state, index);
    return unit;
}

void *module_part_if(const struct tlsmodem *modem, const struct module_part *part, size_t index)
{
    assert(part->size > 0 && index < module_part_units(modem, part));
    for (struct module_unit *unit = modem->units; unit != NULL; unit = unit->next) {
        if (unit->part == part && unit->index == index)
            return unit->state;
    }
    return NULL;
}

void *module_part(struct tlsmodem *modem, const struct module_part *part, size_t index)
{
    void *state = module_part_if(modem, part, index);
    struct module_unit *unit;

    if (state != NULL)
        return state;
    if (laboratory_lacks_memory(modem))
        return NULL;
    unit = make(modem, part, index);
    return unit != NULL ? unit->state : NULL;
}

static void give_back(struct tlsmodem *modem, struct module_unit **link)
{
    struct module_unit *unit = *link;

    if (unit->part->deinit != NULL)
        unit->part->deinit(modem, unit->state);
    assert(*link == unit); /* deinit() makes no unit */
    *link = unit->next;
    wipe(unit->state, unit->part->size);
    free(unit);
}

static enum err start(struct tlsmodem *modem, const struct module_part *part)
{
    size_t count = part->from_start ? module_part_units(modem, part) : 0;

    assert(part->size > 0 || (!part->from_start && part->init == NULL && part->deinit == NULL &&
                              part->owes == NULL && part->on_quiet == NULL));
    for (size_t index = 0; index < count; index++) {
        if (make(modem, part, index) == NULL)
            return ERR_NO_MEMORY;
    }
    return part->start != NULL ? part->start(modem) : ERR_OK;
}

enum err parts_start(struct tlsmodem *modem)
{
    enum err err = ERR_OK;

    assert(modem->units == NULL);
    for (const struct module_part *const *part = modem->personality->parts;
         *part != NULL && err == ERR_OK; part++)
        err = start(modem, *part);
    return err;
}

void parts_ready(struct tlsmodem *modem)
{
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->ready != NULL)
            (*part)->ready(modem);
    }
}

void parts_on_low_voltage(struct tlsmodem *modem)
{
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->on_low_voltage != NULL)
            (*part)->on_low_voltage(modem);
    }
}

void parts_on_storage_lost(struct tlsmodem *modem)
{
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->on_storage_lost != NULL)
            (*part)->on_storage_lost(modem);
    }
}

void parts_stop(struct tlsmodem *modem)
{
    while (modem->units != NULL)
        give_back(modem, &modem->units);
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->stop != NULL)
            (*part)->stop(modem);
    }
}

/* What comes with each byte goes through the units by itself: looking for turns would take longer.
 */

int64_t parts_deadline(const struct tlsmodem *modem)
{
    int64_t deadline_ms = CLOCK_NEVER;

    for (struct module_unit *unit = modem->units; unit != NULL; unit = unit->next) {
        if (unit->part->deadline != NULL)
            deadline_ms = time_earlier(deadline_ms, unit->part->deadline(modem, unit->state));
    }
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->size == 0 && (*part)->deadline != NULL)
            deadline_ms = time_earlier(deadline_ms, (*part)->deadline(modem, NULL));
    }
    return deadline_ms;
}

void parts_tick(struct tlsmodem *modem)
{
    for (struct turn turn = first_turn(modem); *turn.place != NULL; next_turn(modem, &turn)) {
        if ((*turn.place)->tick != NULL)
            (*turn.place)->tick(modem, state_of(&turn));
    }
}

bool parts_owe(const struct tlsmodem *modem)
{
    for (const struct module_unit *unit = modem->units; unit != NULL; unit = unit->next) {
        if (unit->part->owes != NULL && unit->part->owes(modem, unit->state))
            return true;
    }
    return false;
}

void parts_on_quiet(struct module_terminal *terminal)
{
    for (struct module_unit *unit = terminal->modem->units; unit != NULL; unit = unit->next) {
        if (unit->part->on_quiet == NULL)
            continue;
        if (!at_may_speak(terminal->at))
            break;
        unit->part->on_quiet(terminal, unit->state);
    }
}

void parts_on_dtr_drop(struct module_terminal *terminal)
{
    for (struct turn turn = first_turn(terminal->modem); *turn.place != NULL;
         next_turn(terminal->modem, &turn)) {
        if ((*turn.place)->on_dtr_drop != NULL)
            (*turn.place)->on_dtr_drop(terminal, state_of(&turn));
    }
}

void parts_on_context_down(struct tlsmodem *modem, size_t cid)
{
    assert(cid >= 1);
    for (struct turn turn = first_turn(modem); *turn.place != NULL; next_turn(modem, &turn)) {
        if ((*turn.place)->on_context_down != NULL)
            (*turn.place)->on_context_down(modem, state_of(&turn), cid);
    }
}

void parts_on_sim(struct tlsmodem *modem)
{
    for (const struct module_part *const *part = modem->personality->parts; *part != NULL; part++) {
        if ((*part)->on_sim != NULL)
            (*part)->on_sim(modem);
    }
}

void parts_on_lost(struct tlsmodem *modem)
{
    for (struct turn turn = first_turn(modem); *turn.place != NULL; next_turn(modem, &turn)) {
        if ((*turn.place)->on_lost != NULL)
            (*turn.place)->on_lost(modem, state_of(&turn));
    }
}

void parts_on_registered(struct tlsmodem *modem)
{
    for (struct turn turn = first_turn(modem); *turn.place != NULL; next_turn(modem, &turn)) {
        if ((*turn.place)->on_registered != NULL)
            (*turn.place)->on_registered(modem, state_of(&turn));
    }
}

void parts_give_back(struct tlsmodem *modem)
{
    struct module_unit **link = &modem->units;

    assert(modem->depth == 0);
    while (*link != NULL) {
        const struct module_part *part = (*link)->part;

        if (part->is_idle != NULL && part->is_idle(modem, (*link)->state))
            give_back(modem, link);
        else
            link = &(*link)->next;
    }
}
