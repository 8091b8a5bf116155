/* command_pages.c: prints the reference page of a maker's commands from the rows: command_pages
 * MAKER. */
#include "at/args.h"
#include "module/personality.h"

#include <stdio.h>
#include <string.h>

enum { MODELS_MAX = 100, RANGE_MAX = 200 };

struct maker {
    const char *name;
    const struct module_model *models[MODELS_MAX];
    size_t model_count;
};

static void find_models(struct maker *maker)
{
    const struct module_model *model;

    for (size_t i = 0; (model = module_model_at(i)) != NULL; i++) {
        if (strcmp(model->identity.maker, maker->name) == 0 && maker->model_count < MODELS_MAX)
            maker->models[maker->model_count++] = model;
    }
}

static bool has_row(const struct module_model *model, const struct at_command *row)
{
    return at_find_in(model->personality->commands, &model->at, row->name) == row;
}

static bool same_platform(const struct module_model *a, const struct module_model *b)
{
    return strcmp(a->identity.platform, b->identity.platform) == 0;
}

/* The models of one platform that have what is marked: all of them by the platform's name, some by
 * their own. */
static void print_platform(const struct maker *maker, size_t first, uint32_t only_on)
{
    size_t all = 0, some = 0;
    const char *comma = "";

    for (size_t i = 0; i < maker->model_count; i++) {
        if (same_platform(maker->models[i], maker->models[first])) {
            all++;
            some += at_has(&maker->models[i]->at, only_on);
        }
    }
    printf("%s", maker->models[first]->identity.platform);
    if (some == all)
        return;
    printf(" (");
    for (size_t i = 0; i < maker->model_count; i++) {
        if (same_platform(maker->models[i], maker->models[first]) &&
            at_has(&maker->models[i]->at, only_on)) {
            printf("%s%s", comma, maker->models[i]->identity.name);
            comma = ", ";
        }
    }
    printf(")");
}

/* "platforms 10, 12": where what is marked is to be had. */
static void print_where(const struct maker *maker, uint32_t only_on)
{
    const char *comma = "";

    printf("platforms ");
    for (size_t i = 0; i < maker->model_count; i++) {
        bool seen = !at_has(&maker->models[i]->at, only_on);

        for (size_t before = 0; before < i && !seen; before++)
            seen = same_platform(maker->models[before], maker->models[i]) &&
                   at_has(&maker->models[before]->at, only_on);
        if (seen)
            continue;
        printf("%s", comma);
        print_platform(maker, i, only_on);
        comma = ", ";
    }
}

static const char *coverage_word(enum at_coverage coverage)
{
    switch (coverage) {
    case AT_IMPLEMENTED:
        return "implemented";
    case AT_ANSWERED:
        return "answered";
    case AT_REFUSED:
        return "refused";
    }
    return "";
}

static const char *keep_sentence(const struct maker *maker, const struct at_command *row)
{
    if (row->record == NULL)
        return NULL;
    switch (at_keep_of(row, &maker->models[0]->at)) {
    case AT_KEEP_NOT:
        return "Back at its default after a restart.";
    case AT_KEEP_PROFILE:
        return "Part of the profile that `AT&W` stores.";
    case AT_KEEP_NVM:
        return "Stored at once; survives a restart.";
    }
    return NULL;
}

static void print_syntax(const struct at_command *row)
{
    const char *comma = row->basic ? "" : "=";
    int open = 0;

    printf("    AT%s", row->name);
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].hidden)
            continue;
        if (row->params[i].optional) {
            printf("[");
            open++;
        }
        printf("%s%s<%s>", row->basic && row->name[0] == 'S' ? "=" : "", comma,
               row->params[i].name);
        comma = ",";
    }
    while (open-- > 0)
        printf("]");
    printf("\n");
}

/* True when AT+NAME? is answered. */
static bool can_read(const struct maker *maker, const struct at_command *row)
{
    const struct at_dialect *dialect = maker->models[0]->personality->dialect;

    if (row->read != NULL || (row->record != NULL && (!row->basic || row->name[0] == 'S')))
        return true;
    return row->run != NULL && !row->acts && row->record == NULL && dialect->read_executes;
}

static void print_forms(const struct maker *maker, const struct at_command *row)
{
    if (row->run != NULL)
        printf("    AT%s\n", row->name);
    if (row->free_form)
        printf("    AT%s=<anything>\n", row->name);
    else if (row->param_count > 0)
        print_syntax(row);
    if (can_read(maker, row))
        printf("    AT%s?\n", row->name);
    if (!row->basic)
        printf("    AT%s=?\n", row->name);
}

static void range_of(const struct at_param *param, const struct at_model *model, char *text)
{
    int min = (int)at_param_min(param, model), max = (int)at_param_max(param, model);

    if (param->type == AT_STRING)
        snprintf(text, RANGE_MAX, "text, %d to %d bytes", min, max);
    else if (param->values != NULL)
        snprintf(text, RANGE_MAX, "%s", param->values);
    else if (min == max)
        snprintf(text, RANGE_MAX, "%d", max);
    else
        snprintf(text, RANGE_MAX, "%d to %d", min, max);
}

/* Whether the parameter has this range on a model. */
static bool has_range(const struct module_model *model, const struct at_command *row,
                      const struct at_param *param, const char *range)
{
    char text[RANGE_MAX];

    if (!has_row(model, row) || !at_has(&model->at, param->only_on))
        return false;
    range_of(param, &model->at, text);
    return strcmp(text, range) == 0;
}

/* Whether a model before this one, of this platform or of any, has that range. */
static bool was_before(const struct maker *maker, size_t index, bool of_platform,
                       const struct at_command *row, const struct at_param *param,
                       const char *range)
{
    for (size_t i = 0; i < index; i++) {
        if ((!of_platform || same_platform(maker->models[i], maker->models[index])) &&
            has_range(maker->models[i], row, param, range))
            return true;
    }
    return false;
}

/* One range where all models agree, else each with its platforms. */
static void print_range(const struct maker *maker, const struct at_command *row,
                        const struct at_param *param)
{
    char range[RANGE_MAX];
    const char *semicolon = "";

    for (size_t i = 0; i < maker->model_count; i++) {
        const char *comma = "";
        bool all = true;

        range_of(param, &maker->models[i]->at, range);
        if (!has_range(maker->models[i], row, param, range) ||
            was_before(maker, i, false, row, param, range))
            continue;
        for (size_t j = 0; j < maker->model_count; j++)
            all = all && (!has_row(maker->models[j], row) ||
                          !at_has(&maker->models[j]->at, param->only_on) ||
                          has_range(maker->models[j], row, param, range));
        printf("%s%s", semicolon, range);
        semicolon = "; ";
        for (size_t j = i; j < maker->model_count && !all; j++) {
            if (!has_range(maker->models[j], row, param, range) ||
                was_before(maker, j, true, row, param, range))
                continue;
            printf("%s%s", *comma == '\0' ? " (" : comma, maker->models[j]->identity.platform);
            comma = ", ";
        }
        printf(all ? "" : ")");
    }
}

/* A number of the maker's dialect, or the fact that it is. */
static int32_t dialect_number(const struct maker *maker, uint16_t place)
{
    const char *dialect = (const char *)maker->models[0]->personality->dialect;
    int32_t number;

    memcpy(&number, dialect + place - 1, sizeof(number));
    return number;
}

static const char *preset_text(const struct at_param *param, const struct facts *facts)
{
    if (fact_is_one(param->preset))
        return fact_text(facts, param->preset);
    return param->preset_text != NULL ? param->preset_text : "";
}

static void print_default(const struct maker *maker, const struct at_param *param)
{
    const struct facts *facts = maker->models[0]->at.facts;

    if (param->bound == 0)
        printf(param->optional ? "may be left out" : "");
    else if (param->type == AT_STRING)
        printf("\"%s\"", preset_text(param, facts));
    else if (param->preset_dialect != 0)
        printf("%d", (int)fact_number(facts, dialect_number(maker, param->preset_dialect)));
    else if (param->preset_by_record != NULL)
        printf("differs from record to record");
    else
        printf("%d", (int)fact_number(facts, param->preset));
}

static void print_params(const struct maker *maker, const struct at_command *row)
{
    bool any = false;

    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];

        if (param->hidden)
            continue;
        if (!any)
            printf("\n| parameter | values | default |\n|---|---|---|\n");
        any = true;
        printf("| `%s` | ", param->name);
        print_range(maker, row, param);
        if (param->only_on != 0) {
            printf("; ");
            print_where(maker, param->only_on);
        }
        printf(" | ");
        print_default(maker, param);
        printf(" |\n");
    }
}

static void print_row(const struct maker *maker, const struct at_command *row)
{
    printf("\n### AT%s\n\n%s\n", row->name, row->help);
    if (row->only_on != 0) {
        printf("On ");
        print_where(maker, row->only_on);
        printf(".\n");
    }
    if (row->coverage == AT_ANSWERED)
        printf("Answered: values are taken and kept; nothing follows from them here.\n");
    if (row->coverage == AT_REFUSED) {
        printf("Refused: answers `ERROR`, as for a command that the module does not have.\n"
               "Source: %s.\n",
               row->source);
        return;
    }
    printf("\n");
    print_forms(maker, row);
    print_params(maker, row);
    printf("\n");
    if (keep_sentence(maker, row) != NULL)
        printf("%s\n", keep_sentence(maker, row));
    printf("Source: %s.\n", row->source);
}

static bool any_has_row(const struct maker *maker, const struct at_command *row)
{
    for (size_t i = 0; i < maker->model_count; i++) {
        if (has_row(maker->models[i], row))
            return true;
    }
    return false;
}

static void each_row(const struct maker *maker,
                     void (*visit)(const struct maker *maker, const struct at_command *row))
{
    const struct at_commands *const *list = maker->models[0]->personality->commands;

    for (; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            if (any_has_row(maker, &(*list)->rows[i]))
                visit(maker, &(*list)->rows[i]);
        }
    }
}

static void print_models(const struct maker *maker)
{
    printf("| `--module` | product | platform | generation |\n|---|---|---|---|\n");
    for (size_t i = 0; i < maker->model_count; i++) {
        const struct tlsmodem_model *model = &maker->models[i]->identity;

        printf("| `%s` | %s | %s | %s |\n", model->name, model->product, model->platform,
               model->generation);
    }
}

static void print_coverage(const struct maker *maker, const struct at_command *row)
{
    (void)maker;
    printf("| `AT%s` | %s | %s |\n", row->name, coverage_word(row->coverage), row->help);
}

int main(int argc, char **argv)
{
    struct maker maker = { .name = argc == 2 ? argv[1] : "" };

    find_models(&maker);
    if (maker.model_count == 0) {
        fprintf(stderr, "command_pages: usage: command_pages MAKER, a maker of --list-modules\n");
        return 2;
    }
    printf("<!-- Made from the command rows by `make pages`; a test fails when it is stale. -->\n");
    printf("# AT commands of %s modules\n\n", maker.name);
    print_models(&maker);
    printf(
        "\n## Coverage\n\n"
        "*Implemented*: does what the guide says. *Answered*: values are checked and kept, "
        "nothing\n"
        "follows from them here. *Refused*: answers as a command that the module does not have.\n"
        "Numbers in brackets behind a value are platforms.\n\n"
        "| command | here | what it is |\n|---|---|---|\n");
    each_row(&maker, print_coverage);
    printf("\n## Commands\n");
    each_row(&maker, print_row);
    return 0;
}
