/* facts.c: the facts of a modem: those of its model, or as an embedding program gives them. */
#include "module/facts.h"

#include "module/module.h"

#include <assert.h>
#include <stdlib.h>

int32_t module_fact(const struct tlsmodem *modem, int32_t fact)
{
    return fact_use(&modem->facts, fact);
}

bool module_fact_is(const struct tlsmodem *modem, int32_t fact)
{
    return module_fact(modem, fact) != 0;
}

const char *module_fact_text(const struct tlsmodem *modem, int32_t fact)
{
    return fact_use_text(&modem->facts, fact);
}

int32_t module_fact_peek(const struct tlsmodem *modem, int32_t fact)
{
    return fact_number(&modem->facts, fact);
}

void module_note_fact(const struct tlsmodem *modem, int32_t fact)
{
    fact_note(&modem->facts, fact);
}

void module_note_preset(const struct tlsmodem *modem, int32_t fact)
{
    fact_note_preset(&modem->facts, fact);
}

size_t module_limit(const struct tlsmodem *modem, size_t limit)
{
    assert(limit > 0);
    return (size_t)fact_number(&modem->facts, modem->model->at.limits[limit - 1]);
}

const char *module_revision(const struct tlsmodem *modem)
{
    return module_fact_text(modem, modem->model->revision);
}

/* ---- what an embedding program gives ---- */

enum { SENTENCE_MAX = 400 };

enum err module_read_fact(const struct module_model *model, const struct tlsmodem_fact_value *value,
                          struct fact_value *ret_value, struct text *why)
{
    const struct fact_table *table = model->at.facts->table;
    const struct fact *fact = fact_named(table, value->name);
    enum err err;

    if (fact == NULL) {
        text_add(why,
                 "\"%s\" is no fact of %s modules; the nearest is \"%s\", "
                 "docs/facts/unconfirmed.md has all",
                 value->name, model->identity.maker, fact_nearest(table, value->name));
        return ERR_INVALID;
    }
    text_add(why, "%s: \"%s\" is wrong because ", fact->name, value->value);
    err = fact_parse(table, fact, value->value, ret_value, why);
    text_add(why, "; allowed: ");
    fact_print_allowed(table, fact, why);
    return err;
}

static bool is_given(const struct facts *facts, int32_t fact)
{
    for (size_t i = 0; i < facts->given_count; i++) {
        if (facts->given[i].fact == fact)
            return true;
    }
    return false;
}

/* Each as it stands in the config; what is wrong is logged. */
static enum err take_given(struct tlsmodem *modem, struct fact_value *list)
{
    const struct log *log = modem->config.log;

    for (size_t i = 0; i < modem->config.fact_count; i++) {
        const struct tlsmodem_fact_value *value = &modem->config.facts[i];
        char sentence[SENTENCE_MAX];
        struct fact_value parsed;
        struct text why;

        text_init(&why, sentence, sizeof(sentence));
        if (module_read_fact(modem->model, value, &parsed, &why) != ERR_OK) {
            log_say(log, LOG_ERROR, "facts: %s", sentence);
            return ERR_INVALID;
        }
        if (is_given(&modem->facts, parsed.fact)) {
            log_say(log, LOG_ERROR, "facts: \"%s\" is given twice", value->name);
            return ERR_INVALID;
        }
        list[modem->facts.given_count++] = parsed;
    }
    return ERR_OK;
}

enum err module_facts_init(struct tlsmodem *modem)
{
    size_t count = modem->config.fact_count;
    struct fact_value *given = NULL;

    assert(modem->facts.marks == NULL);
    modem->facts = *modem->model->at.facts;
    modem->facts.marks = calloc(1, fact_marks_size(modem->facts.table));
    if (modem->facts.marks == NULL)
        return ERR_NO_MEMORY;
    if (count == 0)
        return ERR_OK;
    given = calloc(count, sizeof(*given));
    if (given == NULL)
        return ERR_NO_MEMORY;
    modem->facts.given = given;
    return take_given(modem, given);
}

void module_facts_deinit(struct tlsmodem *modem)
{
    free(modem->facts.given);
    free(modem->facts.marks);
    modem->facts = (struct facts){ .given = NULL };
}
