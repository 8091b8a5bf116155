/* args_text.c: what a host typed behind a command, and what is wrong with it, for the log. */
#include "at/args.h"

#include "base/mask.h"
#include "base/number.h"

#include <string.h>

enum { VALUE_SHOWN_MAX = 40, VALUE_LOOKED_AT = 600 };

/* Index of the first secret parameter; the count where there is none. */
static size_t first_secret(const struct at_command *row, struct span body)
{
    size_t i = 0;

    while (i < row->param_count && !at_param_is_secret(&row->params[i], body))
        i++;
    return i;
}

/* Of a command that this program does not have nobody knows which text is a secret. */
static bool may_show(const struct at_command *row, size_t secret, size_t index, struct span value,
                     bool quoted)
{
    int32_t number;

    if (row->secret)
        return false;
    if (row->coverage == AT_REFUSED && row->param_count == 0)
        return !quoted && number_parse(value, &number);
    return secret == row->param_count || (index < secret && number_parse(value, &number));
}

/* What a log line may hold, and a terminal that shows it; of a URL no secret, also where what shows
 * that it is one is cut off. */
static void add_printable(struct text *out, struct span value)
{
    char plain[VALUE_LOOKED_AT] = "\"";
    size_t len = 1;

    for (size_t i = 0; i < value.len && len + 1 < sizeof(plain); i++) {
        uint8_t c = value.data[i];

        plain[len++] = c >= 0x20 && c < 0x7F ? (char)c : '?';
    }
    plain[len] = '\0';
    mask_urls(plain);
    len = strlen(plain + 1);
    text_add_span(out, span_at(plain + 1, len < VALUE_SHOWN_MAX ? len : VALUE_SHOWN_MAX));
    if (len > VALUE_SHOWN_MAX)
        text_add(out, "…");
}

static void add_value(const struct at_command *row, size_t secret, size_t index, struct span value,
                      bool quoted, struct text *out)
{
    const char *quote = quoted ? "\"" : "";

    if (!may_show(row, secret, index, value, quoted)) {
        text_add(out, "…");
        return;
    }
    text_add(out, "%s", quote);
    add_printable(out, value);
    text_add(out, "%s", quote);
}

void at_args_show(const struct at_command *row, const struct at_model *model, struct span body,
                  struct text *out)
{
    const char *comma = "";
    size_t secret = first_secret(row, body), index = 0;
    bool more = body.len > 0;

    while (more) {
        struct span value;
        bool quoted;

        while (index < row->param_count && !at_has(model, row->params[index].only_on))
            index++;
        text_add(out, "%s", comma);
        comma = ",";
        if (!at_args_cut(&body, &more, &value, &quoted)) {
            text_add(out, "…");
            return;
        }
        add_value(row, secret, index++, value, quoted, out);
    }
}

void at_args_syntax(const struct at_command *row, const struct at_model *model, struct text *out)
{
    const char *comma = "";
    size_t open = 0;

    text_add(out, "%s", row->basic && !at_is_register(row) ? "" : "=");
    for (size_t i = 0; i < row->param_count; i++) {
        const struct at_param *param = &row->params[i];

        if (!at_has(model, param->only_on))
            continue;
        if (param->optional) {
            text_add(out, "[");
            open++;
        }
        text_add(out, "%s<%s>", comma, param->name);
        comma = ",";
    }
    while (open-- > 0)
        text_add(out, "]");
}

static void add_words(const char *words, struct text *out)
{
    for (; *words != '\0'; words++)
        text_add(out, "%c%s", *words, *words == ',' ? " " : "");
}

static void add_allowed(const struct at_param *param, const struct at_model *model,
                        struct text *out)
{
    int min = (int)at_param_min(param, model), max = (int)at_param_max(param, model);
    const char *unit = param->type == AT_STRING ? " bytes" : "";

    if (param->words != NULL)
        add_words(param->words, out);
    else if (param->type == AT_NUMBER && param->values != NULL)
        add_words(param->values, out);
    else if (min == max)
        text_add(out, "%d%s", max, unit);
    else
        text_add(out, "%d to %d%s", min, max, unit);
}

/* A text that is too long or too short: its length says more than itself. */
static void explain_length(const struct at_fault *fault, const struct at_model *model,
                           struct text *out)
{
    text_add(out, "<%s> has %zu bytes; allowed: ", fault->param->name, fault->value.len);
    add_allowed(fault->param, model, out);
}

static void explain_value(const struct at_command *row, size_t secret, const struct at_fault *fault,
                          const struct at_model *model, struct text *out)
{
    const struct at_param *param = fault->param;
    size_t index = (size_t)(param - row->params);

    if (fault->value.len == 0 && !fault->quoted) {
        text_add(out, "<%s>, parameter %zu, is missing; allowed: ", param->name, fault->place);
    } else if (fault->result == AT_ARGS_RANGE && param->type == AT_STRING && param->words == NULL) {
        explain_length(fault, model, out);
        return;
    } else {
        text_add(out, "<%s> is ", param->name);
        add_value(row, secret, index, fault->value, fault->quoted, out);
        if (param->type == AT_NUMBER && fault->quoted && !param->quoted_too)
            text_add(out, ", a number in quotes");
        else if (param->type == AT_NUMBER && fault->result == AT_ARGS_SYNTAX)
            text_add(out, ", not a number");
        text_add(out, "; allowed: ");
    }
    add_allowed(param, model, out);
}

void at_args_explain(const struct at_command *row, const struct at_model *model, struct span body,
                     struct text *out)
{
    struct at_args args;
    struct at_fault fault;

    if (at_args_find_fault(row, model, body, &args, &fault) == AT_ARGS_FINE)
        return;
    if (fault.param == NULL) {
        text_add(out, "parameter %zu is one too many; it takes ", fault.place);
        at_args_syntax(row, model, out);
    } else if (fault.torn) {
        text_add(out, "the quotes of <%s>, parameter %zu, do not match", fault.param->name,
                 fault.place);
    } else if (fault.param->type == AT_STRING && fault.result == AT_ARGS_SYNTAX &&
               fault.value.len > 0) {
        text_add(out, "<%s> holds a control character", fault.param->name);
    } else {
        explain_value(row, first_secret(row, body), &fault, model, out);
    }
}
