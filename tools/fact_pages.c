/* fact_pages.c: prints docs/facts/unconfirmed.md from the makers' tables of facts. */
#include "tlsmodem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MODELS_MAX = 100 };

struct maker {
    const char *name;
    const struct tlsmodem_model *models[MODELS_MAX];
    size_t model_count;
};

static struct tlsmodem_fact fact_of(const struct maker *maker, size_t model, size_t index)
{
    struct tlsmodem_fact fact = { .name = NULL };

    tlsmodem_fact_at(maker->models[model]->name, index, &fact);
    return fact;
}

/* The models that have this choice, by platform where all of it have. */
static void print_models(const struct maker *maker, size_t first, size_t index)
{
    const struct tlsmodem_fact choice = fact_of(maker, first, index);
    const char *comma = "";

    for (size_t i = first; i < maker->model_count; i++) {
        const struct tlsmodem_model *model = maker->models[i];
        bool all = true, before = false;

        if (strcmp(fact_of(maker, i, index).choice, choice.choice) != 0)
            continue;
        for (size_t j = 0; j < maker->model_count; j++) {
            if (strcmp(maker->models[j]->platform, model->platform) != 0)
                continue;
            if (strcmp(fact_of(maker, j, index).choice, choice.choice) != 0)
                all = false;
            else if (j < i)
                before = true;
        }
        if (all && before)
            continue;
        printf("%s%s", comma, all ? model->platform : model->name);
        comma = ", ";
    }
}

static bool is_first_with_choice(const struct maker *maker, size_t model, size_t index)
{
    const struct tlsmodem_fact choice = fact_of(maker, model, index);

    for (size_t i = 0; i < model; i++) {
        if (strcmp(fact_of(maker, i, index).choice, choice.choice) == 0)
            return false;
    }
    return true;
}

static size_t models_with_choice(const struct maker *maker, size_t model, size_t index)
{
    const struct tlsmodem_fact choice = fact_of(maker, model, index);
    size_t count = 0;

    for (size_t i = 0; i < maker->model_count; i++)
        count += strcmp(fact_of(maker, i, index).choice, choice.choice) == 0;
    return count;
}

/* Each with its platforms or models, but for one that most have. */
static void print_choice(const struct maker *maker, size_t index)
{
    const char *semicolon = "";

    for (size_t i = 0; i < maker->model_count; i++) {
        if (!is_first_with_choice(maker, i, index))
            continue;
        printf("%s`%s`", semicolon, fact_of(maker, i, index).choice);
        semicolon = "; ";
        if (2 * models_with_choice(maker, i, index) > maker->model_count)
            continue;
        printf(" (");
        print_models(maker, i, index);
        printf(")");
    }
}

/* True when a source confirms the fact of each model. */
static bool is_confirmed(const struct maker *maker, size_t index)
{
    for (size_t i = 0; i < maker->model_count; i++) {
        if (!fact_of(maker, i, index).confirmed)
            return false;
    }
    return true;
}

static void print_table(const struct maker *maker, bool confirmed)
{
    struct tlsmodem_fact fact;

    printf("| name | meaning | allowed | choice | source |\n|---|---|---|---|---|\n");
    for (size_t i = 0; tlsmodem_fact_at(maker->models[0]->name, i, &fact); i++) {
        if (is_confirmed(maker, i) != confirmed)
            continue;
        printf("| `%s` | %s | %s | ", fact.name, fact.meaning, fact.allowed);
        print_choice(maker, i);
        printf(" | %s |\n", fact.source);
    }
}

static bool has_confirmed(const struct maker *maker)
{
    struct tlsmodem_fact fact;

    for (size_t i = 0; tlsmodem_fact_at(maker->models[0]->name, i, &fact); i++) {
        if (is_confirmed(maker, i))
            return true;
    }
    return false;
}

static void print_maker(const struct maker *maker)
{
    printf("\n## %s\n\n", maker->name);
    print_table(maker, false);
    if (!has_confirmed(maker))
        return;
    printf("\nConfirmed by the source, and another on other firmware perhaps:\n\n");
    print_table(maker, true);
}

static void collect(const char *name, struct maker *maker)
{
    const struct tlsmodem_model *model;

    *maker = (struct maker){ .name = name };
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (strcmp(model->maker, name) == 0 && maker->model_count < MODELS_MAX)
            maker->models[maker->model_count++] = model;
    }
}

static const char intro[] =
    "<!-- Made from the tables of facts by `make pages`; a test fails when it is stale. -->\n"
    "# Facts that no source confirms\n\n"
    "Where manuals, captures and host programs are silent we had to decide. Each decision is here "
    "with\n"
    "its name, which a configuration's `facts:` and reports use, what may be given instead, and "
    "the\n"
    "page that has the reason. A correction is one line of the maker's `*_facts.c`; a real module "
    "that\n"
    "does otherwise is welcome news. Names in brackets behind a choice are platforms or models; "
    "one "
    "without\n"
    "any is that of all others.\n\n"
    "A run relies on a fact when it decides something that a host or a peer sees: a bound when it\n"
    "refuses a value or `=?` shows it, a factory value when it is read or acted on before a host "
    "has\n"
    "set another, a limit of time when it strikes, an error when its number is shown, a text when "
    "it\n"
    "is said. A setting that was given on one port counts as given on all.\n";

int main(void)
{
    const struct tlsmodem_model *model;
    const char *before = "";
    struct maker maker;

    printf("%s", intro);
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (strcmp(model->maker, before) == 0)
            continue;
        before = model->maker;
        collect(before, &maker);
        print_maker(&maker);
    }
    return 0;
}
