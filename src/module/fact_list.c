/* fact_list.c: what an embedding program asks of facts. */
#include "module/facts.h"
#include "module/module.h"

#include <assert.h>

enum err tlsmodem_fact_check(const char *model, const struct tlsmodem_fact_value *value, char *why,
                             size_t cap)
{
    const struct module_model *found = module_model_named(model);
    struct fact_value parsed;
    struct text text;

    assert(value->name != NULL && value->value != NULL && cap >= 1);
    text_init(&text, why, cap);
    return found != NULL ? module_read_fact(found, value, &parsed, &text) : ERR_NOT_FOUND;
}

bool tlsmodem_fact_at(const char *model, size_t index, struct tlsmodem_fact *ret_fact)
{
    const struct module_model *found = module_model_named(model);
    const struct facts *facts = found != NULL ? found->at.facts : NULL;
    const struct fact *fact;
    struct text text;

    if (facts == NULL || index >= facts->table->count)
        return false;
    fact = &facts->table->list[index];
    *ret_fact = (struct tlsmodem_fact){
        .name = fact->name,
        .meaning = fact->meaning,
        .source = fact->source,
        .confirmed = !fact_is_guess(facts, FACT_FIRST + (int32_t)index),
    };
    text_init(&text, ret_fact->choice, sizeof(ret_fact->choice));
    fact_print_value(facts, FACT_FIRST + (int32_t)index, &text);
    text_init(&text, ret_fact->allowed, sizeof(ret_fact->allowed));
    fact_print_allowed(facts->table, fact, &text);
    return true;
}

bool tlsmodem_relied_on(const struct tlsmodem *modem, size_t index)
{
    int32_t fact = FACT_FIRST + (int32_t)index;

    assert(index < modem->facts.table->count);
    return fact_was_used(&modem->facts, fact) && fact_is_guess(&modem->facts, fact);
}
