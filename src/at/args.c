/* args.c: from the text of a command's parameters to checked values, and back. */
#include "at/args.h"

#include "at/dialect.h"
#include "base/letters.h"
#include "base/number.h"
#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool at_has(const struct at_model *model, uint32_t only_on)
{
    return only_on == 0 || (model->features & only_on) != 0;
}

bool at_is_register(const struct at_command *row)
{
    return row->basic && row->name[0] == 'S';
}

int32_t at_limit(const struct at_model *model, size_t limit)
{
    assert(limit > 0);
    return fact_number(model->facts, model->limits[limit - 1]);
}

/* The upper bound, or the fact that it is. */
static int32_t max_of(const struct at_param *param, const struct at_model *model)
{
    return param->max_limit != 0 ? model->limits[param->max_limit - 1] : param->max;
}

int32_t at_param_max(const struct at_param *param, const struct at_model *model)
{
    return fact_number(model->facts, max_of(param, model));
}

int32_t at_param_min(const struct at_param *param, const struct at_model *model)
{
    return fact_number(model->facts, param->min);
}

enum at_keep at_keep_of(const struct at_command *row, const struct at_model *model)
{
    return (enum at_keep)fact_number(model->facts, row->keep);
}

static struct span trim(struct span text)
{
    while (text.len > 0 && text.data[0] == ' ')
        text = span_skip(text, 1);
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    return text;
}

bool at_args_cut(struct span *rest, bool *more, struct span *ret_text, bool *ret_quoted)
{
    size_t end = 0;
    bool quoted = false;

    while (end < rest->len && (quoted || rest->data[end] != ',')) {
        if (rest->data[end] == '"')
            quoted = !quoted;
        end++;
    }
    if (quoted)
        return false;
    *ret_text = trim(span_at(rest->data, end));
    *more = end < rest->len;
    *rest = span_skip(*rest, *more ? end + 1 : end);
    *ret_quoted = ret_text->len >= 2 && ret_text->data[0] == '"';
    if (*ret_quoted) {
        *ret_text = span_at(ret_text->data + 1, ret_text->len - 2);
        return memchr(ret_text->data, '"', ret_text->len) == NULL;
    }
    return ret_text->len == 0 || memchr(ret_text->data, '"', ret_text->len) == NULL;
}

/* One of `words`. */
static bool is_any(struct span text, const char *words, bool in_any_case)
{
    while (*words != '\0') {
        size_t len = strcspn(words, ",");
        struct span word = span_at(words, len);

        if (in_any_case ? letters_equal(text, word) : span_equal(text, word))
            return true;
        words += len + (words[len] == ',');
    }
    return false;
}

bool at_param_is_secret(const struct at_param *param, struct span body)
{
    struct span first;
    bool quoted, more;

    if (!param->secret || param->shown_with == NULL)
        return param->secret;
    return !at_args_cut(&body, &more, &first, &quoted) || !is_any(first, param->shown_with, true);
}

/* The same of all that is left; false: its last quote is missing. */
static bool cut_rest(struct span *rest, bool *more, struct span *ret_text, bool *ret_quoted)
{
    struct span text = trim(*rest);
    bool ends = text.len >= 2 && text.data[text.len - 1] == '"';

    *ret_quoted = text.len > 0 && text.data[0] == '"';
    *ret_text = *ret_quoted && ends ? span_at(text.data + 1, text.len - 2) : text;
    *rest = span_skip(*rest, rest->len);
    *more = false;
    return !*ret_quoted || ends;
}

/* Whether a number, or the length of a text, is in bounds. */
static enum at_args_result check_bounds(const struct at_param *param, const struct at_model *model,
                                        int64_t number)
{
    bool below = number < at_param_min(param, model);

    if (!below && number <= at_param_max(param, model))
        return AT_ARGS_FINE;
    fact_note(model->facts, below ? param->min : max_of(param, model));
    return AT_ARGS_RANGE;
}

static enum at_args_result check_number(const struct at_param *param, const struct at_model *model,
                                        struct span text, struct at_arg *ret)
{
    bool negative = text.len > 0 && text.data[0] == '-' && at_param_min(param, model) < 0;

    if (negative)
        text = span_skip(text, 1);
    if (!number_parse(text, &ret->number))
        return text.len > 9 ? AT_ARGS_RANGE : AT_ARGS_SYNTAX;
    if (negative)
        ret->number = -ret->number;
    if (param->values != NULL)
        return number_in_set(ret->number, param->values) ? AT_ARGS_FINE : AT_ARGS_RANGE;
    return check_bounds(param, model, ret->number);
}

/* No host can type one, so it comes from a damaged store (V.250 5.4.2.2). */
static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7F)
            return true;
    }
    return false;
}

static enum at_args_result check(const struct at_param *param, const struct at_model *model,
                                 struct span text, bool quoted, struct at_arg *ret)
{
    if (text.len == 0 && !quoted) {
        ret->given = false;
        return param->optional ? AT_ARGS_FINE : AT_ARGS_SYNTAX;
    }
    ret->given = true;
    if (param->type == AT_NUMBER && !(quoted && param->quoted_text))
        return quoted && !param->quoted_too ? AT_ARGS_SYNTAX
                                            : check_number(param, model, text, ret);
    if (has_control(text))
        return AT_ARGS_SYNTAX;
    ret->text = text;
    ret->quoted = quoted;
    if (param->type == AT_NUMBER)
        return AT_ARGS_FINE;
    if (param->words != NULL && text.len > 0 && !is_any(text, param->words, false))
        return AT_ARGS_RANGE;
    return check_bounds(param, model, (int64_t)text.len);
}

enum at_args_result at_args_find_fault(const struct at_command *row, const struct at_model *model,
                                       struct span body, struct at_args *ret_args,
                                       struct at_fault *ret_fault)
{
    bool more = trim(body).len > 0;

    memset(ret_args, 0, sizeof(*ret_args));
    assert(row->param_count <= AT_ARGS_MAX);
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        struct span text = span_at(NULL, 0);
        bool quoted = false, torn = false;
        enum at_args_result result;

        if (!at_has(model, param->only_on))
            continue;
        if (more) {
            torn = param->rest ? !cut_rest(&body, &more, &text, &quoted)
                               : !at_args_cut(&body, &more, &text, &quoted);
            ret_args->count++;
        }
        result = torn ? AT_ARGS_SYNTAX : check(param, model, text, quoted, &ret_args->list[i]);
        if (result != AT_ARGS_FINE) {
            *ret_fault = (struct at_fault){ result, i + 1, param, text, quoted, torn };
            return result;
        }
    }
    if (!more || row->surplus)
        return AT_ARGS_FINE;
    *ret_fault = (struct at_fault){ .result = AT_ARGS_SYNTAX, .place = ret_args->count + 1 };
    return AT_ARGS_SYNTAX;
}

enum at_args_result at_args_parse(const struct at_command *row, const struct at_model *model,
                                  struct span body, struct at_args *ret_args)
{
    struct at_fault fault;

    return at_args_find_fault(row, model, body, ret_args, &fault);
}

/* A copy with an end; NULL: no memory. */
static char *copy_of(struct span text)
{
    char *copy = malloc(text.len + 1);

    if (copy != NULL) {
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
    }
    return copy;
}

static void forget(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
    free(text);
}

static char *field_of(const struct at_param *param, const void *record)
{
    return (char *)record + param->bound - 1;
}

/* What an owned field points to; another pointer takes its place. */
static void own(char *field, char *text)
{
    char *before;

    memcpy(&before, field, sizeof(before));
    memcpy(field, &text, sizeof(text));
    forget(before);
}

bool at_text_set(char **owned, struct span text)
{
    char *copy = text.len > 0 ? copy_of(text) : NULL;

    if (copy == NULL && text.len > 0)
        return false;
    forget(*owned);
    *owned = copy;
    return true;
}

/* Memory for all owned strings that are not empty, before anything changes. */
static bool copy_owned(const struct at_command *row, const struct at_args *args,
                       char *texts[AT_ARGS_MAX])
{
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        const struct at_arg *arg = &args->list[i];

        if (!param->owned || param->bound == 0 || !arg->given || arg->text.len == 0)
            continue;
        texts[i] = copy_of(arg->text);
        if (texts[i] == NULL)
            return false;
    }
    return true;
}

bool at_args_bind(const struct at_command *row, const struct at_args *args, void *record)
{
    char *texts[AT_ARGS_MAX] = { NULL };

    assert(record != NULL);
    if (!copy_owned(row, args, texts)) {
        for (size_t i = 0; i < AT_ARGS_MAX; i++)
            forget(texts[i]);
        return false;
    }
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        const struct at_arg *arg = &args->list[i];
        char *field = field_of(param, record);

        if (param->bound == 0 || !arg->given)
            continue;
        if (param->type == AT_NUMBER) {
            memcpy(field, &arg->number, sizeof(int32_t));
        } else if (param->owned) {
            own(field, texts[i]);
        } else {
            memcpy(field, arg->text.data, arg->text.len);
            field[arg->text.len] = '\0';
        }
    }
    return true;
}

void at_args_release(const struct at_command *row, void *record)
{
    assert(record != NULL);
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].owned && row->params[i].bound != 0)
            own(field_of(&row->params[i], record), NULL);
    }
}

/* The factory value of a number, or the fact that it is; of a string only the latter. */
static int32_t preset_of(const struct at_param *param, const struct at_dialect *dialect,
                         size_t index)
{
    int32_t preset = param->preset;

    if (param->preset_dialect != 0)
        memcpy(&preset, (const char *)dialect + param->preset_dialect - 1, sizeof(preset));
    else if (param->preset_by_record != NULL)
        preset = param->preset_by_record[index];
    return preset;
}

static const char *preset_text_of(const struct at_param *param, const struct at_model *model)
{
    if (fact_is_one(param->preset))
        return fact_text(model->facts, param->preset);
    return param->preset_text != NULL ? param->preset_text : "";
}

void at_args_fill(const struct at_command *row, const struct at_model *model,
                  const struct at_dialect *dialect, void *record, size_t index)
{
    assert(record != NULL);
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        char *field = field_of(param, record);

        if (param->bound == 0)
            continue;
        if (param->owned) {
            own(field, NULL);
        } else if (param->type == AT_STRING) {
            const char *text = preset_text_of(param, model);

            memcpy(field, text, strlen(text) + 1);
        } else {
            int32_t number = fact_number(model->facts, preset_of(param, dialect, index));

            memcpy(field, &number, sizeof(number));
        }
    }
}

void at_args_preset(const struct at_command *row, const struct at_model *model,
                    const struct at_dialect *dialect, void *record, size_t index)
{
    if (record != NULL)
        at_args_fill(row, model, dialect, record, index);
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].bound != 0)
            fact_restore(model->facts, preset_of(&row->params[i], dialect, index));
    }
}

void at_args_replace_presets(const struct at_command *row, const struct at_model *model,
                             const struct at_dialect *dialect, const struct at_args *args,
                             size_t index)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].bound != 0 && args->list[i].given)
            fact_replace(model->facts, preset_of(&row->params[i], dialect, index));
    }
}

void at_args_note_presets(const struct at_command *row, const struct at_model *model,
                          const struct at_dialect *dialect, size_t index)
{
    for (size_t i = 0; i < row->param_count; i++) {
        if (row->params[i].bound != 0 && at_has(model, row->params[i].only_on))
            fact_note_preset(model->facts, preset_of(&row->params[i], dialect, index));
    }
}

/* A bound string, wherever it lies. */
static const char *text_of(const struct at_param *param, const char *field)
{
    char *owned;

    if (!param->owned)
        return field;
    memcpy(&owned, field, sizeof(owned));
    return at_text(owned);
}

/* A parameter's value in a record, or its factory value where there is none. */
struct value {
    int32_t number;
    const char *text;
};

static struct value value_of(const struct at_param *param, const struct at_model *model,
                             const struct at_dialect *dialect, const void *record, size_t index)
{
    struct value value = { 0, "" };

    if (param->type == AT_STRING && record != NULL)
        value.text = text_of(param, field_of(param, record));
    else if (param->type == AT_STRING)
        value.text = param->owned ? "" : preset_text_of(param, model);
    else if (record != NULL)
        memcpy(&value.number, field_of(param, record), sizeof(value.number));
    else
        value.number = fact_number(model->facts, preset_of(param, dialect, index));
    return value;
}

bool at_args_are_preset(const struct at_command *row, const struct at_model *model,
                        const struct at_dialect *dialect, const void *record, size_t index)
{
    assert(record != NULL);
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        struct value value, preset;

        if (param->bound == 0)
            continue;
        value = value_of(param, model, dialect, record, index);
        preset = value_of(param, model, dialect, NULL, index);
        if (value.number != preset.number || strcmp(value.text, preset.text) != 0)
            return false;
    }
    return true;
}

void at_args_print(const struct at_command *row, const struct at_model *model,
                   const struct at_dialect *dialect, const void *record, size_t index,
                   struct text *out)
{
    bool first = row->record_count_limit == 0;

    assert(record != NULL || row->make_record != NULL);
    if (!first)
        text_add_number(out, (int32_t)index + 1, 0);
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        struct value value;

        if (param->bound == 0 || !at_has(model, param->only_on))
            continue;
        value = value_of(param, model, dialect, record, index);
        if (!first)
            text_add_char(out, ',');
        first = false;
        if (param->type == AT_NUMBER)
            text_add_number(out, value.number, row->digits);
        else
            text_add(out, "\"%s\"", value.text);
    }
}

static void add_range(struct text *out, const char *comma, int32_t min, int32_t max)
{
    if (min == max)
        text_add(out, "%s(%d)", comma, (int)max);
    else
        text_add(out, max - min == 1 ? "%s(%d,%d)" : "%s(%d-%d)", comma, (int)min, (int)max);
}

bool at_args_have_ranges(const struct at_command *row, const struct at_model *model)
{
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];

        if (!param->hidden && at_has(model, param->only_on) &&
            (param->type != AT_STRING || param->values != NULL))
            return true;
    }
    return false;
}

void at_args_ranges(const struct at_command *row, const struct at_model *model, struct text *out)
{
    const char *comma = "";

    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];
        int32_t min = at_param_min(param, model), max = at_param_max(param, model);
        bool takes_more = param->told_max > 0 && max > param->told_max;

        if (param->hidden || !at_has(model, param->only_on))
            continue;
        if (takes_more)
            max = param->told_max;
        if (param->type == AT_STRING)
            text_add(out, "%s%s", comma, param->values != NULL ? param->values : "");
        else if (param->values != NULL)
            text_add(out, "%s(%s)", comma, param->values);
        else
            add_range(out, comma, min, max);
        if (param->type == AT_NUMBER && param->values == NULL) {
            fact_note(model->facts, param->min);
            if (!takes_more)
                fact_note(model->facts, max_of(param, model));
        }
        comma = ",";
    }
}
