/* fact.c: the value of a fact, and what a modem has noted of it. */
#include "base/fact.h"

#include <assert.h>

static const struct fact *entry_of(const struct facts *facts, int32_t fact)
{
    size_t index = (size_t)(fact - FACT_FIRST);

    assert(facts != NULL && index < facts->table->count);
    return &facts->table->list[index];
}

static const struct fact_value *find(const struct fact_value *list, size_t count, int32_t fact)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].fact == fact)
            return &list[i];
    }
    return NULL;
}

/* NULL: the table's choice counts. */
static const struct fact_value *other_value(const struct facts *facts, int32_t fact)
{
    const struct fact_value *value = find(facts->given, facts->given_count, fact);

    return value != NULL ? value : find(facts->of_model, facts->of_model_count, fact);
}

int32_t fact_value(const struct facts *facts, int32_t fact)
{
    const struct fact *entry = entry_of(facts, fact);
    const struct fact_value *value = other_value(facts, fact);

    assert(entry->kind != FACT_IS_TEXT);
    return value != NULL ? value->number : entry->number;
}

const char *fact_text(const struct facts *facts, int32_t fact)
{
    const struct fact *entry = entry_of(facts, fact);
    const struct fact_value *value = other_value(facts, fact);

    assert(entry->kind == FACT_IS_TEXT);
    return value != NULL ? value->text : entry->text;
}

/* ---- marks: a bit for each fact that was used, then one for each that was replaced ---- */

enum mark { MARK_USED, MARK_REPLACED, MARK_COUNT };

enum { BYTE_BITS = 8 };

static size_t mark_bytes(const struct fact_table *table)
{
    return (table->count + BYTE_BITS - 1) / BYTE_BITS;
}

size_t fact_marks_size(const struct fact_table *table)
{
    assert(table->count <= FACTS_MAX);
    return MARK_COUNT * mark_bytes(table);
}

static uint8_t *byte_of(const struct facts *facts, enum mark mark, int32_t fact)
{
    size_t index = (size_t)(fact - FACT_FIRST);

    assert(index < facts->table->count);
    return facts->marks + (size_t)mark * mark_bytes(facts->table) + index / BYTE_BITS;
}

static uint8_t bit_of(int32_t fact)
{
    return (uint8_t)(1U << (uint32_t)(fact - FACT_FIRST) % BYTE_BITS);
}

static bool is_marked(const struct facts *facts, enum mark mark, int32_t fact)
{
    return facts->marks != NULL && (*byte_of(facts, mark, fact) & bit_of(fact)) != 0;
}

static void set_mark(const struct facts *facts, enum mark mark, int32_t number)
{
    if (fact_is_one(number) && facts->marks != NULL)
        *byte_of(facts, mark, number) |= bit_of(number);
}

void fact_note(const struct facts *facts, int32_t number)
{
    set_mark(facts, MARK_USED, number);
}

const char *fact_use_text(const struct facts *facts, int32_t fact)
{
    fact_note(facts, fact);
    return fact_text(facts, fact);
}

void fact_replace(const struct facts *facts, int32_t number)
{
    set_mark(facts, MARK_REPLACED, number);
}

void fact_restore(const struct facts *facts, int32_t number)
{
    if (fact_is_one(number) && facts->marks != NULL)
        *byte_of(facts, MARK_REPLACED, number) &= (uint8_t)~bit_of(number);
}

void fact_note_preset(const struct facts *facts, int32_t number)
{
    if (fact_is_one(number) && !is_marked(facts, MARK_REPLACED, number))
        fact_note(facts, number);
}

bool fact_was_used(const struct facts *facts, int32_t fact)
{
    return is_marked(facts, MARK_USED, fact);
}

bool fact_is_guess(const struct facts *facts, int32_t fact)
{
    const struct fact_value *of_model = find(facts->of_model, facts->of_model_count, fact);

    assert(fact_is_one(fact));
    if (find(facts->given, facts->given_count, fact) != NULL)
        return false;
    return of_model != NULL ? !of_model->confirmed : !entry_of(facts, fact)->confirmed;
}
