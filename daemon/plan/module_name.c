/* module_name.c: finds a model by its name, or the names that are like it.
 *
 * Names are like each other as near_name.h has it, and a family by what its products' names begin
 * with.
 */
#include "plan/module_name.h"

#include "base/letters.h"
#include "plan/near_name.h"
#include "tlsmodem.h"

#include <assert.h>
#include <stdint.h>

enum { SUGGESTIONS_MAX = 4 };

/* Names that were, and what has taken their place. */
static const struct {
    const char *name, *successor;
} former[] = {
    { "l610-drivers", "l610" },
    { "nl668-cn-00-drivers", "nl668-cn-00" },
};

const char *module_name_successor(const char *value)
{
    assert(value != NULL);
    for (size_t i = 0; i < sizeof(former) / sizeof(former[0]); i++) {
        if (letters_equal(span_of(former[i].name), span_of(value)))
            return former[i].successor;
    }
    return NULL;
}

const char *module_name_find(const char *value)
{
    const struct tlsmodem_model *model;

    assert(value != NULL);
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++)
        if (letters_equal(span_of(model->name), span_of(value)))
            return model->name;
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How far a model's name is from what was typed; 0: it is only longer. */
static size_t distance_of(const struct tlsmodem_model *model, const char *value)
{
    if (strlen(model->name) > NEAR_NAME_MAX)
        return SIZE_MAX;
    return letters_start(span_of(model->name), value)
               ? 0
               : near_name_distance(span_of(value), span_of(model->name));
}

void module_name_suggest(const char *value, struct text *text)
{
    size_t len = strlen(value);
    size_t nearest = near_name_limit(len);
    const struct tlsmodem_model *model;
    size_t count = 0;

    assert(value != NULL);
    if (len == 0 || len > NEAR_NAME_MAX)
        return;
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++)
        nearest = least(nearest, distance_of(model, value));
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL && count < SUGGESTIONS_MAX; i++) {
        if (distance_of(model, value) <= nearest)
            text_add(text, "%s%s", count++ == 0 ? "did you mean " : ", ", model->name);
    }
    if (count > 0)
        text_add(text, "? ");
}

const char *module_name_read(const char *value, struct text *error)
{
    const char *successor = module_name_successor(value);
    const char *name = module_name_find(value);

    if (name != NULL)
        return name;
    if (successor != NULL) {
        text_add(error, "--module: %s is gone: use %s", value, successor);
        return NULL;
    }
    text_add(error, "--module: \"%s\" is no module; ", value);
    module_name_suggest(value, error);
    text_add(error, "--list-modules shows the names");
    return NULL;
}
